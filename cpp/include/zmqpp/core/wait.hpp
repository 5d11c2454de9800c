// The one place that sleeps. Every blocking call of the library ends up in poll_until(): deadlines, EINTR
// and wake-ups are handled here and nowhere else. The caller holds no lock; a GIL is given up.
#pragma once

#include <algorithm>
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

// A signal that comes just before poll(2) does not interrupt it, nor does one that another thread takes.
// So the thread that runs the handlers also looks by itself: after this time, and then ever less often.
inline constexpr int first_look = 4;  // milliseconds, as poll(2) takes them
#ifdef _WIN32
inline constexpr int longest_pause = 64;  // there is no EINTR at all
#else
inline constexpr int longest_pause = 1024;
#endif

namespace detail {

// For those who are between the hooks already: see wait().
inline bool poll_until(PollItem* items, std::size_t count, Deadline deadline, const char* operation)
{
    const Birthplace here;
    const bool looks = has_interrupt_hook() && runs_handlers();
    int pause = first_look;
    for (;;) {
        int timeout = deadline.poll_timeout();
        if (looks && (timeout < 0 || timeout > pause)) {
            timeout = pause;
        }
#ifdef _WIN32
        const int ready = ::WSAPoll(items, static_cast<ULONG>(count), timeout);
        const int code = ::WSAGetLastError();
        const bool interrupted = false;
#else
        const int ready = ::poll(items, static_cast<nfds_t>(count), timeout);
        const int code = errno;
        const bool interrupted = ready < 0 && code == EINTR;
#endif
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && !interrupted) {
            fail(code, operation);
        }
        if (!interrupted && deadline.passed()) {
            return false;
        }
        const unsigned clears = Wake::of_this_thread().clears();
        if (!go_on_after_interrupt()) {
            throw Interrupted(std::string(operation) + ": interrupted by a signal handler");
        }
        here.require_home(operation, "call");
        if (interrupted || clears != Wake::of_this_thread().clears()) {
            return true;
        }
        pause = (std::min)(2 * pause, longest_pause);
    }
}

}  // namespace detail

// Sleeps until one of the items is ready (true) or the deadline passed (false). After a signal it may
// return true with nothing ready: the caller looks again at what it waits for, because the interrupt
// hook may have waited as well, and used up this thread's wake-ups. Throws Interrupted when the hook
// wants the call to end, and ForkError in a child that was born in it.
inline bool wait(PollItem* items, std::size_t count, Deadline deadline, const char* operation)
{
    return between_wait_hooks(
        [&] { return detail::poll_until(items, count, deadline, operation); });
}

// What is ready now. Handlers of signals do not run, and so the caller may hold a lock.
inline void peek(PollItem* items, std::size_t count, const char* operation)
{
#ifdef _WIN32
    if (::WSAPoll(items, static_cast<ULONG>(count), 0) < 0) {
        fail(::WSAGetLastError(), operation);
    }
#else
    while (::poll(items, static_cast<nfds_t>(count), 0) < 0) {
        if (errno != EINTR) {
            fail(errno, operation);
        }
    }
#endif
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
