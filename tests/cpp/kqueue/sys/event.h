// A stand-in for kqueue(2) made of epoll(7): so what macOS and the BSDs run is compiled and run on Linux as well.
// It takes what EventQueue asks for, and refuses everything else. As there, children of fork() have no queues.
#pragma once

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <set>
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

// Those that are open, or have been: the numbers may be other files' by now, in which case a child has no use
// for them in these tests either.
inline std::set<int>& kqueues()
{
    static auto* queues = new std::set<int>;
    return *queues;
}

inline int kqueue()
{
    static std::mutex mutex;
    const std::lock_guard<std::mutex> guard(mutex);
    static const int registered = pthread_atfork(nullptr, nullptr, [] {
        for (const int queue : kqueues()) {
            ::close(queue);
        }
    });
    const int queue = registered == 0 ? ::epoll_create1(0) : -1;
    if (queue >= 0) {
        kqueues().insert(queue);
    }
    return queue;
}

inline int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events,
                  int event_count, const timespec* timeout)
{
    const auto refuse = [] {
        errno = EINVAL;
        return -1;
    };
    if (change_count == 1 && event_count == 0) {
        const bool adds = changes->flags == EV_ADD;
        if (changes->filter != EVFILT_READ || (!adds && changes->flags != EV_DELETE)) {
            return refuse();
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = changes->udata;
        return ::epoll_ctl(queue, adds ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
                           static_cast<int>(changes->ident), &event);
    }
    if (change_count != 0 || timeout == nullptr || timeout->tv_sec != 0 || timeout->tv_nsec != 0) {
        return refuse();
    }
    if (event_count == 0) {
        return 0;
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
