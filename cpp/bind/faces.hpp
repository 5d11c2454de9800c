// Faces: the one object that stands for a socket or context in Python, however many handles C++ has. It is
// of a class of zmqpp's Python files, which introduce themselves, because _core imports none of them.
#pragma once

#include "bind.hpp"

#include "gil.hpp"
#include "zmqpp/core/socket.hpp"

namespace zmqpp::binding {

// Makes the handle in `self` the face, if there is none.
template <class Bound> void become_face(const py::object& self)
{
    auto& bound = self.cast<Bound&>();
    auto& face = bound.state()->face;
    if (face.object == nullptr || face.life != python_lives) {
        face = {self.ptr(), python_lives};
        bound.is_face = true;
    }
}

// The face, made now if there is none.
[[nodiscard]] py::object face_of(const Socket& socket);
[[nodiscard]] py::object face_of(const Context& context);

// Before the interpreter ends.
void forget_face_classes() noexcept;

}  // namespace zmqpp::binding
