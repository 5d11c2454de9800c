// Several messages at once. Batches of small messages reach libzmq's own cost per message, because the
// lock is taken once for many, and other languages cross their border once. Included by socket.hpp.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {

// Exclusive use of a socket, for messages in a row that do not wait. Other threads stand still until it
// is gone: so it is short, and whoever has it does nothing else that could wait.
class Socket::Turn {
public:
    // A turn ends, in a batch, after so many messages or bytes.
    static constexpr std::size_t most_messages = 128;
    static constexpr std::size_t most_bytes = 128 * 1024;

    ZMQPP_INLINE Turn(const Socket& socket, const char* operation)
        : state_(*socket.state_), operation_(operation), use_(state_, operation)
    {
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ZMQPP_INLINE ~Turn() = default;

    // False: there is no room.
    [[nodiscard]] ZMQPP_INLINE bool try_send(const void* data, std::size_t size, int flags = 0)
    {
        return try_send(1, flags, [=](std::size_t) {
            return std::string_view(static_cast<const char*>(data), size);
        });
    }
    [[nodiscard]] bool try_send(Message* parts, std::size_t count, int flags = 0)
    {
        return state_.send_parts(operation_, parts, count, flags);
    }
    // A copy of the bytes of part(0), part(1) ... as one message (zmq_send).
    template <class Part>
    [[nodiscard]] ZMQPP_INLINE bool try_send(std::size_t count, int flags, Part&& part)
    {
        return state_.send_parts(
            operation_, count, flags,
            [&](std::size_t i, int part_flags) {
                const std::string_view bytes = part(i);
                return zmq_send(state_.handle(), bytes.data(), bytes.size(), part_flags);
            },
            [&] { return part(0); });
    }

    // The next part, if it is there.
    [[nodiscard]] ZMQPP_INLINE Received try_recv(Message& into)
    {
        return state_.receive_part(operation_, into);
    }
    // The next message, if it has a single part, as batches take them.
    [[nodiscard]] ZMQPP_INLINE Received try_recv_single(Message& into, bool is_first)
    {
        return state_.receive_single(operation_, into, is_first);
    }
    // False: nothing is there.
    [[nodiscard]] bool try_recv(Multipart& into) { return state_.receive_parts(operation_, into); }
    // Each part in turn, for take(part, size), which may move it away. If that throws, the rest is still
    // to be received.
    template <class Take> [[nodiscard]] ZMQPP_INLINE bool try_recv_parts(Take&& take)
    {
        Message part;
        return state_.receive_parts(operation_, part, take);
    }

    // Before a batch: one that was begun part by part would get the first of it for its next.
    void require_all_sent() const { state_.require_all_sent(operation_); }

private:
    detail::SocketState& state_;
    const char* operation_;
    detail::SocketState::Use use_;
};

inline bool Socket::try_send(const void* data, std::size_t size, int flags)
{
    return Turn(*this, "send()").try_send(data, size, flags);
}

inline bool Socket::try_send(Message* parts, std::size_t count, int flags)
{
    return Turn(*this, "send()").try_send(parts, count, flags);
}

inline void Socket::send(std::string_view bytes, int flags)
{
    // Most often there is room, and without a Message in between a small one costs a tenth less.
    if (!try_send(bytes.data(), bytes.size(), flags)) {
        send(Message(bytes), flags);
    }
}

inline bool Socket::try_recv(Message& into)
{
    return static_cast<bool>(Turn(*this, "recv()").try_recv(into));
}

inline bool Socket::try_recv(Multipart& into)
{
    return Turn(*this, "recv_multipart()").try_recv(into);
}

namespace detail {

// Nothing, too, for a message of several parts that comes after others: it stays the next one.
ZMQPP_INLINE Received SocketState::receive_single(const char* operation, Message& into,
                                                  bool is_first)
{
    require_all_received(operation);
    const Received received = receive_part(operation, into);
    if (receiver_ != no_thread) {
        put_back(operation, std::move(into), is_first);
        return Received();
    }
    return received;
}

ZMQPP_SELDOM inline void SocketState::put_back(const char* operation, Message&& first,
                                               bool is_first)
{
    Multipart whole;
    whole.push_back(std::move(first));
    while (whole.back().more()) {
        if (!receive_part(operation, whole.emplace_back())) {
            fail_operation(EPROTO, operation);
        }
    }
    const std::size_t parts = whole.size();
    prefetched_.put_back(std::move(whole));
    choose_paths();
    if (is_first) {
        throw StateError(describe(operation) + ": the next message has " + std::to_string(parts) +
                         " parts, so recv_multipart() must receive it");
    }
}

}  // namespace detail

inline std::size_t Socket::send_many(Message* messages, std::size_t count, Deadline deadline)
{
    constexpr const char* operation = "send_many()";
    std::size_t sent = 0;
    const auto send_some = [&] {
        state_->require_all_sent(operation);
        const std::size_t begin = sent;
        const std::size_t end = (std::min)(count, begin + Turn::most_messages);
        while (sent < end && state_->send_parts(operation, &messages[sent], 1, 0)) {
            ++sent;
        }
        return sent != begin;
    };
    while (sent < count && state_->until(operation, ZMQ_POLLOUT, deadline, send_some)) {
    }
    return sent;
}

inline std::vector<Message> Socket::recv_many(std::size_t max, Deadline deadline)
{
    constexpr const char* operation = "recv_many()";
    std::vector<Message> received;
    const auto receive_some = [&] {
        const std::size_t begin = received.size();
        const std::size_t end = (std::min)(max, begin + Turn::most_messages);
        for (Message message; received.size() < end;) {
            if (!state_->receive_single(operation, message, received.empty())) {
                break;
            }
            received.push_back(std::move(message));
        }
        return received.size() != begin;
    };
    while (received.size() < max &&
           state_->until(operation, ZMQ_POLLIN, received.empty() ? deadline : Deadline::now(),
                         receive_some)) {
    }
    return received;
}

}  // namespace v1
}  // namespace zmqpp
