// Linux's way to wait for many descriptors at a cost that does not depend on how many they are. Where
// there is no such thing, it never opens, and poll(2) does its work.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "wake.hpp"

#ifdef __linux__
#include <sys/epoll.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Writes its own destructor because it owns a bare descriptor.
class Epoll {
public:
    Epoll() = default;
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;
    ~Epoll()
    {
#ifdef __linux__
        if (is_open()) {
            ::close(descriptor_);
        }
#endif
    }

    // False if it cannot be had, because the process has no file left, for one.
    bool open() noexcept
    {
#ifdef __linux__
        descriptor_ = ::epoll_create1(EPOLL_CLOEXEC);
#endif
        return is_open();
    }
    [[nodiscard]] bool is_open() const noexcept { return descriptor_ != no_descriptor; }

    // Readable while any of the descriptors in it is.
    [[nodiscard]] Descriptor descriptor() const noexcept { return descriptor_; }

    // Waits for a descriptor to be readable; `owner` is what take() gives back then. False if there is
    // no room.
    [[nodiscard]] bool add([[maybe_unused]] Descriptor descriptor, [[maybe_unused]] void* owner)
    {
#ifdef __linux__
        if (found_.size() <= count_) {
            found_.resize(2 * found_.size() + 16);
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = owner;
        if (::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event) == 0) {
            ++count_;
            return true;
        }
#endif
        return false;
    }

    // While the descriptor is still open: later its number may be somebody else's. And not in a child
    // of fork(), which has the same set as its parent.
    void remove([[maybe_unused]] Descriptor descriptor) noexcept
    {
#ifdef __linux__
        epoll_event unused{};
        if (::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, &unused) == 0) {
            --count_;
        }
#endif
    }

    // Those that are readable now, each with take(owner). One thread at a time.
    template <class Take> void take([[maybe_unused]] Take&& take)
    {
#ifdef __linux__
        const int count =
            ::epoll_wait(descriptor_, found_.data(), static_cast<int>(found_.size()), 0);
        for (int i = 0; i < count; ++i) {
            take(found_[static_cast<std::size_t>(i)].data.ptr);
        }
#endif
    }

private:
    Descriptor descriptor_ = no_descriptor;
#ifdef __linux__
    std::atomic<std::size_t> count_{0};  // are in it
    std::vector<epoll_event> found_;
#endif
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
