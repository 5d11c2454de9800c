// Socket's hot attributes that are no options: by hand, because a property of pybind11's costs more
// than what most of them read.
#include "bind.hpp"

#include <chrono>

#include "constants.hpp"
#include "fastcall.hpp"
#include "socket.hpp"

namespace zmqpp::binding {
namespace {

PyObject* get_closed(PyObject* self, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    return socket == nullptr ? nullptr : PyBool_FromLong(socket->is_closed());
}

PyObject* get_type(PyObject* self, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    if (socket == nullptr) {
        return nullptr;
    }
    return guarded([&] { return socket_type_member(socket->Socket::type()); });
}

PyObject* get_underlying(PyObject* self, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    return socket == nullptr ? nullptr
                             : guarded([&] { return PyLong_FromVoidPtr(socket->handle()); });
}

PyObject* get_copy_threshold(PyObject* self, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    return socket == nullptr ? nullptr : PyLong_FromSize_t(socket->copy_threshold);
}

// False with an error set, which names the attribute, if it is no int or none that fits.
bool to_amount(PyObject* value, const char* attribute, long long& amount)
{
    if (value == nullptr || !PyLong_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s takes an int, not %s", attribute,
                     value == nullptr ? "nothing" : Py_TYPE(value)->tp_name);
        return false;
    }
    amount = PyLong_AsLongLong(value);
    if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        PyErr_Format(PyExc_ValueError, "%s: %R does not fit", attribute, value);
        return false;
    }
    return true;
}

int set_copy_threshold(PyObject* self, PyObject* value, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    long long bytes = 0;
    if (socket == nullptr || !to_amount(value, "copy_threshold", bytes)) {
        return -1;
    }
    if (bytes < 0) {
        PyErr_Format(PyExc_ValueError, "copy_threshold: %R does not fit", value);
        return -1;
    }
    socket->copy_threshold = static_cast<std::size_t>(bytes);
    return 0;
}

PyObject* get_spin(PyObject* self, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    return socket == nullptr ? nullptr
                             : guarded([&] { return PyLong_FromLongLong(socket->spin().count()); });
}

int set_spin(PyObject* self, PyObject* value, void* /*unused*/)
{
    auto* socket = object_of<BoundSocket>(self);
    long long microseconds = 0;
    if (socket == nullptr || !to_amount(value, "spin", microseconds)) {
        return -1;
    }
    PyObject* done = guarded([&] {
        socket->set_spin(std::chrono::microseconds(microseconds));
        return Py_None;
    });
    return done == nullptr ? -1 : 0;
}

PyGetSetDef socket_attributes[] = {
    {"closed", get_closed, nullptr,
     "bool: Whether the socket was closed, here or by another handle. Read-only.", nullptr},
    {"type", get_type, nullptr, "SocketType: Its type, as SocketType.REP (ZMQ_TYPE). Read-only.",
     nullptr},
    {"socket_type", get_type, nullptr, "SocketType: Its type, as SocketType.REP. Read-only.",
     nullptr},
    {"underlying", get_underlying, nullptr,
     "int: The address of the libzmq socket, for code that shares it; 0 once closed. That of a PUB "
     "is an XPUB there, which must not be received from. Read-only.",
     nullptr},
    {"copy_threshold", get_copy_threshold, set_copy_threshold,
     "int: Data of fewer bytes is copied even with copy=False; bytes of so many and at least 32 "
     "KiB are "
     "not copied even without.",
     nullptr},
    {"spin", get_spin, set_spin,
     "int: How many microseconds a call that has to wait goes on trying before it sleeps: 0 to "
     "100,000, 0 unless told otherwise. Round trips between two threads on two cores are some "
     "three "
     "times as many with 50; a core is busy meanwhile.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

}  // namespace

void add_socket_attributes(const py::class_<BoundSocket>& type)
{
    add_attributes(type, socket_attributes);
}

}  // namespace zmqpp::binding
