#include "bind.hpp"

#include "arguments.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "socket.hpp"
#include "timeout.hpp"
#include "zmqpp/core/proxy.hpp"
#include "zmqpp/core/proxy_thread.hpp"

namespace zmqpp::binding {
namespace {

// Runs `end(deadline)` of a proxy, which is false if the time ran out.
template <class End>
void end_proxy(const argument::OptionalTime& timeout, const char* operation, End&& end)
{
    const auto deadline =
        to_deadline_or(timeout.object, milliseconds, [] { return Deadline::never(); });
    if (!deadline) {
        throw py::error_already_set();
    }
    if (!without_gil([&] { return end(*deadline); })) {
        throw Timeout(std::string(operation) + ": time ran out, the proxy goes on");
    }
}

}  // namespace

void bind_proxy(py::module_& m)
{
    m.def(
        "proxy",
        [](const BoundSocket& frontend, const BoundSocket& backend,
           const std::optional<BoundSocket>& capture) {
            without_gil([&] { zmqpp::proxy(frontend, backend, capture); });
        },
        py::arg("frontend"), py::arg("backend"), py::arg("capture") = py::none(),
        "Carries messages between two sockets, both ways, with a copy of each to `capture` "
        "(zmq_proxy).\n\nIt goes on until a socket is closed (raises SocketClosed), the context "
        "ends "
        "(ContextTerminated) or a signal handler raises. Other threads may go on using the "
        "sockets.");
    m.def(
        "proxy_steerable",
        [](const BoundSocket& frontend, const BoundSocket& backend,
           const std::optional<BoundSocket>& capture, const std::optional<BoundSocket>& control) {
            without_gil([&] {
                if (control) {
                    zmqpp::proxy_steerable(frontend, backend, capture, *control);
                } else {
                    zmqpp::proxy(frontend, backend, capture);
                }
            });
        },
        py::arg("frontend"), py::arg("backend"), py::arg("capture") = py::none(),
        py::arg("control") = py::none(),
        "proxy() that obeys a PAIR, PULL, SUB or REP socket (zmq_proxy_steerable).\n\nThe "
        "commands: "
        "b'PAUSE', b'RESUME', b'TERMINATE', on which it returns, and b'STATISTICS', answered by "
        "eight "
        "frames of 8 bytes in the machine's order: messages and bytes received, messages and bytes "
        "sent, by the frontend, then by the backend.");

    py::class_<Proxy> type(m, "Proxy", "proxy() in a thread of C++; see zmqpp.Proxy.");
    type.def(py::init([](const BoundSocket& frontend, const BoundSocket& backend,
                         const std::optional<BoundSocket>& capture) {
                 return std::make_unique<Proxy>(frontend, backend, capture);
             }),
             py::arg("frontend"), py::arg("backend"), py::arg("capture") = py::none(),
             "A proxy that does not run yet.")
        .def(
            "start", [](Proxy& proxy) { without_gil([&] { proxy.start(); }); },
            "Begins to carry messages. Raises StateError if it does already.")
        .def(
            "stop",
            [](Proxy& proxy, argument::OptionalTime timeout) {
                end_proxy(timeout, "Proxy.stop()",
                          [&](Deadline deadline) { return proxy.stop(deadline); });
            },
            py::arg("timeout") = py::none(),
            "Stops and waits for that, some 50 ms at most. A message that it has taken and that "
            "nobody has room for is lost.\n\ntimeout: milliseconds or a timedelta; None waits. "
            "Raises what had ended it before, as join() does, and Timeout.")
        .def(
            "join",
            [](Proxy& proxy, argument::OptionalTime timeout) {
                end_proxy(timeout, "Proxy.join()",
                          [&](Deadline deadline) { return proxy.join(deadline); });
            },
            py::arg("timeout") = py::none(),
            "Waits until it has ended.\n\ntimeout: milliseconds or a timedelta; None waits for "
            "ever. Raises what ended it, unless that was stop(): SocketClosed, ContextTerminated, "
            "or what a socket failed with; and Timeout.")
        .def_property_readonly("running", &Proxy::is_running, "Whether it carries messages now.");
    require_init(type);
}

}  // namespace zmqpp::binding
