// The kernel's way to wait for many descriptors at a cost that does not depend on how many they are:
// epoll(7) on Linux, kqueue(2) on macOS and the BSDs. Elsewhere the queue never opens, and poll(2) does
// its work.
#pragma once

#include <atomic>
#include <cstddef>
#include <ctime>
#include <vector>

#include "fork.hpp"
#include "wake.hpp"

// ZMQPP_TEST_KQUEUE asks for kqueue where there is epoll.
#if defined(__linux__) && !defined(ZMQPP_TEST_KQUEUE)
#define ZMQPP_HAS_EPOLL
#include <sys/epoll.h>
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__) || defined(ZMQPP_TEST_KQUEUE)
#define ZMQPP_HAS_KQUEUE
#include <sys/types.h>  // first, because the next one needs it on some systems

#include <sys/event.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

// What the kernels differ in. `owner` is what an event of the descriptor carries.
#if defined(ZMQPP_HAS_EPOLL)

struct KernelQueue {
    using Event = epoll_event;
    static constexpr bool exists = true;

    static Descriptor open() noexcept { return ::epoll_create1(EPOLL_CLOEXEC); }

    static void close(Descriptor queue, bool /*in_child*/) noexcept { ::close(queue); }

    static bool add(Descriptor queue, Descriptor descriptor, void* owner) noexcept
    {
        Event event{};
        event.events = EPOLLIN;
        event.data.ptr = owner;
        return ::epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) == 0;
    }

    static bool remove(Descriptor queue, Descriptor descriptor) noexcept
    {
        Event unused{};
        return ::epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, &unused) == 0;
    }

    static int take(Descriptor queue, std::vector<Event>& events) noexcept
    {
        return ::epoll_wait(queue, events.data(), static_cast<int>(events.size()), 0);
    }

    static void* owner_of(const Event& event) noexcept { return event.data.ptr; }
};

#elif defined(ZMQPP_HAS_KQUEUE)

struct KernelQueue {
    using Event = struct ::kevent;
    static constexpr bool exists = true;

    static Descriptor open() noexcept
    {
        const Descriptor queue = ::kqueue();
        if (queue == no_descriptor) {
            return no_descriptor;
        }
        ::fcntl(queue, F_SETFD, FD_CLOEXEC);
        // Some systems are said not to let poll(2) wait for one. An empty one is quiet.
        pollfd probe{queue, POLLIN, 0};
        if (::poll(&probe, 1, 0) != 0) {
            ::close(queue);
            return no_descriptor;
        }
        return queue;
    }

    // A child of fork() has no such queue, and the number may be that of another file there.
    static void close(Descriptor queue, bool in_child) noexcept
    {
        if (!in_child) {
            ::close(queue);
        }
    }

    static bool add(Descriptor queue, Descriptor descriptor, void* owner) noexcept
    {
        return change(queue, descriptor, EV_ADD, owner);
    }

    static bool remove(Descriptor queue, Descriptor descriptor) noexcept
    {
        return change(queue, descriptor, EV_DELETE, nullptr);
    }

    static int take(Descriptor queue, std::vector<Event>& events) noexcept
    {
        const timespec now{};
        return ::kevent(queue, nullptr, 0, events.data(), static_cast<int>(events.size()), &now);
    }

    static void* owner_of(const Event& event) noexcept
    {
        return reinterpret_cast<void*>(event.udata);
    }

private:
    static bool change(Descriptor queue, Descriptor descriptor, unsigned short how,
                       void* owner) noexcept
    {
        Event event{};
        event.ident = static_cast<decltype(event.ident)>(descriptor);
        event.filter = EVFILT_READ;
        event.flags = how;
        event.udata =
            reinterpret_cast<decltype(event.udata)>(owner);  // an integer before NetBSD 10
        return ::kevent(queue, &event, 1, nullptr, 0, nullptr) == 0;
    }
};

#else

struct KernelQueue {
    struct Event {};
    static constexpr bool exists = false;

    static Descriptor open() noexcept { return no_descriptor; }
    static void close(Descriptor, bool) noexcept {}
    static bool add(Descriptor, Descriptor, void*) noexcept { return false; }
    static bool remove(Descriptor, Descriptor) noexcept { return false; }
    static int take(Descriptor, std::vector<Event>&) noexcept { return 0; }
    static void* owner_of(const Event&) noexcept { return nullptr; }
};

#endif

// Writes its own destructor because it owns a bare descriptor.
class EventQueue {
public:
    EventQueue() = default;
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    ~EventQueue()
    {
        if (is_open()) {
            KernelQueue::close(descriptor_, birthplace_.is_foreign());
        }
    }

    // Once. It may not be had, because the process has no file left, for one.
    void open() noexcept { descriptor_ = KernelQueue::open(); }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ != no_descriptor; }

    // Readable while any of the descriptors in it is.
    [[nodiscard]] Descriptor descriptor() const noexcept { return descriptor_; }

    // Waits for a descriptor to be readable; `owner` is what take() gives back then. False if there is
    // no room.
    [[nodiscard]] bool add(Descriptor descriptor, void* owner)
    {
        if (found_.size() <= count_) {
            found_.resize(2 * found_.size() + 16);
        }
        const bool added = KernelQueue::add(descriptor_, descriptor, owner);
        count_ += added ? 1 : 0;
        return added;
    }

    // While the descriptor is still open: later its number may be somebody else's. And not in a child
    // of fork(), which has the same queue as its parent, or none.
    void remove(Descriptor descriptor) noexcept
    {
        count_ -= KernelQueue::remove(descriptor_, descriptor) ? 1 : 0;
    }

    // Those that are readable now, each with take(owner). One thread at a time.
    template <class Take> void take(Take&& take)
    {
        const int count = KernelQueue::take(descriptor_, found_);
        for (int i = 0; i < count; ++i) {
            take(KernelQueue::owner_of(found_[static_cast<std::size_t>(i)]));
        }
    }

private:
    const Birthplace birthplace_;
    Descriptor descriptor_ = no_descriptor;
    std::atomic<std::size_t> count_{0};  // how many are in it
    std::vector<KernelQueue::Event> found_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp

#undef ZMQPP_HAS_EPOLL
#undef ZMQPP_HAS_KQUEUE
