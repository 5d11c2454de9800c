// Telling when libzmq is done with a message's memory. One tracker covers every frame of a message:
// each frame adds itself before it is sent, and its free callback, on whichever thread, releases it.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "fork.hpp"
#include "lock.hpp"
#include "wait.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {

// Copyable handle: copies track the same frames. Any thread.
class Tracker {
public:
    Tracker() : state_(std::make_shared<State>()) {}

    // One more frame is out.
    void add() const noexcept { state_->pending.fetch_add(1, std::memory_order_relaxed); }

    // One frame is back. Called from libzmq's threads: takes no lock unless it was the last.
    void release() const noexcept
    {
        // Keeps the state alive past the last decrement: the waiter may drop its handle at once.
        const std::shared_ptr<State> state = state_;
        if (state->pending.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            state->lock.lock();
            state->waiters.wake_all();
            state->lock.unlock();
        }
    }

    // Covers what another one does as well. Only before anybody else has this tracker.
    void include(const Tracker& other) const { state_->others.push_back(other); }

    // Whether the memory of all frames may be used again.
    [[nodiscard]] bool done() const noexcept
    {
        return own_frames_are_back() &&
               std::all_of(state_->others.begin(), state_->others.end(),
                           [](const Tracker& other) { return other.done(); });
    }

    // Waits for that; false if the deadline passed first.
    [[nodiscard]] bool wait(Deadline deadline) const
    {
        const std::shared_ptr<State> state = state_;
        Enlisted<Lock> me(state->lock, state->waiters, 1);
        while (!own_frames_are_back()) {
            // In a child of fork() the frames never come back: libzmq's threads are the parent's.
            state->birthplace.require_home("MessageTracker.wait()", "tracker");
            if (deadline.passed()) {
                return false;
            }
            state->lock.lock();
            me.enlist();
            state->lock.unlock();
            if (own_frames_are_back()) {  // released between the look and the enlisting: nobody will wake us
                break;
            }
            wait_for_wake(me.wake(), deadline, "MessageTracker.wait()");
        }
        return std::all_of(state->others.begin(), state->others.end(),
                           [&](const Tracker& other) { return other.wait(deadline); });
    }

private:
    [[nodiscard]] bool own_frames_are_back() const noexcept
    {
        return state_->pending.load(std::memory_order_acquire) == 0;
    }

    struct State {
        std::atomic<long> pending{0};
        Lock lock;
        WaiterList waiters;
        Birthplace birthplace;
        std::vector<Tracker> others;
    };

    std::shared_ptr<State> state_;
};

}  // namespace v1
}  // namespace zmqpp
