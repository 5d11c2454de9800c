// Danger: fork. In a child, what was made before is refused at once and dies in silence; what is made
// there works; and the parent notices nothing.
#ifndef _WIN32
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// In a child there is no test framework: 0 if all is well, or the line that is not.
#define REQUIRE_IN_CHILD(condition) \
    do {                            \
        if (!(condition)) {         \
            return __LINE__ % 200;  \
        }                           \
    } while (false)

template <class Call> bool is_refused(Call&& call)
{
    const Stopwatch watch;
    return contains(message_of<zmqpp::ForkError>(call), "made before fork()") &&
           watch.elapsed() < 1s;
}

// A whole round trip in a fresh context.
int round_trip()
{
    if (under_tsan) {
        return 0;  // which takes a child's threads for its parent's, and gives up
    }
    Context context;
    Connected pair(context, SocketType::rep, SocketType::req, any_port);
    pair.second.send("x");
    REQUIRE_IN_CHILD(pair.first.recv(patience).has_value());
    pair.first.send("y");
    REQUIRE_IN_CHILD(pair.second.recv(patience).has_value());
    REQUIRE_IN_CHILD(Context::instance().is_closed() == false);
    context.destroy();
    return 0;
}

// The handler runs in the middle of recv(), and its child comes back into that.
const Scenario born_inside("children are born in a signal handler", [] {
    static pid_t born = -1;
    const Context context;
    Socket socket(context, SocketType::dealer);
    zmqpp::interrupt_hook() = [] {
        born = ::fork();
        if (born == 0) {
            ::signal(SIGALRM, SIG_DFL);
            ::alarm(5);  // the end of a child that hangs
        }
        return true;
    };
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, nullptr);
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    std::atomic<bool> stop{false};
    ::pthread_sigmask(SIG_BLOCK, &alarms, nullptr);  // for the thread, which is born with it
    auto busy = in_thread([&] {                      // holds the lock as often as not
        while (!stop) {
            static_cast<void>(socket.events());
        }
    });
    ::pthread_sigmask(SIG_UNBLOCK, &alarms, nullptr);
    int code = 0;
    for (int round = 0; round < 20 && code == 0; ++round) {
        born = -1;
        itimerval timer{};
        timer.it_value.tv_usec = 3'000;
        ::setitimer(ITIMER_REAL, &timer, nullptr);
        try {
            const bool received = socket.recv(50ms).has_value();
            code = received || born <= 0 ? 1 : 0;
        } catch (const zmqpp::ForkError&) {
            ::_exit(born == 0 ? 7 : 8);
        }
        int status = 0;
        if (code == 0 && (::waitpid(born, &status, 0) != born || !WIFEXITED(status) ||
                          WEXITSTATUS(status) != 7)) {
            code = 2;
        }
    }
    stop = true;
    busy.get();
    return code;
});

}  // namespace

TEST_CASE("A child may not use a context that was made before the fork, nor its sockets")
{
    Context context;
    Connected pair(context, SocketType::pair, SocketType::pair, any_port);
    zmqpp::Monitor monitor(pair.first);
    const Ended ended = in_child([&] {
        REQUIRE_IN_CHILD(is_refused([&] { pair.first.send("x"); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.recv()); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.try_recv()); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.poll(ZMQ_POLLIN, 1s)); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.events()); }));
        REQUIRE_IN_CHILD(is_refused([&] { pair.first.bind(any_port); }));
        REQUIRE_IN_CHILD(is_refused([&] { pair.first.set(zmqpp::option::linger, 0ms); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.endpoints()); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(pair.first.handle()); }));
        REQUIRE_IN_CHILD(is_refused([&] { pair.first.close(); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(monitor.recv(1s)); }));
        REQUIRE_IN_CHILD(is_refused([&] { monitor.close(); }));
        REQUIRE_IN_CHILD(is_refused([&] { Socket socket(context, SocketType::pair); }));
        REQUIRE_IN_CHILD(is_refused([&] { context.shutdown(); }));
        REQUIRE_IN_CHILD(is_refused([&] { context.term(); }));
        REQUIRE_IN_CHILD(is_refused([&] { context.destroy(0ms); }));
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(context.sockets()); }));
        REQUIRE_IN_CHILD(
            is_refused([&] { static_cast<void>(context.get(zmqpp::context_option::ipv6)); }));
        zmqpp::Poller poller;
        poller.set(pair.first, ZMQ_POLLIN);
        REQUIRE_IN_CHILD(is_refused([&] { static_cast<void>(poller.poll(1s)); }));
        REQUIRE_IN_CHILD(is_refused([&] { zmqpp::proxy(pair.first, pair.second); }));
        REQUIRE_IN_CHILD(pair.first.is_closed());
        REQUIRE_IN_CHILD(context.is_closed());
        REQUIRE_IN_CHILD(context.handle() == nullptr);
        REQUIRE_IN_CHILD(pair.first.describe() == "PAIR socket of the parent process");
        return 0;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");

    pair.first.send("still here");
    CHECK(pair.second.recv(patience)->view() == "still here");
}

