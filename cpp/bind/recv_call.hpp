// What the receiving methods share: their arguments, and the try before the wait.
#pragma once

#include "bind.hpp"

#include "gil.hpp"
#include "message.hpp"
#include "received_parts.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {

// The next message, if one is there.
ZMQPP_INLINE bool receive_turn(BoundSocket& socket, const char* operation, ReceivedParts& parts)
{
    return Socket::Turn(socket, operation).try_recv_parts([&](Message& part, std::size_t size) {
        parts.add(part, size);
    });
}

struct RecvCall {
    explicit RecvCall(const char* name) : operation(name) {}

    const char* operation;
    int flags = 0;
    bool copy = true;
    PyObject* timeout = nullptr;

    bool take(PyObject* flags_value, PyObject* copy_value, PyObject* timeout_value)
    {
        timeout = timeout_value;
        return to_int(flags_value, flags, operation, "flags") &&
               (copy_value == nullptr || to_flag(copy_value, copy));
    }

    // Whether to look before the wait, with the GIL held.
    [[nodiscard]] ZMQPP_INLINE bool tries(BoundSocket& socket) const
    {
        return (flags & ZMQ_DONTWAIT) != 0 || socket.eagerness.tries();
    }
    // What came of it.
    ZMQPP_INLINE static bool note(BoundSocket& socket, bool received)
    {
        received ? socket.eagerness.hit() : socket.eagerness.missed();
        return received;
    }

    // wait(deadline) receives without the GIL, and says whether something came in time. False with an
    // error set.
    template <class Wait> ZMQPP_SELDOM bool wait_for_it(BoundSocket& socket, Wait&& wait) const
    {
        constexpr const char* nothing_there = "no message has come";
        if ((flags & ZMQ_DONTWAIT) != 0) {
            set_again(socket, operation, nothing_there);
            return false;
        }
        const auto deadline = to_deadline_or(
            timeout, milliseconds, [&] { return socket.option_deadline(ZMQ_RCVTIMEO, operation); });
        if (!deadline) {
            return false;
        }
        const WaitingReceiver waiting;
        const bool received = without_gil([&] { return wait(*deadline); });
        if (!received) {
            set_timeout(socket, operation, nothing_there);
        }
        return received;
    }

    // One part of a message. Nothing with an error set.
    ZMQPP_INLINE Received receive(BoundSocket& socket, Message& into) const
    {
        release_returned_buffers();
        if (tries(socket)) {
            const Received received = Socket::Turn(socket, operation).try_recv(into);
            if (note(socket, static_cast<bool>(received))) {
                return received;
            }
        }
        return wait_for(socket, into);
    }

    // All parts of one. False with an error set.
    ZMQPP_INLINE bool receive(BoundSocket& socket, ReceivedParts& parts) const
    {
        release_returned_buffers();
        return (tries(socket) && note(socket, receive_turn(socket, operation, parts))) ||
               wait_for(socket, parts);
    }

private:
    ZMQPP_NOT_INLINE bool wait_for(BoundSocket& socket, ReceivedParts& parts) const
    {
        return wait_for_it(socket, [&](Deadline deadline) {
            return socket.recv(parts.whole(), deadline, operation);
        });
    }
    ZMQPP_NOT_INLINE Received wait_for(BoundSocket& socket, Message& into) const
    {
        const auto wait = [&](Deadline deadline) { return socket.recv(into, deadline, operation); };
        return wait_for_it(socket, wait) ? Received::whole(into) : Received();
    }
};

}  // namespace zmqpp::binding
