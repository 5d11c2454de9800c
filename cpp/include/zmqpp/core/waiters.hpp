// Threads that wait for something to change, as a list threaded through their own stacks: enlisting
// allocates nothing and cannot fail. The lock of whatever they wait for guards the list.
#pragma once

#include "fork.hpp"
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
    bool patient = false;  // looks again by itself every few milliseconds
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

    // Also those that wait for nothing in particular: the end concerns them all.
    void wake_all() const noexcept
    {
        for (const Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
            waiter->wake.wake();
        }
    }

    void wake_interested(int mask, bool also_patient) const noexcept
    {
        for (const Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
            if ((waiter->interest & mask) != 0 && (also_patient || !waiter->patient)) {
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
        // In a child of fork(), born inside this wait, the lock may be a dead thread's; the list and
        // what it is for are the parent's anyway.
        if (waiter_.listed && !birthplace_.is_foreign()) {
            mutex_.lock();
            list_.remove(waiter_);
            mutex_.unlock();
        }
    }

    // With the mutex held.
    void enlist() noexcept { list_.add(waiter_); }
    void withdraw() noexcept { list_.remove(waiter_); }
    void be_patient(bool patient) noexcept { waiter_.patient = patient; }
    [[nodiscard]] bool is_patient() const noexcept { return waiter_.patient; }

    [[nodiscard]] Wake& wake() const noexcept { return waiter_.wake; }

private:
    Mutex& mutex_;
    WaiterList& list_;
    Waiter waiter_;
    const Birthplace birthplace_;
};

}  // namespace v1
}  // namespace zmqpp
