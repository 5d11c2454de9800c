// Attributes that read a slot of a Python class: what a property in Python takes many times as long for.
#pragma once

#include "bind.hpp"

#include <string>

#include <structmember.h>  // PyMemberDef, before Python 3.12

namespace zmqpp::binding {

struct SlotOr {
    Py_ssize_t offset;
    PyObject* otherwise;
    std::string name;
    std::string doc;
    PyGetSetDef definition;
};

inline PyObject* read_slot(PyObject* self, void* closure)
{
    const auto& attribute = *static_cast<const SlotOr*>(closure);
    PyObject* value =
        *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(self) + attribute.offset);
    if (value == nullptr || value == Py_None) {
        return PyObject_CallFunctionObjArgs(attribute.otherwise, self, nullptr);
    }
    Py_INCREF(value);
    return value;
}

inline py::object slot_or(const py::object& slot,
                          const py::typing::Callable<py::object(py::object)>& otherwise)
{
    if (Py_TYPE(slot.ptr()) != &PyMemberDescr_Type) {
        throw py::type_error("_slot_or() takes a slot");
    }
    auto* member = reinterpret_cast<PyMemberDescrObject*>(slot.ptr());
    // Lives as long as the class, which is for ever.
    auto* attribute = new SlotOr{member->d_member->offset,
                                 otherwise.inc_ref().ptr(),
                                 py::str(otherwise.attr("__name__")).cast<std::string>(),
                                 py::str(otherwise.attr("__doc__")).cast<std::string>(),
                                 {}};
    attribute->definition = {attribute->name.c_str(), read_slot, nullptr, attribute->doc.c_str(),
                             attribute};
    return py::reinterpret_steal<py::object>(
        PyDescr_NewGetSet(PyDescr_TYPE(member), &attribute->definition));
}

}  // namespace zmqpp::binding
