// Waiting for the subscribers of a PUB, so that the first message is not sent to nobody. Included by
// socket.hpp.
#pragma once

#include <algorithm>
#include <chrono>

#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// How many subscriptions there are to this PUB.
inline std::size_t SocketState::subscribers(const char* operation,
                                            const std::optional<std::string_view>& topic)
{
    static_cast<void>(events(operation));
    require_publisher(operation);
    return publisher_->subscribers().count(topic);
}

inline void SocketState::require_publisher(const char* operation) const
{
    const auto refuse = [&](const std::string& reason) {
        throw StateError(describe(operation) + ": " + reason);
    };
    if (type_ == SocketType::xpub) {
        refuse("an XPUB receives its subscriptions, with recv()");
    } else if (type_ != SocketType::pub) {
        refuse("only a PUB has subscribers");
    } else if (!publisher_) {
        refuse("it was opened by other code, and libzmq does not tell of its subscribers");
    } else if (publisher_->is_plain()) {
        refuse("libzmq does not tell of the subscribers of a PUB with " +
               publisher_->plain_because_of());
    }
}

// libzmq does what is to be done for a socket in the calls that are made on it: a SUB that is bound, for
// one, subscribes when it is used, after a peer has connected. Those of this process may have nobody
// who uses them just now, or him who waits here.
inline void tend_subscribers(ContextState& context)
{
    auto sockets = context.sockets();
    for (const auto& other : ContextState::all()) {
        const auto more = other.get() == &context ? decltype(sockets)() : other->sockets();
        sockets.insert(sockets.end(), more.begin(), more.end());
    }
    for (const auto& socket : sockets) {
        if (socket->type() == SocketType::sub || socket->type() == SocketType::xsub) {
            try {
                const SocketState::Use use(*socket, "wait_for_subscribers()");
                static_cast<void>(socket->events());
            } catch (const Error&) {  // it has been closed, or its context has ended
            }
        }
    }
}

// That a peer has gone takes libzmq two steps, the second after an answer from an I/O thread. If news is
// waiting, the count is worth having a moment later only.
inline void settle(SocketState& state, const char* operation, Deadline deadline)
{
    const Deadline moment = Deadline(std::chrono::milliseconds(5)).earlier(deadline);
    PollItem item = readable(state.descriptor());
    Deadline until = Deadline::now();
    while (wait(&item, 1, until, operation)) {
        const SocketState::Use use(state, operation);
        static_cast<void>(state.events(operation));
        if (moment.passed()) {
            break;  // there is always news
        }
        until = moment;
    }
}

}  // namespace detail

// Each subscription of each peer counts, once. The count is of what has arrived: whoever subscribes
// sends it over the wire, and a SUB that is bound does so in one of its own calls: in another process, its
// thread has to be in recv() or poll().
inline std::size_t Socket::wait_for_subscribers(std::size_t count, Deadline deadline,
                                                const std::optional<std::string_view>& topic)
{
    constexpr const char* operation = "wait_for_subscribers()";
    state_->require_home(operation);
    detail::tend_subscribers(*state_->context());
    detail::settle(*state_, operation, deadline);
    std::size_t there = 0;
    const auto are_there = [&] {
        there = state_->subscribers(operation, topic);
        return there >= count;
    };
    std::chrono::milliseconds pause(1);
    while (!state_->until(operation, detail::Publisher::news, Deadline(pause).earlier(deadline),
                          are_there)) {
        if (!deadline.passed()) {
            pause = (std::min)(pause * 2, std::chrono::milliseconds(20));
            detail::tend_subscribers(*state_->context());
            continue;
        }
        throw Timeout(std::string(operation) + " on " + describe() + ": time ran out with " +
                      std::to_string(there) + " of " + std::to_string(count) + " subscriptions" +
                      (topic ? " to " + detail::quote(*topic) : "") + " there");
    }
    return there;
}

}  // namespace v1
}  // namespace zmqpp
