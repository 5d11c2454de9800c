// What the sending methods share: their arguments, and the wait for room after a try that found none.
#pragma once

#include "bind.hpp"

#include "gil.hpp"
#include "message.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {

inline constexpr const char* no_room = "no peer has room for the message";

struct SendCall {
    explicit SendCall(const char* name, int given_flags = 0, PyObject* given_timeout = nullptr)
        : operation(name), flags(given_flags), timeout(given_timeout)
    {
    }

    const char* operation;
    int flags;
    PyObject* timeout;
    Sending sending;
    std::optional<Deadline>
        deadline;  // worked out with the first wait, and then for the whole call

    bool take(const BoundSocket& socket, PyObject* flags_value, PyObject* copy, PyObject* track,
              PyObject* timeout_value)
    {
        bool tracked = false;
        if (!to_int(flags_value, flags, operation, "flags") ||
            (copy != nullptr && !to_flag(copy, sending.copy)) ||
            (track != nullptr && !to_flag(track, tracked))) {
            return false;
        }
        sending.copy_threshold = socket.copy_threshold;
        if (tracked) {
            sending.tracker.emplace();
        }
        timeout = timeout_value;
        return true;
    }

    // After a try that found no room. False with an error set.
    bool wait_and_send(BoundSocket& socket, Message* parts, std::size_t count)
    {
        if ((flags & ZMQ_DONTWAIT) != 0) {
            set_again(socket, operation, no_room);
            return false;
        }
        if (!deadline) {
            deadline = to_deadline_or(timeout, milliseconds, [&] {
                return socket.option_deadline(ZMQ_SNDTIMEO, operation);
            });
        }
        if (!deadline) {
            return false;
        }
        const bool sent =
            without_gil([&] { return socket.send(parts, count, flags, *deadline, operation); });
        if (!sent) {
            set_timeout(socket, operation, no_room);
        }
        return sent;
    }

    bool send(BoundSocket& socket, Message* parts, std::size_t count)
    {
        const auto try_send = [&] {
            return Socket::Turn(socket, operation).try_send(parts, count, flags);
        };
        return (WaitingReceiver::takes_answer() ? without_gil(try_send) : try_send()) ||
               wait_and_send(socket, parts, count);
    }

    [[nodiscard]] PyObject* result() const
    {
        return sending.tracker ? py::cast(*sending.tracker).release().ptr() : new_none();
    }
};

// Sends the parts of an iterable as one message. False with an error set.
bool send_parts(BoundSocket& socket, PyObject* iterable, SendCall& call);

}  // namespace zmqpp::binding
