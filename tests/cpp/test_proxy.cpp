// Proxies: forwarding, capture, commands, and that every proxy can be stopped.
#include <cstring>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// A proxy in its own thread, between endpoints that others connect to.
struct Running {
    Running(const Context& context, SocketType front_type, SocketType back_type)
        : front(context, front_type),
          back(context, back_type),
          capture_reader(context, SocketType::pull),
          capture(context, SocketType::push),
          control(context, SocketType::pair),
          remote(context, SocketType::pair)
    {
        front_endpoint = front.bind(fresh_inproc());
        back_endpoint = back.bind(fresh_inproc());
        capture.connect(capture_reader.bind(fresh_inproc()));
        remote.connect(control.bind(fresh_inproc()));
    }

    void start(bool with_capture = false, bool with_control = false)
    {
        thread = in_thread([this, with_capture, with_control] {
            auto captured = with_capture ? std::optional<Socket>(capture) : std::nullopt;
            if (with_control) {
                zmqpp::proxy_steerable(front, back, captured, control);
            } else {
                zmqpp::proxy(front, back, captured);
            }
        });
    }

    void command(const char* word) { remote.send(word); }

    Socket front;
    Socket back;
    Socket capture_reader;
    Socket capture;
    Socket control;
    Socket remote;
    std::string front_endpoint;
    std::string back_endpoint;
    std::future<void> thread;
};

}  // namespace

TEST_CASE("A proxy carries requests one way and replies the other")
{
    Context context;
    Running proxy(context, SocketType::router, SocketType::dealer);
    proxy.start();
    Socket client(context, SocketType::req);
    Socket server(context, SocketType::rep);
    client.connect(proxy.front_endpoint);
    server.connect(proxy.back_endpoint);
    for (int i = 0; i < 100; ++i) {
        client.send(multipart({"question", std::to_string(i)}));
        Multipart parts = *server.recv_multipart(patience);
        CHECK(texts(parts) == std::vector<std::string>{"question", std::to_string(i)});
        server.send(std::move(parts));
        CHECK(client.recv_multipart(patience)->back().view() == std::to_string(i));
    }
    context.shutdown();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::ContextTerminated);
}

TEST_CASE("A proxy forwards subscriptions backwards and topics forwards")
{
    const Context context;
    Running proxy(context, SocketType::xsub, SocketType::xpub);
    proxy.start();
    Socket publisher(context, SocketType::xpub);
    Socket subscriber(context, SocketType::sub);
    publisher.connect(proxy.front_endpoint);
    subscriber.connect(proxy.back_endpoint);
    subscriber.subscribe("topic");
    CHECK(publisher.recv(patience)->view() == "\1topic");
    publisher.send(multipart({"topic", "news"}));
    CHECK(texts(*subscriber.recv_multipart(patience)) == std::vector<std::string>{"topic", "news"});
    proxy.back.close();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
}

TEST_CASE("A proxy hands a copy of every message to its capture socket")
{
    Context context;
    Running proxy(context, SocketType::router, SocketType::dealer);
    proxy.start(true);
    Socket client(context, SocketType::req);
    Socket server(context, SocketType::rep);
    client.connect(proxy.front_endpoint);
    server.connect(proxy.back_endpoint);
    client.send("question");
    CHECK(server.recv(patience)->view() == "question");
    server.send("answer");
    CHECK(client.recv(patience)->view() == "answer");
    CHECK(proxy.capture_reader.recv_multipart(patience)->back().view() == "question");
    CHECK(proxy.capture_reader.recv_multipart(patience)->back().view() == "answer");
    context.shutdown();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::ContextTerminated);
}

TEST_CASE("A proxy forwards an empty message")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    proxy.start();
    Socket source(context, SocketType::push);
    Socket sink(context, SocketType::pull);
    source.connect(proxy.front_endpoint);
    sink.connect(proxy.back_endpoint);
    source.send("");
    CHECK(sink.recv(patience)->empty());
    proxy.front.close();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
}

TEST_CASE("A proxy may have one socket for both sides")
{
    const Context context;
    Socket echo(context, SocketType::router);
    const std::string endpoint = echo.bind(fresh_inproc());
    auto thread = in_thread([&] { zmqpp::proxy(echo, echo); });
    Socket client(context, SocketType::req);
    client.connect(endpoint);
    client.send("hello");
    CHECK(client.recv(patience)->view() == "hello");
    echo.close();
    CHECK_THROWS_AS(thread.get(), zmqpp::SocketClosed);
}

TEST_CASE("A steered proxy pauses, resumes and ends on command")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    proxy.start(false, true);
    Socket source(context, SocketType::push);
    Socket sink(context, SocketType::pull);
    source.connect(proxy.front_endpoint);
    sink.connect(proxy.back_endpoint);
    source.send("before");
    CHECK(sink.recv(patience)->view() == "before");
    proxy.command("PAUSE");
    proxy.command("STATISTICS");  // whose answer says that the pause was obeyed
    CHECK(proxy.remote.recv_multipart(patience).has_value());
    source.send("meanwhile");
    CHECK_FALSE(sink.recv(50ms).has_value());
    proxy.command("NO SUCH COMMAND");
    proxy.command("RESUME");
    CHECK(sink.recv(patience)->view() == "meanwhile");
    proxy.command("TERMINATE");
    CHECK_NOTHROW(proxy.thread.get());
}