TEST_CASE("A child makes a context of its own, and has its own shared instance")
{
    const Context shared = Context::instance();
    Connected pair(shared, SocketType::pair, SocketType::pair);
    const Ended ended = in_child([&] {
        REQUIRE_IN_CHILD(Context::instance() != shared);
        return round_trip();
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
    CHECK(Context::instance() == shared);
    pair.first.send("x");
    CHECK(pair.second.recv(patience).has_value());
}

TEST_CASE("Destructors and exit of a child are silent and quick, and leave the parent alone")
{
    auto context = std::make_unique<Context>();
    auto pair = std::make_unique<Connected>(*context, SocketType::pull, SocketType::push, any_port);
    auto unsent = std::make_unique<Socket>(*context, SocketType::push);
    unsent->connect(dead_peer);
    unsent->send("to nobody");
    auto monitor = std::make_unique<zmqpp::Monitor>(pair->first);
    pair->second.send("before");
    const Ended ended = in_child([&] {
        monitor.reset();
        unsent.reset();
        pair.reset();
        context.reset();
        return zmqpp::finish(1s) ? 0 : 1;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
    CHECK(ended.took < 1s * slowness);
    pair->second.send("after");
    CHECK(pair->first.recv(patience)->view() == "before");
    CHECK(pair->first.recv(patience)->view() == "after");
}

TEST_CASE("A child that just exits is silent and quick, whatever its parent was doing")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair, any_port);
    auto waiting = in_thread([&] { return pair.first.recv(patience); });
    CHECK(eventually([&] { return has_waiter(pair.first); }));
    const Ended ended = in_child([] { return 0; });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
    CHECK(ended.took < 1s * slowness);
    pair.second.send("x");
    CHECK(waiting.get()->view() == "x");
}

// Not under ASan, whose allocator has locks that a child does inherit.
TEST_CASE("A child is not caught by locks that threads of its parent held when it was born" *
          doctest::skip(under_asan))
{
    Context context;
    Connected pair(context, SocketType::dealer, SocketType::dealer);
    std::atomic<bool> stop{false};
    std::vector<std::future<void>> threads;
    for (int i = 0; i < 3; ++i) {
        threads.push_back(in_thread([&] {
            while (!stop) {
                static_cast<void>(pair.first.events());
                static_cast<void>(context.is_closed());
                pair.first.send("x");
                static_cast<void>(pair.second.recv(1ms));
                static_cast<void>(context.sockets());
                const Context brief;
                Socket dropped(brief, SocketType::pair);
                static_cast<void>(Context::instance());
            }
        }));
    }
    for (int i = 0; i < (under_tsan ? 5 : 20); ++i) {
        const Ended ended = in_child([&] {
            REQUIRE_IN_CHILD(is_refused([&] { pair.first.send("x"); }));
            REQUIRE_IN_CHILD(pair.first.is_closed());
            REQUIRE_IN_CHILD(is_refused([&] { context.destroy(0ms); }));
            return round_trip();
        });
        CHECK(ended.status == 0);
        CHECK(ended.errors == "");
    }
    stop = true;
    for (auto& thread : threads) {
        thread.get();
    }
}

TEST_CASE("A child's child is a child too" * doctest::skip(under_tsan))
{
    const Context context;
    const Ended ended = in_child([&] {
        const Context own;
        Connected pair(own, SocketType::pair, SocketType::pair);
        const Ended inner = in_child([&] {
            REQUIRE_IN_CHILD(is_refused([&] { pair.first.send("x"); }));
            REQUIRE_IN_CHILD(is_refused([&] { const Socket socket(context, SocketType::pair); }));
            return round_trip();
        });
        pair.first.send("x");
        REQUIRE_IN_CHILD(pair.second.recv(patience).has_value());
        return inner.status;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
}

TEST_CASE("A child that is born in a signal handler, inside a wait, leaves the wait with ForkError")
{
    const Ended ended = in_process("children are born in a signal handler");
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
}
#endif
