// Socket's receiving methods. As with sending, first a try with the GIL held, and only when nothing
// is there a wait without it. Python objects are made after the socket is let go.
#include "bind.hpp"

#include <cstring>

#include "fastcall.hpp"
#include "gil.hpp"
#include "message.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {
namespace {

constexpr const char* nothing_there = "no message has come";

struct RecvCall {
    int flags = 0;
    bool copy = true;
    PyObject* timeout = nullptr;

    bool take(PyObject* flags_value, PyObject* copy_value, PyObject* timeout_value)
    {
        timeout = timeout_value;
        return (flags_value == nullptr || to_int(flags_value, flags)) &&
               (copy_value == nullptr || to_flag(copy_value, copy));
    }
};

// One message or all parts of one, as `attempt` and `wait` have it; nothing with an error set.
template <class Attempt, class Wait>
auto receive(BoundSocket& socket, const char* operation, const RecvCall& call, Attempt&& attempt,
             Wait&& wait) -> decltype(attempt())
{
    release_returned_buffers();
    auto received = attempt();
    if (received) {
        return received;
    }
    if ((call.flags & ZMQ_DONTWAIT) != 0) {
        set_again(socket, operation, nothing_there);
        return received;
    }
    const auto deadline = to_deadline_or(call.timeout, milliseconds, [&] {
        return socket.option_deadline(ZMQ_RCVTIMEO, operation);
    });
    if (!deadline) {
        return received;
    }
    received = without_gil([&] { return wait(*deadline); });
    if (!received) {
        set_timeout(socket, operation, nothing_there);
    }
    return received;
}

std::optional<Message> receive_message(BoundSocket& socket, const char* operation,
                                       const RecvCall& call)
{
    return receive(
        socket, operation, call, [&] { return socket.try_recv(); },
        [&](Deadline deadline) { return socket.Socket::recv(deadline); });
}

std::optional<Multipart> receive_multipart(BoundSocket& socket, const RecvCall& call)
{
    return receive(
        socket, "recv_multipart()", call, [&] { return socket.try_recv_multipart(); },
        [&](Deadline deadline) { return socket.Socket::recv_multipart(deadline); });
}

PyObject* convert(Message& message, bool copy)
{
    return copy ? to_bytes(message) : to_python(std::move(message));
}

PyObject* convert(Multipart& parts, bool copy)
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

template <class Received> PyObject* convert(std::optional<Received>& received, bool copy)
{
    return received ? convert(*received, copy) : nullptr;
}

PyObject* recv(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<4> parameters{"recv", {"flags", "copy", "track", "timeout"}, 0, 3};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    RecvCall call;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[0], given[1], given[3])) {
        return nullptr;
    }
    return guarded([&] {
        auto message = receive_message(*socket, "recv()", call);
        return convert(message, call.copy);
    });
}

PyObject* recv_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                         PyObject* keywords)
{
    static constexpr Parameters<4> parameters{
        "recv_multipart", {"flags", "copy", "track", "timeout"}, 0, 3};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    RecvCall call;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[0], given[1], given[3])) {
        return nullptr;
    }
    return guarded([&] {
        auto parts = receive_multipart(*socket, call);
        return convert(parts, call.copy);
    });
}

// None when nothing is there: no exception, for loops that look often.
template <class Attempt>
PyObject* try_receive(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t nargs,
                      PyObject* keywords, Attempt&& attempt)
{
    const Parameters<1> parameters{method, {"copy"}, 0, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 1> given{};
    bool copy = true;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        (given[0] != nullptr && !to_flag(given[0], copy))) {
        return nullptr;
    }
    return guarded([&] {
        auto received = attempt(*socket);
        return received ? convert(*received, copy) : new_none();
    });
}

PyObject* try_recv(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    return try_receive(self, "try_recv", args, nargs, keywords,
                       [](BoundSocket& socket) { return socket.try_recv(); });
}

PyObject* try_recv_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                             PyObject* keywords)
{
    return try_receive(self, "try_recv_multipart", args, nargs, keywords,
                       [](BoundSocket& socket) { return socket.try_recv_multipart(); });
}

// Copies the message, if the buffer takes it all; if not, the error has it.
PyObject* fill(BoundSocket& socket, Message& message, void* into, std::size_t room)
{
    if (message.size() <= room) {
        std::memcpy(into, message.data(), message.size());
        return PyLong_FromSize_t(message.size());
    }
    set_error(error_classes.message_too_long, EMSGSIZE,
              "recv_into() on " + socket.describe() + ": the message has " +
                  std::to_string(message.size()) + " bytes, the buffer " + std::to_string(room) +
                  "; the message is the attribute `frame` of this error");
    py::error_already_set error;
    error.value().attr("frame") = py::reinterpret_steal<py::object>(to_python(std::move(message)));
    error.restore();
    return nullptr;
}

