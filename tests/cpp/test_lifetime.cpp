// Danger: lifetime. Who keeps what alive, when memory is given back, and that no destructor waits.
#include <cstring>
#include <new>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// Bytes that a message borrows, and how often libzmq gave them back.
struct Lent {
    explicit Lent(std::size_t size, char fill = 'l') : bytes(size, fill) {}

    [[nodiscard]] Message message()
    {
        return Message::adopt(
            bytes.data(), bytes.size(),
            [](void* data, void* hint) {
                auto* lent = static_cast<Lent*>(hint);
                if (data == lent->bytes.data()) {
                    ++lent->returned;
                }
            },
            this);
    }

    std::string bytes;
    std::atomic<int> returned{0};
};

// Long enough for a second call of a free function to have come, if there were one.
[[nodiscard]] bool stays(const std::atomic<int>& count, int value)
{
    std::this_thread::sleep_for(20ms);
    return count == value;
}

}  // namespace

TEST_CASE("libzmq keeps no reference to the struct of a message past the call that sends it")
{
    const Context context;
    for (const bool inproc : {true, false}) {
        for (const std::size_t size : {5u, 33u, 100u, 100'000u}) {  // in the struct, or beside it
            Connected pair(context, SocketType::pull, SocketType::push,
                           inproc ? fresh_inproc() : any_port);
            const std::string bytes(size, 'b');
            alignas(Message) unsigned char place[sizeof(Message)];
            for (int i = 0; i < 20; ++i) {
                auto* message = new (place) Message(bytes);
                REQUIRE(pair.second.send(*message, patience));
                std::memset(place, 0xAA, sizeof place);  // no destructor: sent, it holds nothing
                message = new (place) Message("another in the same place");
                message->~Message();
                std::memset(place, 0x55, sizeof place);
            }
            for (int i = 0; i < 20; ++i) {
                const auto received = pair.first.recv(patience);
                REQUIRE(received.has_value());
                CHECK(received->view() == bytes);
            }
        }
    }
}

TEST_CASE("A message that was sent is empty and can be used again")
{
    const Context context;
    Connected pair(context, SocketType::pull, SocketType::push);
    Message message;
    for (int i = 0; i < 100; ++i) {
        message = Message(std::string(static_cast<std::size_t>(i * 10), 'x'));
        REQUIRE(pair.second.send(message, patience));
        CHECK(message.empty());
    }
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(pair.first.recv(patience)->size() == i * 10);
    }
}

TEST_CASE("Lent memory comes back exactly once, after the last of many subscribers has let it go")
{
    constexpr std::size_t count = 5;
    Context context;
    Socket pub(context, SocketType::xpub);
    const std::string endpoint = pub.bind(fresh_inproc());
    std::vector<Socket> subs;
    for (std::size_t i = 0; i < count; ++i) {
        subs.emplace_back(context, SocketType::sub);
        subs.back().subscribe("");
        subs.back().connect(endpoint);
    }
    CHECK(pub.recv(patience).has_value());  // subscribed, all of them: by inproc that is at once

    Lent lent(1000);
    pub.send(lent.message());
    std::vector<Message> received;
    for (Socket& sub : subs) {
        auto message = sub.recv(patience);
        REQUIRE(message.has_value());
        CHECK(message->data() == lent.bytes.data());
        received.push_back(std::move(*message));
    }
    while (!received.empty()) {
        CHECK(lent.returned == 0);
        received.pop_back();
    }
    CHECK(lent.returned == 1);
    context.destroy(0ms);
    CHECK(lent.returned == 1);
}

