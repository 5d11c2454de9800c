// The mutex of a socket. Held for about a hundred nanoseconds around calls that cannot block, and
// almost never contended, so all is done for that case: an inline compare-and-swap to lock, a plain
// store to unlock, and eight bytes. Threads that find it held spin briefly, then sleep in a place that
// all locks share.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "error.hpp"
#include "fork.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Where threads sleep that wait for a lock. Locks are many and their sleepers few, so a place serves any
// number of locks, and who is woken for another one's sake sleeps on.
struct SleepingPlace {
    std::mutex mutex;
    std::condition_variable wakeup;

    [[nodiscard]] static SleepingPlace& of(const void* lock);
};

struct SleepingPlaces {
    std::array<SleepingPlace, 64> all;
};

inline SleepingPlace& SleepingPlace::of(const void* lock)
{
    const auto address = reinterpret_cast<std::uintptr_t>(lock);
    return per_process<SleepingPlaces>().all[(address / 64) % 64];
}

}  // namespace detail

class Lock {
public:
    ZMQPP_INLINE void lock()
    {
        if (!try_lock()) {
            lock_contended();
        }
    }

    ZMQPP_INLINE void unlock()
    {
        // A plain store, which saves two atomic exchanges for each message that is sent and received.
        // The price is that a thread which goes to sleep in this very moment is not seen: it looks
        // again by itself. After the store the lock may be gone with its owner.
        const bool has_sleepers = sleepers_.load(std::memory_order_relaxed) != 0;
        is_held_.store(false, std::memory_order_release);
        if (has_sleepers) {
            wake_sleepers();
        }
    }

private:
    static constexpr std::chrono::milliseconds between_looks{1};

    [[nodiscard]] ZMQPP_INLINE bool try_lock() noexcept
    {
        bool expected = false;
        return is_held_.compare_exchange_strong(expected, true, std::memory_order_acquire);
    }

    ZMQPP_SELDOM void lock_contended()
    {
        for (int spin = 0; spin < 100; ++spin) {
            if (!is_held_.load(std::memory_order_relaxed) && try_lock()) {
                return;
            }
        }
        auto& place = detail::SleepingPlace::of(this);
        std::unique_lock<std::mutex> guard(place.mutex);
        ++sleepers_;
        while (!try_lock()) {
            place.wakeup.wait_for(guard, between_looks);
        }
        --sleepers_;
    }

    ZMQPP_SELDOM void wake_sleepers()
    {
        auto& place = detail::SleepingPlace::of(this);
        // They announced themselves under the mutex; taking that means they are asleep by now.
        const std::lock_guard<std::mutex> guard(place.mutex);
        place.wakeup.notify_all();
    }

    std::atomic<bool> is_held_{false};
    std::atomic<unsigned> sleepers_{0};
};

}  // namespace v1
}  // namespace zmqpp
