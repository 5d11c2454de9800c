// Socket's sending methods. First a try with the GIL held, because it nearly always succeeds and
// giving up the GIL costs as much as sending; only when there is no room, a wait without it.
#include "bind.hpp"

#include <algorithm>

#include "fastcall.hpp"
#include "send_call.hpp"

namespace zmqpp::binding {
namespace {

ZMQPP_SELDOM bool wait_and_send_copied(BoundSocket& socket, std::string_view bytes, int flags,
                                       PyObject* timeout)
{
    SendCall call("send()", flags, timeout);
    Message kept(bytes);  // the object may be gone before there is room
    return call.wait_and_send(socket, &kept, 1);
}

// In functions of their own, what is not done for every message costs those that are nothing.
ZMQPP_NOT_INLINE bool send_answer(BoundSocket& socket, std::string_view bytes, int flags)
{
    return without_gil(
        [&] { return Socket::Turn(socket, "send()").try_send(bytes.data(), bytes.size(), flags); });
}

// The common case: a few bytes, straight into libzmq. False with an error set.
ZMQPP_INLINE bool send_copied(BoundSocket& socket, std::string_view bytes, int flags,
                              PyObject* timeout)
{
    const bool sent =
        WaitingReceiver::takes_answer()
            ? send_answer(socket, bytes, flags)
            : Socket::Turn(socket, "send()").try_send(bytes.data(), bytes.size(), flags);
    return sent || wait_and_send_copied(socket, bytes, flags, timeout);
}

bool is_given(PyObject* argument) { return argument != nullptr && argument != Py_None; }

#ifdef ZMQ_BUILD_DRAFT_API
bool address(Message& message, PyObject* routing_id, PyObject* group)
{
    if (is_given(routing_id)) {
        int id = 0;
        if (!to_int(routing_id, id, "send()", "routing_id")) {
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

ZMQPP_NOT_INLINE PyObject* send_as_told(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                                        PyObject* keywords)
{
    static constexpr Parameters<7> parameters{
        "send", {"data", "flags", "copy", "track", "routing_id", "group", "timeout"}, 1, 6};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 7> given{};
    SendCall call("send()");
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(*socket, given[1], given[2], given[3], given[6])) {
        return nullptr;
    }
    return guarded([&]() -> PyObject* {
        release_returned_buffers();
        PyObject* data = given[0];
        const bool addressed = is_given(given[4]) || is_given(given[5]);
        bool sent = false;
        if (!addressed && is_small_bytes(data, call.sending)) {
            sent = send_copied(*socket, view_of_bytes(data), call.flags, call.timeout);
        } else {
            std::optional<Message> message = to_message(data, call.sending, "send()");
            sent = message && (!addressed || address(*message, given[4], given[5])) &&
                   call.send(*socket, &*message, 1);
        }
        return sent ? call.result() : nullptr;
    });
}

PyObject* send(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    auto* socket = object_or_null<BoundSocket>(self);
    // The call that nearly everybody makes does without what only other calls need.
    if (nargs != 1 || keywords != nullptr || socket == nullptr || !is_small_bytes(args[0])) {
        return send_as_told(self, args, nargs, keywords);
    }
    return guarded([&] {
        release_returned_buffers();
        return send_copied(*socket, view_of_bytes(args[0]), 0, nullptr) ? new_none() : nullptr;
    });
}

// Every part is made before the first is sent: a bad one must not leave half a message behind.
bool to_parts(PyObject* iterable, const Sending& sending, const char* operation, Multipart& parts)
{
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

// The common case again: a list or tuple of a few bytes each. Nothing is to be made of them, so none can
// be bad, and nobody can change them while the GIL is held.
template <class IsSmall> ZMQPP_INLINE bool is_of_small_bytes(PyObject* parts, IsSmall&& is_small)
{
    if (!PyList_CheckExact(parts) && !PyTuple_CheckExact(parts)) {
        return false;
    }
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(parts);
    PyObject** items = PySequence_Fast_ITEMS(parts);
    return count != 0 && std::all_of(items, items + count, is_small);
}

ZMQPP_INLINE bool try_send_small(BoundSocket& socket, PyObject* parts, const char* operation,
                                 int flags)
{
    PyObject** items = PySequence_Fast_ITEMS(parts);
    Socket::Turn turn(socket, operation);
    return turn.try_send(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(parts)), flags,
                         [=](std::size_t i) { return view_of_bytes(items[i]); });
}

// There was no room for them. False with an error set.
bool wait_and_send_small(BoundSocket& socket, PyObject* parts, SendCall& call)
{
    Multipart copies;  // the objects may be gone before there is room
    return to_parts(parts, call.sending, call.operation, copies) &&
           call.wait_and_send(socket, copies.data(), copies.size());
}

}  // namespace

bool send_parts(BoundSocket& socket, PyObject* iterable, SendCall& call)
{
    const auto is_small = [&](PyObject* part) { return is_small_bytes(part, call.sending); };
    if (is_of_small_bytes(iterable, is_small)) {
        return try_send_small(socket, iterable, call.operation, call.flags) ||
               wait_and_send_small(socket, iterable, call);
    }
    Multipart parts;
    return to_parts(iterable, call.sending, call.operation, parts) &&
           call.send(socket, parts.data(), parts.size());
}

namespace {

ZMQPP_NOT_INLINE PyObject* send_multipart_as_told(PyObject* self, PyObject* const* args,
                                                  Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<5> parameters{
        "send_multipart", {"msg_parts", "flags", "copy", "track", "timeout"}, 1, 4};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 5> given{};
    SendCall call("send_multipart()");
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(*socket, given[1], given[2], given[3], given[4])) {
        return nullptr;
    }
    return guarded([&] {
        release_returned_buffers();
        return send_parts(*socket, given[0], call) ? call.result() : nullptr;
    });
}

// The same for a call without options.
ZMQPP_NOT_INLINE bool wait_and_send_small(BoundSocket& socket, PyObject* parts,
                                          const char* operation)
{
    SendCall call(operation);
    return wait_and_send_small(socket, parts, call);
}

PyObject* send_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                         PyObject* keywords)
{
    constexpr const char* operation = "send_multipart()";
    constexpr auto is_small = [](PyObject* part) { return is_small_bytes(part); };
    auto* socket = object_or_null<BoundSocket>(self);
    // As in send().
    if (nargs != 1 || keywords != nullptr || socket == nullptr ||
        !is_of_small_bytes(args[0], is_small)) {
        return send_multipart_as_told(self, args, nargs, keywords);
    }
    return guarded([&] {
        release_returned_buffers();
        const bool sent = try_send_small(*socket, args[0], operation, 0) ||
                          wait_and_send_small(*socket, args[0], operation);
        return sent ? new_none() : nullptr;
    });
}

PyMethodDef send_methods[] = {
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

void add_sending(const py::class_<BoundSocket>& type) { add_methods(type, send_methods); }

}  // namespace zmqpp::binding
