// Monitors, and what rests on them: knowing which connections are agreed on.
#include "bind.hpp"

#include "arguments.hpp"
#include "exit.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "socket.hpp"
#include "timeout.hpp"
#include "zmqpp/core/connections.hpp"
#include "zmqpp/core/monitor.hpp"

namespace zmqpp::binding {
namespace {

Deadline deadline_of(const Argument& timeout)
{
    const auto deadline =
        to_deadline_or(timeout.object, milliseconds, [] { return Deadline::never(); });
    if (!deadline) {
        throw py::error_already_set();
    }
    return *deadline;
}

std::optional<std::size_t> count_of(std::optional<py::ssize_t> n)
{
    if (n && *n < 0) {
        throw py::value_error("wait_connected(): n may not be negative");
    }
    return n ? std::optional<std::size_t>(static_cast<std::size_t>(*n)) : std::nullopt;
}

std::size_t wait(const Connections& connections, std::optional<py::ssize_t> n,
                 argument::OptionalTime timeout)
{
    const Deadline deadline = deadline_of(timeout);
    const auto count = count_of(n);
    return without_gil([&] { return connections.wait(count, deadline); });
}

std::size_t wait_by_inproc(const BoundSocket& socket, std::optional<py::ssize_t> n,
                           argument::OptionalTime timeout)
{
    const Deadline deadline = deadline_of(timeout);
    const auto count = count_of(n);
    return without_gil(
        [&] { return zmqpp::wait_connected(*socket.state(), nullptr, count, deadline); });
}

}  // namespace

void bind_monitor(py::module_& m)
{
    m.def(
        "open_monitor",
        [](const BoundSocket& socket, int events) {
            auto reader = without_gil([&] { return zmqpp::open_monitor(socket, events); });
            close_at_exit(reader);
            return BoundSocket(std::move(reader));
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
    m.def(
        "monitor_endpoint",
        [](const BoundSocket& socket) { return socket.state()->monitor_endpoint(); },
        py::arg("socket"), "Where the events of a socket are published; empty if nowhere.");

    py::class_<Connections> type(
        m, "Connections", "Knows which connections of a socket are agreed on, by its monitor.");
    type.def(py::init([](const BoundSocket& socket) {
                 return without_gil([&] { return std::make_unique<Connections>(socket); });
             }),
             py::arg("socket"), "For a socket that is neither bound nor connected yet.")
        .def("count", &Connections::count, "How many are agreed on now.")
        .def("wait", &wait, py::arg("n"), py::arg("timeout"),
             "Waits until n are, or one for each connect().")
        .def(
            "close", [](Connections& connections) { without_gil([&] { connections.close(); }); },
            "Stops watching.");
    require_init(type);
    m.def("wait_connected", &wait_by_inproc, py::arg("socket"), py::arg("n"), py::arg("timeout"),
          "Connections.wait() for a socket whose connections are all by inproc.");
}

}  // namespace zmqpp::binding
