#include "bind.hpp"

#include "gil.hpp"
#include "socket.hpp"
#include "zmqpp/core/monitor.hpp"

namespace zmqpp::binding {

void bind_monitor(py::module_& m)
{
    m.def(
        "open_monitor",
        [](const BoundSocket& socket, int events) {
            return BoundSocket(without_gil([&] { return zmqpp::open_monitor(socket, events); }));
        },
        py::arg("socket"), py::arg("events"),
        "Publishes events of a socket and returns the PAIR that reads them (zmq_socket_monitor).");
    m.def(
        "start_monitor",
        [](BoundSocket& socket, const std::string& endpoint, int events) {
            without_gil([&] { socket.Socket::monitor(endpoint, events); });
        },
        py::arg("socket"), py::arg("endpoint"), py::arg("events"),
        "Publishes events of a socket at an inproc endpoint (zmq_socket_monitor).");
    m.def(
        "stop_monitor", [](BoundSocket& socket) { without_gil([&] { socket.stop_monitor(); }); },
        py::arg("socket"), "Stops publishing events of a socket.");
}

}  // namespace zmqpp::binding
