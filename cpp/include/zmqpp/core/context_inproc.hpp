// A context's inproc names: who has bound one and who waits for it is known before libzmq is asked, because
// it aborts where it should refuse. See InprocNames for what is known, and why. Included by
// context_state.hpp.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "context_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

template <class Call>
int ContextState::bind_inproc(const std::string& name, SocketType type, bool welcomes, Call&& call)
{
    const std::lock_guard<std::mutex> guard(mutex_);
    if (const char* why = names_.why_not(name, type, welcomes)) {
        throw StateError("bind(\"" + name + "\"): " + why);
    }
    const int rc = call();
    if (rc == 0) {
        names_.bind(name, type);
    }
    return rc;
}

template <class Call>
int ContextState::connect_inproc(const std::string& name, std::uint64_t serial, SocketType type,
                                 bool conflates, Call&& call)
{
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!names_.may_connect(name, type)) {
        throw StateError("connect(\"" + name +
                         "\"): a STREAM talks to programs without ZeroMQ only");
    }
    const int rc = call();
    if (rc == 0 && monitors_.count(name) == 0) {
        names_.connect(name, serial, type, conflates);
    }
    return rc;
}

template <class Call> int ContextState::unbind_inproc(const std::string& name, Call&& call)
{
    const std::lock_guard<std::mutex> guard(mutex_);
    const int rc = call();
    if (rc == 0) {
        names_.unbind(name);
    }
    return rc;
}

// A name that nobody has bound is bound for the moment of the disconnecting: who bound it after that,
// and met a ROUTER's half of a connection, would abort.
template <class Call>
int ContextState::disconnect_inproc(const std::string& name, std::uint64_t serial, Call&& call)
{
    const std::lock_guard<std::mutex> guard(mutex_);
    if (handle_ == nullptr || !names_.is_awaited_by(name, serial)) {
        return call();
    }
    if (names_.is_awaited_by_others(name, serial)) {
        throw StateError("disconnect(\"" + name +
                         "\"): nobody has bound it yet, and other sockets wait for that too; close "
                         "the socket instead");
    }
    return names_.answer_by_another(handle_, name, call);
}

inline bool ContextState::is_bound_by_inproc(const std::string& name)
{
    const std::lock_guard<std::mutex> guard(mutex_);
    return names_.is_bound(name);
}

inline void ContextState::note_closing(std::uint64_t serial) noexcept
{
    const std::lock_guard<std::mutex> guard(mutex_);
    names_.forget(serial, handle_);
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