TEST_CASE("Lent memory comes back exactly once, after it went to many subscribers over tcp")
{
    constexpr std::size_t count = 3;
    Context context;
    Socket pub(context, SocketType::xpub);
    const std::string endpoint = pub.bind(any_port);
    std::vector<Socket> subs;
    for (std::size_t i = 0; i < count; ++i) {
        subs.emplace_back(context, SocketType::sub);
        subs.back().subscribe("l");
        subs.back().connect(endpoint);
        CHECK(subs.back().poll(ZMQ_POLLIN, 1ms) == 0);
    }
    pub.set(zmqpp::option::xpub_verbose, true);
    Lent lent(100'000);
    CHECK(eventually([&] {  // until all are there
        pub.send("late");
        return std::all_of(subs.begin(), subs.end(),
                           [](Socket& sub) { return sub.recv(20ms).has_value(); });
    }));
    pub.send(lent.message());
    for (Socket& sub : subs) {
        std::optional<Message> message;
        do {
            message = sub.recv(patience);
        } while (message && message->view() == "late");
        REQUIRE(message.has_value());
        CHECK(message->view() == lent.bytes);
    }
    CHECK(eventually([&] { return lent.returned == 1; }));
    context.destroy(0ms);
    CHECK(stays(lent.returned, 1));
}

TEST_CASE("Lent memory comes back at once if nobody subscribed")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    pub.bind(fresh_inproc());
    Lent lent(1000);
    pub.send(lent.message());
    CHECK(lent.returned == 1);
}

TEST_CASE("Lent memory stays with a message that could not be sent, and comes back with its end")
{
    const Context context;
    Socket push(context, SocketType::push);
    Lent lent(1000);
    {
        Message message = lent.message();
        CHECK_FALSE(push.try_send(message));
        CHECK_FALSE(push.send(message, 5ms));
        push.close();
        CHECK_THROWS_AS(static_cast<void>(push.try_send(message)), zmqpp::SocketClosed);
        CHECK(message.view() == lent.bytes);
        CHECK(lent.returned == 0);
    }
    CHECK(stays(lent.returned, 1));
    Socket pull(context, SocketType::pull);
    CHECK_THROWS_AS(pull.send(lent.message()), zmqpp::NotSupported);
    CHECK(stays(lent.returned, 2));
}

TEST_CASE("Sends that fail leak nothing, lent or copied")
{
    // What LeakSanitizer sees at the end of the program, and what it does not: each comes back once.
    const Context context;
    Socket nobody(context, SocketType::push);
    Socket rep(context, SocketType::rep);
    Socket router(context, SocketType::router);
    router.set(zmqpp::option::router_mandatory, true);
    router.bind(fresh_inproc());
    Socket closed(context, SocketType::push);
    closed.close();
    Lent lent(1000);
    const int rounds = 5000 * static_cast<int>(stress_time() / 2000ms);
    for (int i = 0; i < rounds; ++i) {
        const auto whole = [&] {
            Multipart parts;
            parts.emplace_back("copied");
            parts.push_back(lent.message());
            parts.emplace_back(std::string(100, 'x'));
            return parts;
        };
        Message message = lent.message();
        REQUIRE_FALSE(nobody.try_send(message));
        Multipart parts = whole();
        REQUIRE_FALSE(nobody.try_send(parts));
        REQUIRE_FALSE(nobody.send(parts, 0ms));
        REQUIRE_THROWS_AS(rep.send(lent.message()), zmqpp::StateError);
        REQUIRE_THROWS_AS(router.send(whole()), zmqpp::HostUnreachable);
        REQUIRE_THROWS_AS(closed.send(whole()), zmqpp::SocketClosed);
    }
    CHECK(stays(lent.returned, 5 * rounds));
}

TEST_CASE("Lent memory comes back exactly once when the socket is closed without linger")
{
    for (const bool by_destructor : {false, true}) {
        Context context;
        context.set_linger(0ms);
        Lent lent(1000);
        {
            Socket push(context, SocketType::push);
            push.connect(dead_peer);
            push.send(lent.message());
            Multipart parts;
            parts.push_back(lent.message());
            parts.push_back(lent.message());
            push.send(std::move(parts));
            CHECK(lent.returned == 0);
            if (!by_destructor) {
                push.close();
            }
        }
        CHECK(eventually([&] { return lent.returned == 3; }));
        context.term();
        CHECK(stays(lent.returned, 3));
    }
}

TEST_CASE("Containers moved into messages are destroyed once, wherever the message goes")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    for (int i = 0; i < 100; ++i) {
        pair.first.send(Message(std::vector<char>(1000, 'v')));
        pair.first.send(Message(std::string(1000, 's')));
        CHECK(pair.second.recv().size() == 1000);
    }
    // Half of them are received; the rest ends with the sockets.
}

