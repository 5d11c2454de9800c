// Danger: signals. EINTR never reaches a caller; a wait goes on with what is left of its time, or
// ends when the interrupt hook says so.
#ifndef _WIN32
#include <sys/time.h>

#include <csignal>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

std::atomic<int> hook_calls{0};
std::atomic<int> hook_calls_to_go_on{0};

// Sends this process a SIGALRM again and again, and sets an interrupt hook, for a scope.
class Alarms {
public:
    explicit Alarms(std::chrono::microseconds interval, zmqpp::InterruptHook hook)
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &action, &action_before_);  // without SA_RESTART: calls end with EINTR
        hook_calls = 0;
        hook_before_ = zmqpp::interrupt_hook().exchange(hook);
        itimerval timer{};
        timer.it_value.tv_usec = timer.it_interval.tv_usec =
            static_cast<suseconds_t>(interval.count());
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }
    Alarms(const Alarms&) = delete;
    Alarms& operator=(const Alarms&) = delete;
    ~Alarms()
    {
        const itimerval off{};
        ::setitimer(ITIMER_REAL, &off, nullptr);
        zmqpp::interrupt_hook() = hook_before_;
        ::sigaction(SIGALRM, &action_before_, nullptr);
    }

private:
    struct sigaction action_before_ = {};
    zmqpp::InterruptHook hook_before_ = nullptr;
};

bool count_and_go_on()
{
    ++hook_calls;
    return true;
}

bool count_and_end() { return ++hook_calls <= hook_calls_to_go_on; }

bool count_and_throw()
{
    ++hook_calls;
    throw std::runtime_error("from the hook");
}

}  // namespace

TEST_CASE("Signals do not make a wait end early, nor late")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    zmqpp::Poller poller;
    poller.set(socket, ZMQ_POLLIN);
    const zmqpp::Tracker tracker;
    tracker.add();
    Message message("x");
    const Alarms alarms(2ms, count_and_go_on);
    const auto takes_its_time = [](auto call) {
        hook_calls = 0;
        CHECK(takes(100ms, call));
        CHECK(hook_calls >= 5);
    };
    takes_its_time([&] { return socket.recv(100ms).has_value(); });
    takes_its_time([&] { return socket.recv_multipart(100ms).has_value(); });
    takes_its_time([&] { return socket.send(message, 100ms); });
    takes_its_time([&] { return socket.poll(ZMQ_POLLIN, 100ms) != 0; });
    takes_its_time([&] { return !poller.poll(100ms).empty(); });
    takes_its_time([&] { return tracker.wait(100ms); });
    tracker.release();
}

TEST_CASE("Signals without a hook are nothing to a wait")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    const Alarms alarms(2ms, nullptr);
    CHECK(takes(60ms, [&] { return socket.recv(60ms).has_value(); }));
}

TEST_CASE("Signals cost no message and tear none")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair, any_port);
    const Alarms alarms(500us, count_and_go_on);
    auto sending = in_thread([&] {
        for (int i = 0; i < 20'000; ++i) {
            pair.first.send(multipart({std::to_string(i), std::to_string(i + 1), "end"}));
        }
    });
    for (int i = 0; i < 20'000; ++i) {
        const auto parts = pair.second.recv_multipart(patience);
        REQUIRE(parts.has_value());
        REQUIRE(parts->size() == 3);
        CHECK((*parts)[0].view() == std::to_string(i));
        CHECK((*parts)[1].view() == std::to_string(i + 1));
    }
    sending.get();
}

TEST_CASE("A hook that says no ends the wait with Interrupted")
{
    Context context;
    Socket socket(context, SocketType::dealer);
    const Alarms alarms(5ms, count_and_end);
    hook_calls_to_go_on = 3;
    const Stopwatch watch;
    CHECK(contains(message_of<zmqpp::Interrupted>([&] { static_cast<void>(socket.recv()); }),
                   "recv(): interrupted"));
    CHECK(hook_calls == 4);
    CHECK(watch.elapsed() < 20ms + promptly);
    hook_calls_to_go_on = 0;
    CHECK_THROWS_AS(socket.send("x"), zmqpp::Interrupted);
    CHECK_THROWS_AS(context.term(), zmqpp::Interrupted);
    CHECK_FALSE(has_waiter(socket));
}

