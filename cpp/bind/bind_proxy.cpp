#include "bind.hpp"

#include "gil.hpp"
#include "socket.hpp"
#include "zmqpp/core/proxy.hpp"

namespace zmqpp::binding {

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
}

}  // namespace zmqpp::binding
