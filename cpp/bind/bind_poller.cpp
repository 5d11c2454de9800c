// Poller: waits for any of many sockets and descriptors, which it keeps as Python objects to give
// back those that are ready.
#include "bind.hpp"

#include <utility>

#include "arguments.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "socket.hpp"
#include "timeout.hpp"
#include "zmqpp/core/poller.hpp"

namespace zmqpp::binding {
namespace {

struct BoundPoller {
    Poller poller;
    // (object, events) in the order of registration, which is the core's. A poll under way keeps the
    // list it began with.
    py::list registered;
};

// An fd, or an object with fileno().
Descriptor to_descriptor(const py::handle object)
{
    const int descriptor = PyObject_AsFileDescriptor(object.ptr());
    if (descriptor < 0) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) != 0) {
            PyErr_Clear();
            throw py::type_error(
                "Poller takes sockets, file descriptors and objects with fileno(), not " +
                std::string(Py_TYPE(object.ptr())->tp_name));
        }
        throw py::error_already_set();
    }
    return static_cast<Descriptor>(descriptor);
}

// What is given back for an object: the socket itself, or the number of its descriptor.
py::object key_of(const argument::Pollable& target)
{
    if (py::isinstance<BoundSocket>(target.object)) {
        return target.borrow();
    }
    return py::int_(to_descriptor(target.object));
}

Poller::Target target_of(const py::object& key)
{
    return py::isinstance<BoundSocket>(key)
               ? Poller::Target(static_cast<const Socket&>(key.cast<const BoundSocket&>()))
               : Poller::Target(to_descriptor(key));
}

bool contains(const BoundPoller& self, argument::Pollable target)
{
    return self.poller.find(target_of(key_of(target))).has_value();
}

// The list to change: a copy if a poll is under way, which has a reference to it.
py::list& mine(BoundPoller& self)
{
    if (Py_REFCNT(self.registered.ptr()) != 1) {
        self.registered = py::list(self.registered[py::slice()]);
    }
    return self.registered;
}

void unregister(BoundPoller& self, argument::Pollable target)
{
    const auto core_target = target_of(key_of(target));
    const auto index = self.poller.find(core_target);
    if (!index) {
        throw py::key_error(py::repr(target.object).cast<std::string>() + " is not registered");
    }
    self.poller.remove(core_target);
    PySequence_DelItem(mine(self).ptr(), static_cast<Py_ssize_t>(*index));
}

void register_target(BoundPoller& self, argument::Pollable target, int events)
{
    if (events == 0) {  // as pyzmq has it: nothing to wait for is nothing to keep
        if (contains(self, target)) {
            unregister(self, target);
        }
        return;
    }
    const py::object key = key_of(target);
    const std::size_t index = self.poller.set(target_of(key), events);
    const py::tuple entry = py::make_tuple(key, events);
    py::list& registered = mine(self);
    if (index == registered.size()) {
        registered.append(entry);
    } else {
        registered[index] = entry;
    }
}

// The ready ones as (object, events). `registered` is the list that the indices are of.
PyObject* to_list(const std::vector<Poller::Ready>& ready, PyObject* registered)
{
    PyObject* list = PyList_New(static_cast<Py_ssize_t>(ready.size()));
    for (std::size_t i = 0; list != nullptr && i < ready.size(); ++i) {
        PyObject* entry = PyList_GET_ITEM(registered, static_cast<Py_ssize_t>(ready[i].index));
        PyObject* events = PyLong_FromLong(ready[i].events);
        PyObject* pair =
            events == nullptr ? nullptr : PyTuple_Pack(2, PyTuple_GET_ITEM(entry, 0), events);
        Py_XDECREF(events);
        if (pair == nullptr) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), pair);
        }
    }
    return list;
}

PyObject* poll_all(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<1> parameters{"poll", {"timeout"}, 0, 1};
    auto* poller = object_of<BoundPoller>(self);
    std::array<PyObject*, 1> given{};
    if (poller == nullptr || !parameters.bind(args, nargs, keywords, given)) {
        return nullptr;
    }
    // A bare reference, not a py::object, because it lives while the GIL is given up (gil.hpp).
    PyObject* registered = poller->registered.ptr();
    Py_INCREF(registered);
    PyObject* result = guarded([&]() -> PyObject* {
        const Poller::Poll under_way = poller->poller.begin();
        std::vector<Poller::Ready> ready = under_way.try_poll();
        if (ready.empty()) {
            const auto deadline =
                to_deadline_or(given[0], milliseconds, [] { return Deadline::never(); });
            if (!deadline) {
                return nullptr;
            }
            if (!deadline->passed()) {
                ready = without_gil([&] { return under_way.poll(*deadline); });
            }
        }
        return to_list(ready, registered);
    });
    Py_DECREF(registered);
    return result;
}

// The poller keeps Python objects, so the garbage collector must be able to look inside.
int traverse(PyObject* self, visitproc visit, void* arg)
{
    if (const auto* poller = object_or_null<BoundPoller>(self)) {
        Py_VISIT(poller->registered.ptr());
    }
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    return 0;
}

int clear(PyObject* self)
{
    if (auto* poller = object_or_null<BoundPoller>(self)) {
        poller->poller.clear();
        poller->registered = py::list();
    }
    return 0;
}

void add_garbage_collection(PyHeapTypeObject* type)
{
    type->ht_type.tp_flags |= Py_TPFLAGS_HAVE_GC;
    type->ht_type.tp_traverse = traverse;
    type->ht_type.tp_clear = clear;
}

PyMethodDef poller_methods[] = {
    {"poll", as_method(poll_all), METH_FASTCALL | METH_KEYWORDS,
     "poll($self, timeout=None)\n"
     "--\n\n"
     "poll(self: zmqpp._core.Poller, timeout: float | datetime.timedelta | None = None) "
     "-> list[tuple[typing.Any, int]]\n\n"
     "Waits until something registered is ready and returns (socket or fd, events) for all that "
     "is;\n"
     "an empty list if `timeout`, milliseconds or a timedelta, ran out first (zmq_poll). None and\n"
     "negative wait for ever. Raises SocketClosed if a registered socket is or gets closed."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void bind_poller(py::module_& m)
{
    py::class_<BoundPoller> type(
        m, "Poller", py::custom_type_setup(add_garbage_collection),
        "Waits for any of many sockets, file descriptors and objects with "
        "fileno(). Any thread may change it, also during a poll, which then "
        "goes on with what was registered when it began.");
    type.def(py::init<>())
        .def(
            "register", &register_target, py::arg("socket"),
            py::arg("flags") = ZMQ_POLLIN | ZMQ_POLLOUT,
            "Adds a socket, file descriptor or object with fileno(), or changes what it waits for: "
            "POLLIN, POLLOUT or both. 0 removes it.")
        .def("modify", &register_target, py::arg("socket"),
             py::arg("flags") = ZMQ_POLLIN | ZMQ_POLLOUT, "Changes what an object waits for.")
        .def("unregister", &unregister, py::arg("socket"),
             "Removes one; KeyError if it is not there.")
        .def_property_readonly(
            "sockets",
            [](const BoundPoller& self) {
                return py::typing::List<py::typing::Tuple<py::object, int>>(
                    self.registered[py::slice()]);
            },
            "What is registered: a list of (socket or fd, flags).")
        .def("__contains__", &contains)
        .def("__len__", [](const BoundPoller& self) { return self.registered.size(); });
    require_init(type);
    add_methods(type, poller_methods);
}

}  // namespace zmqpp::binding
