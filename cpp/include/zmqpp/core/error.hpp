// What can go wrong, as exceptions. Would-block and ran-out-of-time are values elsewhere (bool,
// std::optional); they become exceptions only for callers that asked to wait.
// Any thread; never throws anything but what it is asked to.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <stdexcept>
#include <string>

#include "descriptors.hpp"

// For functions that run seldom: they stay out of their callers, which then are small enough to be
// inlined themselves. That is a tenth of what sending and receiving a small message costs.
// Functions that are not inline run too often to be placed with the seldom ones. Those that every
// message passes through are inline though they have many callers.
#ifdef _MSC_VER
#define ZMQPP_SELDOM __declspec(noinline)
#define ZMQPP_NOT_INLINE __declspec(noinline)
#define ZMQPP_INLINE __forceinline
#else
#define ZMQPP_SELDOM __attribute__((noinline, cold))
#define ZMQPP_NOT_INLINE __attribute__((noinline))
#define ZMQPP_INLINE __attribute__((always_inline)) inline
#endif

namespace zmqpp {
inline namespace v1 {

// A failure with libzmq's errno. what() names the operation and the object it failed on.
class Error : public std::runtime_error {
public:
    Error(int code, const std::string& text) : std::runtime_error(text), code_(code) {}

    [[nodiscard]] int code() const noexcept { return code_; }

private:
    int code_;
};

// The time a caller gave ran out.
struct Timeout : Error {
    explicit Timeout(const std::string& text) : Error(EAGAIN, text) {}
};

// The context was shut down or terminated, before or during the call.
struct ContextTerminated : Error {
    explicit ContextTerminated(const std::string& text) : Error(ETERM, text) {}
};

// The socket was closed, before or during the call.
struct SocketClosed : Error {
    explicit SocketClosed(const std::string& text) : Error(ENOTSOCK, text) {}
};

// The call does not fit the socket's state (REQ sends twice), or an option comes too late.
struct StateError : Error {
    explicit StateError(const std::string& text) : Error(EFSM, text) {}
};

// No peer has the routing id that the message is for.
struct HostUnreachable : Error {
    explicit HostUnreachable(const std::string& text) : Error(EHOSTUNREACH, text) {}
};

// The endpoint is bound already, here or in another process.
struct AddressInUse : Error {
    explicit AddressInUse(const std::string& text) : Error(EADDRINUSE, text) {}
};

// The linked libzmq cannot do it: too old, or built without it.
struct NotSupported : Error {
    explicit NotSupported(const std::string& text) : Error(ENOTSUP, text) {}
};

// The object was made before fork() and is used in the child.
struct ForkError : Error {
    explicit ForkError(const std::string& text) : Error(EPERM, text) {}
};

// Another thread is in the middle of a message on the same socket. Both threads are named by the
// operating system's identifier (pthread_self, which is Python's threading.get_ident()).
class ThreadError : public Error {
public:
    ThreadError(const std::string& text, unsigned long long holder, unsigned long long caller)
        : Error(EBUSY, text), holder_(holder), caller_(caller)
    {
    }

    [[nodiscard]] unsigned long long holder() const noexcept { return holder_; }
    [[nodiscard]] unsigned long long caller() const noexcept { return caller_; }

private:
    unsigned long long holder_;
    unsigned long long caller_;
};

// The interrupt hook asked to end a wait. Only hosts that install one see it (interrupt.hpp).
struct Interrupted : Error {
    explicit Interrupted(const std::string& text) : Error(EINTR, text) {}
};

// libzmq's words for an errno (zmq_strerror), and this thread's last one (zmq_errno).
[[nodiscard]] inline std::string strerror(int code) { return zmq_strerror(code); }
[[nodiscard]] inline int last_errno() { return zmq_errno(); }

// The class that stands for an errno. `text` already names the operation; libzmq's reason is added,
// and after it what else a person should know.
[[noreturn]] ZMQPP_SELDOM inline void fail(int code, const std::string& text,
                                           const std::string& hint = "")
{
    const bool needs_file = code == EMFILE && hint.empty() && !detail::is_room_for_files(1);
    const std::string reason =
        text + ": " + zmq_strerror(code) + (needs_file ? detail::out_of_files() : hint);
    switch (code) {
    case ETERM: throw ContextTerminated(reason);
    case ENOTSOCK: throw SocketClosed(reason);
    case EFSM: throw StateError(reason);
    case EHOSTUNREACH: throw HostUnreachable(reason);
    case EADDRINUSE: throw AddressInUse(reason);
    case ENOTSUP: throw NotSupported(reason);
    default: throw Error(code, reason);
    }
}

// The only place where a libzmq return code becomes an exception. `describe` is called on failure
// alone, so naming the operation costs nothing when all is well.
template <class Describe> inline void check(int rc, Describe&& describe)
{
    if (rc != -1) {
        return;
    }
    const int code = zmq_errno();  // before describe() can disturb it
    fail(code, describe());
}

namespace detail {

// Before libzmq opens `count` files in a place where it aborts if it cannot.
inline void require_room_for_files(int count, const std::string& operation)
{
    if (!is_room_for_files(count)) {
        fail(EMFILE, operation, out_of_files());
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
