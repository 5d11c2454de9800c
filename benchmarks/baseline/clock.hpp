// How often a thing can be done in a second: the same steps as worker/clock.py.
#pragma once

#include <chrono>

using Clock = std::chrono::steady_clock;

inline double seconds_between(Clock::time_point start, Clock::time_point end)
{
    return std::chrono::duration<double>(end - start).count();
}

template <class Call> double per_second(double seconds, Call&& call)
{
    constexpr double step_s = 0.002;
    long step = 1;
    double done = 0;
    const auto start = Clock::now();
    for (auto before = start;;) {
        for (long i = 0; i < step; ++i) {
            call();
        }
        done += static_cast<double>(step);
        const auto now = Clock::now();
        if (seconds_between(start, now) >= seconds) {
            return done / seconds_between(start, now);
        }
        const double taken = seconds_between(before, now);
        if (taken < step_s) {
            step *= 2;
        } else if (taken > 4 * step_s && step > 1) {
            step /= 2;
        }
        before = now;
    }
}
