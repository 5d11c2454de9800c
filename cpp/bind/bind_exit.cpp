// The end of Python: of the process, or of an interpreter that a C++ program has started and may start
// again. What Python opened ends with it, and what C++ opened stays.
//
// Contexts that nobody ended are abandoned with at most a second, in all, for their unsent messages. That
// happens when the interpreter is gone, and not in one of its exit handlers: until then the
// handlers and finalizers of the program may use sockets as ever, and afterwards no Python code is left
// that could see them closed. Threads blocked in them stay asleep until the process is gone (gil.hpp).
#include "exit.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "buffer.hpp"
#include "capi.hpp"
#include "faces.hpp"
#include "gil.hpp"
#include "zmqpp/core/context.hpp"

namespace zmqpp::binding {
namespace {

// Sockets of Python in contexts that C++ made and may need for longer. The GIL guards them.
std::vector<std::weak_ptr<zmqpp::detail::SocketState>> guests;

void close_guests()
{
    for (const auto& guest : std::exchange(guests, {})) {
        if (const auto socket = guest.lock(); socket && !socket->is_foreign()) {
            socket->close(zmqpp::detail::at_most(exit_patience));
        }
    }
}

// Keeps the GIL if there is still one, for nobody else is to see the end: no thread of C++ that this
// waits for wants it.
void end_without_python()
{
    last_thread = this_thread_id();
    python_is_gone = true;
    set_capi_loaded(false);
    forget_face_classes();
    close_guests();
    finish(exit_patience);
}

}  // namespace

void close_at_exit(const Socket& socket)
{
    if (zmqpp::detail::ContextState::find(socket.context().handle()) != nullptr) {
        return;  // in a context of ours, which ends as a whole
    }
    guests.erase(std::remove_if(guests.begin(), guests.end(),
                                [](const auto& guest) { return guest.expired(); }),
                 guests.end());
    guests.push_back(socket.state());
}

void bind_exit(py::module_& m)
{
    if (python_is_gone.exchange(false)) {
        ++python_lives;  // a host has started the interpreter again
    }
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
