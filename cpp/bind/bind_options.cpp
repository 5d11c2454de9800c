// Socket's options as attributes, one for each row of the table, and by number. Attributes are
// CPython getset descriptors and not properties: reading one costs no Python-level call.
#include "bind.hpp"

#include <array>

#include "errors.hpp"
#include "fastcall.hpp"
#include "options.hpp"
#include "socket.hpp"

namespace zmqpp::binding {
namespace {

PyObject* read(const BoundSocket& socket, const OptionRow& row)
{
    if (is_string(row.kind)) {
        const std::string text = socket.get_string(row);
        return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
    }
    std::uint64_t wire = 0;
    socket.get_raw(row, &wire, wire_size(row.kind));
    switch (row.kind) {
    case Kind::uint64: return PyLong_FromUnsignedLongLong(wire);
    case Kind::int64: return PyLong_FromLongLong(static_cast<long long>(wire));
    default: break;
    }
    if (row.kind == Kind::descriptor && sizeof(Descriptor) == 8) {
        return PyLong_FromLongLong(static_cast<long long>(wire));
    }
    int number = 0;
    std::memcpy(&number, &wire, sizeof number);
    return row.kind == Kind::boolean ? PyBool_FromLong(number) : PyLong_FromLong(number);
}

bool write(BoundSocket& socket, const OptionRow& row, PyObject* value)
{
    WireValue wire;
    if (!to_wire(value, row, wire)) {
        return false;
    }
    socket.set_raw(row, wire.data(), wire.size);
    if (row.effect == Effect::now || !socket.is_attached()) {
        return true;
    }
    const std::string text = std::string("option ") + row.name + " of " + socket.describe() +
                             " is for binds and connects after it, not for those before it";
    return PyErr_WarnEx(error_classes.option_too_late, text.c_str(), 1) == 0;
}

PyObject* get_option_attribute(PyObject* self, void* closure)
{
    const auto& row = *static_cast<const OptionRow*>(closure);
    auto* socket = object_of<BoundSocket>(self);
    if (socket == nullptr || !require_readable(row)) {
        return nullptr;
    }
    return guarded([&] { return read(*socket, row); });
}

int set_option_attribute(PyObject* self, PyObject* value, void* closure)
{
    const auto& row = *static_cast<const OptionRow*>(closure);
    auto* socket = object_of<BoundSocket>(self);
    if (socket == nullptr || !require_writable(row)) {
        return -1;
    }
    if (value == nullptr) {
        PyErr_Format(PyExc_AttributeError, "option %s cannot be deleted", row.name);
        return -1;
    }
    try {
        return write(*socket, row, value) ? 0 : -1;
    } catch (const std::exception&) {
        set_error_from_exception();
        return -1;
    }
}

// body(row) for the row of a number. One without, of a newer libzmq, is passed on as a value of `kind`
// under digits for a name.
template <class Body> PyObject* with_row(int id, bool for_writing, Kind kind, Body&& body)
{
    return guarded([&]() -> PyObject* {
        if (const OptionRow* known = find_option<socket_options>(id, for_writing)) {
            return body(*known);
        }
        const std::string digits = std::to_string(id);
        return body({digits.c_str(), id, kind, Access::read_write, Effect::now, 0, false, ""});
    });
}

// HWM is two options since libzmq 3.
constexpr int hwm = 1;

PyObject* set_option(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<2> parameters{"set", {"option", "optval"}, 2, 2};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 2> given{};
    int id = 0;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !to_int(given[0], id, "set()", "option")) {
        return nullptr;
    }
    if (id == hwm) {
        return guarded([&] {
            return write(*socket, option::sndhwm.row, given[1]) &&
                           write(*socket, option::rcvhwm.row, given[1])
                       ? new_none()
                       : nullptr;
        });
    }
    const Kind kind = PyLong_Check(given[1]) ? Kind::integer : Kind::bytes;
    return with_row(id, true, kind, [&](const OptionRow& row) {
        return require_writable(row) && write(*socket, row, given[1]) ? new_none() : nullptr;
    });
}

PyObject* get_option(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    static constexpr Parameters<1> parameters{"get", {"option"}, 1, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 1> given{};
    int id = 0;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !to_int(given[0], id, "get()", "option")) {
        return nullptr;
    }
    return with_row(id == hwm ? ZMQ_SNDHWM : id, false, Kind::integer, [&](const OptionRow& row) {
        return require_readable(row) ? read(*socket, row) : nullptr;
    });
}

PyMethodDef option_methods[] = {
    {"get", as_method(get_option), METH_FASTCALL | METH_KEYWORDS,
     "get($self, option)\n"
     "--\n\n"
     "get(self: zmqpp._core.Socket, option: int) -> int | bytes\n\n"
     "Reads an option (zmq_getsockopt): bytes for texts, keys and identities, bool for switches,\n"
     "else int; times are in milliseconds. Raises AttributeError for a write-only option and\n"
     "ZMQError, naming the option, when libzmq refuses."},
    {"set", as_method(set_option), METH_FASTCALL | METH_KEYWORDS,
     "set($self, option, optval)\n"
     "--\n\n"
     "set(self: zmqpp._core.Socket, option: int, "
     "optval: float | str | Buffer | datetime.timedelta | None) -> None\n\n"
     "Sets an option (zmq_setsockopt). None puts a string option back to libzmq's own value.\n"
     "Raises TypeError, naming the option, for a value of the wrong type, ValueError for one out\n"
     "of range, and ZMQError when libzmq refuses."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_options(const py::class_<BoundSocket>& type)
{
    add_methods(type, option_methods);
    type.attr("getsockopt") = type.attr("get");
    type.attr("setsockopt") = type.attr("set");

    constexpr std::size_t count = std::size(socket_options);
    static std::array<PyGetSetDef, count + 1> attributes{};
    static std::array<std::string, count> docs;
    for (std::size_t i = 0; i < count; ++i) {
        const OptionRow& row = socket_options[i];
        docs[i] = describe(row);
        attributes[i] = {row.name, get_option_attribute,
                         row.writable() ? set_option_attribute : nullptr, docs[i].c_str(),
                         const_cast<OptionRow*>(&row)};
    }
    add_attributes(type, attributes.data());

    // Older words for the same options.
#define ZMQPP_SOCKET_OPTION_ALIAS(alias, name) type.attr(#alias) = type.attr(#name);
#include "zmqpp/core/socket_options.def"
}

}  // namespace zmqpp::binding
