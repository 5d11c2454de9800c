// A stand-in for kqueue(2) made of epoll(7), as far as EventQueue uses it: so what macOS and the BSDs run is
// compiled and run on Linux as well.
#pragma once

#include <sys/epoll.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <vector>

struct kevent {
    std::uintptr_t ident;
    short filter;
    unsigned short flags;
    unsigned fflags;
    std::intptr_t data;
    void* udata;
};

inline constexpr short EVFILT_READ = -1;
inline constexpr unsigned short EV_ADD = 1;
inline constexpr unsigned short EV_DELETE = 2;

inline int kqueue() { return ::epoll_create1(0); }

// Takes one change or gives events that are there already, as no other use is made of it here.
inline int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events,
                  int event_count, const timespec* timeout)
{
    if (change_count == 1 && event_count == 0 && changes->filter == EVFILT_READ) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = changes->udata;
        const int how = changes->flags == EV_ADD ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
        return ::epoll_ctl(queue, how, static_cast<int>(changes->ident), &event);
    }
    if (change_count != 0 || timeout == nullptr || timeout->tv_sec != 0 || timeout->tv_nsec != 0) {
        errno = EINVAL;
        return -1;
    }
    std::vector<epoll_event> found(static_cast<std::size_t>(event_count));
    const int count = ::epoll_wait(queue, found.data(), event_count, 0);
    for (int i = 0; i < count; ++i) {
        events[i] = {};
        events[i].filter = EVFILT_READ;
        events[i].udata = found[static_cast<std::size_t>(i)].data.ptr;
    }
    return count;
}