TEST_CASE("A steered proxy counts messages and bytes")
{
    const Context context;
    Running proxy(context, SocketType::router, SocketType::dealer);
    proxy.start(false, true);
    Socket client(context, SocketType::dealer);
    Socket server(context, SocketType::router);
    client.set(zmqpp::option::routing_id, "me");
    client.connect(proxy.front_endpoint);
    server.connect(proxy.back_endpoint);
    for (int i = 0; i < 3; ++i) {
        client.send("12345");
        CHECK(server.recv_multipart(patience).has_value());
    }
    const auto statistics = [&] {
        proxy.command("STATISTICS");
        std::vector<std::uint64_t> counts;
        const Multipart answer = *proxy.remote.recv_multipart(patience);
        for (const Message& part : answer) {
            REQUIRE(part.size() == 8);
            std::uint64_t count = 0;
            std::memcpy(&count, part.data(), sizeof count);
            counts.push_back(count);
        }
        return counts;
    };
    // Three messages of "me" and five bytes came in at the front and went out at the back.
    CHECK(eventually(
        [&] { return statistics() == std::vector<std::uint64_t>{3, 21, 0, 0, 0, 0, 3, 21}; }));
    proxy.command("KILL");
    CHECK_NOTHROW(proxy.thread.get());
}

TEST_CASE("A proxy can be steered by a REQ, whose every command is answered")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    Socket control(context, SocketType::rep);
    Socket remote(context, SocketType::req);
    remote.connect(control.bind(fresh_inproc()));
    proxy.control = control;
    proxy.start(false, true);
    for (const char* word : {"PAUSE", "RESUME", "STATISTICS", "PAUSE", "TERMINATE"}) {
        remote.send(word);
        const auto answer = remote.recv_multipart(patience);
        REQUIRE(answer.has_value());
        CHECK(answer->size() == (std::string(word) == "STATISTICS" ? 8 : 1));
    }
    CHECK_NOTHROW(proxy.thread.get());
}

TEST_CASE("A proxy that is steered from a PULL ignores a question it cannot answer")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    Socket control(context, SocketType::pull);
    Socket remote(context, SocketType::push);
    remote.connect(control.bind(fresh_inproc()));
    proxy.control = control;
    proxy.start(false, true);
    remote.send("STATISTICS");
    remote.send("TERMINATE");
    CHECK_NOTHROW(proxy.thread.get());
}

TEST_CASE("A proxy stops when either socket is closed, also if the back has no peer or is full")
{
    const Context context;
    for (const bool full : {false, true}) {
        for (const bool close_front : {true, false}) {
            Running proxy(context, SocketType::pull, SocketType::push);
            Socket source(context, SocketType::push);
            source.connect(proxy.front_endpoint);
            Socket sink(context, SocketType::pull);
            if (full) {
                sink.set(zmqpp::option::rcvhwm, 1);
                sink.connect(proxy.back_endpoint);
            }
            proxy.start();
            zmqpp::Message message("x");
            while (source.send(message, 20ms)) {  // until nothing moves any more
                message = zmqpp::Message("x");
            }
            const Stopwatch watch;
            (close_front ? proxy.front : proxy.back).close(0ms);
            CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
            CHECK(watch.elapsed() < promptly);
        }
    }
}

TEST_CASE("A paused proxy stops as well")
{
    for (const int how : {0, 1, 2, 3}) {
        Context context;
        Running proxy(context, SocketType::pull, SocketType::push);
        proxy.start(true, true);
        proxy.command("PAUSE");
        proxy.command("STATISTICS");
        CHECK(proxy.remote.recv_multipart(patience).has_value());
        if (how == 0) {
            proxy.front.close();
            CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
        } else if (how == 1) {
            proxy.capture.close();
            CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
        } else if (how == 2) {
            context.shutdown();
            CHECK_THROWS_AS(proxy.thread.get(), zmqpp::ContextTerminated);
        } else {
            proxy.command("TERMINATE");
            CHECK_NOTHROW(proxy.thread.get());
        }
    }
}

TEST_CASE("A proxy whose capture is full waits for it and loses nothing")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    proxy.capture.set(zmqpp::option::sndhwm, 1);
    Socket tight(context, SocketType::push);
    tight.set(zmqpp::option::sndhwm, 1);
    Socket reader(context, SocketType::pull);
    reader.set(zmqpp::option::rcvhwm, 1);
    tight.connect(reader.bind(fresh_inproc()));
    proxy.capture = tight;
    proxy.start(true);
    Socket source(context, SocketType::push);
    Socket sink(context, SocketType::pull);
    source.connect(proxy.front_endpoint);
    sink.connect(proxy.back_endpoint);
    for (int i = 0; i < 50; ++i) {
        source.send(std::to_string(i));
    }
    for (int i = 0; i < 50; ++i) {
        CHECK(reader.recv(patience)->view() == std::to_string(i));
        CHECK(sink.recv(patience)->view() == std::to_string(i));
    }
    proxy.front.close();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
}

TEST_CASE("A proxy misses no message, however it comes just when the proxy goes to sleep")
{
    const Context context;
    Running proxy(context, SocketType::pull, SocketType::push);
    proxy.start();
    Socket source(context, SocketType::push);
    Socket sink(context, SocketType::pull);
    source.connect(proxy.front_endpoint);
    sink.connect(proxy.back_endpoint);
    for (int i = 0; i < 5000; ++i) {
        source.send(std::to_string(i));
        const auto received = sink.recv(2s);
        REQUIRE(received.has_value());
        CHECK(received->view() == std::to_string(i));
    }
    proxy.back.close();
    CHECK_THROWS_AS(proxy.thread.get(), zmqpp::SocketClosed);
}
