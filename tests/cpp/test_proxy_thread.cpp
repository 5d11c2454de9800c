// Proxy: a proxy in a thread of its own, and that it stops in every state.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Proxy;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

struct Pipeline {
    explicit Pipeline(const Context& context)
        : source(context, SocketType::push),
          front(context, SocketType::pull),
          back(context, SocketType::push),
          sink(context, SocketType::pull)
    {
        back.set(zmqpp::option::sndhwm, 1);
        sink.set(zmqpp::option::rcvhwm, 1);
        source.connect(front.bind(fresh_inproc()));
    }

    void connect_sink() { sink.connect(back.bind(fresh_inproc())); }

    Socket source;
    Socket front;
    Socket back;
    Socket sink;
};

}  // namespace

TEST_CASE("A proxy carries messages from start() to stop(), again and again")
{
    const Context context;
    Pipeline line(context);
    line.connect_sink();
    Proxy proxy(line.front, line.back);
    CHECK_FALSE(proxy.is_running());
    CHECK(proxy.stop(0ms));
    for (int round = 0; round < 3; ++round) {
        proxy.start();
        CHECK(proxy.is_running());
        CHECK_THROWS_AS(proxy.start(), zmqpp::StateError);
        line.source.send("x");
        CHECK(line.sink.recv(patience)->view() == "x");
        CHECK_FALSE(proxy.join(10ms));
        CHECK(proxy.stop(patience));
        CHECK(proxy.join(patience));
        CHECK_FALSE(proxy.is_running());
    }
}

TEST_CASE("A proxy stops whatever it is doing: idle, without a peer, full, flooded")
{
    const Context context;
    for (const std::string state : {"idle", "no peer", "full", "flooded"}) {
        CAPTURE(state);
        Pipeline line(context);
        if (state != "no peer") {
            line.connect_sink();
        }
        Proxy proxy(line.front, line.back);
        proxy.start();
        std::atomic<bool> stop{false};
        auto flood = in_thread([&] {
            while (!stop && state != "idle") {
                zmqpp::Message message("x");
                static_cast<void>(line.source.send(message, 1ms));
            }
        });
        auto drain = in_thread([&] {
            while (!stop && state == "flooded") {
                static_cast<void>(line.sink.recv(1ms));
            }
        });
        std::this_thread::sleep_for(20ms);
        const Stopwatch watch;
        CHECK(proxy.stop(patience));
        CHECK(watch.elapsed() < promptly);
        stop = true;
        flood.get();
        drain.get();
    }
}

TEST_CASE("What ends a proxy is thrown by stop() and join(), by all of them")
{
    Context context;
    for (const bool closes : {true, false}) {
        Pipeline line(context);
        Proxy proxy(line.front, line.back);
        proxy.start();
        auto joining = in_thread([&] { return proxy.join(patience); });
        if (closes) {
            line.back.close();
            CHECK_THROWS_AS(joining.get(), zmqpp::SocketClosed);
            CHECK_THROWS_AS(proxy.stop(patience), zmqpp::SocketClosed);
        } else {
            context.shutdown();
            CHECK_THROWS_AS(joining.get(), zmqpp::ContextTerminated);
            CHECK_THROWS_AS(proxy.join(patience), zmqpp::ContextTerminated);
        }
        CHECK_FALSE(proxy.is_running());
    }
}

TEST_CASE("A proxy that is dropped stops by itself, and lets go of its sockets")
{
    const Context context;
    {
        Proxy proxy(Socket(context, SocketType::pull), Socket(context, SocketType::push));
        proxy.start();
        CHECK(context.sockets().size() == 2);
    }
    CHECK(eventually([&] { return context.sockets().empty(); }));
}

TEST_CASE("A proxy to a PUB that may drop nothing can be stopped while a subscriber is full")
{
    const Context context;
    Socket front(context, SocketType::pull);
    Socket source(context, SocketType::push);
    source.connect(front.bind(fresh_inproc()));
    Socket pub(context, SocketType::pub);
    pub.set(zmqpp::option::xpub_nodrop, true);
    pub.set(zmqpp::option::sndhwm, 1);
    Socket sub(context, SocketType::sub);
    sub.set(zmqpp::option::rcvhwm, 1);
    sub.subscribe("");
    sub.connect(pub.bind(fresh_inproc()));
    pub.wait_for_subscribers(1, patience);
    Proxy proxy(front, pub);
    proxy.start();
    for (int i = 0; i < 20; ++i) {
        source.send("x");
    }
    CHECK(sub.poll(ZMQ_POLLIN, patience) != 0);
    std::this_thread::sleep_for(20ms);
    const Stopwatch watch;
    CHECK(proxy.stop(patience));
    CHECK(watch.elapsed() < promptly);
}

#ifndef _WIN32
TEST_CASE("A child of fork() cannot touch its parent's proxy, and drops it without a word")
{
    const Context context;
    Pipeline line(context);
    Proxy proxy(line.front, line.back);
    proxy.start();
    const Ended ended = in_child([&] {
        return message_of<zmqpp::ForkError>([&] { proxy.stop(patience); }).empty() ? 1 : 0;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors.empty());
    CHECK(proxy.stop(patience));
}
#endif
