// Socket: its making, its endpoints and its end. Sending, receiving and options have files of their
// own.
#include "bind.hpp"

#include <string>

#include "arguments.hpp"
#include "context.hpp"
#include "exit.hpp"
#include "faces.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "options.hpp"
#include "slot_attribute.hpp"
#include "socket.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {

PyObject* set_again(const BoundSocket& socket, const char* operation, const char* missing)
{
    return set_error(error_classes.again, EAGAIN,
                     std::string(operation) + " on " + socket.describe() + ": " + missing);
}

PyObject* set_timeout(const BoundSocket& socket, const char* operation, const char* missing)
{
    return set_error(
        error_classes.timeout, EAGAIN,
        std::string(operation) + " on " + socket.describe() + ": time ran out, " + missing);
}

namespace {

// "app.py:12": the innermost Python line outside this package, for messages about sockets left open.
std::string caller_line()
{
    py::object frame = py::reinterpret_borrow<py::object>(
        reinterpret_cast<PyObject*>(PyEval_GetFrame()));  // nullptr in a thread of C++
    while (frame && !frame.is_none()) {
        const py::object module_name = frame.attr("f_globals").attr("get")("__name__", "");
        const auto name = py::str(module_name).cast<std::string>();
        if (name != "zmqpp" && name.rfind("zmqpp.", 0) != 0) {
            return py::str(frame.attr("f_code").attr("co_filename")).cast<std::string>() + ":" +
                   py::str(frame.attr("f_lineno")).cast<std::string>();
        }
        frame = frame.attr("f_back");
    }
    return "an unknown line";
}

// The same for a socket. A loop opens many in one line, and they share its name.
std::shared_ptr<const std::string> caller_origin()
{
    static std::shared_ptr<const std::string> last;
    std::string line = caller_line();
    if (last == nullptr || *last != line) {
        last = std::make_shared<const std::string>(std::move(line));
    }
    return last;
}

// Runs when the garbage collector finds a socket that nobody closed. Closing it is the core's work;
// the warning is for the person who forgot.
void warn_if_unclosed(PyObject* self)
{
    const auto* socket = object_or_null<BoundSocket>(self);
    if (socket == nullptr || !socket->is_owner() || socket->state()->is_foreign() ||
        socket->state().use_count() > 1 || python_is_ending() || socket->is_closed()) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    const std::string text = "unclosed " + socket->describe() + ", created at " + socket->origin();
    if (PyErr_ResourceWarning(self, 1, "%s", text.c_str()) != 0) {
        PyErr_WriteUnraisable(self);
    }
    PyErr_Restore(type, value, traceback);
}

void add_finalizer(PyHeapTypeObject* type) { type->ht_type.tp_finalize = warn_if_unclosed; }

void close_socket(BoundSocket& socket, argument::OptionalTime value)
{
    std::optional<std::chrono::milliseconds> linger;
    if (value.object != Py_None) {
        linger = to_linger(value.object);
        if (!linger) {
            throw py::error_already_set();
        }
    }
    without_gil([&] {
        if (linger) {
            socket.Socket::close(*linger);
        } else {
            socket.Socket::close();
        }
    });
}

// Text as UTF-8, or bytes as they are.
std::string to_bytes(PyObject* text, const char* operation)
{
    if (PyUnicode_Check(text)) {
        return py::handle(text).cast<std::string>();
    }
    BorrowedBytes bytes;
    if (!bytes.get(text, operation)) {
        throw py::error_already_set();
    }
    std::string copy(static_cast<const char*>(bytes.data()), bytes.size());
    bytes.release();
    return copy;
}

std::size_t wait_for_subscribers(BoundSocket& socket, py::ssize_t n, argument::OptionalTime timeout,
                                 argument::OptionalText topic)
{
    constexpr const char* operation = "wait_for_subscribers()";
    if (n < 0) {
        throw py::value_error(std::string(operation) + ": n may not be negative");
    }
    std::optional<std::string> name;
    if (topic.object != Py_None) {
        name = to_bytes(topic.object, operation);
    }
    const auto deadline =
        to_deadline_or(timeout.object, milliseconds, [] { return Deadline::never(); });
    if (!deadline) {
        throw py::error_already_set();
    }
    return without_gil([&] {
        return socket.Socket::wait_for_subscribers(static_cast<std::size_t>(n), *deadline, name);
    });
}

}  // namespace

