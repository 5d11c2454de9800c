// What the receiving methods share: their arguments, and the try before the wait.
#pragma once

#include "bind.hpp"

#include "gil.hpp"
#include "message.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {

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

    // attempt() receives without waiting, wait(deadline) without the GIL; true if they did. False with
    // an error set.
    template <class Attempt, class Wait>
    bool receive(BoundSocket& socket, Attempt&& attempt, Wait&& wait) const
    {
        const bool may_wait = (flags & ZMQ_DONTWAIT) == 0;
        if (!may_wait || socket.eagerness.tries()) {
            if (attempt()) {
                socket.eagerness.hit();
                return true;
            }
            socket.eagerness.missed();
        }
        return wait_for_it(socket, wait);
    }

    // One part of a message, or all of one.
    template <class Received> bool receive(BoundSocket& socket, Received& into) const
    {
        release_returned_buffers();
        return receive(
            socket, [&] { return Socket::Turn(socket, operation).try_recv(into); },
            [&](Deadline deadline) { return socket.recv(into, deadline, operation); });
    }

private:
    template <class Wait> ZMQPP_SELDOM bool wait_for_it(BoundSocket& socket, Wait& wait) const
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
};

inline PyObject* convert(Message& message, bool copy)
{
    return copy ? to_bytes(message) : to_python(std::move(message));
}

inline PyObject* convert(Multipart& parts, bool copy)
{
    PyObject* list = PyList_New(static_cast<Py_ssize_t>(parts.size()));
    for (std::size_t i = 0; list != nullptr && i < parts.size(); ++i) {
        PyObject* part = convert(parts[i], copy);
        if (part == nullptr) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), part);
        }
    }
    return list;
}

}  // namespace zmqpp::binding
