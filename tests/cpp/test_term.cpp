// Ends of contexts: who waits for what, for how long, and what is said when it takes too long.
#include <algorithm>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Socket;
using zmqpp::SocketType;
namespace context_option = zmqpp::context_option;

TEST_CASE("Ending a context with open sockets runs out of time and names them")
{
    Context context;
    Socket reply(context, SocketType::rep);
    const int line = __LINE__ - 1;
    const std::string endpoint = reply.bind(any_port);
    Socket named(context, SocketType::push, "the place where it was made");
    const Stopwatch watch;
    const std::string text = message_of<zmqpp::Timeout>([&] { context.term(100ms); });
    CHECK(watch.elapsed() >= 100ms);
    CHECK(watch.elapsed() < 100ms + promptly);
    CHECK(contains(text, "sockets still open"));
    CHECK(contains(text, "REP socket [" + endpoint + "]"));
    CHECK(contains(text, "test_term.cpp:" + std::to_string(line)));
    CHECK(contains(text, "PUSH socket, created at the place where it was made"));

    reply.close();
    const std::string later = message_of<zmqpp::Timeout>([&] { context.term(0ms); });
    CHECK(later.find("REP socket") == std::string::npos);
    named.close();
    CHECK_NOTHROW(context.term());  // goes on where it was given up
}

TEST_CASE("Ending a context waits until another thread has closed the last socket")
{
    Context context;
    Socket socket(context, SocketType::pair);
    auto ending = in_thread([&] { context.term(patience); });
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::ContextTerminated);
    socket.close();
    CHECK_NOTHROW(ending.get());
}

TEST_CASE("Any number of threads may end the same context at once")
{
    Context context;
    std::vector<Socket> open;
    for (int i = 0; i < 4; ++i) {
        open.emplace_back(context, SocketType::pair);
    }
    std::vector<std::future<void>> threads;
    for (int i = 0; i < 4; ++i) {
        threads.push_back(in_thread([&] { context.term(patience); }));
        threads.push_back(in_thread([&] { context.destroy(0ms); }));
    }
    for (auto& thread : threads) {
        CHECK_NOTHROW(thread.get());
    }
    CHECK(context.is_closed());
}

TEST_CASE("Ending a context with unsent messages in closed sockets takes as long as their linger")
{
    Context context;
    context.set_linger(300ms);
    Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    push.close();
    CHECK(contains(message_of<zmqpp::Timeout>([&] { context.term(20ms); }), "unsent messages"));
    const Stopwatch watch;
    CHECK_NOTHROW(context.term());  // linger and a second: it is not given up in the last moment
    CHECK(watch.elapsed() < 400ms + promptly);
}

TEST_CASE("Ending a context without linger needs no more time than it takes")
{
    Context context;
    context.set_linger(0ms);
    Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    push.close();
    CHECK_NOTHROW(context.term());
}

TEST_CASE(
    "Shutting down ends every call with ContextTerminated and leaves the sockets to be closed")
{
    Context context;
    Socket first(context, SocketType::dealer);
    Socket second(context, SocketType::dealer);
    std::vector<std::future<std::string>> threads;
    for (Socket* socket : {&first, &second}) {
        threads.push_back(in_thread([socket] {
            return message_of<zmqpp::ContextTerminated>([&] { static_cast<void>(socket->recv()); });
        }));
        threads.push_back(in_thread(
            [socket] { return message_of<zmqpp::ContextTerminated>([&] { socket->send("x"); }); }));
    }
    CHECK(eventually([&] { return has_waiter(first) && has_waiter(second); }));
    const Stopwatch watch;
    context.shutdown();
    for (auto& thread : threads) {
        CHECK(contains(thread.get(), "DEALER socket"));
    }
    CHECK(watch.elapsed() < promptly);
    CHECK_THROWS_AS(static_cast<void>(first.try_recv()), zmqpp::ContextTerminated);
    CHECK_THROWS_AS(Socket(context, SocketType::pair), zmqpp::ContextTerminated);
    CHECK_FALSE(context.is_closed());
    first.close();
    second.close();
    context.term();
}

