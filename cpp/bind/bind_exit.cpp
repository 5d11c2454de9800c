// The end of the process. Contexts that nobody ended are abandoned with at most a second, in all, for
// their unsent messages.
//
// That happens when the interpreter is gone, and not in one of its exit handlers: until then the
// handlers and finalizers of the program may use sockets as ever, and afterwards no Python code is left
// that could see them closed. Threads blocked in them stay asleep until the process is gone (gil.hpp).
#include "bind.hpp"

#include "buffer.hpp"
#include "gil.hpp"
#include "zmqpp/core/context.hpp"

namespace zmqpp::binding {
namespace {

// Keeps the GIL if there is still one, for nobody else is to see the end: no thread of C++ that this
// waits for wants it.
void end_without_python()
{
    last_thread = this_thread_id();
    python_is_gone = true;
    finish(exit_patience);
}

}  // namespace

void bind_exit(py::module_& m)
{
    python_is_gone = false;  // a host may start the interpreter again
    start_releasing_buffers();
    m.def("_end", &stop_releasing_buffers, "Runs at interpreter exit.");
    m.def(
        "_finish", &end_without_python,
        "The end of a process that leaves without ending its interpreter: abandons all contexts.");
    py::module_::import("atexit").attr("register")(m.attr("_end"));
    if (Py_AtExit(end_without_python) != 0) {
        throw std::runtime_error("zmqpp: the interpreter has no room for another exit function");
    }
}

}  // namespace zmqpp::binding
