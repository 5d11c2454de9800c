// What the fuzz shares: numbers from a seed, a log of what every thread is doing, and a watchdog that
// shows it when a call crashes or does not come back.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "zmqpp/core.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ZMQPP_FUZZ_SLOWNESS 5
#else
#define ZMQPP_FUZZ_SLOWNESS 1
#endif

namespace fuzz {

using namespace std::chrono_literals;  // NOLINT: 10ms reads better than its name

// Numbers that a seed decides, the same on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] std::uint64_t bits() { return engine_(); }
    // 0 to n - 1.
    [[nodiscard]] std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
    [[nodiscard]] int between(int low, int high)
    {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
    }
    [[nodiscard]] bool once_in(std::size_t n) { return below(n) == 0; }
    template <class Items> [[nodiscard]] const auto& one_of(const Items& items)
    {
        return *(std::begin(items) + static_cast<std::ptrdiff_t>(below(std::size(items))));
    }
    [[nodiscard]] int one_of(std::initializer_list<int> numbers)
    {
        return *(numbers.begin() + below(numbers.size()));
    }
    [[nodiscard]] std::string bytes(std::size_t size)
    {
        std::string text(size, '\0');
        for (char& byte : text) {
            byte = static_cast<char>(bits());
        }
        return text;
    }

private:
    std::mt19937_64 engine_;
};

// One seed out of two.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t x = a * 0x9E3779B97F4A7C15u + b + 0x632BE59BD9B4E019u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// How long a call, and a round, may take before it counts as hanging.
inline constexpr auto call_limit = 15s * ZMQPP_FUZZ_SLOWNESS;

// The last calls of one thread. Written by its thread, read by whoever reports, without locks: a
// report may come from the handler of a signal.
class Log {
public:
    static constexpr std::size_t length = 24;

    // Of the calling thread.
    [[nodiscard]] static Log& mine();

    // What begins now, in printf's words.
    void begin(const char* format, ...) __attribute__((format(printf, 2, 3)));
    // What came of it.
    void end(const char* result);

    static void print_all();  // to stderr, by async-signal-safe means
    static void show_stacks();
    // For the watchdog: the thread is in a call for longer than the limit.
    [[nodiscard]] static bool any_hangs();

private:
    friend class LogOwner;
    void print() const;

    std::array<std::array<char, 200>, length> lines_{};
    std::atomic<std::size_t> count_{0};
    std::atomic<std::int64_t> since_{0};  // nanoseconds; 0 between calls
    std::atomic<bool> used_{false};
    std::thread::native_handle_type thread_{};
};

// Ends the process, with the log, for what must not be.
[[noreturn]] void give_up(const std::string& what);

// Logs a call, runs it and swallows the errors that are documented; all else gives up.
void attempt(const char* what, const std::function<void()>& call);
template <class... Values>
void attempt(const std::function<void()>& call, const char* format, Values... values)
{
    char what[160];
    std::snprintf(what, sizeof what, format, values...);
    attempt(what, call);
}

// Runs `work` in `count` threads and waits for them.
void in_threads(int count, const std::function<void(int)>& work);

// One round of each part; `seed` decides all but the order in which threads run. True if every
// descriptor must have been given back.
[[nodiscard]] bool operations_round(std::uint64_t seed);
[[nodiscard]] bool wire_round(std::uint64_t seed);

// A folder for the names of ipc, for as long as the process runs.
[[nodiscard]] const std::string& folder();

}  // namespace fuzz