TEST_CASE("Destroying a context closes its sockets while other threads are blocked in them")
{
    Context context;
    Socket socket(context, SocketType::dealer);
    std::vector<std::future<std::string>> threads;
    for (int i = 0; i < 4; ++i) {
        threads.push_back(in_thread(
            [&] { return message_of<zmqpp::Error>([&] { static_cast<void>(socket.recv()); }); }));
    }
    CHECK(eventually([&] { return has_waiter(socket); }));
    const Stopwatch watch;
    context.destroy();
    CHECK(watch.elapsed() < promptly);
    CHECK(context.is_closed());
    CHECK(socket.is_closed());
    for (auto& thread : threads) {
        CHECK(thread.get() != "");
    }
}

TEST_CASE("Destroying a context with a linger gives unsent messages that long, and no longer")
{
    Context context;
    Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    const Stopwatch watch;
    CHECK_NOTHROW(context.destroy(50ms));
    CHECK(watch.elapsed() >= 50ms);
    CHECK(watch.elapsed() < 50ms + promptly);
}

TEST_CASE(
    "Destroying a context with a linger means all sockets, also those that threads are inside of")
{
    for (int round = 0; round < 20; ++round) {
        Context context;
        std::vector<Socket> sockets;
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 10; ++i) {
            sockets.emplace_back(context, SocketType::push);
            sockets.back().connect(dead_peer);
            sockets.back().send("to nobody");
        }
        for (Socket& socket : sockets) {
            threads.push_back(in_thread([&] {
                CHECK_THROWS_AS(static_cast<void>(socket.poll(ZMQ_POLLIN, patience)), zmqpp::Error);
            }));
        }
        CHECK(eventually([&] { return std::all_of(sockets.begin(), sockets.end(), has_waiter); }));
        CHECK_NOTHROW(context.destroy(0ms));
    }
}

TEST_CASE("Destroying a context with an endless linger waits until the message has gone")
{
    Context context;
    Context other;
    Socket pull(other, SocketType::pull);
    const std::string endpoint = pull.bind(any_port);
    pull.unbind(endpoint);
    Socket push(context, SocketType::push);
    push.connect(endpoint);
    push.send("late");
    auto ending = in_thread([&] { context.destroy(-1ms); });
    std::this_thread::sleep_for(
        1200ms);  // longer than the second that any other linger gets on top
    CHECK(ending.wait_for(0ms) == std::future_status::timeout);
    pull.bind(endpoint);
    CHECK(pull.recv(patience).has_value());
    CHECK_NOTHROW(ending.get());
}

TEST_CASE("Abandoning a context takes no longer than it is allowed to")
{
    Context context;
    Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    Stopwatch watch;
    const bool all_sent = context.abandon(50ms);
    CHECK(watch.elapsed() < 50ms + promptly);
    CHECK(context.is_closed());
    static_cast<void>(all_sent);  // the message is given up at the very moment the time is

    Context idle;
    CHECK(idle.abandon(patience));
}

TEST_CASE(
    "A context can be ended whose sockets are connected to inproc endpoints that nobody bound")
{
    for (const int limit : {1, 2, 10}) {
        Context context;
        context.set(context_option::max_sockets, limit);
        for (int i = 0; i < limit; ++i) {
            Socket socket(context, SocketType::dealer);
            socket.connect(fresh_inproc());
            socket.close(0ms);
        }
        CHECK_NOTHROW(context.term(patience));
    }
    for (const bool shut_down : {false, true}) {
        Context context;
        context.set(context_option::max_sockets, 20);
        Socket socket(context, SocketType::dealer);
        for (int i = 0; i < 100; ++i) {
            socket.connect(fresh_inproc());
        }
        if (shut_down) {
            context.shutdown();
        }
        CHECK_NOTHROW(context.destroy(0ms));
    }
}

TEST_CASE("Sockets made while the context ends are closed or refused, and never forgotten")
{
    for (int round = 0; round < 50; ++round) {
        Context context;
        std::atomic<bool> started{false};
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 3; ++i) {
            threads.push_back(in_thread([context, &started] {
                std::vector<Socket> kept;
                CHECK_THROWS_AS(
                    for (;;) {
                        kept.emplace_back(context, SocketType::pair);
                        started = true;
                        if (kept.size() > 20) {
                            kept.clear();
                            std::this_thread::sleep_for(1ms);
                        }
                    },
                    zmqpp::ContextTerminated);
            }));
        }
        CHECK(eventually([&] { return started.load(); }));
        CHECK_NOTHROW(context.destroy(0ms));
        for (auto& thread : threads) {
            thread.get();
        }
    }
}
