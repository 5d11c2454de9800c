// The core's exceptions as the C API has them, and back.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "capi.h"
#include "core/error.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

template <class Kind> [[nodiscard]] bool is(const Error& error) noexcept
{
    return dynamic_cast<const Kind*>(&error) != nullptr;
}

[[nodiscard]] inline zmqpp_failure_kind kind_of(const Error& error) noexcept
{
    return is<Timeout>(error)             ? ZMQPP_TIMEOUT
           : is<ContextTerminated>(error) ? ZMQPP_CONTEXT_TERMINATED
           : is<SocketClosed>(error)      ? ZMQPP_SOCKET_CLOSED
           : is<StateError>(error)        ? ZMQPP_STATE_ERROR
           : is<ThreadError>(error)       ? ZMQPP_THREAD_ERROR
           : is<ForkError>(error)         ? ZMQPP_FORK_ERROR
           : is<HostUnreachable>(error)   ? ZMQPP_HOST_UNREACHABLE
           : is<AddressInUse>(error)      ? ZMQPP_ADDRESS_IN_USE
           : is<NotSupported>(error)      ? ZMQPP_NOT_SUPPORTED
           : is<Interrupted>(error)       ? ZMQPP_INTERRUPTED
                                          : ZMQPP_ERROR;
}

// `text` is the exception's own, and lives as long.
[[nodiscard]] inline zmqpp_failure to_failure(const Error& error) noexcept
{
    zmqpp_failure failure{kind_of(error), error.code(), error.what(), 0, 0};
    if (const auto* thread_error = dynamic_cast<const ThreadError*>(&error)) {
        failure.holder = thread_error->holder();
        failure.caller = thread_error->caller();
    }
    return failure;
}

// `raise` throws the exception that it is given.
template <class Raise> void raise_failure(const zmqpp_failure& failure, Raise&& raise)
{
    const std::string text = failure.text == nullptr ? "" : failure.text;
    switch (failure.kind) {
    case ZMQPP_ERROR: return raise(Error(failure.code, text));
    case ZMQPP_TIMEOUT: return raise(Timeout(text));
    case ZMQPP_CONTEXT_TERMINATED: return raise(ContextTerminated(text));
    case ZMQPP_SOCKET_CLOSED: return raise(SocketClosed(text));
    case ZMQPP_STATE_ERROR: return raise(StateError(text));
    case ZMQPP_THREAD_ERROR: return raise(ThreadError(text, failure.holder, failure.caller));
    case ZMQPP_FORK_ERROR: return raise(ForkError(text));
    case ZMQPP_HOST_UNREACHABLE: return raise(HostUnreachable(text));
    case ZMQPP_ADDRESS_IN_USE: return raise(AddressInUse(text));
    case ZMQPP_NOT_SUPPORTED: return raise(NotSupported(text));
    case ZMQPP_INTERRUPTED: return raise(Interrupted(text));
    default: return raise(std::runtime_error(text));
    }
}

[[noreturn]] inline void throw_failure(const zmqpp_failure& failure)
{
    raise_failure(failure,
                  [](auto&& exception) { throw std::forward<decltype(exception)>(exception); });
    std::terminate();  // not reached
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
