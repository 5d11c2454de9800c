// Sockets: endpoints, messages of all shapes, readiness, handles.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("A socket of every stable type can be made, and knows its type")
{
    const Context context;
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; ++type) {
        const Socket socket(context, static_cast<SocketType>(type));
        CHECK(socket.type() == static_cast<SocketType>(type));
        CHECK(socket.get(zmqpp::option::type) == type);
        CHECK(socket.context() == context);
        CHECK_FALSE(socket.is_closed());
    }
}

TEST_CASE("Sockets of draft types, which have no descriptor, are made and waited for or refused")
{
    const Context context;
    try {
        Connected pair(context, SocketType::server, SocketType::client);
        auto waiting = in_thread([&] { return pair.first.recv(patience); });
        std::this_thread::sleep_for(5ms);
        pair.second.send("x");
        CHECK(waiting.get()->view() == "x");
        CHECK_FALSE(pair.first.recv(20ms).has_value());
        auto closed = in_thread([&] { static_cast<void>(pair.first.recv()); });
        std::this_thread::sleep_for(5ms);
        pair.first.close();
        CHECK_THROWS_AS(closed.get(), zmqpp::SocketClosed);
    } catch (const zmqpp::Error& error) {
        CHECK_FALSE(zmqpp::has("draft"));
        CHECK(contains(error.what(), "no such socket type"));
    }
}

TEST_CASE("A message arrives as it was sent, by every transport and of every size")
{
    const Context context;
    std::vector<std::string> endpoints{fresh_inproc(), any_port};
#ifndef _WIN32
    endpoints.emplace_back("ipc://*");
#endif
    for (const std::string& endpoint : endpoints) {
        Connected pair(context, SocketType::pair, SocketType::pair, endpoint);
        for (const std::size_t size : {0u, 1u, 33u, 34u, 255u, 256u, 8192u, 1'000'000u}) {
            std::string bytes(size, '\0');
            for (std::size_t i = 0; i < size; ++i) {
                bytes[i] = static_cast<char>(i * 7);
            }
            pair.first.send(bytes);
            CHECK(pair.second.recv(patience)->view() == bytes);
            pair.second.send(Message(std::string(bytes)));
            CHECK(pair.first.recv(patience)->view() == bytes);
        }
    }
}

TEST_CASE("A message of many parts is sent and received whole")
{
    const Context context;
    Connected pair(context, SocketType::rep, SocketType::req, any_port);
    pair.second.send(multipart({"a", "", "c"}));
    CHECK(texts(pair.first.recv_multipart()) == std::vector<std::string>{"a", "", "c"});
    Multipart many;
    for (int i = 0; i < 1000; ++i) {
        many.emplace_back(std::string_view(std::to_string(i)));
    }
    pair.first.send(std::move(many));
    const Multipart received = pair.second.recv_multipart();
    REQUIRE(received.size() == 1000);
    CHECK(received[999].view() == "999");
}

TEST_CASE("A message of no parts is nothing to send")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    pair.first.send(Multipart());
    pair.first.send("after");
    CHECK(texts(pair.second.recv_multipart()) == std::vector<std::string>{"after"});
}

TEST_CASE("Parts sent and received one by one make up one message")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    pair.first.send("a", zmqpp::flag::sndmore);
    pair.first.send("b", zmqpp::flag::sndmore);
    CHECK_FALSE(pair.second.try_recv().has_value());
    pair.first.send("c");
    CHECK(pair.second.recv().view() == "a");
    CHECK(texts(pair.second.recv_multipart()) == std::vector<std::string>{"b", "c"});
}

TEST_CASE("try_send() and try_recv() do not wait")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    CHECK_FALSE(pair.second.try_recv().has_value());
    CHECK(pair.first.try_send("raw", 3));
    Message message("moved");
    CHECK(pair.first.try_send(message));
    CHECK(message.empty());
    Multipart parts = multipart({"x", "y"});
    CHECK(pair.first.try_send(parts));
    CHECK(pair.second.try_recv()->view() == "raw");
    CHECK(pair.second.try_recv()->view() == "moved");
    CHECK(texts(*pair.second.try_recv_multipart()) == std::vector<std::string>{"x", "y"});
    CHECK_FALSE(pair.second.try_recv_multipart().has_value());
}

TEST_CASE("A message that finds no room is unharmed and can be sent later")
{
    const Context context;
    Socket push(context, SocketType::push);
    push.set(zmqpp::option::sndhwm, 1);
    Multipart parts = multipart({"kept", "whole"});
    CHECK_FALSE(push.try_send(parts));
    CHECK_FALSE(push.send(parts, 10ms));
    CHECK(texts(parts) == std::vector<std::string>{"kept", "whole"});
    Socket pull(context, SocketType::pull);
    push.connect(pull.bind(fresh_inproc()));
    CHECK(push.send(parts, patience));
    CHECK(texts(*pull.recv_multipart(patience)) == std::vector<std::string>{"kept", "whole"});
}

