// What a socket says of itself when something fails. Included by socket_state.hpp.
#pragma once

#include <zmq.h>

#include <string>

#include "error.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

inline std::string SocketState::describe(const std::string& operation) const
{
    return operation + " on " + describe();
}

inline std::string SocketState::describe() const
{
    std::string text = std::string(name(type_)) + " socket";
    for (const Endpoint& endpoint : endpoints) {
        text += (&endpoint == &endpoints.front() ? " [" : ", ") + endpoint.real;
    }
    return endpoints.empty() ? text : text + "]";
}

ZMQPP_SELDOM inline void SocketState::fail_operation(int code, const std::string& operation,
                                                     std::string hint) const
{
    if (code == EFSM && type_ == SocketType::req) {
        hint =
            " (send() and recv() must alternate; set req_relaxed and req_correlate to send "
            "again without a reply)";
    } else if (code == EFSM && type_ == SocketType::rep) {
        hint = " (recv() and send() must alternate)";
    } else if (code == ENOTSUP) {
        hint = " (this socket type does not do that)";
    }
    fail(code, describe(operation), hint);
}

ZMQPP_SELDOM inline void SocketState::fail_closed(const char* operation) const
{
    throw SocketClosed(std::string(operation) + ": this " + std::string(name(type_)) +
                       " socket is closed");
}

ZMQPP_SELDOM inline void SocketState::fail_amid_message(const char* operation,
                                                        const char* verb) const
{
    throw StateError(describe(operation) + ": in the middle of a message; " + verb +
                     " its other parts first");
}

ZMQPP_SELDOM inline void SocketState::fail_claim(ThreadId holder, const char* operation,
                                                 const char* doing) const
{
    throw ThreadError(describe(operation) + ": thread " + std::to_string(holder) +
                          " is in the middle of " + doing + " a multipart message on it; thread " +
                          std::to_string(this_thread_id()) + " must wait until it is complete",
                      holder, this_thread_id());
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
