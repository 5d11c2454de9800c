// Socket's sending methods. First a try with the GIL held, because it nearly always succeeds and
// giving up the GIL costs as much as sending; only when there is no room, a wait without it.
#include "bind.hpp"

#include "fastcall.hpp"
#include "gil.hpp"
#include "message.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {
namespace {

constexpr const char* no_room = "no peer has room for the message";

// The arguments that all sending methods share.
struct SendCall {
    int flags = 0;
    Sending sending;
    PyObject* timeout = nullptr;

    bool take(const BoundSocket& socket, PyObject* flags_value, PyObject* copy, PyObject* track,
              PyObject* timeout_value)
    {
        bool tracked = false;
        if ((flags_value != nullptr && !to_int(flags_value, flags)) ||
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

    [[nodiscard]] PyObject* result() const
    {
        return sending.tracker ? py::cast(*sending.tracker).release().ptr() : new_none();
    }
};

// After a try that found no room.
bool wait_and_send(BoundSocket& socket, Message* parts, std::size_t count, const SendCall& call)
{
    if ((call.flags & ZMQ_DONTWAIT) != 0) {
        set_again(socket, "send()", no_room);
        return false;
    }
    const auto deadline = to_deadline_or(
        call.timeout, milliseconds, [&] { return socket.option_deadline(ZMQ_SNDTIMEO, "send()"); });
    if (!deadline) {
        return false;
    }
    const bool sent =
        without_gil([&] { return socket.Socket::send(parts, count, call.flags, *deadline); });
    if (!sent) {
        set_timeout(socket, "send()", no_room);
    }
    return sent;
}

bool send_message(BoundSocket& socket, Message* parts, std::size_t count, const SendCall& call)
{
    return socket.Socket::try_send(parts, count, call.flags) ||
           wait_and_send(socket, parts, count, call);
}

// The common case: bytes that are copied, straight into libzmq.
bool send_bytes(BoundSocket& socket, PyObject* data, const SendCall& call)
{
    BorrowedBytes bytes;
    if (!bytes.get(data, "send()")) {
        return false;
    }
    std::optional<Message> kept;
    try {
        if (socket.try_send(bytes.data(), bytes.size(), call.flags)) {
            bytes.release();
            return true;
        }
        kept.emplace(bytes.data(), bytes.size());  // the buffer may change while we wait
    } catch (const std::exception&) {
        bytes.release();
        throw;
    }
    bytes.release();
    return wait_and_send(socket, &*kept, 1, call);
}

bool is_given(PyObject* argument) { return argument != nullptr && argument != Py_None; }

#ifdef ZMQ_BUILD_DRAFT_API
bool address(Message& message, PyObject* routing_id, PyObject* group)
{
    if (is_given(routing_id)) {
        int id = 0;
        if (!to_int(routing_id, id)) {
            return false;
        }
        message.set_routing_id(static_cast<unsigned>(id));
    }
    if (is_given(group)) {
        message.set_group(py::handle(group).cast<std::string>());
    }
    return true;
}
#else
bool address(Message& message, PyObject* routing_id, PyObject* group)
{
    if (is_given(routing_id)) {
        message.set_routing_id(0);  // throws NotSupported
    }
    if (is_given(group)) {
        message.set_group("");
    }
    return true;
}
#endif

PyObject* send(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<7> parameters{
        "send", {"data", "flags", "copy", "track", "routing_id", "group", "timeout"}, 1, 6};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 7> given{};
    SendCall call;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(*socket, given[1], given[2], given[3], given[6])) {
        return nullptr;
    }
    return guarded([&]() -> PyObject* {
        release_returned_buffers();
        PyObject* data = given[0];
        const bool addressed = is_given(given[4]) || is_given(given[5]);
        if (call.sending.copy && !addressed && message_of(data) == nullptr) {
            return send_bytes(*socket, data, call) ? call.result() : nullptr;
        }
        std::optional<Message> message = to_message(data, call.sending, "send()");
        if (!message || (addressed && !address(*message, given[4], given[5])) ||
            !send_message(*socket, &*message, 1, call)) {
            return nullptr;
        }
        return call.result();
    });
}

// Every part is made before the first is sent: a bad one must not leave half a message behind.
bool to_parts(PyObject* iterable, const Sending& sending, Multipart& parts)
{
    constexpr const char* operation = "send_multipart()";
    if (PyBytes_Check(iterable) || PyUnicode_Check(iterable) || PyByteArray_Check(iterable)) {
        PyErr_Format(PyExc_TypeError, "%s takes an iterable of parts, not %s", operation,
                     Py_TYPE(iterable)->tp_name);
        return false;
    }
    PyObject* items = PySequence_Fast(iterable, "send_multipart() takes an iterable of parts");
    if (items == nullptr) {
        return false;
    }
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(items);
    bool converted = count != 0;
    if (!converted) {
        PyErr_Format(PyExc_ValueError, "%s: a message has at least one part", operation);
    }
    try {
        parts.reserve(static_cast<std::size_t>(count));
        // The size is read anew each time: making a part may run code that changes the list.
        for (Py_ssize_t i = 0; converted && i < PySequence_Fast_GET_SIZE(items); ++i) {
            std::optional<Message> part =
                to_message(PySequence_Fast_GET_ITEM(items, i), sending, operation);
            converted = part.has_value();
            if (converted) {
                parts.push_back(std::move(*part));
            }
        }
    } catch (const std::exception&) {
        Py_DECREF(items);
        throw;
    }
    Py_DECREF(items);
    return converted;
}

PyObject* send_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                         PyObject* keywords)
{
    static constexpr Parameters<5> parameters{
        "send_multipart", {"msg_parts", "flags", "copy", "track", "timeout"}, 1, 4};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 5> given{};
    SendCall call;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(*socket, given[1], given[2], given[3], given[4])) {
        return nullptr;
    }
    return guarded([&]() -> PyObject* {
        release_returned_buffers();
        Multipart parts;
        if (!to_parts(given[0], call.sending, parts) ||
            !send_message(*socket, parts.data(), parts.size(), call)) {
            return nullptr;
        }
        return call.result();
    });
}

