// Pollers: waiting for sockets and plain descriptors together.
#include "testing.hpp"

#ifndef _WIN32
#include <unistd.h>
#endif

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Poller;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

#ifndef _WIN32
struct Pipe {
    Pipe() { REQUIRE(::pipe(ends) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void write() const { CHECK(::write(ends[1], "x", 1) == 1); }

    int ends[2] = {-1, -1};
};
#endif

}  // namespace

TEST_CASE("A poll of nothing waits for its deadline")
{
    const Poller poller;
    CHECK(poller.try_poll().empty());
    const Stopwatch watch;
    CHECK(poller.poll(30ms).empty());
    CHECK(watch.elapsed() >= 30ms);
}

TEST_CASE("A poll says which sockets are ready, in the order of registration")
{
    const Context context;
    Connected first(context, SocketType::pair, SocketType::pair);
    Connected second(context, SocketType::pair, SocketType::pair);
    Connected third(context, SocketType::pair, SocketType::pair);
    Poller poller;
    CHECK(poller.set(first.first, ZMQ_POLLIN) == 0);
    CHECK(poller.set(second.first, ZMQ_POLLIN) == 1);
    CHECK(poller.set(third.first, ZMQ_POLLIN | ZMQ_POLLOUT) == 2);
    CHECK(poller.size() == 3);

    auto ready = poller.try_poll();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].index == 2);
    CHECK(ready[0].events == ZMQ_POLLOUT);

    second.second.send("x");
    first.second.send("x");
    ready = poller.poll(patience);
    REQUIRE(ready.size() == 3);
    CHECK(ready[0].index == 0);
    CHECK(ready[0].events == ZMQ_POLLIN);
    CHECK(ready[1].index == 1);
}

TEST_CASE("Registering again changes what is waited for, and 0 waits for nothing")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    Poller poller;
    poller.set(pair.first, ZMQ_POLLOUT);
    CHECK(poller.try_poll().size() == 1);
    CHECK(poller.set(pair.first, ZMQ_POLLIN) == 0);
    CHECK(poller.try_poll().empty());
    pair.second.send("x");
    CHECK(poller.poll(patience).size() == 1);
    poller.set(pair.first, 0);
    CHECK(poller.size() == 1);
    CHECK(poller.poll(10ms).empty());
}

TEST_CASE("What was removed is not polled, and removing it again says so")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    Poller poller;
    poller.set(pair.first, ZMQ_POLLOUT);
    poller.set(pair.second, ZMQ_POLLOUT);
    CHECK(poller.remove(pair.first));
    CHECK_FALSE(poller.remove(pair.first));
    const auto ready = poller.try_poll();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].index == 0);
}

TEST_CASE("A poll wakes when a message comes, whichever socket it is for")
{
    const Context context;
    std::vector<Connected> pairs;
    Poller poller;
    for (int i = 0; i < 5; ++i) {
        pairs.emplace_back(context, SocketType::pair, SocketType::pair, any_port);
        poller.set(pairs.back().first, ZMQ_POLLIN);
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        auto waiting = in_thread([&] { return poller.poll(patience); });
        CHECK(eventually([&] { return has_waiter(pairs[4].first); }));
        pairs[i].second.send("x");
        const auto ready = waiting.get();
        REQUIRE(ready.size() == 1);
        CHECK(ready[0].index == i);
        static_cast<void>(pairs[i].first.recv());
    }
}

TEST_CASE("A poll waits for room to send")
{
    const Context context;
    Connected pair(context, SocketType::push, SocketType::pull);
    pair.second.close();
    Socket push(context, SocketType::push);
    push.set(zmqpp::option::sndhwm, 1);
    Socket pull(context, SocketType::pull);
    pull.set(zmqpp::option::rcvhwm, 1);
    pull.connect(push.bind(fresh_inproc()));
    while (push.try_send("x", 1)) {
    }
    Poller poller;
    poller.set(push, ZMQ_POLLOUT);
    CHECK(poller.poll(10ms).empty());
    auto waiting = in_thread([&] { return poller.poll(patience); });
    CHECK(eventually([&] { return has_waiter(push); }));
    while (pull.try_recv().has_value()) {
    }
    CHECK(waiting.get().size() == 1);
}

