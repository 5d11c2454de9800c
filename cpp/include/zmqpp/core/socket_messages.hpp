// Sending and receiving one message on a socket that is in use: whole, without blocking, and past what
// libzmq would tear or abort on. Included by socket.hpp.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "message.hpp"
#include "prefetched.hpp"
#include "publisher.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Whether the second is still to come. Programs say ZMQ_SNDMORE with it too, which libzmq ignores.
inline bool SocketState::require_two_parts(const char* operation, std::size_t count,
                                           bool more_follows) const
{
    const std::size_t total = count + (sender_ != no_thread ? 1 : 0);
    if (total > 2 || (total < 2 && !more_follows)) {
        throw Error(EINVAL, describe(operation) +
                                ": a message has two parts here, the peer and the data, not " +
                                std::to_string(total));
    }
    return total < 2;
}

// What a message needs that is sent part by part, in two parts by the type's own rule, or by a socket that
// conflates. Whether more of it follows; nothing if it would not get through.
ZMQPP_SELDOM inline std::optional<bool> SocketState::prepare_to_send(const char* operation,
                                                                     std::size_t count,
                                                                     bool more_follows)
{
    note_news();
    claim(sender_, operation, "sending");
    if (has_two_parts(type_)) {
        more_follows = require_two_parts(operation, count, more_follows);
        // Without a peer, libzmq would destroy the message and say nothing.
        if (type_ == SocketType::dgram && (events() & ZMQ_POLLOUT) == 0) {
            return std::nullopt;
        }
    }
    if (conflating_ && (count > 1 || more_follows)) {
        throw StateError(
            describe(operation) +
            ": a socket that conflates keeps one part, the last, and loses the others");
    }
    return more_follows;
}

// libzmq did not take a part. `begun`: others of its message it did. `first`: the first part.
ZMQPP_SELDOM inline SocketState::Refusal SocketState::refused(const char* operation, bool begun,
                                                              std::string_view first)
{
    const int code = zmq_errno();
    if (code == EINTR) {
        return Refusal::interrupted;
    }
    if (code == EHOSTUNREACH) {
        fail_operation(code, operation, " (the routing id " + quote(first) + ")");
    }
    if (code != EAGAIN) {
        fail_operation(code, operation);
    }
    if (begun) {
        // The peer went away in the middle of the message, and the message with it. libzmq
        // drops the parts that follow, except for PAIR, which would send them to the next.
        dropping_ = type_ == SocketType::pair;
        return Refusal::part_lost;
    }
    return Refusal::no_room;
}

template <class SendPart, class First>
ZMQPP_INLINE bool SocketState::send_parts(const char* operation, std::size_t count, int flags,
                                          SendPart&& part, First&& first)
{
    bool more_follows = (flags & ZMQ_SNDMORE) != 0;
    const bool directly = sends_directly_ && !more_follows;
    if (!directly) {
        const auto prepared = prepare_to_send(operation, count, more_follows);
        if (!prepared) {
            return false;
        }
        more_follows = *prepared;
    }
    bool looked = false;
    for (std::size_t i = 0; i < count && !dropping_;) {
        const bool last = i + 1 == count && !more_follows;
        if (part(i, ZMQ_DONTWAIT | (last ? 0 : ZMQ_SNDMORE)) >= 0) {
            ++i;
            continue;
        }
        switch (refused(operation, i != 0 || sender_ != no_thread, first())) {
        case Refusal::interrupted: break;
        case Refusal::part_lost: ++i; break;
        case Refusal::no_room:
            // A send does not look for news each time, for speed; reading ZMQ_EVENTS does.
            if (looked) {
                return false;
            }
            looked = true;
            static_cast<void>(events());
        }
    }
    note_sent();
    if (!directly || dropping_) {
        sender_ = more_follows ? this_thread_id() : no_thread;
        dropping_ = dropping_ && more_follows;
        choose_paths();
    }
    return true;
}

ZMQPP_INLINE void SocketState::note_sent()
{
    if (--sends_until_count_ == 0) {
        count_subscribers();
    }
}

