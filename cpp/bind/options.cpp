#include "options.hpp"

#include <climits>
#include <cmath>

#include "buffer.hpp"
#include "timeout.hpp"

namespace zmqpp::binding {
namespace {

const char* expected(Kind kind)
{
    switch (kind) {
    case Kind::boolean: return "a bool";
    case Kind::milliseconds: return "milliseconds or a timedelta";
    case Kind::text: return "str, bytes or None";
    case Kind::bytes: return "bytes, str or None";
    case Kind::key: return "a key of 40 characters of Z85 or 32 bytes";
    default: return "an int";
    }
}

bool refuse(PyObject* value, const OptionRow& row)
{
    PyErr_Format(PyExc_TypeError, "option %s takes %s, not %s", row.name, expected(row.kind),
                 Py_TYPE(value)->tp_name);
    return false;
}

bool out_of_range(PyObject* value, const OptionRow& row)
{
    PyErr_Clear();
    PyErr_Format(PyExc_ValueError, "option %s: %R does not fit", row.name, value);
    return false;
}

template <class T> void put(WireValue& wire, T number)
{
    static_assert(sizeof number <= sizeof wire.number);
    std::memcpy(&wire.number, &number, sizeof number);
    wire.size = sizeof number;
}

// Numbers that libzmq collects in a list, which None empties.
bool is_filter(const OptionRow& row)
{
    return row.id == option::ipc_filter_pid.row.id || row.id == option::ipc_filter_uid.row.id ||
           row.id == option::ipc_filter_gid.row.id;
}

bool to_number(PyObject* value, const OptionRow& row, WireValue& wire)
{
    if (value == Py_None && is_filter(row)) {
        wire.reset = true;
        return true;
    }
    if (!PyLong_Check(value)) {
        return refuse(value, row);
    }
    if (row.kind == Kind::uint64) {
        const unsigned long long number = PyLong_AsUnsignedLongLong(value);
        if (PyErr_Occurred() != nullptr) {
            return out_of_range(value, row);
        }
        put(wire, static_cast<std::uint64_t>(number));
        return true;
    }
    const long long number = PyLong_AsLongLong(value);
    if (PyErr_Occurred() != nullptr) {
        return out_of_range(value, row);
    }
    if (row.kind == Kind::int64) {
        put(wire, static_cast<std::int64_t>(number));
    } else if (row.kind == Kind::descriptor) {
        put(wire, static_cast<Descriptor>(number));
    } else if (number > INT_MAX || number < INT_MIN) {
        return out_of_range(value, row);
    } else {
        put(wire,
            row.kind == Kind::boolean ? static_cast<int>(number != 0) : static_cast<int>(number));
    }
    return true;
}

bool to_milliseconds(PyObject* value, const OptionRow& row, WireValue& wire)
{
    if (PyBool_Check(value)) {
        return refuse(value, row);
    }
    if (PyLong_Check(value)) {  // what most give; by way of a float it took a quarter of set()
        return to_number(value, row, wire);
    }
    const std::optional<double> amount = to_time(value, milliseconds);
    if (!amount) {
        return PyErr_ExceptionMatches(PyExc_TypeError) != 0 ? refuse(value, row) : false;
    }
    const double whole = std::ceil(*amount);  // a shorter time than asked for would be a surprise
    if (whole > INT_MAX || whole < INT_MIN) {
        return out_of_range(value, row);
    }
    put(wire, static_cast<int>(whole));
    return true;
}

bool to_text(PyObject* value, const OptionRow& row, WireValue& wire)
{
    wire.is_text = true;
    if (value == Py_None) {
        wire.reset = true;
        return true;
    }
    if (PyUnicode_Check(value)) {
        Py_ssize_t size = 0;
        const char* text = PyUnicode_AsUTF8AndSize(value, &size);
        if (text == nullptr) {
            return false;
        }
        wire.text.assign(text, static_cast<std::size_t>(size));
    } else {
        if (!PyObject_CheckBuffer(value)) {
            return refuse(value, row);
        }
        BorrowedBytes bytes;
        if (!bytes.get(value, row.name)) {
            return false;
        }
        wire.text.assign(static_cast<const char*>(bytes.data()), bytes.size());
        bytes.release();
    }
    if (row.kind != Kind::bytes && wire.text.find('\0') != std::string::npos &&
        !(row.kind == Kind::key && wire.text.size() == 32)) {
        PyErr_Format(PyExc_ValueError, "option %s: the text has a NUL character", row.name);
        return false;
    }
    wire.size = wire.text.size();
    return true;
}

}  // namespace

bool to_wire(PyObject* value, const OptionRow& row, WireValue& wire)
{
    if (is_string(row.kind)) {
        return to_text(value, row, wire);
    }
    return row.kind == Kind::milliseconds ? to_milliseconds(value, row, wire)
                                          : to_number(value, row, wire);
}

std::optional<std::chrono::milliseconds> to_linger(PyObject* value)
{
    WireValue wire;
    if (!to_wire(value, option::linger.row, wire)) {
        return std::nullopt;
    }
    int amount = 0;
    std::memcpy(&amount, &wire.number, sizeof amount);
    return std::chrono::milliseconds(amount);
}

std::string describe(const OptionRow& row)
{
    const bool is_text = is_string(row.kind);
    std::string text = is_text ? "bytes: " : row.kind == Kind::boolean ? "bool: " : "int: ";
    text += row.doc;
    if (!row.readable()) {
        text += " Write-only.";
    }
    if (!row.writable()) {
        text += " Read-only.";
    } else if (is_text) {
        text += " Takes str | Buffer | None.";
    } else if (row.kind == Kind::milliseconds) {
        text += " Takes float | datetime.timedelta.";
    } else if (is_filter(row)) {
        text += " Takes int | None.";
    }
    return text;
}

bool require_readable(const OptionRow& row)
{
    if (!row.readable()) {
        PyErr_Format(PyExc_AttributeError, "option %s is write-only", row.name);
    }
    return row.readable();
}

bool require_writable(const OptionRow& row)
{
    if (!row.writable()) {
        PyErr_Format(PyExc_AttributeError, "option %s is read-only", row.name);
    }
    return row.writable();
}

}  // namespace zmqpp::binding
