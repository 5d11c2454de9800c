// What the tests share: names nobody else uses, waits on conditions, threads that report, processes
// of their own for what ends a process.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "zmqpp/core.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define ZMQPP_UNDER_ASAN
#elif defined(__SANITIZE_THREAD__)
#define ZMQPP_UNDER_TSAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ZMQPP_UNDER_ASAN
#elif __has_feature(thread_sanitizer)
#define ZMQPP_UNDER_TSAN
#endif
#endif

namespace testing {

using namespace std::chrono_literals;  // NOLINT: 10ms reads better than its name
using Clock = std::chrono::steady_clock;

// Sanitizers make everything slower, so limits that are about being prompt are stretched by this.
#ifdef ZMQPP_UNDER_TSAN
inline constexpr bool under_tsan = true;
#else
inline constexpr bool under_tsan = false;
#endif
#ifdef ZMQPP_UNDER_ASAN
inline constexpr bool under_asan = true;
#else
inline constexpr bool under_asan = false;
#endif
inline constexpr int slowness = under_asan || under_tsan ? 5 : 1;

// Longer than anything takes that does not hang.
inline constexpr auto patience = 20s;

// How soon a call must come back that was told to; mostly it is a thousand times sooner.
inline constexpr auto promptly = 500ms * slowness;

// How long the tests of endurance go on: ZMQPP_STRESS_SECONDS, or a little.
inline std::chrono::milliseconds stress_time()
{
    const char* seconds = std::getenv("ZMQPP_STRESS_SECONDS");
    return seconds == nullptr ? 2000ms : std::chrono::milliseconds(std::atoi(seconds) * 1000);
}

// An inproc endpoint that no other test has.
inline std::string fresh_inproc()
{
    static std::atomic<int> count{0};
    return "inproc://test." + std::to_string(++count);
}

inline constexpr const char* any_port = "tcp://127.0.0.1:*";

// A port that nobody listens on: whoever connects here keeps his messages.
inline constexpr const char* dead_peer = "tcp://127.0.0.1:1";

class Stopwatch {
public:
    [[nodiscard]] std::chrono::milliseconds elapsed() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
    }

private:
    Clock::time_point start_ = Clock::now();
};

// Whether a call that fails takes this long: never less, and for once in a few tries, which a busy
// machine may spoil, hardly more.
template <class Call> [[nodiscard]] bool takes(std::chrono::milliseconds time, Call&& call)
{
    for (int tries = 0; tries < 5; ++tries) {
        const Stopwatch watch;
        const bool failed = !call();
        const auto took = watch.elapsed();
        if (!failed || took < time) {
            return false;
        }
        if (took < time + 30ms * slowness) {
            return true;
        }
    }
    return false;
}

// Waits until the condition holds, looking at it again and again; false if it never did.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& condition, std::chrono::milliseconds limit = patience)
{
    const Stopwatch watch;
    while (!condition()) {
        if (watch.elapsed() > limit) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

// Runs in a thread; get() joins it and throws what it threw. So does its destructor, without throwing.
template <class Work> [[nodiscard]] auto in_thread(Work work)
{
    return std::async(std::launch::async, std::move(work));
}

// Whether some thread is asleep in a call on this socket.
inline bool has_waiter(const zmqpp::Socket& socket)
{
    const std::lock_guard<zmqpp::Lock> guard(socket.state()->lock());
    return socket.state()->is_awaited();
}

// The text of the exception that a call throws; empty if it throws none or another one.
template <class Exception, class Call> [[nodiscard]] std::string message_of(Call&& call)
{
    try {
        call();
    } catch (const Exception& error) {
        return error.what();
    }
    return "";
}

// Whether a text says something; shows it if not.
[[nodiscard]] inline bool contains(const std::string& text, const std::string& part)
{
    const bool found = text.find(part) != std::string::npos;
    if (!found) {
        MESSAGE("'" << text << "' does not say '" << part << "'");
    }
    return found;
}

[[nodiscard]] inline std::vector<std::string> texts(const zmqpp::Multipart& parts)
{
    std::vector<std::string> all;
    for (const zmqpp::Message& part : parts) {
        all.push_back(part.to_string());
    }
    return all;
}

[[nodiscard]] inline zmqpp::Multipart multipart(const std::vector<std::string>& parts)
{
    zmqpp::Multipart all;
    for (const std::string& part : parts) {
        all.emplace_back(std::string_view(part));
    }
    return all;
}

// Two sockets of one context that are connected to each other.
struct Connected {
    Connected(const zmqpp::Context& context, zmqpp::SocketType bound, zmqpp::SocketType connected,
              const std::string& endpoint = fresh_inproc())
        : first(context, bound), second(context, connected)
    {
        second.connect(first.bind(endpoint));
    }

    zmqpp::Socket first;
    zmqpp::Socket second;
};

#ifndef _WIN32
// How a process ended, and what it said on the way.
struct Ended {
    int status = -1;     // exit code, or 128 + signal
    std::string errors;  // what it wrote to stderr
    std::chrono::milliseconds took{};
};

// Runs `work` in a child of fork(); what it returns is the exit code, by exit() and not by _exit().
[[nodiscard]] Ended in_child(const std::function<int()>& work);

// Runs one of this program's scenarios (see Scenario) in a new process.
[[nodiscard]] Ended in_process(const char* scenario);

// A scenario: a main function of its own, for what only the end of a process can show.
struct Scenario {
    Scenario(const char* scenario_name, int (*scenario_run)());
    const char* name;
    int (*run)();
    Scenario* next;
};

#endif

// Descriptors that are open in this process; 0 where that cannot be told.
[[nodiscard]] std::size_t count_descriptors();

}  // namespace testing
