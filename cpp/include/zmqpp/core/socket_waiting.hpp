// How a call on a socket waits: it tries, and sleeps until another try is worth it; and who wakes it.
// Included by socket_state.hpp.
#pragma once

#include <zmq.h>

#include <chrono>

#include "socket_state.hpp"
#include "wait.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

template <class Attempt>
bool SocketState::until(const char* operation, short direction, Deadline deadline,
                        Attempt&& attempt)
{
    // Around all of it, and not only where it sleeps: it may spin first, and what a wait is told of the end
    // of its host it says when it looks at the socket again. So sleep() has no need of wait().
    return between_wait_hooks([&] {
        const auto spin = spin_.load(std::memory_order_relaxed);
        const Deadline spin_end = spin.count() > 0 ? Deadline(spin) : Deadline::never();
        return until(operation, direction, deadline, spin_end, attempt);
    });
}

template <class Attempt>
bool SocketState::until(const char* operation, short direction, Deadline deadline,
                        Deadline spin_end, Attempt& attempt)
{
    const auto keep_alive = shared_from_this();
    Enlisted<Lock> me(lock_, waiters_, direction);
    for (;;) {
        Descriptor descriptor;
        {
            Use use(*this, operation);
            me.withdraw();
            if (attempt()) {
                return true;
            }
            if (deadline.passed()) {
                return false;
            }
            if (!spin_end.is_never() && !spin_end.passed()) {
                continue;
            }
            // A ROUTER that must deliver, or a PUB that may not drop, says that it can send while
            // this message's own peer is full. Several senders in that plight would wake each
            // other without end, each for fear of having used up another's signal. So they
            // are woken by what others achieve, and otherwise look again every now and then.
            me.be_patient(direction == ZMQ_POLLOUT && !waiters_.empty());
            for (int tries = 0; me.is_patient() && tries < 2; ++tries) {
                me.be_patient((look() & direction) != 0);
                if (me.is_patient() && attempt()) {
                    return true;
                }
            }
            descriptor = descriptor_;
            use.leave_waiting(me);
        }
        constexpr std::chrono::milliseconds soon(10);
        sleep(me.wake(), descriptor, me.is_patient() ? Deadline(soon).earlier(deadline) : deadline,
              operation);
    }
}

ZMQPP_SELDOM inline void SocketState::wake_ready(bool also_patient,
                                                 const Registration* self) noexcept
{
    int ready = look();
    if (ready == end_of_all) {
        waiters_.wake_all();
        registrations_.wake_all();
        return;
    }
    ready |= prefetched(ZMQ_EVENTS);
    waiters_.wake_interested(ready, also_patient);
    registrations_.wake_interested(ready, self);
    if (publisher_) {
        publisher_->forget_news();
    }
}

inline void SocketState::sleep(Wake& wake, Descriptor descriptor, Deadline deadline,
                               const char* operation)
{
    if (descriptor == no_descriptor) {
        // Draft socket types have no descriptor: look again every few milliseconds.
        const Deadline soon(std::chrono::milliseconds(5));
        wait_for_wake(wake, soon.earlier(deadline), operation);
        return;
    }
    PollItem items[] = {readable(descriptor), readable(wake.descriptor())};
    poll_until(items, 2, deadline, operation);
    if (items[1].revents != 0) {
        wake.clear();
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