PyObject* recv_into(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<4> parameters{
        "recv_into", {"buffer", "nbytes", "flags", "timeout"}, 1, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    RecvCall call;
    int nbytes = 0;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[2], nullptr, given[3]) ||
        (given[1] != nullptr && !to_int(given[1], nbytes))) {
        return nullptr;
    }
    // The view has no destructor and is released by hand: see gil.hpp.
    Py_buffer view;
    if (PyObject_GetBuffer(given[0], &view, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) != 0) {
        PyObject* kind =
            PyErr_ExceptionMatches(PyExc_TypeError) ? PyExc_TypeError : PyExc_BufferError;
        return PyErr_Format(kind,
                            "recv_into() takes a writable, contiguous buffer, and this %s is none",
                            Py_TYPE(given[0])->tp_name);
    }
    PyObject* result = guarded([&]() -> PyObject* {
        const auto room = static_cast<std::size_t>(view.len);
        if (nbytes < 0 || static_cast<std::size_t>(nbytes) > room) {
            PyErr_Format(PyExc_ValueError, "recv_into(): nbytes is %d, the buffer has %zu bytes",
                         nbytes, room);
            return nullptr;
        }
        auto message = receive_message(*socket, "recv_into()", call);
        return message ? fill(*socket, *message, view.buf,
                              nbytes == 0 ? room : static_cast<std::size_t>(nbytes))
                       : nullptr;
    });
    PyBuffer_Release(&view);
    return result;
}

PyObject* poll(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<2> parameters{"poll", {"timeout", "flags"}, 0, 2};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 2> given{};
    int flags = ZMQ_POLLIN;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        (given[1] != nullptr && !to_int(given[1], flags))) {
        return nullptr;
    }
    return guarded([&]() -> PyObject* {
        int ready = socket->events(flags);
        if (ready == 0) {
            const auto deadline =
                to_deadline_or(given[0], milliseconds, [] { return Deadline::never(); });
            if (!deadline) {
                return nullptr;
            }
            ready = without_gil([&] { return socket->Socket::poll(flags, *deadline); });
        }
        return PyLong_FromLong(ready);
    });
}

PyMethodDef methods[] = {
    {"recv", as_method(recv), METH_FASTCALL | METH_KEYWORDS,
     "recv($self, flags=0, copy=True, track=False, *, timeout=None)\n"
     "--\n\n"
     "recv(self: zmqpp._core.Socket, flags: int = 0, copy: bool = True, track: bool = False, *, "
     "timeout: float | datetime.timedelta | None = None) -> bytes | zmqpp._core.Message\n\n"
     "Receives one message, or the next part of one (zmq_msg_recv).\n\n"
     "Returns bytes, or with copy=False a Message that has the bytes in place. timeout: "
     "milliseconds\n"
     "or a timedelta; the option rcvtimeo is the default. Raises Timeout when it runs out, Again "
     "for\n"
     "DONTWAIT, SocketClosed and ContextTerminated when closed meanwhile, StateError out of turn\n"
     "(REQ, REP)."},
    {"recv_multipart", as_method(recv_multipart), METH_FASTCALL | METH_KEYWORDS,
     "recv_multipart($self, flags=0, copy=True, track=False, *, timeout=None)\n"
     "--\n\n"
     "recv_multipart(self: zmqpp._core.Socket, flags: int = 0, copy: bool = True, track: bool = "
     "False, "
     "*, timeout: float | datetime.timedelta | None = None) -> list[bytes] | "
     "list[zmqpp._core.Message]\n\n"
     "Receives all parts of one message (zmq_msg_recv), or what is left of one that recv() "
     "began.\n\n"
     "The rest is as in recv(). Nothing comes between the parts: no signal, no other thread."},
    {"try_recv", as_method(try_recv), METH_FASTCALL | METH_KEYWORDS,
     "try_recv($self, copy=True)\n"
     "--\n\n"
     "try_recv(self: zmqpp._core.Socket, copy: bool = True) -> bytes | zmqpp._core.Message | "
     "None\n\n"
     "Receives one message if one is there, else returns None: recv(DONTWAIT) without the "
     "exception."},
    {"try_recv_multipart", as_method(try_recv_multipart), METH_FASTCALL | METH_KEYWORDS,
     "try_recv_multipart($self, copy=True)\n"
     "--\n\n"
     "try_recv_multipart(self: zmqpp._core.Socket, copy: bool = True) "
     "-> list[bytes] | list[zmqpp._core.Message] | None\n\n"
     "Receives all parts of one message if one is there, else returns None."},
    {"recv_into", as_method(recv_into), METH_FASTCALL | METH_KEYWORDS,
     "recv_into($self, buffer, /, *, nbytes=0, flags=0, timeout=None)\n"
     "--\n\n"
     "recv_into(self: zmqpp._core.Socket, buffer: Buffer, /, *, nbytes: int = 0, "
     "flags: int = 0, timeout: float | datetime.timedelta | None = None) -> int\n\n"
     "Receives one message into a writable, contiguous buffer (zmq_msg_recv).\n\n"
     "Returns its size in bytes. nbytes: use only so many bytes of the buffer; 0 is all. Raises\n"
     "MessageTooLong, which has the message as `frame`, if it does not fit; else as recv()."},
    {"poll", as_method(poll), METH_FASTCALL | METH_KEYWORDS,
     "poll($self, timeout=None, flags=1)\n"
     "--\n\n"
     "poll(self: zmqpp._core.Socket, timeout: float | datetime.timedelta | None = None, flags: int "
     "= 1) "
     "-> int\n\n"
     "Waits until something of `flags` (POLLIN, POLLOUT) can be done and returns what; 0 if "
     "`timeout`,\n"
     "milliseconds or a timedelta, ran out first (ZMQ_EVENTS). None waits for ever."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_receiving(const py::class_<BoundSocket>& type) { add_methods(type, methods); }

}  // namespace zmqpp::binding