void bind_socket(py::module_& m)
{
    py::class_<BoundSocket> type(
        m, "Socket", py::custom_type_setup(add_finalizer),
        "A ZeroMQ socket. Any thread may use it at any time; see zmqpp.Socket.");

    type.def(py::init([](const BoundContext& context, int socket_type) {
                 auto origin = caller_origin();
                 // Without the GIL, because it may wait for a place among max_sockets.
                 auto socket = without_gil([&] {
                     return zmqpp::Socket(context, static_cast<zmqpp::SocketType>(socket_type),
                                          std::move(origin));
                 });
                 close_at_exit(socket);
                 return BoundSocket(std::move(socket));
             }),
             py::arg("context"), py::arg("socket_type"), "Opens a socket (zmq_socket).")
        .def(py::init([](const BoundSocket& socket) { return BoundSocket(socket); }),
             py::arg("socket"), "A second handle on the same socket.")
        .def_static(
            "_borrow",
            [](const BoundContext& context, std::uintptr_t handle) {
                return BoundSocket(zmqpp::Socket::borrow(context, reinterpret_cast<void*>(handle)));
            },
            py::arg("context"), py::arg("handle"),
            "A handle on a socket that somebody else closes, by its address.")
        .def_static(
            "_open_in",
            [](const BoundContext& context) {
                py::typing::List<BoundSocket> open;
                for (const auto& socket : context.sockets()) {
                    open.append(face_of(socket));
                }
                return open;
            },
            py::arg("context"), "The open sockets of a context, oldest first.")
        .def("_become_face", &become_face<BoundSocket>,
             "Makes this the object that stands for the socket, if there is none.")
        .def(
            "_borrowed", [](const BoundSocket& socket) { return BoundSocket(socket.borrowed()); },
            "A handle on the same socket that may not close it.")

        .def(
            "_bind",
            [](BoundSocket& socket, const std::string& endpoint) {
                return without_gil([&] { return socket.Socket::bind(endpoint); });
            },
            py::arg("endpoint"), "zmq_bind; returns the real endpoint.")
        .def(
            "_connect",
            [](BoundSocket& socket, const std::string& endpoint) {
                return without_gil([&] { return socket.Socket::connect(endpoint); });
            },
            py::arg("endpoint"), "zmq_connect; returns the real endpoint.")
        .def(
            "unbind",
            [](BoundSocket& socket, const std::string& endpoint) {
                without_gil([&] { socket.Socket::unbind(endpoint); });
            },
            py::arg("addr"),
            "Stops accepting peers at an endpoint, as given to bind() or returned by it "
            "(zmq_unbind).")
        .def(
            "disconnect",
            [](BoundSocket& socket, const std::string& endpoint) {
                without_gil([&] { socket.Socket::disconnect(endpoint); });
            },
            py::arg("addr"), "Leaves a peer (zmq_disconnect).")
        .def_property_readonly(
            "endpoints", [](const BoundSocket& socket) { return socket.Socket::endpoints(); },
            "Where the socket is bound and connected, in the order of the calls.")

        .def(
            "join",
            [](BoundSocket& socket, const std::string& group) { socket.Socket::join(group); },
            py::arg("group"), "Draft: a DISH receives the messages of a group (zmq_join).")
        .def(
            "leave",
            [](BoundSocket& socket, const std::string& group) { socket.Socket::leave(group); },
            py::arg("group"), "Draft: the opposite of join() (zmq_leave).")

        .def("wait_for_subscribers", &wait_for_subscribers, py::arg("n") = 1,
             py::arg("timeout") = py::none(), py::kw_only(), py::arg("topic") = py::none(),
             "Waits until a PUB has at least n subscriptions, and returns how many it has.\n\n"
             "What a PUB sends before anybody has subscribed is lost. Each subscription of each "
             "peer counts once; by inproc, where peers cannot be told apart, a second one to the "
             "same topic counts too. A PUB that connects goes on counting a peer that has left, "
             "because it "
             "keeps messages for it. topic: bytes or text; only subscriptions to this very topic "
             "count then. timeout: milliseconds or a timedelta; None waits for ever. Raises "
             "Timeout, which names what is there, and StateError for sockets of other types and "
             "for a PUB with conflate.")
        .def("_close", &close_socket, py::arg("linger") = py::none(), "zmq_close.")
        .def_property_readonly(
            "_context",
            [](const BoundSocket& socket) -> py::typing::Union<BoundContext> {
                return face_of(socket.Socket::context());
            },
            "The object that stands for its context.")
        .def_property_readonly(
            "origin", [](const BoundSocket& socket) { return socket.Socket::origin(); },
            "The line that opened the socket, as file:line.")
        .def("_describe", [](const BoundSocket& socket) { return socket.describe(); })
        .def("__eq__",
             [](const BoundSocket& socket, const py::object& other) {
                 return py::isinstance<BoundSocket>(other) &&
                        other.cast<const BoundSocket&>() == socket;
             })
        .def("__hash__", [](const BoundSocket& socket) {
            return std::hash<const void*>()(socket.state().get());
        });

    m.def("_slot_or", &slot_or, py::arg("slot"), py::arg("otherwise"),
          "A read-only attribute: what is in a slot, or what a function of the object returns "
          "while that is None.");

    require_init(type);
    add_sending(type);
    add_receiving(type);
    add_sending_many(type);
    add_receiving_many(type);
    add_options(type);
    add_socket_attributes(type);  // last: the option `type` is a plain number
}

}  // namespace zmqpp::binding
