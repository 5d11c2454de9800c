// Socket's bind, connect and their opposites: calling libzmq, remembering what is attached where,
// and saying which part of an endpoint is wrong. Included by socket.hpp.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "listening.hpp"
#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// libzmq would take such a port for another one, in silence.
[[nodiscard]] inline bool is_port_too_large(const std::string& endpoint)
{
    const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
    return endpoint.rfind("tcp://", 0) == 0 && !port.empty() &&
           port.find_first_not_of("0123456789") == std::string::npos &&
           std::strtoul(port.c_str(), nullptr, 10) > 65535;
}

// Telling a monitor of a failed bind makes libzmq forget why it failed, and say EAGAIN. A socket
// without a monitor is told why.
[[nodiscard]] inline int reason_of_failed_bind(ContextState& context, const std::string& endpoint)
{
    return context.with_handle("bind()", [&](void* handle) {
        void* probe = zmq_socket(handle, ZMQ_PAIR);
        const bool failed = probe != nullptr && zmq_bind(probe, endpoint.c_str()) != 0;
        const int code = failed ? zmq_errno() : EADDRINUSE;  // a moment ago
        if (probe != nullptr) {
            zmq_close(probe);
        }
        return code;
    });
}

// Who in this process is bound where `endpoint` wants to be: "PULL socket [...], created at ...".
[[nodiscard]] inline std::string holder_of(const SocketState& asking, const std::string& endpoint)
{
    const auto place = [](const std::string& text) {
        return text.rfind("tcp://", 0) == 0 ? text.substr(text.rfind(':')) : text;  // the port
    };
    for (const auto& context : ContextState::all()) {
        if (is_inproc(endpoint) && context != asking.context()) {
            continue;  // has names of its own
        }
        for (const auto& socket : context->sockets()) {
            const std::lock_guard<Lock> guard(socket->lock());
            for (const auto& taken : socket->endpoints) {
                if (taken.bound && place(taken.real) == place(endpoint)) {
                    return socket->describe() + ", created at " + socket->origin();
                }
            }
        }
    }
    return "";
}

// What a person should know beside libzmq's own words for the failure of an endpoint.
[[nodiscard]] inline std::string endpoint_hint(const SocketState& asking, int code,
                                               const std::string& endpoint)
{
    if (code == EADDRINUSE) {
        const std::string holder = holder_of(asking, endpoint);
        return holder.empty()
                   ? is_inproc(endpoint) ? "" : " (by another program, or other code of this one)"
                   : " (by " + holder + ")";
    }
    const auto separator = endpoint.find("://");
    if (separator == std::string::npos) {
        return " (an endpoint is transport://address, as in tcp://127.0.0.1:5555)";
    }
    const std::string transport = endpoint.substr(0, separator);
    if (code == EPROTONOSUPPORT) {
        std::string known = "tcp, inproc";
        for (const char* name : {"ipc", "pgm", "tipc", "norm", "WS", "WSS", "vmci"}) {
            if (has(name)) {
                known += std::string(", ") + name;
            }
        }
        return " (unknown transport '" + transport + "'; this libzmq has " + known + ")";
    }
    const std::string address = endpoint.substr(separator + 3);
    if (transport == "tcp" && code == EINVAL) {
        const auto colon = address.rfind(':');
        if (colon == std::string::npos) {
            return " (the port is missing: tcp://address:port)";
        }
        const std::string port = address.substr(colon + 1);
        if (port.find_first_not_of("0123456789") != std::string::npos || port.empty()) {
            return " (port '" + port + "' is not a number)";
        }
        if (is_port_too_large(endpoint)) {
            return " (port " + port + " is above 65535)";
        }
    }
    if (transport == "tcp" && code == ENODEV) {
        return " (no interface or address '" + address.substr(0, address.rfind(':')) +
               "' on this machine)";
    }
    if (transport == "ipc" && code == ENOENT) {
        return " (the folder of this path does not exist)";
    }
    if (transport == "ipc" && code == ENAMETOOLONG) {
        return " (the path has " + std::to_string(address.size()) +
               " bytes; the operating system allows about 107)";
    }
    return "";
}

// A libzmq without drafts makes sockets of draft types all the same, but aborts when it has to tell a
// peer what they are.
inline void require_known_type(SocketType type, const std::string& endpoint,
                               const std::string& operation)
{
    if (static_cast<int>(type) > static_cast<int>(SocketType::stream) && !is_inproc(endpoint) &&
        endpoint.rfind("udp://", 0) != 0 && !has("draft")) {
        throw NotSupported(
            operation + ": " + std::string(name(type)) +
            " sockets are drafts; this libzmq, built without, has them for inproc only");
    }
}

// What libzmq aborts for when the endpoint is in use, in its I/O thread.
inline void require_sound_options(void* handle, const std::string& operation)
{
    const auto value = [handle](int option) {
        int on = 0;
        std::size_t size = sizeof on;
        return zmq_getsockopt(handle, option, &on, &size) == 0 ? on : 0;
    };
    char domain[256];
    std::size_t size = sizeof domain;
    if (value(option::zap_enforce_domain.row.id) != 0 && value(ZMQ_PLAIN_SERVER) != 0 &&
        zmq_getsockopt(handle, ZMQ_ZAP_DOMAIN, domain, &size) == 0 && size <= 1) {
        throw StateError(operation +
                         ": plain_server with zap_enforce_domain needs a zap_domain; set it first");
    }
}