ZMQPP_NOT_INLINE inline void SocketState::count_subscribers()
{
    sends_until_count_ = publisher_ ? publisher_->count_between_sends(handle_) : Publisher::never;
}

inline bool SocketState::send_parts(const char* operation, Message* parts, std::size_t count,
                                    int flags)
{
    return send_parts(
        operation, count, flags,
        [&](std::size_t i, int part_flags) {
            return zmq_msg_send(parts[i].raw(), handle_, part_flags);
        },
        [&] { return parts[0].view(); });
}

ZMQPP_INLINE Received SocketState::fetch_part(const char* operation, Message& into)
{
    const Received received(zmq_msg_recv(into.raw(), handle_, ZMQ_DONTWAIT));
    return received ? received : fetch_after_failure(operation, into);
}

ZMQPP_SELDOM inline Received SocketState::fetch_after_failure(const char* operation, Message& into)
{
    Received received;
    while (!received && zmq_errno() == EINTR) {
        received = Received(zmq_msg_recv(into.raw(), handle_, ZMQ_DONTWAIT));
    }
    if (!received && zmq_errno() != EAGAIN) {
        fail_operation(zmq_errno(), operation);
    }
    return received;
}

ZMQPP_SELDOM inline void SocketState::refuse_to_receive(const char* operation)
{
    if (publisher_) {
        static_cast<void>(events());
        fail_operation(ENOTSUP, operation);
    }
    // The other parts were overwritten, and libzmq aborts when it does not find them.
    throw StateError(describe(operation) +
                     ": a peer sends messages of several parts, of which a socket that "
                     "conflates keeps but one; close the socket");
}

ZMQPP_INLINE void SocketState::note_received(bool more_follows)
{
    receiver_ = more_follows ? this_thread_id() : no_thread;
    choose_paths();
}

// A part of which something is special.
ZMQPP_NOT_INLINE inline Received SocketState::receive_indirectly(const char* operation,
                                                                 Message& into)
{
    claim(receiver_, operation, "receiving");
    note_news();
    if (publisher_ || (conflating_ && receiver_ != no_thread)) {
        refuse_to_receive(operation);
    }
    Received received;
    if (prefetched_.empty()) {
        received = fetch_part(operation, into);
    } else {
        prefetched_.take(into);
        received = Received::whole(into);
    }
    note_received(received ? into.more() : receiver_ != no_thread);
    return received;
}

ZMQPP_INLINE Received SocketState::receive_part(const char* operation, Message& into)
{
    if (!receives_directly_) {
        return receive_indirectly(operation, into);
    }
    const Received received = fetch_part(operation, into);
    if (received && into.more()) {
        note_received(true);
    }
    return received;
}

template <class Take>
ZMQPP_INLINE bool SocketState::receive_parts(const char* operation, Message& part, Take&& take)
{
    const bool directly = receives_directly_;
    const auto receive_next = [&] {
        return directly ? fetch_part(operation, part) : receive_indirectly(operation, part);
    };
    Received received = receive_next();
    if (!received) {
        return false;
    }
    for (bool more = part.more();; more = part.more()) {
        try {
            take(part, received.size());
        } catch (...) {
            note_received(more);
            throw;
        }
        if (!more) {
            return true;
        }
        received = receive_next();
        if (!received) {
            fail_operation(EPROTO, operation);  // never: a message is there whole or not at all
        }
    }
}

inline bool SocketState::receive_parts(const char* operation, Multipart& into)
{
    into.reserve(4);  // growing would move the parts that are there, through libzmq
    Message part;
    return receive_parts(operation, part, [&](Message& next, std::size_t /*size*/) {
        into.push_back(std::move(next));
    });
}

inline void SocketState::save_prefetched(const char* operation)
{
    if (!Prefetched::is_done_by(type_) || conflating_ || (look() & ZMQ_POLLIN) == 0) {
        return;
    }
    Message part;
    for (bool more = true; more && fetch_part(operation, part);) {
        more = part.more();
        prefetched_.put(std::move(part));
    }
    choose_paths();
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
