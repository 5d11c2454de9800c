// Python's timeouts as deadlines.
#pragma once

#include <Python.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "zmqpp/core/deadline.hpp"

namespace zmqpp::binding {

// A number, or what total_seconds() of a timedelta gives, in units of `unit` seconds; nothing with an
// error set if it is neither. NaN is no time.
inline std::optional<double> to_time(PyObject* value, double unit)
{
    double amount = 0;
    if (PyFloat_Check(value) || PyLong_Check(value)) {
        amount = PyFloat_AsDouble(value);
    } else if (PyObject* seconds = PyObject_CallMethod(value, "total_seconds", nullptr)) {
        amount = PyFloat_AsDouble(seconds) / unit;
        Py_DECREF(seconds);
    } else {
        PyErr_Format(PyExc_TypeError, "a timeout is a number or a timedelta, not %s",
                     Py_TYPE(value)->tp_name);
        return std::nullopt;
    }
    if (PyErr_Occurred() != nullptr) {
        return std::nullopt;
    }
    if (std::isnan(amount)) {
        PyErr_SetString(PyExc_ValueError, "a timeout may not be NaN");
        return std::nullopt;
    }
    return amount;
}

// From now; negative is never. Milliseconds are ZeroMQ's unit, seconds the standard library's.
inline std::optional<Deadline> to_deadline(PyObject* value, double unit)
{
    const std::optional<double> amount = to_time(value, unit);
    if (!amount) {
        return std::nullopt;
    }
    return Deadline(std::chrono::duration<double>(*amount * unit));
}

inline constexpr double milliseconds = 1e-3;
inline constexpr double seconds = 1.0;

// A parameter of type timeout: null or None gives `otherwise`.
template <class Otherwise>
std::optional<Deadline> to_deadline_or(PyObject* value, double unit, Otherwise&& otherwise)
{
    if (value == nullptr || value == Py_None) {
        return otherwise();
    }
    return to_deadline(value, unit);
}

}  // namespace zmqpp::binding