TEST_CASE("Time limits that others set by the handle are kept")
{
    const Context context;
    Socket socket(context, SocketType::pull);
    socket.set(zmqpp::option::rcvtimeo, std::chrono::hours(1));
    const int soon = 1;
    REQUIRE(zmq_setsockopt(socket.handle(), ZMQ_RCVTIMEO, &soon, sizeof soon) == 0);
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::Timeout);
}

TEST_CASE("Nothing in time is a Timeout for callers that wait by option")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    socket.set(zmqpp::option::rcvtimeo, 30ms);
    socket.set(zmqpp::option::sndtimeo, 40ms);
    Stopwatch watch;
    CHECK(contains(message_of<zmqpp::Timeout>([&] { static_cast<void>(socket.recv()); }),
                   "recv() on DEALER socket"));
    CHECK(watch.elapsed() >= 30ms);
    watch = Stopwatch();
    CHECK_THROWS_AS(static_cast<void>(socket.recv_multipart()), zmqpp::Timeout);
    CHECK(watch.elapsed() >= 30ms);
    watch = Stopwatch();
    CHECK(contains(message_of<zmqpp::Timeout>([&] { socket.send("x"); }), "sndtimeo"));
    CHECK(watch.elapsed() >= 40ms);
    socket.set(zmqpp::option::rcvtimeo, 0ms);
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::Timeout);
}

TEST_CASE("A REQ goes on working after a recv() that ran out of time")
{
    const Context context;
    Connected pair(context, SocketType::rep, SocketType::req, any_port);
    pair.second.send("question");
    CHECK_FALSE(pair.second.recv(20ms).has_value());
    CHECK(pair.first.recv(patience)->view() == "question");
    pair.first.send("answer");
    CHECK(pair.second.recv(patience)->view() == "answer");
}

TEST_CASE("A REQ that is relaxed may ask again")
{
    const Context context;
    Connected pair(context, SocketType::rep, SocketType::req, any_port);
    pair.second.set(zmqpp::option::req_relaxed, true);
    pair.second.set(zmqpp::option::req_correlate, true);
    pair.second.send("first");
    CHECK(pair.first.recv(patience)->view() == "first");
    CHECK_NOTHROW(pair.second.send("second"));
    pair.first.send("too late");
    CHECK(pair.first.recv(patience)->view() == "second");
    pair.first.send("in time");
    CHECK(pair.second.recv(patience)->view() == "in time");
}

TEST_CASE("What can be done with a socket shows in its events, and can be waited for")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    CHECK(pair.first.events() == ZMQ_POLLOUT);
    CHECK(pair.first.events(ZMQ_POLLIN) == 0);
    CHECK(pair.first.poll(ZMQ_POLLIN | ZMQ_POLLOUT, 1s) == ZMQ_POLLOUT);
    CHECK(pair.first.poll(ZMQ_POLLIN, 10ms) == 0);
    pair.second.send("x");
    CHECK(pair.first.poll(ZMQ_POLLIN, patience) == ZMQ_POLLIN);
    CHECK(pair.first.events() == (ZMQ_POLLIN | ZMQ_POLLOUT));
    CHECK(pair.first.get(zmqpp::option::events) == (ZMQ_POLLIN | ZMQ_POLLOUT));
    CHECK(pair.first.descriptor() == pair.first.get(zmqpp::option::fd));
}

TEST_CASE("A SUB receives what begins with its topics")
{
    const Context context;
    Connected pair(context, SocketType::xpub, SocketType::sub);
    pair.second.subscribe("a");
    pair.second.subscribe("b");
    CHECK(pair.first.recv(patience)->view() == std::string_view("\1a"));
    CHECK(pair.first.recv(patience)->view() == std::string_view("\1b"));
    pair.first.send("b1");
    pair.first.send("c1");
    pair.first.send("a1");
    CHECK(pair.second.recv(patience)->view() == "b1");
    CHECK(pair.second.recv(patience)->view() == "a1");
    pair.second.unsubscribe("b");
    CHECK(pair.first.recv(patience)->view() == std::string_view("\0b", 2));
    pair.first.send("b2");
    pair.first.send("a2");
    CHECK(pair.second.recv(patience)->view() == "a2");
}

TEST_CASE("Messages to nobody are dropped by a PUB without waiting")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    pub.bind(any_port);
    for (int i = 0; i < 1000; ++i) {
        pub.send("into the void");
    }
    CHECK(pub.events() == ZMQ_POLLOUT);
}

TEST_CASE("A ROUTER knows its peers by name and answers the one it is told")
{
    const Context context;
    Socket router(context, SocketType::router);
    const std::string endpoint = router.bind(any_port);
    Socket first(context, SocketType::dealer);
    Socket second(context, SocketType::dealer);
    first.set(zmqpp::option::routing_id, "first");
    second.set(zmqpp::option::routing_id, "second");
    first.connect(endpoint);
    second.connect(endpoint);
    first.send("hello");
    second.send("hello");
    std::vector<std::string> names;
    for (int i = 0; i < 2; ++i) {
        Multipart parts = *router.recv_multipart(patience);
        names.push_back(parts.front().to_string());
        parts.back() = Message("bye " + names.back());
        router.send(std::move(parts));
    }
    CHECK(first.recv(patience)->view() == "bye first");
    CHECK(second.recv(patience)->view() == "bye second");
}

