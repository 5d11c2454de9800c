// Danger: exit. A process ends promptly, with its own exit code and in silence, whatever is still
// open, blocked or unsent.
#ifndef _WIN32
#include <cstdlib>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// Starting a process takes its time too, more so with sanitizers.
constexpr auto soon = 2000ms * slowness;

void check_clean(const char* scenario, int status = 0)
{
    INFO(std::string(scenario));
    const Ended ended = in_process(scenario);
    CHECK(ended.status == status);
    CHECK(ended.errors == "");
    CHECK(ended.took < soon);
}

const Scenario falls_off("unsent messages, then the end of main", [] {
    const Context context;
    Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    return 0;
});

constexpr const char* endpoint_variable = "ZMQPP_TEST_ENDPOINT";

const Scenario says_goodbye("a message, then the end of main", [] {
    const Context context;
    Socket push(context, SocketType::push);
    push.connect(std::getenv(endpoint_variable));
    push.send("goodbye");
    return 0;
});

const Scenario blocked("threads are blocked, then exit", [] {
    static const Context context;
    static Socket socket(context, SocketType::dealer);
    static std::atomic<int> inside{0};
    for (int i = 0; i < 20; ++i) {
        std::thread([i] {
            ++inside;
            try {
                if (i % 2 == 0) {
                    static_cast<void>(socket.recv());
                } else {
                    static_cast<void>(socket.poll(ZMQ_POLLIN, Deadline::never()));
                }
            } catch (const zmqpp::Error&) {
            }
        }).detach();
    }
    while (inside < 20 || !has_waiter(socket)) {
        std::this_thread::sleep_for(1ms);
    }
    std::exit(3);
    return 0;
});

const Scenario statics("static objects are still open at exit", [] {
    static const Context context = Context::instance();
    static Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    static zmqpp::Monitor monitor(push);
    return 0;
});

// Destructors that run after those of main's own thread_local objects, and wait.
struct EndsProperly {
    Context context;
    Socket socket{context, SocketType::push};
    EndsProperly()
    {
        socket.connect(dead_peer);
        socket.send("to nobody");
    }
    EndsProperly(const EndsProperly&) = delete;
    EndsProperly& operator=(const EndsProperly&) = delete;
    ~EndsProperly()
    {
        static_cast<void>(socket.poll(ZMQ_POLLIN, 5ms));
        context.destroy(50ms);
    }
};

const Scenario static_end("a static object ends its context", [] {
    static const EndsProperly object;
    return 0;
});

const Scenario thread_end("a thread_local object ends its context", [] {
    std::thread([] { static thread_local const EndsProperly object; }).join();
    static thread_local const EndsProperly object;
    return 0;
});

const Scenario finished("everything is finished, unsent messages or not", [] {
    static Context context;
    static Socket push(context, SocketType::push);
    push.connect(dead_peer);
    push.send("to nobody");
    Context ended;
    Socket lingering(ended, SocketType::push);
    lingering.connect(dead_peer);
    lingering.send("to nobody");
    lingering.close();  // with ten seconds to go
    const Stopwatch watch;
    const bool all_gone = zmqpp::finish(200ms);
    const bool in_time = watch.elapsed() < 200ms + promptly;
    return !all_gone && in_time && context.is_closed() ? 0 : 1;
});

const Scenario delivered("everything is finished, and what could be sent was", [] {
    Context context;
    Socket pull(context, SocketType::pull);
    const std::string endpoint = pull.bind(any_port);
    Context other;
    Socket push(other, SocketType::push);
    push.connect(endpoint);
    push.send(Message(std::string(1'000'000, 'x')));
    auto receiving = in_thread([&] { return pull.recv(patience).has_value(); });
    const bool received = receiving.get();
    push.close();
    pull.close();
    const Stopwatch watch;
    return received && zmqpp::finish(10s) && watch.elapsed() < 5s ? 0 : 1;
});

const Scenario twice("finishing twice, and starting anew in between", [] {
    Context first = Context::instance();
    if (!zmqpp::finish(1s) || !first.is_closed()) {
        return 1;
    }
    const Context second = Context::instance();
    Connected pair(second, SocketType::pair, SocketType::pair);
    pair.first.send("x");
    if (!pair.second.recv(patience)) {
        return 2;
    }
    return zmqpp::finish(1s) ? 0 : 3;
});

}  // namespace

TEST_CASE("A process ends within a second or so though messages are unsent")
{
    check_clean("unsent messages, then the end of main");
}

TEST_CASE("What was sent just before the end of a process arrives")
{
    const Context context;
    Socket pull(context, SocketType::pull);
    ::setenv(endpoint_variable, pull.bind(any_port).c_str(), 1);
    check_clean("a message, then the end of main");
    const auto message = pull.recv(patience);
    REQUIRE(message.has_value());
    CHECK(message->view() == "goodbye");
}

TEST_CASE("A process ends at once though threads are blocked in a socket")
{
    check_clean("threads are blocked, then exit", 3);
}

TEST_CASE("A process ends at once though sockets, monitors and contexts are static objects")
{
    check_clean("static objects are still open at exit");
}

TEST_CASE("Destructors of static and of thread_local objects may end a context and wait for it")
{
    check_clean("a static object ends its context");
    check_clean("a thread_local object ends its context");
}

TEST_CASE("finish() ends every context within its time, and says what was left behind")
{
    check_clean("everything is finished, unsent messages or not");
    check_clean("everything is finished, and what could be sent was");
    check_clean("finishing twice, and starting anew in between");
}
#endif
