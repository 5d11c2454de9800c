// Socket's methods that send many messages in one call. They cost little more per message than libzmq
// itself: no bytecode, no method call, and the socket's lock once for a turn of many.
#include "bind.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "fastcall.hpp"
#include "gil.hpp"
#include "send_call.hpp"

namespace zmqpp::binding {
namespace {

// Why an object can be no message: what follows "message 3".
struct Flaw {
    PyObject* error = PyExc_TypeError;
    std::string text;
};

std::string is_not(PyObject* object, const char* wanted)
{
    return std::string("is ") + Py_TYPE(object)->tp_name + ", not " + wanted;
}

ZMQPP_SELDOM bool is_flawed_object(PyObject* object, Flaw& flaw)
{
    if (PyObject_CheckBuffer(object) != 0) {
        return false;
    }
    flaw.text = is_not(object, "bytes-like");
    return true;
}

// True, with the flaw, if the object is no part of a message.
ZMQPP_INLINE bool is_flawed_part(PyObject* object, Flaw& flaw)
{
    return !PyBytes_CheckExact(object) && is_flawed_object(object, flaw);
}

bool are_flawed_parts(PyObject* message, Flaw& flaw)
{
    if (!PyList_Check(message) && !PyTuple_Check(message)) {
        flaw.text = is_not(message, "a list or tuple of parts");
        return true;
    }
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(message);
    for (Py_ssize_t i = 0; i < count; ++i) {
        if (is_flawed_part(PySequence_Fast_GET_ITEM(message, i), flaw)) {
            flaw.text = "has a part " + std::to_string(i) + " that " + flaw.text;
            return true;
        }
    }
    if (count == 0) {
        flaw = {PyExc_ValueError, "has no parts"};
    }
    return count == 0;
}

// The error of a batch says in its attribute `sent` how many messages went out before it.
void note_sent(std::size_t sent)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject* count = PyLong_FromSize_t(sent);
    if (count == nullptr || PyObject_SetAttrString(value, "sent", count) != 0) {
        PyErr_Clear();  // an exception of somebody's signal handler that takes no attributes
    }
    Py_XDECREF(count);
    PyErr_Restore(type, value, traceback);
}

// What an iterable gives, in order. Let go of by hand and not by a destructor: see gil.hpp.
class Messages {
public:
    // False with an error set.
    bool take(PyObject* iterable, const char* operation)
    {
        if (PyBytes_Check(iterable) || PyUnicode_Check(iterable) || PyByteArray_Check(iterable)) {
            PyErr_Format(PyExc_TypeError, "%s takes an iterable of messages, not %s", operation,
                         Py_TYPE(iterable)->tp_name);
            return false;
        }
        const bool is_short_list =
            PyList_CheckExact(iterable) && PyList_GET_SIZE(iterable) < most_in_place;
        if (is_short_list) {
            Py_INCREF(iterable);
        }
        items_ = is_short_list ? iterable : PySequence_Tuple(iterable);
        return items_ != nullptr;
    }

    // Before other Python code may run, now or in another thread: a list is read where it is until then,
    // and from here on a tuple keeps the messages alive and as they are. False with an error set.
    bool fix()
    {
        if (PyList_CheckExact(items_)) {
            PyObject* fixed = PyList_AsTuple(items_);
            if (fixed == nullptr) {
                return false;
            }
            Py_SETREF(items_, fixed);
        }
        return true;
    }

    [[nodiscard]] std::size_t size() const
    {
        return static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items_));
    }
    [[nodiscard]] PyObject** items() const { return PySequence_Fast_ITEMS(items_); }
    [[nodiscard]] PyObject* operator[](std::size_t i) const { return items()[i]; }

    void drop() { Py_CLEAR(items_); }

private:
    static constexpr Py_ssize_t most_in_place = Pauses::messages_between;  // more would meet one

    PyObject* items_ = nullptr;
};

// False with an error set, before anything is sent, if one of them can be no message.
template <class IsFlawed>
bool are_sound(const Messages& messages, const char* operation, IsFlawed&& is_flawed)
{
    Flaw flaw;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (is_flawed(messages[i], flaw)) {
            PyErr_Format(flaw.error, "%s: message %zu %s; none was sent", operation, i,
                         flaw.text.c_str());
            return false;
        }
    }
    return true;
}

// As many small messages as there is room for, in one turn. `sent` counts them also when one fails.
// False: there is no room for the next.
bool send_small(BoundSocket& socket, const Messages& messages, const SendCall& call,
                std::size_t& sent)
{
    PyObject** items = messages.items();
    const std::size_t end = (std::min)(messages.size(), sent + Socket::Turn::most_messages);
    std::size_t bytes_left = Socket::Turn::most_bytes;
    Socket::Turn turn(socket, call.operation);
    turn.require_all_sent();
    for (; sent < end; ++sent) {
        PyObject* next = items[sent];
        if (!is_small_bytes(next, call.sending) || bytes_size(next) > bytes_left) {
            return true;
        }
        bytes_left -= bytes_size(next);
        const std::string_view bytes = view_of_bytes(next);
        if (!turn.try_send(bytes.data(), bytes.size())) {
            return false;
        }
    }
    return true;
}

