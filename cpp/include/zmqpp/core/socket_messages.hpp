// Sending and receiving one message on a socket that is in use: whole, without blocking, and past what
// libzmq would tear or abort on. Included by socket.hpp.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <string>
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

template <class SendPart, class First>
bool SocketState::send_parts(const char* operation, std::size_t count, int flags, SendPart&& part,
                             First&& first)
{
    note_news();
    // Nearly every message has one part and finds room. If not, the long way tries again, which is
    // cheap: a send that libzmq refuses makes no system call.
    if (count == 1 && (flags & ZMQ_SNDMORE) == 0 && sender_ == no_thread && !has_two_parts(type_) &&
        part(0, ZMQ_DONTWAIT) >= 0) {
        note_sent();
        return true;
    }
    claim(sender_, operation, "sending");
    bool more_follows = (flags & ZMQ_SNDMORE) != 0;
    if (has_two_parts(type_)) {
        more_follows = require_two_parts(operation, count, more_follows);
        if (type_ == SocketType::dgram && (events() & ZMQ_POLLOUT) == 0) {
            return false;  // without a peer, libzmq would destroy the message and say nothing
        }
    }
    if (conflating_ && (count > 1 || more_follows)) {
        throw StateError(
            describe(operation) +
            ": a socket that conflates keeps one part, the last, and loses the others");
    }
    bool looked = false;
    for (std::size_t i = 0; i < count && !dropping_;) {
        const bool last = i + 1 == count && !more_follows;
        if (retry([&] { return part(i, ZMQ_DONTWAIT | (last ? 0 : ZMQ_SNDMORE)); }) >= 0) {
            ++i;
            continue;
        }
        const int code = zmq_errno();
        if (code == EHOSTUNREACH) {
            fail_operation(code, operation, " (the routing id " + quote(first()) + ")");
        }
        if (code != EAGAIN) {
            fail_operation(code, operation);
        }
        const bool started = i != 0 || sender_ != no_thread;
        if (started) {
            // The peer went away in the middle of the message, and the message with it. libzmq
            // drops the parts that follow, except for PAIR, which would send them to the next.
            dropping_ = type_ == SocketType::pair;
            ++i;
        } else if (!looked) {
            // A send does not look for news each time, for speed; reading ZMQ_EVENTS does.
            looked = true;
            static_cast<void>(events());
        } else {
            return false;
        }
    }
    note_sent();
    sender_ = more_follows ? this_thread_id() : no_thread;
    dropping_ = dropping_ && more_follows;
    return true;
}

inline void SocketState::note_sent()
{
    if (--sends_until_count_ == 0) {
        sends_until_count_ =
            publisher_ ? publisher_->count_between_sends(handle_) : Publisher::never;
    }
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

// One libzmq call. False: nothing is there.
inline bool SocketState::fetch_part(const char* operation, Message& into)
{
    if (retry([&] { return zmq_msg_recv(into.raw(), handle_, ZMQ_DONTWAIT); }) >= 0) {
        return true;
    }
    const int code = zmq_errno();
    if (code != EAGAIN) {
        fail_operation(code, operation);
    }
    return false;
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

inline bool SocketState::receive_part(const char* operation, Message& into)
{
    claim(receiver_, operation, "receiving");
    note_news();
    if (publisher_ || (conflating_ && receiver_ != no_thread)) {
        refuse_to_receive(operation);
    }
    if (!prefetched_.empty()) {
        prefetched_.take(into);
    } else if (!fetch_part(operation, into)) {
        return false;
    }
    receiver_ = into.more() ? this_thread_id() : no_thread;
    return true;
}

inline bool SocketState::receive_parts(const char* operation, Multipart& into)
{
    into.reserve(4);  // growing would move the parts that are there, through libzmq
    if (!receive_part(operation, into.emplace_back())) {
        into.clear();
        return false;
    }
    receive_rest(operation, into);
    return true;
}

inline void SocketState::receive_rest(const char* operation, Multipart& into)
{
    while (into.back().more()) {
        if (!receive_part(operation, into.emplace_back())) {
            fail_operation(EPROTO, operation);
        }
    }
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
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
