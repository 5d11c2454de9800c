// The core's exceptions as the C API has them, and back.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

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

// Calls use(exception) with the exception that a failure stands for.
template <class Use> void with_exception(const zmqpp_failure& failure, Use&& use)
{
    const std::string text = failure.text == nullptr ? "" : failure.text;
    switch (failure.kind) {
    case ZMQPP_ERROR: return use(Error(failure.code, text));
    case ZMQPP_TIMEOUT: return use(Timeout(text));
    case ZMQPP_CONTEXT_TERMINATED: return use(ContextTerminated(text));
    case ZMQPP_SOCKET_CLOSED: return use(SocketClosed(text));
    case ZMQPP_STATE_ERROR: return use(StateError(text));
    case ZMQPP_THREAD_ERROR: return use(ThreadError(text, failure.holder, failure.caller));
    case ZMQPP_FORK_ERROR: return use(ForkError(text));
    case ZMQPP_HOST_UNREACHABLE: return use(HostUnreachable(text));
    case ZMQPP_ADDRESS_IN_USE: return use(AddressInUse(text));
    case ZMQPP_NOT_SUPPORTED: return use(NotSupported(text));
    case ZMQPP_INTERRUPTED: return use(Interrupted(text));
    default: return use(std::runtime_error(text));
    }
}

[[noreturn]] inline void throw_failure(const zmqpp_failure& failure)
{
    with_exception(failure, [](const auto& exception) { throw exception; });
    std::terminate();  // for the compiler, which does not see that nobody comes here
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
