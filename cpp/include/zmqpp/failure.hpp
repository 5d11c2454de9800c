// The core's exceptions as the C API has them, and back.
#pragma once

#include "capi.h"
#include "core/error.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// `text` is the exception's own, and lives as long.
[[nodiscard]] inline zmqpp_failure to_failure(const Error& error)
{
    zmqpp_failure failure{ZMQPP_ERROR, error.code(), error.what(), 0, 0};
    if (dynamic_cast<const Timeout*>(&error) != nullptr) {
        failure.kind = ZMQPP_TIMEOUT;
    } else if (dynamic_cast<const ContextTerminated*>(&error) != nullptr) {
        failure.kind = ZMQPP_CONTEXT_TERMINATED;
    } else if (dynamic_cast<const SocketClosed*>(&error) != nullptr) {
        failure.kind = ZMQPP_SOCKET_CLOSED;
    } else if (dynamic_cast<const StateError*>(&error) != nullptr) {
        failure.kind = ZMQPP_STATE_ERROR;
    } else if (const auto* thread_error = dynamic_cast<const ThreadError*>(&error)) {
        failure.kind = ZMQPP_THREAD_ERROR;
        failure.holder = thread_error->holder();
        failure.caller = thread_error->caller();
    } else if (dynamic_cast<const ForkError*>(&error) != nullptr) {
        failure.kind = ZMQPP_FORK_ERROR;
    } else if (dynamic_cast<const HostUnreachable*>(&error) != nullptr) {
        failure.kind = ZMQPP_HOST_UNREACHABLE;
    } else if (dynamic_cast<const AddressInUse*>(&error) != nullptr) {
        failure.kind = ZMQPP_ADDRESS_IN_USE;
    } else if (dynamic_cast<const NotSupported*>(&error) != nullptr) {
        failure.kind = ZMQPP_NOT_SUPPORTED;
    } else if (dynamic_cast<const Interrupted*>(&error) != nullptr) {
        failure.kind = ZMQPP_INTERRUPTED;
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
