// Faces: the one object that stands for a socket or context in Python, however many handles C++ has. It is
// of a class of zmqpp's Python files, which introduce themselves, because _core imports none of them.
#pragma once

#include "bind.hpp"

#include "gil.hpp"
#include "zmqpp/core/socket.hpp"

namespace zmqpp::binding {

// The face that may stand for `handle`; nullptr if there is none. An object without references is about to
// go, and a borrower cannot stand for an owner.
template <class Bound, class Handle> [[nodiscard]] PyObject* find_face(const Handle& handle)
{
    const auto& face = handle.state()->face;
    auto* object = static_cast<PyObject*>(face.object);
    const bool lives = object != nullptr && face.life == python_lives && Py_REFCNT(object) > 0;
    return lives && (!handle.is_owner() || static_cast<const Bound*>(face.handle)->is_owner())
               ? object
               : nullptr;
}

// Makes the handle in `self` the face, if there is none.
template <class Bound> void become_face(const py::object& self)
{
    const auto& bound = self.cast<const Bound&>();
    if (find_face<Bound>(bound) == nullptr) {
        bound.state()->face = {self.ptr(), &bound, python_lives};
    }
}

// The face, made now if there is none.
[[nodiscard]] py::object face_of(const Socket& socket);
[[nodiscard]] py::object face_of(const Context& context);

// Before the interpreter ends.
void forget_face_classes() noexcept;

}  // namespace zmqpp::binding
