// The one place that sleeps. Every blocking call of the library ends up in wait(): deadlines, EINTR
// and wake-ups are handled here and nowhere else. The caller holds no lock (and no GIL).
#pragma once

#include <string>

#include "deadline.hpp"
#include "fork.hpp"
#include "interrupt.hpp"
#include "wake.hpp"

namespace zmqpp {
inline namespace v1 {

#ifdef _WIN32
using PollItem = WSAPOLLFD;
#else
using PollItem = ::pollfd;
#endif

[[nodiscard]] inline PollItem readable(Descriptor descriptor)
{
    PollItem item{};
    item.fd = descriptor;
    item.events = POLLIN;
    return item;
}

// Sleeps until one of the items is ready (true) or the deadline passed (false). After a signal it
// returns true with nothing ready: the caller looks again at what it waits for, because the interrupt
// hook may have waited as well, and used up this thread's wake-ups. Throws Interrupted when the hook
// wants the call to end, and ForkError in a child that was born in it.
inline bool wait(PollItem* items, std::size_t count, Deadline deadline, const char* operation)
{
    const Birthplace here;
    for (;;) {
#ifdef _WIN32
        // No EINTR there: look for Ctrl-C a few times a second.
        const Deadline slice(std::chrono::milliseconds(100));
        const int ready =
            ::WSAPoll(items, static_cast<ULONG>(count), slice.earlier(deadline).poll_timeout());
        const bool interrupted = ready == 0 && !deadline.passed();
        const int code = ::WSAGetLastError();
#else
        const int ready = ::poll(items, static_cast<nfds_t>(count), deadline.poll_timeout());
        const int code = errno;
        const bool interrupted = ready < 0 && code == EINTR;
#endif
        if (ready > 0) {
            return true;
        }
        if (interrupted) {
            if (!go_on_after_interrupt()) {
                throw Interrupted(std::string(operation) + ": interrupted by a signal handler");
            }
            here.require_home(operation, "call");
            return true;
        } else if (ready < 0) {
            fail(code, operation);
        } else if (deadline.passed()) {
            return false;
        }
    }
}

// A wait for the thread's wake handle alone.
inline bool wait_for_wake(Wake& wake, Deadline deadline, const char* operation)
{
    PollItem item = readable(wake.descriptor());
    const bool woken = wait(&item, 1, deadline, operation);
    wake.clear();
    return woken;
}

}  // namespace v1
}  // namespace zmqpp
