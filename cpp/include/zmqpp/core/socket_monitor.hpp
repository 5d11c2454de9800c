// A socket as the monitored and as the reader of a monitor: see watch.hpp. Included by
// socket_state.hpp.
#pragma once

#include <chrono>
#include <thread>

#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Starts publishing this socket's events (zmq_socket_monitor). A name may still be that of a monitor
// which has stopped: libzmq frees it in the background.
inline void SocketState::monitor(const std::string& endpoint, int events)
{
    const Deadline deadline(std::chrono::seconds(2));
    const auto is_taken = [&] {
        const auto holder = context_->monitored_at(endpoint).lock();
        return context_->is_bound_by_inproc(endpoint) ||
               (holder != nullptr && holder.get() != this);
    };
    while (!try_monitor(endpoint, events, deadline.passed() || is_taken())) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

inline bool SocketState::try_monitor(const std::string& endpoint, int events, bool is_last)
{
    const Use use(*this, "monitor()");
    require_free_monitor("monitor()");
    monitored_.end(*context_, handle_);
    const int rc = retry([&] { return zmq_socket_monitor(handle_, endpoint.c_str(), events); });
    if (rc < 0 && zmq_errno() == EADDRINUSE && !is_last) {
        return false;
    }
    check(rc, [&] {
        return describe("monitor(\"" + endpoint + "\")") +
               (is_inproc(endpoint) ? "" : ": a monitor publishes at inproc://name");
    });
    monitored_.begin(*context_, endpoint, weak_from_this());
    return true;
}

// Stops that, wherever it publishes or at one endpoint only.
inline void SocketState::stop_monitor(const std::string& endpoint)
{
    const Use use(*this, "stop_monitor()");
    if (endpoint.empty()) {
        require_free_monitor("stop_monitor()");
    }
    if (endpoint.empty() || monitored_.is_at(endpoint)) {
        monitored_.end(*context_, handle_);
    }
}

// From here on its monitor is not for others: see connections.hpp.
inline void SocketState::reserve_monitor()
{
    const Use use(*this, "monitor()");
    monitored_.reserve();
}

inline void SocketState::require_free_monitor(const char* operation) const
{
    if (monitored_.is_reserved()) {
        throw StateError(describe(operation) +
                         ": a socket has one monitor, and this one's watches its connections");
    }
}

// Where its monitor publishes; empty if it has none.
inline std::string SocketState::monitor_endpoint()
{
    const std::lock_guard<Lock> guard(lock_);
    return monitored_.endpoint();
}

// Before it connects to a monitor's endpoint: if this returns true, it has to take any number of
// messages (see watch.hpp).
inline bool SocketState::watch(const std::string& endpoint)
{
    const auto watched = context_->monitored_at(endpoint).lock();
    if (watched == nullptr || watched.get() == this) {
        return false;
    }
    watched->monitored_.note_reader();
    watching_.begin(watched, endpoint);
    return true;
}

inline void SocketState::stop_watching()
{
    watching_.end(*context_, [](SocketState& watched, const std::string& endpoint) {
        try {
            watched.stop_monitor(endpoint);
        } catch (const Error&) {  // closed meanwhile, which stopped its monitor too
        }
    });
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
