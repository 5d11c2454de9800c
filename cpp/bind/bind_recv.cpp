// Socket's receiving methods. As with sending, first a try with the GIL held, and only when nothing
// is there a wait without it. Python objects are made after the socket is let go.
#include "bind.hpp"

#include "fastcall.hpp"
#include "recv_call.hpp"

namespace zmqpp::binding {
namespace {

ZMQPP_INLINE PyObject* receive(BoundSocket& socket, const RecvCall& call)
{
    Message message;
    const Received received = call.receive(socket, message);
    if (!received) {
        return nullptr;
    }
    return call.copy ? to_bytes(message, received.size()) : to_python(std::move(message));
}

ZMQPP_NOT_INLINE PyObject* receive_as_told(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                                           PyObject* keywords)
{
    static constexpr Parameters<4> parameters{"recv", {"flags", "copy", "track", "timeout"}, 0, 3};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    RecvCall call("recv()");
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[0], given[1], given[3])) {
        return nullptr;
    }
    return guarded([&] { return receive(*socket, call); });
}

PyObject* recv(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    auto* socket = object_or_null<BoundSocket>(self);
    // Nearly everybody gives nothing, and then nothing is to be looked up.
    if (nargs != 0 || keywords != nullptr || socket == nullptr) {
        return receive_as_told(self, args, nargs, keywords);
    }
    return guarded([&] { return receive(*socket, RecvCall("recv()")); });
}

ZMQPP_INLINE PyObject* receive_multipart(BoundSocket& socket, const RecvCall& call)
{
    ReceivedParts parts(call.copy);
    return call.receive(socket, parts) ? parts.to_list() : nullptr;
}

ZMQPP_NOT_INLINE PyObject* receive_multipart_as_told(PyObject* self, PyObject* const* args,
                                                     Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<4> parameters{
        "recv_multipart", {"flags", "copy", "track", "timeout"}, 0, 3};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    RecvCall call("recv_multipart()");
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[0], given[1], given[3])) {
        return nullptr;
    }
    return guarded([&] { return receive_multipart(*socket, call); });
}

PyObject* recv_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                         PyObject* keywords)
{
    auto* socket = object_or_null<BoundSocket>(self);
    if (nargs != 0 || keywords != nullptr || socket == nullptr) {
        return receive_multipart_as_told(self, args, nargs, keywords);
    }
    return guarded([&] { return receive_multipart(*socket, RecvCall("recv_multipart()")); });
}

// None when nothing is there: no exception, for loops that look often.
template <class Receive>
PyObject* try_receive(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t nargs,
                      PyObject* keywords, Receive&& receive_ready)
{
    const Parameters<1> parameters{method, {"copy"}, 0, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 1> given{};
    bool copy = true;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        (given[0] != nullptr && !to_flag(given[0], copy))) {
        return nullptr;
    }
    return guarded([&] { return receive_ready(*socket, copy); });
}

PyObject* try_recv(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    const auto receive_ready = [](BoundSocket& socket, bool copy) {
        Message message;
        return socket.Socket::try_recv(message) ? convert(message, copy) : new_none();
    };
    return try_receive(self, "try_recv", args, nargs, keywords, receive_ready);
}

PyObject* try_recv_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                             PyObject* keywords)
{
    const auto receive_ready = [](BoundSocket& socket, bool copy) {
        ReceivedParts parts(copy);
        return receive_turn(socket, "recv_multipart()", parts) ? parts.to_list() : new_none();
    };
    return try_receive(self, "try_recv_multipart", args, nargs, keywords, receive_ready);
}

// Copies the message, if the buffer takes it all; if not, the error has it.
PyObject* fill(BoundSocket& socket, Message& message, void* into, std::size_t room)
{
    if (message.size() <= room) {
        copy_bytes(into, message.data(), message.size());
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
    RecvCall call("recv_into()");
    int nbytes = 0;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(given[2], nullptr, given[3]) ||
        !to_int(given[1], nbytes, call.operation, "nbytes")) {
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
        Message message;
        return call.receive(*socket, message)
                   ? fill(*socket, message, view.buf,
                          nbytes == 0 ? room : static_cast<std::size_t>(nbytes))
                   : nullptr;
    });
    PyBuffer_Release(&view);
    return result;
}

PyObject* poll_socket(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<2> parameters{"poll", {"timeout", "flags"}, 0, 2};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 2> given{};
    int flags = ZMQ_POLLIN;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !to_int(given[1], flags, "poll()", "flags")) {
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

PyMethodDef recv_methods[] = {
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
    {"poll", as_method(poll_socket), METH_FASTCALL | METH_KEYWORDS,
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

void add_receiving(const py::class_<BoundSocket>& type) { add_methods(type, recv_methods); }

}  // namespace zmqpp::binding
