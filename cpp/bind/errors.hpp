// Exceptions of the core as Python errors.
#pragma once

#include <Python.h>

#include <string>

namespace zmqpp::binding {

// The classes that the bindings raise themselves; the rest comes from the core.
struct ErrorClasses {
    PyObject* zmq_error = nullptr;
    PyObject* again = nullptr;
    PyObject* timeout = nullptr;
    PyObject* not_done = nullptr;
    PyObject* message_too_long = nullptr;
    PyObject* option_too_late = nullptr;  // a warning
};
extern ErrorClasses error_classes;

// Sets the Python error for the C++ exception that is being handled: for the catch (...) of methods
// that do not go through pybind11. Always returns nullptr.
PyObject* set_error_from_exception();

// Sets `class(code, text)`. Always returns nullptr.
PyObject* set_error(PyObject* error_class, int code, const std::string& text);

// What a Python exception is to the C API: a zmqpp_failure_kind.
[[nodiscard]] int kind_of_error(PyObject* exception);

}  // namespace zmqpp::binding