TEST_CASE(
    "Closing a socket ends the polls that wait for it, also those that wait for nothing of it")
{
    const Context context;
    for (const int events : {ZMQ_POLLIN, ZMQ_POLLOUT, 0}) {
        Socket socket(context, SocketType::dealer);
        const Socket other(context, SocketType::dealer);
        Poller poller;
        poller.set(other, ZMQ_POLLIN);
        poller.set(socket, events);
        auto waiting = in_thread([&] { static_cast<void>(poller.poll(patience)); });
        CHECK(eventually([&] { return has_waiter(socket); }));
        const Stopwatch watch;
        socket.close();
        CHECK_THROWS_AS(waiting.get(), zmqpp::SocketClosed);
        CHECK(watch.elapsed() < promptly);
    }
}

TEST_CASE("The end of the context ends a poll")
{
    Context context;
    const Socket socket(context, SocketType::dealer);
    Poller poller;
    poller.set(socket, ZMQ_POLLIN);
    auto waiting = in_thread([&] { static_cast<void>(poller.poll(patience)); });
    CHECK(eventually([&] { return has_waiter(socket); }));
    context.shutdown();
    CHECK_THROWS_AS(waiting.get(), zmqpp::ContextTerminated);
}

TEST_CASE("A poller may be changed while it is polled: that poll goes on as it began")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    Connected later(context, SocketType::pair, SocketType::pair);
    Poller poller;
    poller.set(pair.first, ZMQ_POLLIN);
    auto waiting = in_thread([&] { return poller.poll(patience); });
    CHECK(eventually([&] { return has_waiter(pair.first); }));
    poller.set(later.first, ZMQ_POLLOUT);
    CHECK(poller.remove(pair.first));
    CHECK(waiting.wait_for(10ms) == std::future_status::timeout);
    pair.second.send("x");
    CHECK(waiting.get().size() == 1);
    CHECK(poller.try_poll().size() == 1);
}

TEST_CASE("Many threads may poll and change one poller at the same time")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    Poller poller;
    poller.set(pair.first, ZMQ_POLLOUT);
    std::vector<std::future<void>> threads;
    for (int i = 0; i < 3; ++i) {
        threads.push_back(in_thread([&] {
            for (int round = 0; round < 300; ++round) {
                CHECK(poller.poll(patience).size() >= 1);
            }
        }));
        threads.push_back(in_thread([&] {
            for (int round = 0; round < 300; ++round) {
                const Socket socket(context, SocketType::pair);
                poller.set(socket, ZMQ_POLLIN);
                CHECK(poller.remove(socket));
            }
        }));
    }
    for (auto& thread : threads) {
        thread.get();
    }
    CHECK(poller.size() == 1);
}

TEST_CASE("A poller keeps its sockets alive")
{
    const Context context;
    Poller poller;
    poller.set(Socket(context, SocketType::pair), ZMQ_POLLIN);
    CHECK(context.sockets().size() == 1);
    CHECK(poller.poll(1ms).empty());
}

#ifndef _WIN32
TEST_CASE("Descriptors are polled beside sockets")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    const Pipe pipe;
    Poller poller;
    poller.set(pair.first, ZMQ_POLLIN);
    poller.set(pipe.ends[0], ZMQ_POLLIN);
    poller.set(pipe.ends[1], ZMQ_POLLOUT);

    auto ready = poller.try_poll();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].index == 2);
    CHECK(poller.remove(pipe.ends[1]));

    auto waiting = in_thread([&] { return poller.poll(patience); });
    CHECK(eventually([&] { return has_waiter(pair.first); }));
    pipe.write();
    ready = waiting.get();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].index == 1);
    CHECK(ready[0].events == ZMQ_POLLIN);

    pair.second.send("x");
    CHECK(eventually([&] { return poller.try_poll().size() == 2; }));
}

TEST_CASE("A descriptor that is closed is an error event, and never a hang")
{
    int descriptor = -1;
    {
        const Pipe pipe;
        descriptor = pipe.ends[0];
    }
    Poller poller;
    poller.set(descriptor, ZMQ_POLLIN);
    const auto ready = poller.poll(patience);
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].events == ZMQ_POLLERR);
}

TEST_CASE("A reader is told when the writing end of its pipe is gone")
{
    Pipe pipe;
    Poller poller;
    poller.set(pipe.ends[0], ZMQ_POLLIN);
    CHECK(poller.poll(5ms).empty());
    ::close(pipe.ends[1]);
    pipe.ends[1] = ::dup(pipe.ends[0]);
    CHECK(poller.poll(patience).size() == 1);
}

TEST_CASE("Descriptors alone can be polled too")
{
    const Pipe pipe;
    Poller poller;
    poller.set(pipe.ends[0], ZMQ_POLLIN);
    const Stopwatch watch;
    CHECK(poller.poll(30ms).empty());
    CHECK(watch.elapsed() >= 30ms);
    pipe.write();
    CHECK(poller.poll(patience).size() == 1);
}
#endif
