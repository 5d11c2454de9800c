// Message: one frame, with its bytes in place (the buffer protocol) and its metadata.
#include "bind.hpp"

#include <optional>
#include <string>

#include "buffer.hpp"
#include "fastcall.hpp"
#include "message.hpp"

namespace zmqpp::binding {
namespace {

PyTypeObject* message_type;

// Written to from Python only where nobody else can see it.
bool is_writable(const BoundMessage& message)
{
    return message.made_here ? message.get(ZMQ_SHARED) == 0 : message.is_exclusive();
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

// The slots by hand: py::buffer_protocol would allocate a description for every view.
void add_buffer_protocol(PyHeapTypeObject* type)
{
    type->as_buffer.bf_getbuffer = get_buffer;
    type->ht_type.tp_as_buffer = &type->as_buffer;
}

BoundMessage make(const py::object& data, bool track, std::optional<bool> copy,
                  std::optional<std::size_t> copy_threshold, std::optional<std::size_t> size)
{
    if (size) {
        if (!data.is_none()) {
            throw py::type_error("Message() takes data or size, not both");
        }
        BoundMessage blank{Message(*size)};
        blank.made_here = true;
        return blank;
    }
    Sending sending;
    sending.copy = copy.value_or(false);
    sending.copy_threshold = copy_threshold.value_or(default_copy_threshold);
    if (track) {
        sending.tracker.emplace();
    }
    if (data.is_none()) {
        BoundMessage empty{Message()};
        empty.tracker = sending.tracker;
        return empty;
    }
    std::optional<Message> message = to_message(data.ptr(), sending, "Message()");
    if (!message) {
        throw py::error_already_set();
    }
    BoundMessage made{std::move(*message)};
    made.tracker = sending.tracker;
    return made;
}

py::object get(const BoundMessage& message, const py::object& property)
{
    if (py::isinstance<py::str>(property)) {
        const auto name = property.cast<std::string>();
        if (name == "routing_id") {
            return py::int_(message.routing_id());
        }
        if (name == "group") {
            return py::str(message.group());
        }
        const auto value = message.get(name.c_str());
        return value ? py::object(py::str(*value)) : py::object(py::none());
    }
    return py::int_(message.get(property.cast<int>()));
}

std::string describe(const BoundMessage& message)
{
    constexpr std::size_t shown = 12;
    const auto start = py::bytes(message.view().substr(0, shown).data(),
                                 std::min(shown, message.size()));
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

PyObject* to_python(Message&& message)
{
    return py::cast(BoundMessage(std::move(message))).release().ptr();
}

}  // namespace zmqpp::binding

using namespace zmqpp::binding;  // NOLINT: this file's own names

void bind_message(py::module_& m)
{
    py::class_<BoundMessage> type(
        m, "Message", py::custom_type_setup(add_buffer_protocol),
        "One frame of a message (zmq_msg_t). It has the buffer protocol: memoryview(message), "
        "numpy.frombuffer(message) and bytes(message) work, and views keep it alive. Views are "
        "writable where nobody else can see the memory: of messages that came over a wire, and of "
        "Message(size=).");
    message_type = reinterpret_cast<PyTypeObject*>(type.ptr());

    type.def(py::init(&make), py::arg("data") = py::none(), py::arg("track") = false,
             py::arg("copy") = py::none(), py::arg("copy_threshold") = py::none(), py::kw_only(),
             py::arg("size") = py::none(),
             "A message of bytes-like `data`, or `size` bytes to be filled in. Data of "
             "`copy_threshold` bytes and more is lent and not copied unless `copy` is True: do not "
             "change it until `tracker` (with `track`) is done.")
        .def_property_readonly(
            "bytes", [](const BoundMessage& message) { return py::reinterpret_steal<py::bytes>(to_bytes(message)); },
            "The bytes, copied.")
        .def_property_readonly(
            "buffer", [](const py::object& self) { return py::memoryview(self); },
            "The bytes in place, as a memoryview that keeps the message alive.")
        .def_property_readonly("more", &BoundMessage::more,
                               "Whether more parts of the same message follow (zmq_msg_more).")
        .def_readonly("tracker", &BoundMessage::tracker,
                      "The MessageTracker of a message made with track=True, else None.")
        .def_property(
            "routing_id", [](const BoundMessage& message) { return message.routing_id(); },
            [](BoundMessage& message, unsigned id) { message.set_routing_id(id); },
            "Draft: the peer of a SERVER's message (zmq_msg_routing_id).")
        .def_property(
            "group", [](const BoundMessage& message) { return message.group(); },
            [](BoundMessage& message, const std::string& group) { message.set_group(group); },
            "Draft: the group of a RADIO's message (zmq_msg_group).")
        .def("get", &get, py::arg("property"),
             "A property by its number (MessageOption.SHARED ...: zmq_msg_get), or metadata by name "
             "('Peer-Address', 'Socket-Type', 'User-Id' ...: zmq_msg_gets); None if it has none.")
        .def("fast_copy", [](const BoundMessage& message) { return BoundMessage(message.copy()); },
             "A second message with the same bytes, shared and not copied (zmq_msg_copy).")
        .def("__copy__", [](const BoundMessage& message) { return BoundMessage(message.copy()); })
        .def("__getitem__", &get, py::arg("property"))
        .def("__len__", &BoundMessage::size)
        .def("__bytes__", [](const BoundMessage& message) { return py::reinterpret_steal<py::bytes>(to_bytes(message)); })
        .def("__eq__", &is_equal)
        .def("__hash__",
             [](const BoundMessage& message) {
                 return py::hash(py::reinterpret_steal<py::bytes>(to_bytes(message)));
             })
        .def("__repr__", &describe);
}
