// The C++ side of hybrid measurements, on sockets that Python made (worker/hybrid.py).
#include <pybind11/pybind11.h>

#include <string>
#include <thread>
#include <vector>
#include <zmqpp/python.hpp>

#include "../baseline/clock.hpp"

namespace py = pybind11;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Socket;

namespace {

// Until the process ends, `batch` messages a call, or one by one for 0.
[[noreturn]] void send_on_and_on(Socket socket, const std::string& data, std::size_t batch)
{
    while (batch == 0) {
        socket.send(data);
    }
    std::vector<Message> messages(batch);
    for (;;) {
        for (Message& message : messages) {
            message = Message(data);
        }
        static_cast<void>(socket.send_many(messages, Deadline::never()));
    }
}

double received_per_second(Socket& socket, std::size_t batch, double seconds)
{
    if (batch == 0) {
        return per_second(seconds, [&] { static_cast<void>(socket.recv()); });
    }
    double calls = 0;
    std::size_t received = 0;
    const double calls_per_second = per_second(seconds, [&] {
        received += socket.recv_many(batch, Deadline::never()).size();
        ++calls;
    });
    return calls_per_second * static_cast<double>(received) / calls;
}

}  // namespace

PYBIND11_MODULE(cpp_side, m)
{
    zmqpp::python::import_core();
    // A thread of its own, which never has the GIL.
    m.def("start_sending", [](const Socket& socket, const std::string& data, std::size_t batch) {
        std::thread(send_on_and_on, socket, data, batch).detach();
    });
    m.def("received_per_second", &received_per_second, py::call_guard<py::gil_scoped_release>());
}
