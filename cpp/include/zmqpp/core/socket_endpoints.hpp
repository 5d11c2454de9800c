// Socket's bind, connect and their opposites: calling libzmq and remembering what is attached where.
// Included by socket.hpp.
#pragma once

#include <algorithm>

#include "endpoint_errors.hpp"
#include "listening.hpp"
#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// The endpoint among those of a socket in use, by the word given or the one returned.
[[nodiscard]] inline auto find_endpoint(SocketState& state, const std::string& endpoint, bool bound)
{
    return std::find_if(state.endpoints.begin(), state.endpoints.end(), [&](const auto& candidate) {
        return candidate.bound == bound &&
               (candidate.asked == endpoint || candidate.real == endpoint);
    });
}

// A PUB of libzmq ignores a connect to where it is connected already. An XPUB, which ours is for libzmq,
// would send everything twice.
[[nodiscard]] inline bool ignores_connect(const SocketState& state, const std::string& endpoint)
{
    const auto& known = state.endpoints;
    return state.type() == SocketType::pub &&
           std::any_of(known.begin(), known.end(), [&](const auto& candidate) {
               return (candidate.bound ? candidate.real : candidate.asked) == endpoint;
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
        who = state_->describe(operation);
        require_attachable(endpoint, binds, operation);
        if (watches && !state_->has_lost_peers()) {
            const int unlimited = 0;
            zmq_setsockopt(state_->handle(), ZMQ_RCVHWM, &unlimited, sizeof unlimited);
        }
        detail::HandOver handed(state_->handle(), binds ? endpoint : "", operation);
        const bool again = !binds && !inproc && detail::ignores_connect(*state_, endpoint);
        const auto attempt = [&] {
            int events = 0;
            std::size_t size = sizeof events;
            return detail::retry([&] {
                return again ? state_->get_option(ZMQ_EVENTS, &events, &size)
                             : call(state_->handle(), endpoint.c_str());
            });
        };
        if (detail::is_port_too_large(endpoint)) {
            code = EINVAL;
        } else if ((!inproc ? attempt()
                    : binds ? context.bind_inproc(endpoint, type(), state_->welcomes(), attempt)
                            : context.connect_inproc(endpoint, state_->serial(), type(),
                                                     state_->conflates(), attempt)) != 0) {
            code = zmq_errno();
        } else {
            handed.keep();
            return note_attached(endpoint, binds);
        }
    }
    // Not in use any more: other sockets are asked.
    if (binds && code == EAGAIN) {
        code = detail::reason_of_failed_bind(context, endpoint);
    }
    fail(code, who, detail::endpoint_hint(*state_, code, endpoint));
}

// Of a socket in use: throws what libzmq would abort the process for.
inline void Socket::require_attachable(const std::string& endpoint, bool binds,
                                       const std::string& operation)
{
    detail::require_known_type(type(), endpoint, operation);
    detail::require_sound_options(state_->handle(), operation);
    if (!detail::is_inproc(endpoint)) {
        // libzmq opens a file to look interfaces up, and one to listen.
        detail::require_room_for_files(2, state_->describe(operation));
    }
    if (!binds && state_->peer_names.is_pending()) {
        state_->require_whole_messages(operation.c_str());
        state_->peer_names.require_free(state_->handle(), type(), state_->describe(operation));
    }
}

// A socket in use is bound or connected now; where, really?
inline std::string Socket::note_attached(const std::string& endpoint, bool binds)
{
    if (!binds) {
        if (state_->peer_names.is_pending()) {
            state_->peer_names.give(state_->handle());
        }
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
    state_->note_attached();
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
        state_->require_whole_messages(operation.c_str());
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