// One message of any kind.
bool send_one(BoundSocket& socket, PyObject* data, SendCall& call, bool must_wait)
{
    std::optional<Message> message = to_message(data, call.sending, call.operation);
    return message &&
           (must_wait ? call.wait_and_send(socket, &*message, 1) : call.send(socket, &*message, 1));
}

// False with an error set. `sent` says how far it came.
bool send_all(BoundSocket& socket, Messages& messages, SendCall& call, std::size_t& sent)
{
    Pauses pauses;
    do {  // at least once, because an empty batch needs an open socket too
        const std::size_t before = sent;
        const bool has_room = send_small(socket, messages, call, sent);
        if (sent < messages.size() && (!has_room || sent == before)) {
            if (!messages.fix() || !send_one(socket, messages[sent], call, !has_room)) {
                return false;
            }
            ++sent;
        }
        pauses.after(sent);
    } while (sent < messages.size());
    return true;
}

bool send_all_multipart(BoundSocket& socket, Messages& messages, SendCall& call, std::size_t& sent)
{
    if (!messages.fix()) {
        return false;
    }
    Socket::Turn(socket, call.operation).require_all_sent();
    Pauses pauses;
    while (sent < messages.size()) {
        if (!send_parts(socket, messages[sent], call)) {
            return false;
        }
        pauses.after(++sent);
    }
    return true;
}

// Both methods, by what can be no message and how all are sent.
template <class IsFlawed, class SendAll>
PyObject* send_batch(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t nargs,
                     PyObject* keywords, IsFlawed&& is_flawed, SendAll&& send_all_messages)
{
    const Parameters<4> parameters{method, {"messages", "copy", "track", "timeout"}, 1, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 4> given{};
    const std::string operation = std::string(method) + "()";
    SendCall call(operation.c_str());
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(*socket, nullptr, given[1], given[2], given[3])) {
        return nullptr;
    }
    release_returned_buffers();  // first: it may run Python code, which could change a list
    Messages messages;
    if (!messages.take(given[0], call.operation)) {
        return nullptr;
    }
    PyObject* result = nullptr;
    if (are_sound(messages, call.operation, is_flawed)) {
        std::size_t sent = 0;
        result = guarded([&] {
            return send_all_messages(*socket, messages, call, sent) ? call.result() : nullptr;
        });
        if (result == nullptr) {
            note_sent(sent);
        }
    }
    messages.drop();
    return result;
}

PyObject* send_many(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    // Not the function itself: a lambda is compiled into the loop over the messages.
    const auto is_flawed = [](PyObject* message, Flaw& flaw) {
        return is_flawed_part(message, flaw);
    };
    return send_batch(self, "send_many", args, nargs, keywords, is_flawed, send_all);
}

PyObject* send_many_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                              PyObject* keywords)
{
    return send_batch(self, "send_many_multipart", args, nargs, keywords, are_flawed_parts,
                      send_all_multipart);
}

PyMethodDef send_many_methods[] = {
    {"send_many", as_method(send_many), METH_FASTCALL | METH_KEYWORDS,
     "send_many($self, messages, *, copy=True, track=False, timeout=None)\n"
     "--\n\n"
     "send_many(self: zmqpp._core.Socket, messages: collections.abc.Iterable"
     "[Buffer | zmqpp._core.Message], *, copy: bool = True, track: bool = False, "
     "timeout: float | datetime.timedelta | None = None) -> zmqpp._core.MessageTracker | None\n\n"
     "Sends many messages of one part each, in order (zmq_msg_send).\n\n"
     "Waits for room whenever there is none. timeout: milliseconds or a timedelta for all of "
     "them;\n"
     "the option sndtimeo is the default. What is no message raises TypeError before any is sent.\n"
     "Other errors, as in send(), have an attribute `sent`: how many were sent before."},
    {"send_many_multipart", as_method(send_many_multipart), METH_FASTCALL | METH_KEYWORDS,
     "send_many_multipart($self, messages, *, copy=True, track=False, timeout=None)\n"
     "--\n\n"
     "send_many_multipart(self: zmqpp._core.Socket, messages: collections.abc.Iterable"
     "[list[Buffer | zmqpp._core.Message] | tuple[Buffer | zmqpp._core.Message, ...]], *, "
     "copy: bool = True, track: bool = False, "
     "timeout: float | datetime.timedelta | None = None) -> zmqpp._core.MessageTracker | None\n\n"
     "Sends many messages, each a list or tuple of its parts, each whole or not at all\n"
     "(zmq_msg_send). The rest is as in send_many()."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_sending_many(const py::class_<BoundSocket>& type) { add_methods(type, send_many_methods); }

}  // namespace zmqpp::binding
