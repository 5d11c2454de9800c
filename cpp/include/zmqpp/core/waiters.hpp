// Threads that wait for something to change, as a list threaded through their own stacks: enlisting
// allocates nothing and cannot fail. The lock of whatever they wait for guards the list.
#pragma once

#include "wake.hpp"

namespace zmqpp {
inline namespace v1 {

// One waiting thread, for as long as it waits. `interest` is a mask of the owner's choosing.
struct Waiter {
    Waiter(Wake& thread, short mask) : wake(thread), interest(mask) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    Wake& wake;
    short interest;
    bool listed = false;
    Waiter* previous = nullptr;
    Waiter* next = nullptr;
};

class WaiterList {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    void add(Waiter& waiter) noexcept
    {
        if (waiter.listed) {
            return;
        }
        waiter.listed = true;
        waiter.previous = nullptr;
        waiter.next = first_;
        if (first_ != nullptr) {
            first_->previous = &waiter;
        }
        first_ = &waiter;
    }

    void remove(Waiter& waiter) noexcept
    {
        if (!waiter.listed) {
            return;
        }
        waiter.listed = false;
        (waiter.previous != nullptr ? waiter.previous->next : first_) = waiter.next;
        if (waiter.next != nullptr) {
            waiter.next->previous = waiter.previous;
        }
    }

    void wake_all() const noexcept { wake_interested(-1); }

    void wake_interested(int mask) const noexcept
    {
        for (const Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
            if ((waiter->interest & mask) != 0) {
                waiter->wake.wake();
            }
        }
    }

private:
    Waiter* first_ = nullptr;
};

// Takes a waiter off its list on every way out of a wait: return, exception, forced unwinding.
template <class Mutex> class Enlisted {
public:
    Enlisted(Mutex& mutex, WaiterList& list, short interest)
        : mutex_(mutex), list_(list), waiter_(Wake::of_this_thread(), interest)
    {
    }
    Enlisted(const Enlisted&) = delete;
    Enlisted& operator=(const Enlisted&) = delete;
    ~Enlisted()
    {
        if (waiter_.listed) {
            mutex_.lock();
            list_.remove(waiter_);
            mutex_.unlock();
        }
    }

    // With the mutex held.
    void enlist() noexcept { list_.add(waiter_); }
    void withdraw() noexcept { list_.remove(waiter_); }

    [[nodiscard]] Wake& wake() const noexcept { return waiter_.wake; }

private:
    Mutex& mutex_;
    WaiterList& list_;
    Waiter waiter_;
};

}  // namespace v1
}  // namespace zmqpp
