// What a poller waits for: a socket, or a plain descriptor, which goes to poll(2) as it is.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "socket.hpp"
#include "wait.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

struct PollTarget {
    PollTarget(Socket polled) : socket(std::move(polled)) {}        // NOLINT: either will do
    PollTarget(Descriptor polled) noexcept : descriptor(polled) {}  // NOLINT

    // Equal for the handles of one socket. A pointer is even, a descriptor made odd.
    [[nodiscard]] std::uintptr_t key() const noexcept
    {
        return socket ? reinterpret_cast<std::uintptr_t>(socket->state().get())
                      : 2 * static_cast<std::uintptr_t>(descriptor) + 1;
    }

    std::optional<Socket> socket;
    Descriptor descriptor = no_descriptor;
};

[[nodiscard]] inline PollItem for_poll(Descriptor descriptor, int events) noexcept
{
    PollItem item{};
    item.fd = descriptor;
    item.events = static_cast<short>(((events & ZMQ_POLLIN) != 0 ? POLLIN : 0) |
                                     ((events & ZMQ_POLLOUT) != 0 ? POLLOUT : 0) |
                                     ((events & ZMQ_POLLPRI) != 0 ? POLLPRI : 0));
    return item;
}

// What zmq_poll makes of it: anything that is neither reading nor writing is an error.
[[nodiscard]] inline int from_poll(const PollItem& item) noexcept
{
    const int events = item.revents;
    return ((events & POLLIN) != 0 ? ZMQ_POLLIN : 0) | ((events & POLLOUT) != 0 ? ZMQ_POLLOUT : 0) |
           ((events & POLLPRI) != 0 ? ZMQ_POLLPRI : 0) |
           ((events & ~(POLLIN | POLLOUT | POLLPRI)) != 0 ? ZMQ_POLLERR : 0);
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
