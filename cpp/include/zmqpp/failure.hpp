// The core's exceptions as the C API has them, and back.
#pragma once

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

[[noreturn]] inline void throw_failure(const zmqpp_failure& failure)
{
    const std::string text = failure.text == nullptr ? "" : failure.text;
    switch (failure.kind) {
    case ZMQPP_ERROR: throw Error(failure.code, text);
    case ZMQPP_TIMEOUT: throw Timeout(text);
    case ZMQPP_CONTEXT_TERMINATED: throw ContextTerminated(text);
    case ZMQPP_SOCKET_CLOSED: throw SocketClosed(text);
    case ZMQPP_STATE_ERROR: throw StateError(text);
    case ZMQPP_THREAD_ERROR: throw ThreadError(text, failure.holder, failure.caller);
    case ZMQPP_FORK_ERROR: throw ForkError(text);
    case ZMQPP_HOST_UNREACHABLE: throw HostUnreachable(text);
    case ZMQPP_ADDRESS_IN_USE: throw AddressInUse(text);
    case ZMQPP_NOT_SUPPORTED: throw NotSupported(text);
    case ZMQPP_INTERRUPTED: throw Interrupted(text);
    default: throw std::runtime_error(text);
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