PyMethodDef methods[] = {
    {"send", as_method(send), METH_FASTCALL | METH_KEYWORDS,
     "send($self, data, flags=0, copy=True, track=False, routing_id=None, group=None, *, "
     "timeout=None)\n"
     "--\n\n"
     "send(self: zmqpp._core.Socket, data: Buffer | zmqpp._core.Message, flags: int = 0, "
     "copy: bool = True, track: bool = False, routing_id: int | None = None, group: str | None = "
     "None, *, "
     "timeout: float | datetime.timedelta | None = None) -> zmqpp._core.MessageTracker | None\n\n"
     "Sends one message, or with SNDMORE in `flags` one part of it (zmq_msg_send).\n\n"
     "data: bytes-like, or a Message, which may be sent again. copy=False lends data of\n"
     "`copy_threshold` bytes and more to libzmq: do not change it until the MessageTracker that\n"
     "track=True returns is done. timeout: milliseconds or a timedelta; the option sndtimeo is "
     "the\n"
     "default. Raises Timeout when it runs out, Again for DONTWAIT, SocketClosed and\n"
     "ContextTerminated when closed meanwhile, StateError out of turn (REQ, REP), HostUnreachable\n"
     "(ROUTER with router_mandatory). The message is sent whole or not at all."},
    {"send_multipart", as_method(send_multipart), METH_FASTCALL | METH_KEYWORDS,
     "send_multipart($self, msg_parts, flags=0, copy=True, track=False, *, timeout=None)\n"
     "--\n\n"
     "send_multipart(self: zmqpp._core.Socket, msg_parts: collections.abc.Iterable"
     "[Buffer | zmqpp._core.Message], flags: int = 0, copy: bool = True, "
     "track: bool = False, *, timeout: float | datetime.timedelta | None = None) "
     "-> zmqpp._core.MessageTracker | None\n\n"
     "Sends the parts of an iterable as one message, whole or not at all (zmq_msg_send).\n\n"
     "A part that is no bytes raises TypeError before anything is sent. The rest is as in send();\n"
     "the MessageTracker covers every part."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_sending(const py::class_<BoundSocket>& type) { add_methods(type, methods); }

}  // namespace zmqpp::binding
