// Socket's bind, connect and their opposites: calling libzmq, remembering what is attached where,
// and saying which part of an endpoint is wrong. Included by socket.hpp.
#pragma once

#include <algorithm>

#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// What a person should know beside libzmq's own words for the failure of an endpoint.
[[nodiscard]] inline std::string endpoint_hint(int code, const std::string& endpoint)
{
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
        if (port.size() > 5 || std::stoi(port) > 65535) {
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

}  // namespace detail

inline std::string Socket::attach(const char* verb, const std::string& endpoint,
                                  int (*call)(void*, const char*))
{
    const std::string operation = std::string(verb) + "(\"" + endpoint + "\")";
    const Use use(*state_, operation.c_str());
    if (call == zmq_connect) {
        state_->watch(endpoint);
    }
    if (call(state_->handle(), endpoint.c_str()) != 0) {
        const int code = zmq_errno();
        state_->fail_operation(code, operation + detail::endpoint_hint(code, endpoint));
    }
    std::string real(256, '\0');
    std::size_t size = real.size();
    // Absent after a connect of some transports: then the endpoint is what was asked for.
    if (zmq_getsockopt(state_->handle(), ZMQ_LAST_ENDPOINT, real.data(), &size) != 0 || size <= 1) {
        real = endpoint;
    } else {
        real.resize(size - 1);
    }
    state_->endpoints.push_back({endpoint, real});
    return real;
}

inline void Socket::detach(const char* verb, const std::string& endpoint,
                           int (*call)(void*, const char*))
{
    const std::string operation = std::string(verb) + "(\"" + endpoint + "\")";
    const Use use(*state_, operation.c_str());
    auto& attached = state_->endpoints;
    const auto found =
        std::find_if(attached.begin(), attached.end(), [&](const auto& candidate) {
            return candidate.asked == endpoint || candidate.real == endpoint;
        });
    const std::string real = found == attached.end() ? endpoint : found->real;
    if (call(state_->handle(), real.c_str()) != 0) {
        const int code = zmq_errno();
        std::string hint;
        if (code == ENOENT) {
            hint = call == zmq_unbind ? " (it is not bound there)" : " (it is not connected there)";
        }
        state_->fail_operation(code, operation + hint);
    }
    if (found != attached.end()) {
        attached.erase(found);
    }
}

}  // namespace v1
}  // namespace zmqpp