#if defined(__linux__) || defined(__APPLE__)
TEST_CASE("The first thread asks the hook now and then without being interrupted")
{
    // As if the signal had come just before the wait began, or to another thread.
    static std::atomic<bool> handled{false};
    handled = false;
    Context context;
    Socket socket(context, SocketType::dealer);
    const auto hook_before = zmqpp::interrupt_hook().exchange([] {
        ++hook_calls;
        return !handled;
    });
    hook_calls = 0;
    CHECK(takes(50ms, [&] { return in_thread([&] { return socket.poll(0, 50ms) != 0; }).get(); }));
    CHECK(hook_calls == 0);  // other threads never do
    CHECK(takes(100ms, [&] { return socket.recv(100ms).has_value(); }));
    CHECK(hook_calls > 0);
    CHECK(hook_calls < 50);  // ever less often
    zmqpp::Poller poller;
    poller.set(socket, ZMQ_POLLIN);
    const zmqpp::Tracker tracker;
    tracker.add();
    const std::function<void()> waits[] = {
        [&] { static_cast<void>(socket.recv()); },
        [&] { socket.send("x"); },
        [&] { static_cast<void>(poller.poll(Deadline::never())); },
        [&] { static_cast<void>(tracker.wait(Deadline::never())); },
        [&] { context.term(Deadline::never()); },
    };
    for (const auto& wait : waits) {
        handled = false;
        auto signal = in_thread([] {
            std::this_thread::sleep_for(10ms);
            handled = true;
        });
        const Stopwatch watch;
        CHECK_THROWS_AS(wait(), zmqpp::Interrupted);
        CHECK(watch.elapsed() < 30ms + promptly);
    }
    zmqpp::interrupt_hook() = hook_before;
}
#endif

TEST_CASE("An exception of the hook comes out of the wait")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    const Alarms alarms(5ms, count_and_throw);
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), std::runtime_error);
    CHECK(hook_calls == 1);
    CHECK_FALSE(has_waiter(socket));
}

TEST_CASE("A busy proxy asks the hook too")
{
    const Context context;
    Socket front(context, SocketType::pull);
    Socket back(context, SocketType::push);
    Socket source(context, SocketType::push);
    Socket sink(context, SocketType::pull);
    source.connect(front.bind(fresh_inproc()));
    sink.connect(back.bind(fresh_inproc()));
    std::atomic<bool> stop{false};
    auto feeding = in_thread([&] {
        while (!stop) {
            Message message("x");
            static_cast<void>(source.send(message, 1ms));
            while (sink.try_recv()) {
            }
        }
    });
    const Alarms alarms(5ms, count_and_end);
    hook_calls_to_go_on = 0;
    CHECK_THROWS_AS(zmqpp::proxy(front, back), zmqpp::Interrupted);
    stop = true;
    feeding.get();
}

TEST_CASE("A hook that waits itself does not cost the wait around it its wake-up")
{
    static std::optional<Socket> inner;
    static std::optional<zmqpp::Tracker> outer;
    const Context context;
    for (int round = 0; round < 10; ++round) {
        inner.emplace(context, SocketType::dealer);
        outer.emplace();
        outer->add();
        const Stopwatch watch;
        {
            const Alarms alarms(3ms, [] {
                if (hook_calls++ == 0) {
                    in_thread([] { outer->release(); }).get();
                    // Two waits: the first meets, and clears, what was meant for the one around.
                    static_cast<void>(inner->recv(1ms));
                    static_cast<void>(inner->recv(1ms));
                    const itimerval off{};  // and no other signal comes to its help
                    ::setitimer(ITIMER_REAL, &off, nullptr);
                }
                return true;
            });
            CHECK(outer->wait(patience));
        }
        CHECK(watch.elapsed() < 10ms + promptly);
    }
    inner.reset();
    outer.reset();
}
#endif
