// Methods of the hot path, called by CPython directly. pybind11's dispatcher costs 20 to 30 ns a call,
// a fifth of sending and receiving a small message; these cost 4. What it does for other methods is
// done here by hand: finding the C++ object, binding arguments to parameters, stopping exceptions.
#pragma once

#include "bind.hpp"

#include <array>
#include <climits>
#include <string>

#include "errors.hpp"
#include "zmqpp/core/error.hpp"

namespace zmqpp::binding {

// The C++ object inside an instance of a pybind11 class or of a Python subclass of it. Null if its
// __init__ has not run, and in subclasses of several classes of ours, which have another layout.
template <class T> T* object_or_null(PyObject* self)
{
    auto* instance = reinterpret_cast<py::detail::instance*>(self);
    return static_cast<T*>(instance->simple_layout ? instance->simple_value_holder[0] : nullptr);
}

ZMQPP_SELDOM inline void set_not_initialized(PyObject* self)
{
    PyErr_Format(PyExc_TypeError, "%s.__init__() was not called", Py_TYPE(self)->tp_name);
}

// The same with a TypeError set.
template <class T> ZMQPP_INLINE T* object_of(PyObject* self)
{
    T* object = object_or_null<T>(self);
    if (object == nullptr) {
        set_not_initialized(self);
    }
    return object;
}

// For each class. pybind11 would hand memory that nobody initialised to the methods of an object whose
// __init__ has not run, as copies made by pickling and unpickling are; both become TypeErrors.
inline void require_init(const py::handle& type)
{
    type.attr("__reduce__") = py::cpp_function(
        [](const py::handle& self) -> py::object {
            throw py::type_error(
                std::string(Py_TYPE(self.ptr())->tp_name) +
                " objects cannot be copied or pickled: they belong to this process");
        },
        py::name("__reduce__"), py::is_method(type));
    py::detail::get_type_info(reinterpret_cast<PyTypeObject*>(type.ptr()))->operator_new =
        [](std::size_t) -> void* { throw py::type_error("__init__() was not called"); };
}

// The parameters of a method: names in order, how many must be given, and from which one on they are
// keyword-only.
template <std::size_t count> struct Parameters {
    const char* method;
    std::array<const char*, count> names;
    std::size_t required;
    std::size_t positional;

    // Sorts the arguments of a vectorcall into `values`; what was not given stays null. False with a
    // TypeError set if they do not fit.
    bool bind(PyObject* const* args, Py_ssize_t nargs, PyObject* keywords,
              std::array<PyObject*, count>& values) const
    {
        const auto given = static_cast<std::size_t>(nargs);
        if (given > positional) {
            PyErr_Format(PyExc_TypeError, "%s() takes at most %zu positional arguments (%zu given)",
                         method, positional, given);
            return false;
        }
        for (std::size_t i = 0; i < given; ++i) {
            values[i] = args[i];
        }
        if (keywords != nullptr && !bind_keywords(args + nargs, keywords, values)) {
            return false;
        }
        for (std::size_t i = given; i < required; ++i) {
            if (values[i] == nullptr) {
                PyErr_Format(PyExc_TypeError, "%s() is missing the argument '%s'", method,
                             names[i]);
                return false;
            }
        }
        return true;
    }

private:
    bool bind_keywords(PyObject* const* args, PyObject* keywords,
                       std::array<PyObject*, count>& values) const
    {
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(keywords); ++k) {
            PyObject* keyword = PyTuple_GET_ITEM(keywords, k);
            std::size_t i = 0;
            while (i < count && PyUnicode_CompareWithASCIIString(keyword, names[i]) != 0) {
                ++i;
            }
            if (i == count) {
                PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'",
                             method, keyword);
                return false;
            }
            if (values[i] != nullptr) {
                PyErr_Format(PyExc_TypeError, "%s() got two values for the argument '%s'", method,
                             names[i]);
                return false;
            }
            values[i] = args[k];
        }
        return true;
    }
};

[[nodiscard]] inline PyObject* new_none()
{
    Py_INCREF(Py_None);
    return Py_None;
}

// What was given for a parameter that takes an int. If nothing was, `into` stays as it is. False with an
// error set if it is no int, or none that fits.
inline bool to_int(PyObject* value, int& into, const char* operation, const char* parameter)
{
    if (value == nullptr) {
        return true;
    }
    py::object index;
    if (PyLong_Check(value)) {  // members of enums too, of which PyNumber_Index would make copies
        index = py::reinterpret_borrow<py::object>(value);
    } else if (PyIndex_Check(value) != 0) {
        index = py::reinterpret_steal<py::object>(PyNumber_Index(value));
    } else {
        PyErr_Format(PyExc_TypeError, "%s: %s is %s, not an integer", operation, parameter,
                     Py_TYPE(value)->tp_name);
    }
    if (!index) {
        return false;
    }
    int overflow = 0;
    const long number = PyLong_AsLongAndOverflow(index.ptr(), &overflow);
    if (overflow != 0 || number < INT_MIN || number > INT_MAX) {
        PyErr_Format(PyExc_OverflowError, "%s: %s is %R, which does not fit", operation, parameter,
                     index.ptr());
        return false;
    }
    into = static_cast<int>(number);
    return true;
}

inline bool to_flag(PyObject* value, bool& into)
{
    const int truth = PyObject_IsTrue(value);
    into = truth == 1;
    return truth >= 0;
}

// Runs the body of a method: a C++ exception may not leave it.
template <class Body> ZMQPP_INLINE PyObject* guarded(Body&& body)
{
    try {
        return body();
    } catch (const std::exception&) {
        return set_error_from_exception();
    }
}

// Puts methods and attributes on a pybind11 class. The definitions must live for ever.
inline void add_methods(const py::handle& type, PyMethodDef* methods)
{
    for (; methods->ml_name != nullptr; ++methods) {
        auto descriptor = py::reinterpret_steal<py::object>(
            PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), methods));
        type.attr(methods->ml_name) = descriptor;
    }
}

inline void add_attributes(const py::handle& type, PyGetSetDef* attributes)
{
    for (; attributes->name != nullptr; ++attributes) {
        auto descriptor = py::reinterpret_steal<py::object>(
            PyDescr_NewGetSet(reinterpret_cast<PyTypeObject*>(type.ptr()), attributes));
        type.attr(attributes->name) = descriptor;
    }
}

// METH_FASTCALL functions have another signature than the table's field.
template <class Function> PyCFunction as_method(Function* function)
{
    return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace zmqpp::binding