// The endpoint among those of a socket in use, by the word given or the one returned.
[[nodiscard]] inline auto find_endpoint(SocketState& state, const std::string& endpoint, bool bound)
{
    return std::find_if(state.endpoints.begin(), state.endpoints.end(), [&](const auto& candidate) {
        return candidate.bound == bound &&
               (candidate.asked == endpoint || candidate.real == endpoint);
    });
}

}  // namespace detail

inline std::string Socket::attach(const char* verb, const std::string& endpoint,
                                  int (*call)(void*, const char*))
{
    const std::string operation = std::string(verb) + "(\"" + endpoint + "\")";
    const bool binds = call == zmq_bind;
    const bool inproc = detail::is_inproc(endpoint);
    require_home(operation.c_str());
    const bool watches = !binds && inproc && state_->watch(endpoint);
    auto& context = *state_->context();
    int code = 0;
    std::string who;
    {
        const Use use(*state_, operation.c_str());
        state_->note_news();
        if (!inproc) {
            // libzmq opens a file to look interfaces up, and one to listen.
            detail::require_room_for_files(2, state_->describe(operation));
        }
        if (watches) {
            state_->require_no_lost_peers("rcvhwm");
            const int unlimited = 0;
            zmq_setsockopt(state_->handle(), ZMQ_RCVHWM, &unlimited, sizeof unlimited);
        }
        const auto attempt = [&] {
            return detail::retry([&] { return call(state_->handle(), endpoint.c_str()); });
        };
        detail::require_known_type(type(), endpoint, operation);
        detail::require_sound_options(state_->handle(), operation);
        auto& names = state_->peer_names;
        if (!binds && names.is_pending()) {
            state_->require_whole_messages(operation);
            names.require_free(state_->handle(), type(), state_->describe(operation));
        }
        detail::HandOver handed(state_->handle(), binds ? endpoint : "", operation);
        if (detail::is_port_too_large(endpoint)) {
            code = EINVAL;
        } else if ((!inproc ? attempt()
                    : binds ? context.bind_inproc(endpoint, type(), state_->welcomes(), attempt)
                            : context.connect_inproc(endpoint, state_->serial(), type(),
                                                     state_->conflates(), attempt)) != 0) {
            code = zmq_errno();
        } else {
            handed.keep();
            if (!binds && names.is_pending()) {
                names.give(state_->handle());
            }
            return note_attached(endpoint, binds);
        }
        who = state_->describe(operation);
    }
    // Not in use any more: other sockets are asked.
    if (binds && code == EAGAIN) {
        code = detail::reason_of_failed_bind(context, endpoint);
    }
    fail(code, who, detail::endpoint_hint(*state_, code, endpoint));
}

// A socket in use is bound or connected now; where, really?
inline std::string Socket::note_attached(const std::string& endpoint, bool binds)
{
    if (!binds) {
        const auto known = detail::find_endpoint(*state_, endpoint, false);
        if (known != state_->endpoints.end()) {
            return known->real;  // once more: libzmq ignores that, or one disconnect ends both
        }
    }
    std::string real(256, '\0');
    std::size_t size = real.size();
    // Absent after a connect of some transports: then the endpoint is what was asked for.
    if (zmq_getsockopt(state_->handle(), ZMQ_LAST_ENDPOINT, real.data(), &size) != 0 || size <= 1) {
        real = endpoint;
    } else {
        real.resize(size - 1);
    }
    state_->endpoints.push_back({endpoint, real, binds});
    if (binds && detail::is_inproc(endpoint)) {
        state_->note_news();  // those who waited for this name may have left since
    }
    return real;
}

inline void Socket::detach(const char* verb, const std::string& endpoint,
                           int (*call)(void*, const char*))
{
    const std::string operation = std::string(verb) + "(\"" + endpoint + "\")";
    const bool binds = call == zmq_unbind;
    const Use use(*state_, operation.c_str());
    state_->note_news();
    if (!binds) {
        state_->require_whole_messages(operation);
        if (detail::is_inproc(endpoint) &&
            detail::find_endpoint(*state_, endpoint, true) != state_->endpoints.end()) {
            throw StateError(state_->describe(operation) +
                             ": the socket is connected to itself; unbind() first");
        }
        state_->save_prefetched("disconnect()");
    }
    auto& attached = state_->endpoints;
    const auto found = detail::find_endpoint(*state_, endpoint, binds);
    const std::string real = found == attached.end() ? endpoint : found->real;
    const auto attempt = [&] {
        // For libzmq the two are one: it would take back the other.
        if (found == attached.end() &&
            detail::find_endpoint(*state_, endpoint, !binds) != attached.end()) {
            errno = ENOENT;
            return -1;
        }
        return detail::retry([&] { return call(state_->handle(), real.c_str()); });
    };
    auto& context = *state_->context();
    if ((!detail::is_inproc(real) ? attempt()
         : binds                  ? context.unbind_inproc(real, attempt)
                 : context.disconnect_inproc(real, state_->serial(), attempt)) != 0) {
        const int code = zmq_errno();
        std::string hint;
        if (code == ENOENT) {
            hint = binds ? " (it is not bound there)" : " (it is not connected there)";
        }
        state_->fail_operation(code, operation, hint);
    }
    if (found != attached.end()) {
        attached.erase(found);
    }
}

}  // namespace v1
}  // namespace zmqpp
