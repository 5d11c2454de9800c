// The subscribers of a PUB: counting them, waiting for them, and staying a PUB.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

[[nodiscard]] Message notification(char kind, const std::string& topic)
{
    return Message(kind + topic);
}

[[nodiscard]] Socket subscriber(const Context& context, const std::string& endpoint,
                                const std::string& topic = "")
{
    Socket sub(context, SocketType::sub);
    sub.subscribe(topic);
    sub.connect(endpoint);
    return sub;
}

[[nodiscard]] std::size_t count_of(Socket& pub) { return pub.wait_for_subscribers(0, patience); }

}  // namespace

TEST_CASE("Subscriptions are counted by topic, up and down, and nothing else is")
{
    zmqpp::detail::Subscribers subscribers;
    CHECK(subscribers.take(notification('\1', "a")));
    CHECK(subscribers.take(notification('\1', "a")));
    CHECK(subscribers.take(notification('\1', "ab")));
    CHECK(subscribers.take(notification('\1', "")));
    CHECK_FALSE(subscribers.take(Message("hello")));
    CHECK_FALSE(subscribers.take(Message()));
    CHECK_FALSE(subscribers.take(notification('\0', "unheard of")));
    CHECK(subscribers.count(std::nullopt) == 4);
    CHECK(subscribers.count("a") == 2);
    CHECK(subscribers.count("") == 1);
    CHECK(subscribers.count("b") == 0);
    CHECK(subscribers.take(notification('\0', "a")));
    CHECK(subscribers.take(notification('\0', "a")));
    CHECK_FALSE(subscribers.take(notification('\0', "a")));
    CHECK(subscribers.count("a") == 0);
    CHECK(subscribers.count(std::nullopt) == 2);
}

TEST_CASE("The first message after the wait arrives, whoever binds, over every transport")
{
    const Context context;
    for (int round = 0; round < 30; ++round) {
        const std::string endpoint = round % 3 == 0 ? fresh_inproc() : any_port;
        Socket pub(context, SocketType::pub);
        Socket sub(context, SocketType::sub);
        sub.subscribe("");
        if (round % 2 == 0) {
            sub.connect(pub.bind(endpoint));
        } else {
            pub.connect(sub.bind(endpoint));
        }
        CHECK(pub.wait_for_subscribers(1, patience) == 1);
        pub.send("first");
        CHECK(sub.recv(patience)->view() == "first");
    }
}

TEST_CASE("Waiting for subscribers keeps its deadline, and says what is there and what is wanted")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    auto sub = subscriber(context, pub.bind(fresh_inproc()), "a");
    CHECK(pub.wait_for_subscribers(1, patience, "a") == 1);
    CHECK(takes(30ms, [&] {
        try {
            pub.wait_for_subscribers(2, 30ms);
            return true;
        } catch (const zmqpp::Timeout&) {
            return false;
        }
    }));
    try {
        pub.wait_for_subscribers(2, 0ms, "a\n");
        FAIL("no Timeout");
    } catch (const zmqpp::Timeout& error) {
        CHECK(std::string(error.what()).find("0 of 2 subscriptions to 0x610a") !=
              std::string::npos);
    }
}

TEST_CASE("Who sends on a PUB wakes those who wait for its subscribers")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    const std::string endpoint = pub.bind(any_port);
    std::atomic<bool> stop{false};
    auto sender = in_thread([&] {
        while (!stop) {
            pub.send("x");
        }
    });
    std::vector<std::future<std::size_t>> waiters;
    for (std::size_t wanted = 1; wanted <= 3; ++wanted) {
        waiters.push_back(in_thread([&pub, wanted] {  //
            return pub.wait_for_subscribers(wanted, patience);
        }));
    }
    std::vector<Socket> subs;
    for (int i = 0; i < 3; ++i) {
        subs.push_back(subscriber(context, endpoint, "nothing of that"));
    }
    for (std::size_t i = 0; i < waiters.size(); ++i) {
        CHECK(waiters[i].get() >= i + 1);
    }
    stop = true;
    sender.get();
}

TEST_CASE("The end of a PUB and of its context end the wait for subscribers")
{
    Context context;
    Socket pub(context, SocketType::pub);
    auto waiting = in_thread([&] { return pub.wait_for_subscribers(1, patience); });
    std::this_thread::sleep_for(20ms);
    pub.close();
    CHECK_THROWS_AS(waiting.get(), zmqpp::SocketClosed);
    Socket second(context, SocketType::pub);
    auto also_waiting = in_thread([&] { return second.wait_for_subscribers(1, patience); });
    std::this_thread::sleep_for(20ms);
    context.shutdown();
    CHECK_THROWS_AS(also_waiting.get(), zmqpp::ContextTerminated);
}