TEST_CASE("A received message outlives its socket and its context")
{
    std::vector<Message> kept;
    {
        Context context;
        for (const std::string& endpoint : {fresh_inproc(), std::string(any_port)}) {
            Connected pair(context, SocketType::pair, SocketType::pair, endpoint);
            for (const std::size_t size : {10u, 1000u, 20'000u}) {
                pair.first.send(std::string(size, 'k'));
                kept.push_back(std::move(*pair.second.recv(patience)));
            }
        }
        context.destroy(0ms);
    }
    for (const Message& message : kept) {
        CHECK(message.view() == std::string(message.size(), 'k'));
        if (message.get("Peer-Address").has_value()) {
            CHECK(message.get("Socket-Type").value_or("") == "PAIR");
        }
    }
    CHECK(kept.back().size() == 20'000);
}

TEST_CASE("Sockets keep their context alive")
{
    std::optional<Context> context(std::in_place);
    Connected pair(*context, SocketType::pair, SocketType::pair);
    context.reset();
    pair.first.send("x");
    CHECK(pair.second.recv(patience)->view() == "x");
    CHECK_FALSE(pair.first.context().is_closed());
}

TEST_CASE("A thread that is blocked in a socket keeps it alive, whoever else lets go of it")
{
    const Context context;
    auto pair = std::make_unique<Connected>(context, SocketType::pair, SocketType::pair);
    auto waiting = in_thread([socket = pair->first]() mutable { return socket.recv(patience); });
    CHECK(eventually([&] { return has_waiter(pair->first); }));
    Socket other = pair->second;
    pair.reset();
    other.send("x");
    CHECK(waiting.get()->view() == "x");
}

TEST_CASE("Destructors do not wait for messages to a peer that is not there")
{
    struct Unsent {
        Context context;
        Socket push{context, SocketType::push};
        Socket with_own_linger{context, SocketType::push};
    };
    for (int i = 0; i < 10; ++i) {
        auto unsent = std::make_unique<Unsent>();
        unsent->with_own_linger.set(zmqpp::option::linger, 60s);
        for (Socket* socket : {&unsent->push, &unsent->with_own_linger}) {
            socket->connect(dead_peer);
            socket->send("unsent");
        }
        const Stopwatch watch;
        unsent.reset();
        CHECK(watch.elapsed() < promptly);
    }
    // These contexts end in the background; the tests that follow are none of their concern.
}

TEST_CASE("A message is delivered though its socket and context were destroyed right after")
{
    Context receiving;
    Socket pull(receiving, SocketType::pull);
    const std::string endpoint = pull.bind(any_port);
    for (int i = 0; i < 50; ++i) {
        const Context context;
        Socket push(context, SocketType::push);
        push.connect(endpoint);
        push.send(std::to_string(i));
    }
    for (int i = 0; i < 50; ++i) {
        CHECK(pull.recv(patience).has_value());
    }
}

TEST_CASE(
    "A context that is dropped is ended in the background, and its descriptors are given back")
{
    const std::size_t before = count_descriptors();
    for (int i = 0; i < 30; ++i) {
        const Context context;
        Connected pair(context, SocketType::pair, SocketType::pair, any_port);
        pair.first.send("x");
        CHECK(pair.second.recv(patience).has_value());
    }
    // A few are kept: the wake handles of threads, and contexts of the test before that linger.
    CHECK(eventually([&] { return count_descriptors() <= before + 5; }));
}

TEST_CASE("Handles may be dropped by many threads at once")
{
    for (int round = 0; round < 100; ++round) {
        auto context = std::make_unique<Context>();
        auto socket = std::make_unique<Socket>(*context, SocketType::pair);
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 4; ++i) {
            threads.push_back(in_thread([held_socket = *socket, held_context = *context]() mutable {
                static_cast<void>(held_context.sockets());
                static_cast<void>(held_socket.describe());
            }));
        }
        socket.reset();
        context.reset();
    }
}
