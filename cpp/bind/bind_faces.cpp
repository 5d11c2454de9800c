#include "faces.hpp"

#include "context.hpp"
#include "socket.hpp"

namespace zmqpp::binding {
namespace {

// Of the files that introduced them. The reference is kept for ever, as classes mostly are.
PyObject* socket_class = nullptr;
PyObject* context_class = nullptr;

template <class Bound, class Handle> py::object find_or_make(const Handle& handle, PyObject* kind)
{
    if (kind == nullptr) {  // first: a face may be of an interpreter that has ended
        throw py::import_error("zmqpp is not imported in this interpreter");
    }
    py::object made;
    if (find_face<Bound>(handle) == nullptr) {
        made = py::reinterpret_borrow<py::object>(kind)(Bound(handle));
        become_face<Bound>(made);
    }
    // Again, because another thread may have made one meanwhile.
    PyObject* face = find_face<Bound>(handle);
    return face == nullptr ? made : py::reinterpret_borrow<py::object>(face);
}

}  // namespace

py::object face_of(const Socket& socket) { return find_or_make<BoundSocket>(socket, socket_class); }
py::object face_of(const Context& context)
{
    return find_or_make<BoundContext>(context, context_class);
}

void forget_face_classes() noexcept { socket_class = context_class = nullptr; }

void bind_faces(py::module_& m)
{
    m.def(
        "_introduce",
        [](const py::type& of_sockets, const py::type& of_contexts) {
            socket_class = of_sockets.inc_ref().ptr();
            context_class = of_contexts.inc_ref().ptr();
        },
        py::arg("socket_class"), py::arg("context_class"),
        "The classes of the objects that stand for sockets and contexts.");
}

}  // namespace zmqpp::binding
