// A socket's place in a poller, known to both. Whoever operates the socket puts its place on the
// poller's list of changes, so that a poll looks at these sockets and at no others.
//
// The lock of the socket guards a registration; that of the list guards who is on it and who sleeps.
// The first may be held when the second is taken, and never the other way round.
#pragma once

#include <atomic>
#include <mutex>

#include "lock.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class Changes;

struct Registration {
    Registration(Changes& list, short events) : changes(list), interest(events) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    virtual ~Registration() = default;

    // The socket's descriptor is about to be closed.
    virtual void note_closing() noexcept = 0;

    Changes& changes;
    short interest;
    Registration* previous = nullptr;
    Registration* next = nullptr;

    std::atomic<bool> is_changed{false};
    Registration* next_changed = nullptr;
};

// The sockets that a poller must look at, and the threads that sleep in it.
class Changes {
public:
    // A socket was operated. True if threads sleep and nothing was noted: they are woken for good
    // reason only, and the caller has to see if there is one.
    [[nodiscard]] bool must_look(Registration& changed) noexcept
    {
        // Who takes it off the list locks the socket before he looks at it, so he will see this
        // change too. This saves a socket in use all but its first lock.
        if (changed.is_changed.load(std::memory_order_relaxed)) {
            return false;
        }
        const std::lock_guard<Lock> guard(lock_);
        if (!sleepers_.empty()) {
            return true;
        }
        put(changed);
        return false;
    }

    void note_and_wake(Registration& changed) noexcept
    {
        const std::lock_guard<Lock> guard(lock_);
        put(changed);
        sleepers_.wake_all();
    }

    // The registration will be gone.
    void forget(Registration& gone) noexcept
    {
        const std::lock_guard<Lock> guard(lock_);
        if (gone.is_changed) {
            Registration** link = &first_;
            while (*link != &gone) {
                link = &(*link)->next_changed;
            }
            *link = gone.next_changed;
            gone.is_changed = false;
        }
    }

    // Takes all off the list, each with take(Registration&).
    template <class Take> void take(Take&& take)
    {
        const std::lock_guard<Lock> guard(lock_);
        while (first_ != nullptr) {
            take(*first_);
            first_->is_changed.store(false, std::memory_order_relaxed);
            first_ = first_->next_changed;
        }
    }

    [[nodiscard]] bool has_sleepers() noexcept
    {
        const std::lock_guard<Lock> guard(lock_);
        return !sleepers_.empty();
    }

    // For those who fall asleep.
    [[nodiscard]] Lock& lock() noexcept { return lock_; }
    [[nodiscard]] WaiterList& sleepers() noexcept { return sleepers_; }

private:
    void put(Registration& changed) noexcept
    {
        if (!changed.is_changed.load(std::memory_order_relaxed)) {
            changed.is_changed.store(true, std::memory_order_relaxed);
            changed.next_changed = first_;
            first_ = &changed;
        }
    }

    Lock lock_;
    Registration* first_ = nullptr;
    WaiterList sleepers_;
};

// The places of one socket, in as many pollers. Its lock guards the list.
class RegistrationList {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    void add(Registration& place) noexcept
    {
        place.next = first_;
        if (first_ != nullptr) {
            first_->previous = &place;
        }
        first_ = &place;
    }

    void remove(Registration& place) noexcept
    {
        (place.previous != nullptr ? place.previous->next : first_) = place.next;
        if (place.next != nullptr) {
            place.next->previous = place.previous;
        }
    }

    // The socket was operated, by `self` if that is a poller. True if somebody sleeps who may have to
    // be woken.
    [[nodiscard]] bool note_change(const Registration* self = nullptr) noexcept
    {
        bool must_look = false;
        for (Registration* place = first_; place != nullptr; place = place->next) {
            must_look = (place != self && place->changes.must_look(*place)) || must_look;
        }
        return must_look;
    }

    void wake_interested(int events, const Registration* self) noexcept
    {
        for (Registration* place = first_; place != nullptr; place = place->next) {
            if (place != self && (place->interest & events) != 0) {
                place->changes.note_and_wake(*place);
            }
        }
    }

    void wake_all() noexcept
    {
        for (Registration* place = first_; place != nullptr; place = place->next) {
            place->changes.note_and_wake(*place);
        }
    }

    // Before the descriptor is closed.
    void note_closing() noexcept
    {
        for (Registration* place = first_; place != nullptr; place = place->next) {
            place->note_closing();
            place->changes.note_and_wake(*place);
        }
    }

    [[nodiscard]] bool has_sleepers() const noexcept
    {
        for (Registration* place = first_; place != nullptr; place = place->next) {
            if (place->changes.has_sleepers()) {
                return true;
            }
        }
        return false;
    }

private:
    Registration* first_ = nullptr;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