TEST_CASE("Subscribers that go are not counted any more")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    for (const std::string& endpoint : {pub.bind(any_port), pub.bind(fresh_inproc())}) {
        std::vector<Socket> subs;
        for (int i = 0; i < 20; ++i) {
            subs.push_back(subscriber(context, endpoint));
        }
        CHECK(pub.wait_for_subscribers(20, patience) == 20);
        subs.resize(subs.size() - 15, subs.front());
        CHECK(eventually([&] { return count_of(pub) == 5; }));
        subs.clear();
        CHECK(eventually([&] { return count_of(pub) == 0; }));
    }
}

TEST_CASE("That it counts does not show: a PUB has a PUB's type, events and errors")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    auto sub = subscriber(context, pub.bind(fresh_inproc()));
    pub.wait_for_subscribers(1, patience);
    auto second = subscriber(context, pub.endpoints().front());
    CHECK(pub.type() == SocketType::pub);
    CHECK(pub.get(zmqpp::option::type) == static_cast<int>(SocketType::pub));
    CHECK(pub.get(zmqpp::option::events) == ZMQ_POLLOUT);
    CHECK(pub.events() == ZMQ_POLLOUT);
    CHECK(pub.poll(ZMQ_POLLIN, 5ms) == 0);
    CHECK_THROWS_AS(static_cast<void>(pub.recv(5ms)), zmqpp::NotSupported);
    CHECK(count_of(pub) == 2);
}

TEST_CASE("A PUB that conflates is one of libzmq's, with the options that it was given before")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    pub.set(zmqpp::option::linger, 77ms);
    pub.set(zmqpp::option::sndhwm, 5);
    pub.set(zmqpp::option::conflate, false);
    auto waiting = in_thread([&] { return pub.poll(ZMQ_POLLIN, patience); });
    pub.set(zmqpp::option::conflate, true);
    CHECK(pub.get(zmqpp::option::conflate));
    CHECK(pub.get(zmqpp::option::linger) == 77ms);
    CHECK(pub.get(zmqpp::option::sndhwm) == 5);
    CHECK_THROWS_AS(pub.wait_for_subscribers(1, patience), zmqpp::StateError);
    auto sub = subscriber(context, pub.bind(fresh_inproc()));
    CHECK(eventually([&] {
        pub.send("x");
        return sub.try_recv().has_value();
    }));
    pub.close();
    CHECK_THROWS_AS(waiting.get(), zmqpp::SocketClosed);

    Socket late(context, SocketType::pub);
    late.bind(fresh_inproc());
    CHECK_THROWS_AS(late.set(zmqpp::option::conflate, true), zmqpp::StateError);
    late.send("still there");
}

TEST_CASE("Sockets without subscribers say so")
{
    const Context context;
    for (const auto type : {SocketType::xpub, SocketType::sub, SocketType::rep}) {
        Socket socket(context, type);
        CHECK_THROWS_AS(socket.wait_for_subscribers(1, 0ms), zmqpp::StateError);
    }
}

TEST_CASE("A PUB may be used by many threads while its subscribers come and go")
{
    const Context context;
    Socket pub(context, SocketType::pub);
    const std::string endpoint = pub.bind(any_port);
    const Stopwatch watch;
    const auto in_time = [&] { return watch.elapsed() < stress_time() / 4; };
    auto sender = in_thread([&] {
        while (in_time()) {
            pub.send("x");
        }
    });
    auto waiter = in_thread([&] {
        while (in_time()) {
            try {
                pub.wait_for_subscribers(3, 5ms);
            } catch (const zmqpp::Timeout&) {
            }
        }
    });
    auto poller = in_thread([&] {
        while (in_time()) {
            CHECK(pub.poll(ZMQ_POLLIN, 1ms) == 0);
        }
    });
    while (in_time()) {
        auto one = subscriber(context, endpoint);
        auto two = subscriber(context, endpoint, "y");
        one.subscribe("more");
        static_cast<void>(one.recv(1ms));
    }
    sender.get();
    waiter.get();
    poller.get();
    CHECK(eventually([&] { return count_of(pub) == 0; }));
}
