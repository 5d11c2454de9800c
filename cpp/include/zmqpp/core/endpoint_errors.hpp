// What is wrong with an endpoint: which part of it, who else has it, and what libzmq would abort the
// process for.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <string>

#include "inproc.hpp"
#include "option.hpp"
#include "socket_state.hpp"
#include "version.hpp"

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

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
