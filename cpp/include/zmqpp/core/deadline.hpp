// A point on the monotonic clock that a call must not outlast. One is computed per call, so retries
// after signals and wake-ups go on with what is left. Value type.
//
// (max)() and (min)() stand in parentheses in these headers: windows.h has macros of those names.
#pragma once

#include <chrono>
#include <limits>

namespace zmqpp {
inline namespace v1 {

class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    // Never passes.
    constexpr Deadline() = default;

    // From now on; negative means never, as -1 does all over ZeroMQ.
    template <class Rep, class Period>
    Deadline(std::chrono::duration<Rep, Period> timeout)  // NOLINT: recv(200ms) must read naturally
    {
        using Seconds = std::chrono::duration<double>;
        // A century stands for "never" too; past that the clock's own arithmetic overflows.
        if (timeout.count() >= 0 && Seconds(timeout) < Seconds(3.15e9)) {
            at_ = Clock::now() + std::chrono::ceil<Clock::duration>(timeout);
        }
    }

    [[nodiscard]] static Deadline never() { return {}; }
    [[nodiscard]] static Deadline now() { return Deadline(std::chrono::milliseconds(0)); }

    [[nodiscard]] bool is_never() const { return at_ == (Clock::time_point::max)(); }
    [[nodiscard]] bool passed() const { return !is_never() && Clock::now() >= at_; }

    // What poll(2) takes: milliseconds, rounded up so that a wait never ends early; -1 for ever.
    [[nodiscard]] int poll_timeout() const
    {
        if (is_never()) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()).count();
        constexpr auto most = (std::numeric_limits<int>::max)();
        return left <= 0 ? 0 : left > most ? most : static_cast<int>(left);
    }

    [[nodiscard]] Deadline earlier(Deadline other) const { return at_ < other.at_ ? *this : other; }

    [[nodiscard]] Clock::time_point time_point() const { return at_; }

private:
    Clock::time_point at_ = (Clock::time_point::max)();
};

// A time as libzmq's options have it, in an int: longer than that is as long as an int can say.
[[nodiscard]] constexpr int option_milliseconds(std::chrono::milliseconds time)
{
    constexpr std::chrono::milliseconds least((std::numeric_limits<int>::min)());
    constexpr std::chrono::milliseconds most((std::numeric_limits<int>::max)());
    return static_cast<int>((time < least ? least : time > most ? most : time).count());
}

}  // namespace v1
}  // namespace zmqpp
