// Message: one frame, with its bytes in place (the buffer protocol) and its metadata.
#include "bind.hpp"

#include <optional>
#include <string>
#include <variant>

#include "arguments.hpp"
#include "buffer.hpp"
#include "fastcall.hpp"
#include "message.hpp"

namespace zmqpp::binding {
namespace {

PyTypeObject* message_type;

// Written to from Python only where nobody else can see it.
bool is_writable(const BoundMessage& message)
{
    const bool is_own = message.made && message.made->has_own_memory;
    return is_own ? message.get(ZMQ_SHARED) == 0 : message.is_exclusive();
}

int get_buffer(PyObject* self, Py_buffer* view, int flags)
{
    auto* message = object_of<BoundMessage>(self);
    if (message == nullptr) {
        return -1;
    }
    return PyBuffer_FillInfo(view, self, message->data(), static_cast<Py_ssize_t>(message->size()),
                             is_writable(*message) ? 0 : 1, flags);
}

BoundMessage make(argument::Data data, bool track, std::optional<bool> copy,
                  std::optional<std::size_t> copy_threshold, std::optional<std::size_t> size)
{
    if (size) {
        if (data.object != Py_None) {
            throw py::type_error("Message() takes data or size, not both");
        }
        BoundMessage blank{Message(*size)};
        blank.made = std::make_unique<MadeInPython>();
        blank.made->has_own_memory = true;
        return blank;
    }
    Sending sending;
    sending.copy = copy.value_or(false);
    sending.copy_threshold = copy_threshold.value_or(default_copy_threshold);
    sending.tracker.emplace();  // always: a send() of this message may want to know
    std::optional<Message> message = data.object == Py_None
                                         ? std::optional<Message>(std::in_place)
                                         : to_message(data.object, sending, "Message()");
    if (!message) {
        throw py::error_already_set();
    }
    BoundMessage made{std::move(*message)};
    made.made = std::make_unique<MadeInPython>(MadeInPython{sending.tracker, track, false});
    return made;
}

BoundMessage copy(const BoundMessage& message)
{
    BoundMessage twin(message.Message::copy());
    if (message.made) {
        twin.made = std::make_unique<MadeInPython>(
            MadeInPython{message.made->tracker, message.made->shows_tracker, false});
    }
    return twin;
}

// Hot attributes and methods, without pybind11's dispatch.
PyObject* get_bytes(PyObject* self, void* /*unused*/)
{
    const auto* message = object_of<BoundMessage>(self);
    return message == nullptr ? nullptr : to_bytes(*message);
}

PyObject* get_view(PyObject* self, void* /*unused*/) { return PyMemoryView_FromObject(self); }

PyObject* get_more(PyObject* self, void* /*unused*/)
{
    const auto* message = object_of<BoundMessage>(self);
    return message == nullptr ? nullptr : PyBool_FromLong(message->more());
}

// By value: a tracker that kept the message alive would wait for itself.
PyObject* get_tracker(PyObject* self, void* /*unused*/)
{
    const auto* message = object_of<BoundMessage>(self);
    if (message == nullptr) {
        return nullptr;
    }
    return message->made && message->made->shows_tracker
               ? guarded([&] { return py::cast(message->made->tracker).release().ptr(); })
               : new_none();
}

PyObject* convert_to_bytes(PyObject* self, PyObject* /*unused*/)
{
    return get_bytes(self, nullptr);
}

Py_ssize_t length(PyObject* self)
{
    const auto* message = object_of<BoundMessage>(self);
    return message == nullptr ? -1 : static_cast<Py_ssize_t>(message->size());
}

// The slots by hand: py::buffer_protocol would allocate a description for every view.
void add_buffer_protocol(PyHeapTypeObject* type)
{
    type->as_buffer.bf_getbuffer = get_buffer;
    type->ht_type.tp_as_buffer = &type->as_buffer;
    type->as_sequence.sq_length = length;
    type->ht_type.tp_as_sequence = &type->as_sequence;
}

PyGetSetDef message_attributes[] = {
    {"bytes", get_bytes, nullptr, "bytes: The bytes, copied. Read-only.", nullptr},
    {"buffer", get_view, nullptr,
     "memoryview: The bytes in place, as a memoryview that keeps the message alive. Read-only.",
     nullptr},
    {"more", get_more, nullptr,
     "bool: Whether more parts of the same message follow (zmq_msg_more). Read-only.", nullptr},
    {"tracker", get_tracker, nullptr,
     "MessageTracker | None: The MessageTracker of a message made with track=True, else None. "
     "Read-only.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef message_methods[] = {
    {"__bytes__", convert_to_bytes, METH_NOARGS,
     "__bytes__($self, /)\n"
     "--\n\n"
     "__bytes__(self: zmqpp._core.Message) -> bytes\n"},
    {nullptr, nullptr, 0, nullptr},
};

int get_by_number(const BoundMessage& message, int property) { return message.get(property); }

std::variant<std::string, unsigned, std::monostate> get_by_name(const BoundMessage& message,
                                                                const std::string& property)
{
    if (property == "routing_id") {
        return message.routing_id();
    }
    if (property == "group") {
        return message.group();
    }
    if (const auto value = message.get(property.c_str())) {
        return std::string(*value);
    }
    return std::monostate();
}

std::string repr(const BoundMessage& message)
{
    constexpr std::size_t shown = 12;
    const auto start =
        py::bytes(message.view().substr(0, shown).data(), std::min(shown, message.size()));
    std::string text = "<zmqpp.Message(" + py::repr(start).cast<std::string>();
    if (message.size() > shown) {
        text += "... " + std::to_string(message.size()) + " bytes";
    }
    return text + ")>";
}

bool is_equal(const BoundMessage& message, const py::handle other)
{
    if (const Message* second = message_of(other.ptr())) {
        return message == *second;
    }
    BorrowedBytes bytes;
    if (!bytes.get(other.ptr(), "==")) {
        PyErr_Clear();
        return false;
    }
    const std::string_view view(static_cast<const char*>(bytes.data()), bytes.size());
    const bool equal = message.view() == view;
    bytes.release();
    return equal;
}

}  // namespace

Message* message_of(PyObject* object)
{
    if (!PyObject_TypeCheck(object, message_type)) {
        return nullptr;
    }
    return object_of<BoundMessage>(object);
}

const Tracker* tracker_of(PyObject* message)
{
    const auto& made = object_of<BoundMessage>(message)->made;
    return made && made->tracker ? &*made->tracker : nullptr;
}

PyObject* to_large_bytes(const Message& message)
{
    PyObject* bytes = lent_bytes_at(message.data(), message.size());
    if (bytes == nullptr) {
        bytes = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(message.size()));
        if (bytes != nullptr) {
            copy_bytes(PyBytes_AS_STRING(bytes), message.data(), message.size());
        }
    }
    return bytes;
}

PyObject* to_python(Message&& message)
{
    return py::cast(BoundMessage(std::move(message))).release().ptr();
}

void bind_message(py::module_& m)
{
    py::class_<BoundMessage> type(
        m, "Message", py::custom_type_setup(add_buffer_protocol),
        "One frame of a message (zmq_msg_t). It has the buffer protocol: memoryview(message), "
        "numpy.frombuffer(message) and bytes(message) work, and views keep it alive. Views are "
        "writable where nobody else can see the memory: of messages that came over a wire, and of "
        "Message(size=).");
    message_type = reinterpret_cast<PyTypeObject*>(type.ptr());
    require_init(type);

    type.def(py::init(&make), py::arg("data") = py::none(), py::arg("track") = false,
             py::arg("copy") = py::none(), py::arg("copy_threshold") = py::none(), py::kw_only(),
             py::arg("size") = py::none(),
             "A message of bytes-like `data`, or `size` bytes to be filled in. Data of "
             "`copy_threshold` bytes and more is lent and not copied unless `copy` is True: do not "
             "change it until `tracker` (with `track`) is done.")
        .def_property(
            "routing_id", [](const BoundMessage& message) { return message.routing_id(); },
            [](BoundMessage& message, unsigned id) { message.set_routing_id(id); },
            "Draft: the peer of a SERVER's message (zmq_msg_routing_id).")
        .def_property(
            "group", [](const BoundMessage& message) { return message.group(); },
            [](BoundMessage& message, const std::string& group) { message.set_group(group); },
            "Draft: the group of a RADIO's message (zmq_msg_group).")
        .def("get", &get_by_number, py::arg("property"),
             "A property by its number, MessageOption.SHARED ... (zmq_msg_get).")
        .def("get", &get_by_name, py::arg("property"),
             "Metadata by name, 'Peer-Address', 'Socket-Type', 'User-Id' ... (zmq_msg_gets), None "
             "if "
             "it has none; or 'routing_id' and 'group'.")
        .def("fast_copy", &zmqpp::binding::copy,
             "A second message with the same bytes, shared and not copied (zmq_msg_copy).")
        .def("__copy__", &zmqpp::binding::copy)
        .def("__getitem__", &get_by_number, py::arg("property"))
        .def("__getitem__", &get_by_name, py::arg("property"))
        .def("__eq__", &is_equal)
        .def("__hash__",
             [](const BoundMessage& message) {
                 return py::hash(py::reinterpret_steal<py::bytes>(to_bytes(message)));
             })
        .def("__repr__", &repr);
    add_attributes(type, message_attributes);
    add_methods(type, message_methods);
}

}  // namespace zmqpp::binding
