// The mutex of a socket. Held for about a hundred nanoseconds around calls that cannot block, and
// almost never contended, so the fast path is one inline compare-and-swap: half the cost of
// std::mutex, which is a library call each way. Contended lockers spin briefly, then sleep.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "error.hpp"

namespace zmqpp {
inline namespace v1 {

class Lock {
public:
    void lock()
    {
        unsigned expected = open;
        if (!state_.compare_exchange_strong(expected, held, std::memory_order_acquire)) {
            lock_contended();
        }
    }

    void unlock()
    {
        if (state_.exchange(open, std::memory_order_release) == contended) {
            wake_sleeper();
        }
    }

private:
    enum : unsigned { open, held, contended };

    ZMQPP_SELDOM void lock_contended()
    {
        for (int spin = 0; spin < 100; ++spin) {
            unsigned expected = open;
            if (state_.load(std::memory_order_relaxed) == open &&
                state_.compare_exchange_weak(expected, held, std::memory_order_acquire)) {
                return;
            }
        }
        std::unique_lock<std::mutex> guard(mutex_);
        while (state_.exchange(contended, std::memory_order_acquire) != open) {
            wakeup_.wait(guard);
        }
    }

    ZMQPP_SELDOM void wake_sleeper()
    {
        // It announced itself under mutex_; taking that means it is asleep by now.
        const std::lock_guard<std::mutex> guard(mutex_);
        wakeup_.notify_one();
    }

    std::atomic<unsigned> state_{open};
    std::mutex mutex_;
    std::condition_variable wakeup_;
};

}  // namespace v1
}  // namespace zmqpp
