// The only door to pybind11. Every file of this folder comes through it, so that all of them see the
// same type casters: one that missed a caster would break the one-definition rule.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

namespace py = pybind11;

namespace zmqpp::binding {

// One per file, called by module.cpp.
void bind_capi(py::module_& m);
void bind_constants(py::module_& m);
void bind_context(py::module_& m);
void bind_errors(py::module_& m);
void bind_exit(py::module_& m);
void bind_faces(py::module_& m);
void bind_message(py::module_& m);
void bind_monitor(py::module_& m);
void bind_poller(py::module_& m);
void bind_proxy(py::module_& m);
void bind_security(py::module_& m);
void bind_socket(py::module_& m);
void bind_tracker(py::module_& m);
void bind_version(py::module_& m);

}  // namespace zmqpp::binding
