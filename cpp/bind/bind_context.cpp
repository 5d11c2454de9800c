// Context, and its options as attributes.
#include "bind.hpp"

#include <array>

#include "arguments.hpp"
#include "context.hpp"
#include "faces.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "options.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {
namespace {

PyObject* get_context_attribute(PyObject* self, void* closure)
{
    const auto& row = *static_cast<const OptionRow*>(closure);
    auto* context = object_of<BoundContext>(self);
    if (context == nullptr || !require_readable(row)) {
        return nullptr;
    }
    return guarded([&]() -> PyObject* {
        const int value = context->get_raw(row);
        return row.kind == Kind::boolean ? PyBool_FromLong(value) : PyLong_FromLong(value);
    });
}

void write(Context& context, const OptionRow& row, PyObject* value)
{
    WireValue wire;
    if (!require_writable(row) || !to_wire(value, row, wire)) {
        throw py::error_already_set();
    }
    require_library(std::string("Context option ") + row.name, row.since, false);
    context.set_raw(row, wire.data(), wire.size);
}

int set_context_attribute(PyObject* self, PyObject* value, void* closure)
{
    const auto& row = *static_cast<const OptionRow*>(closure);
    auto* context = object_of<BoundContext>(self);
    if (context == nullptr) {
        return -1;
    }
    try {
        if (value == nullptr) {
            throw py::attribute_error(std::string("option ") + row.name + " cannot be deleted");
        }
        write(*context, row, value);
        return 0;
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::exception&) {
        set_error_from_exception();
    }
    return -1;
}

const OptionRow& context_option(int id, bool for_writing)
{
    const OptionRow* row = find_option<context_options>(id, for_writing);
    if (row == nullptr) {
        throw py::value_error("no context option has the number " + std::to_string(id));
    }
    return *row;
}

void add_options(const py::class_<BoundContext>& type)
{
    constexpr std::size_t count = std::size(context_options);
    static std::array<PyGetSetDef, count + 1> attributes{};
    static std::array<std::string, count> docs;
    for (std::size_t i = 0; i < count; ++i) {
        const OptionRow& row = context_options[i];
        docs[i] = describe(row);
        attributes[i] = {row.name, get_context_attribute,
                         row.writable() ? set_context_attribute : nullptr, docs[i].c_str(),
                         const_cast<OptionRow*>(&row)};
    }
    add_attributes(type, attributes.data());
}

// Hot attributes and methods, without pybind11's dispatch.
PyObject* get_context_closed(PyObject* self, void* /*unused*/)
{
    auto* context = object_of<BoundContext>(self);
    return context == nullptr ? nullptr
                              : guarded([&] { return PyBool_FromLong(context->is_closed()); });
}

PyObject* get_context_underlying(PyObject* self, void* /*unused*/)
{
    auto* context = object_of<BoundContext>(self);
    return context == nullptr ? nullptr
                              : guarded([&] { return PyLong_FromVoidPtr(context->handle()); });
}

PyObject* get_context_option(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                             PyObject* keywords)
{
    static constexpr Parameters<1> parameters{"get", {"option"}, 1, 1};
    auto* context = object_of<BoundContext>(self);
    std::array<PyObject*, 1> given{};
    int id = 0;
    if (context == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !to_int(given[0], id, "get()", "option")) {
        return nullptr;
    }
    try {
        const OptionRow& row = context_option(id, false);
        return require_readable(row) ? PyLong_FromLong(context->get_raw(row)) : nullptr;
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::exception&) {
        set_error_from_exception();
    }
    return nullptr;
}

PyGetSetDef context_attributes[] = {
    {"closed", get_context_closed, nullptr, "bool: Whether the context was terminated. Read-only.",
     nullptr},
    {"underlying", get_context_underlying, nullptr,
     "int: The address of the libzmq context, for code that shares it; 0 once terminated. "
     "Read-only.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef context_methods[] = {
    {"get", as_method(get_context_option), METH_FASTCALL | METH_KEYWORDS,
     "get($self, option)\n"
     "--\n\n"
     "get(self: zmqpp._core.Context, option: int) -> int\n\n"
     "Reads a context option (zmq_ctx_get)."},
    {nullptr, nullptr, 0, nullptr},
};

std::chrono::milliseconds linger_of(const Argument& value)
{
    const auto linger = to_linger(value.object);
    if (!linger) {
        throw py::error_already_set();
    }
    return *linger;
}

void destroy(BoundContext& context, argument::OptionalTime value)
{
    std::optional<std::chrono::milliseconds> linger;
    if (value.object != Py_None) {
        linger = linger_of(value);
    }
    without_gil([&] {
        if (linger) {
            context.destroy(*linger);
        } else {
            context.destroy();
        }
    });
}

void term(BoundContext& context, argument::OptionalTime timeout)
{
    const auto deadline =
        to_deadline_or(timeout.object, milliseconds, [&] { return Deadline(context.linger()); });
    if (!deadline) {
        throw py::error_already_set();
    }
    without_gil([&] { context.term(*deadline); });
}

}  // namespace

void bind_context(py::module_& m)
{
    using std::chrono::milliseconds;
    using zmqpp::Context;

    py::class_<BoundContext> type(m, "Context",
                                  "libzmq's threads and inproc endpoints; see zmqpp.Context.");
    type.def(py::init([] { return BoundContext(Context()); }), "A new context (zmq_ctx_new).")
        .def(py::init<const BoundContext&>(), py::arg("context"),
             "A second handle on the same context.")
        .def_static(
            "_instance",
            []() -> py::typing::Union<BoundContext> { return face_of(Context::instance()); },
            "The object that stands for the context that all code of the process shares.")
        .def_static(
            "_borrow",
            [](std::uintptr_t handle) {
                return BoundContext(Context::borrow(reinterpret_cast<void*>(handle)));
            },
            py::arg("handle"), "A handle on a context that somebody else ends, by its address.")
        .def(
            "_borrowed",
            [](const BoundContext& context) { return BoundContext(context.borrowed()); },
            "A handle on the same context that may not end it.")
        .def("_become_face", &become_face<BoundContext>,
             "Makes this the object that stands for the context, if there is none.")

        .def(
            "set",
            [](BoundContext& context, int option, argument::Number value) {
                write(context, context_option(option, true), value.object);
            },
            py::arg("option"), py::arg("optval"),
            "Sets a context option (zmq_ctx_set). StateError if it comes too late to have an "
            "effect.")
        .def_property(
            "_linger", [](const BoundContext& context) { return context.linger().count(); },
            [](BoundContext& context, argument::Time value) {
                context.set_linger(linger_of(value));
            },
            "The linger of sockets made from now on, in milliseconds.")

        .def(
            "shutdown", [](BoundContext& context) { without_gil([&] { context.shutdown(); }); },
            "Ends every call on every socket of the context with ContextTerminated, now and later; "
            "the "
            "sockets stay to be closed (zmq_ctx_shutdown).")
        .def(
            "term", &term, py::arg("timeout") = py::none(),
            "Shuts down and waits until all sockets are closed and their messages sent or given up "
            "(zmq_ctx_term).\n\ntimeout: milliseconds or a timedelta, negative for ever; the "
            "context's "
            "linger is the default. Raises Timeout, which is a TimeoutError, naming the sockets "
            "still "
            "open; calling it again goes on waiting.")
        .def(
            "destroy", &destroy, py::arg("linger") = py::none(),
            "Closes every socket of the context, in whichever thread it is used, and terminates it "
            "(zmq_close, zmq_ctx_term).\n\nlinger: milliseconds or a timedelta that unsent "
            "messages "
            "get, negative for ever; the sockets' own is the default. Raises Timeout when libzmq "
            "takes "
            "longer than that.")
        .def(
            "_abandon",
            [](BoundContext& context, int most) {
                return without_gil([&] { return context.abandon(milliseconds(most)); });
            },
            py::arg("most"),
            "destroy() that waits at most so many milliseconds, and does not raise.")

        .def_property_readonly("_is_owner",
                               [](const BoundContext& context) { return context.is_owner(); })
        .def_property_readonly(
            "_is_foreign",
            [](const BoundContext& context) { return context.state()->is_foreign(); })
        .def("__eq__",
             [](const BoundContext& context, const py::object& other) {
                 return py::isinstance<BoundContext>(other) &&
                        other.cast<const BoundContext&>() == context;
             })
        .def("__hash__", [](const BoundContext& context) {
            return std::hash<const void*>()(context.state().get());
        });

    require_init(type);
    add_methods(type, context_methods);
    add_attributes(type, context_attributes);
    add_options(type);
}

}  // namespace zmqpp::binding