TEST_CASE("A STREAM talks to anybody who speaks TCP")
{
    const Context context;
    Socket server(context, SocketType::stream);
    Socket client(context, SocketType::stream);
    client.connect(server.bind(any_port));
    const Multipart greeting = *client.recv_multipart(patience);  // connected: id and nothing
    REQUIRE(greeting.size() == 2);
    client.send(multipart({greeting[0].to_string(), "GET /"}));
    std::string received;
    while (received.empty()) {
        received = server.recv_multipart(patience)->back().to_string();
    }
    CHECK(received == "GET /");
}

TEST_CASE("Copies of a socket are the same socket, and the last one gone closes it")
{
    const Context context;
    std::optional<Socket> first(std::in_place, context, SocketType::pair);
    std::optional<Socket> second = first;
    CHECK(*first == *second);
    CHECK(first->handle() == second->handle());
    CHECK(Socket(context, SocketType::pair) != *first);
    first.reset();
    CHECK_FALSE(second->is_closed());
    CHECK(context.sockets().size() == 1);
    second.reset();
    CHECK(context.sockets().empty());
}

TEST_CASE("Closing one handle closes them all")
{
    const Context context;
    Socket first(context, SocketType::pair);
    const Socket second = first;
    first.close();
    CHECK(second.is_closed());
    CHECK(second.handle() == nullptr);
    CHECK_THROWS_AS(static_cast<void>(second.events()), zmqpp::SocketClosed);
}

TEST_CASE("A socket remembers the line that made it")
{
    const Context context;
    const Socket here(context, SocketType::pair);
    CHECK(contains(here.origin(), "test_socket.cpp:" + std::to_string(__LINE__ - 1)));
    CHECK(Socket(context, SocketType::pair, "somewhere").origin() == "somewhere");
}

TEST_CASE("A borrowed socket works and cannot be closed, and notices the owner's close")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    Socket borrowed = pair.first.borrowed();
    CHECK(borrowed == pair.first);
    CHECK_FALSE(borrowed.is_owner());
    CHECK_FALSE(borrowed.context().is_owner());
    borrowed.send("x");
    CHECK(pair.second.recv(patience)->view() == "x");
    CHECK(contains(message_of<zmqpp::StateError>([&] { borrowed.close(); }), "borrowed"));
    CHECK_THROWS_AS(borrowed.close(0ms), zmqpp::StateError);
    CHECK_FALSE(pair.first.is_closed());

    const Socket found = Socket::borrow(context, pair.first.handle());
    CHECK(found == pair.first);
    CHECK_FALSE(found.is_owner());

    auto waiting = in_thread([&] { static_cast<void>(borrowed.recv()); });
    CHECK(eventually([&] { return has_waiter(pair.first); }));
    pair.first.close();
    CHECK_THROWS_AS(waiting.get(), zmqpp::SocketClosed);
}

TEST_CASE("A raw socket of somebody else can be used and stays open")
{
    void* foreign = zmq_ctx_new();
    void* raw = zmq_socket(foreign, ZMQ_PAIR);
    {
        const Context context = Context::borrow(foreign);
        Socket borrowed = Socket::borrow(context, raw);
        CHECK(borrowed.type() == SocketType::pair);
        CHECK_THROWS_AS(borrowed.close(), zmqpp::StateError);
        Socket ours(context, SocketType::pair);
        ours.connect(borrowed.bind(fresh_inproc()));
        ours.send("x");
        CHECK(borrowed.recv(patience)->view() == "x");
    }
    int type = 0;
    std::size_t size = sizeof type;
    CHECK(zmq_getsockopt(raw, ZMQ_TYPE, &type, &size) == 0);
    {
        const Context context = Context::borrow(foreign);
        Socket borrowed = Socket::borrow(context, raw);
        auto waiting = in_thread([&] { static_cast<void>(borrowed.recv()); });
        CHECK(eventually([&] { return has_waiter(borrowed); }));
        zmq_ctx_shutdown(foreign);
        CHECK_THROWS_AS(waiting.get(), zmqpp::ContextTerminated);
    }
    zmq_close(raw);
    zmq_ctx_term(foreign);
    const Context context;
    CHECK_THROWS_AS(Socket::borrow(context, nullptr), zmqpp::StateError);
}

TEST_CASE("Groups are drafts, and say so where there are none")
{
    if (!zmqpp::compiled_with_drafts) {
        const Context context;
        Socket socket(context, SocketType::sub);
        CHECK_THROWS_AS(socket.join("g"), zmqpp::NotSupported);
        CHECK_THROWS_AS(socket.leave("g"), zmqpp::NotSupported);
    }
}
