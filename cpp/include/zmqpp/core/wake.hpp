// A handle that makes a thread's poll(2) return, from any other thread. Each thread has one, made
// when it first waits.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <utility>

#include "error.hpp"
#include "fork.hpp"

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/eventfd.h>
#endif
#endif

namespace zmqpp {
inline namespace v1 {

using Descriptor = decltype(zmq_pollitem_t::fd);
inline constexpr Descriptor no_descriptor = static_cast<Descriptor>(-1);

// Writes its own destructor because it owns bare descriptors; neither copied nor moved, because
// wakers hold its address.
class Wake {
public:
    Wake() { open(); }
    ~Wake() { close(); }
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;

    [[nodiscard]] Descriptor descriptor() const noexcept { return read_; }

    // Any thread. A full pipe is fine: it is readable, which is all a wake-up needs.
    void wake() const noexcept
    {
#ifdef _WIN32
        const char one = 1;
        (void)::send(write_, &one, 1, 0);
#else
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(write_, &one, sizeof one);
#endif
    }

    // Its own thread: forget the wake-ups so far.
    void clear() noexcept
    {
        ++clears_;
#ifdef _WIN32
        char drop[64];
        while (::recv(read_, drop, sizeof drop, 0) > 0) {
        }
#else
        std::uint64_t drop[8];
        while (::read(read_, drop, sizeof drop) == static_cast<ssize_t>(sizeof drop)) {
        }
#endif
    }

    // Its own thread: how often it forgot them, for a wait that may have had another inside it.
    [[nodiscard]] unsigned clears() const noexcept { return clears_; }

    // The calling thread's own. A child of fork() gets a fresh one: the old one is its parent's too.
    [[nodiscard]] static Wake& of_this_thread()
    {
        // A bare pointer, because it outlives the thread's other objects: destructors of those, and
        // of the program's, may still wait. What is made for them that late is never destroyed.
        static thread_local Wake* wake = nullptr;
        if (wake == nullptr) {
            struct Owner {
                ~Owner() { delete std::exchange(wake, nullptr); }
            };
            wake = new Wake;
            static thread_local const Owner owner;
        }
        if (wake->birthplace_.is_foreign()) {
            wake->close();
            wake->open();
            wake->birthplace_ = Birthplace();
        }
        return *wake;
    }

private:
#ifdef _WIN32
    // Two ends of a loopback UDP pair: WSAPoll takes sockets only.
    void open()
    {
        read_ = ::socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
        write_ = ::socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int length = sizeof address;
        u_long on = 1;
        if (read_ == INVALID_SOCKET || write_ == INVALID_SOCKET ||
            ::bind(read_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
            ::getsockname(read_, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
            ::connect(write_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
            ::ioctlsocket(read_, FIONBIO, &on) != 0 || ::ioctlsocket(write_, FIONBIO, &on) != 0) {
            close();
            throw Error(EMFILE, "no wake handle for this thread: Windows gave no socket");
        }
    }

    void close() noexcept
    {
        ::closesocket(read_);
        ::closesocket(write_);
    }
#else
    void open()
    {
#ifdef __linux__
        read_ = write_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        const bool failed = read_ < 0;
#else
        int ends[2] = {-1, -1};
        const bool failed = ::pipe(ends) != 0;
        read_ = ends[0];
        write_ = ends[1];
#endif
        if (failed) {
            fail(errno, "no wake handle for this thread");
        }
#ifndef __linux__
        for (const int end : ends) {
            ::fcntl(end, F_SETFL, O_NONBLOCK);
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
        }
#endif
    }

    void close() noexcept
    {
        ::close(read_);
        if (write_ != read_) {
            ::close(write_);
        }
    }
#endif

    Descriptor read_ = no_descriptor;
    Descriptor write_ = no_descriptor;
    unsigned clears_ = 0;
    Birthplace birthplace_;
};

}  // namespace v1
}  // namespace zmqpp
