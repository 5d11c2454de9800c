// An application in C++ whose requests are answered by Python: service FOLDER, with the handlers in
// FOLDER/handlers.py. The sockets are C++'s and stay open while the interpreter is stopped and started
// again, as after a change of the handlers.
#include <pybind11/embed.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <zmqpp/python.hpp>

namespace py = pybind11;
using namespace std::chrono_literals;

namespace {

// Answers requests with what Python's handler returns, until it is told to reload or to stop.
std::string serve(zmqpp::Socket& requests, const zmqpp::Context& context, const std::string& folder)
{
    const py::scoped_interpreter interpreter;
    zmqpp::python::import_core();
    py::module_::import("sys").attr("path").attr("insert")(0, folder);
    const py::object handlers = py::module_::import("handlers");
    handlers.attr("start")(context);
    for (;;) {
        zmqpp::Message request = requests.recv();  // gives up the GIL: Python's threads go on
        if (request.view() == "reload" || request.view() == "stop") {
            std::string command = request.to_string();
            requests.send("done");
            return command;
        }
        try {
            const py::object reply = zmqpp::python::call(handlers.attr("handle"), request);
            requests.send(reply.cast<zmqpp::Message>());
        } catch (const py::error_already_set& error) {
            requests.send("error: " + py::str(error.value()).cast<std::string>());
        } catch (const std::exception& error) {  // one of zmqpp, or a reply that is no message
            requests.send(std::string("error: ") + error.what());
        }
    }
}

std::string ask(zmqpp::Socket& client, const std::string& text)
{
    client.send(text);
    const auto reply = client.recv(20s);
    return reply ? reply->to_string() : "no reply";
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    zmqpp::Context context;
    zmqpp::Socket requests(context, zmqpp::SocketType::rep);
    const std::string endpoint = requests.bind("tcp://127.0.0.1:*");
    zmqpp::Socket log(context, zmqpp::SocketType::pull);
    log.bind("inproc://log");

    std::thread client_thread([&] {
        zmqpp::Socket client(context, zmqpp::SocketType::req);
        client.connect(endpoint);
        for (const char* text : {"stressed", "fail", "reload", "stressed", "stop"}) {
            const std::string line = std::string(text) + " -> " + ask(client, text) + "\n";
            std::cout << line << std::flush;
        }
    });
    while (serve(requests, context, folder) != "stop") {
        std::cout << "Python has ended, and starts again\n" << std::flush;
    }
    client_thread.join();
    while (const auto line = log.recv(0ms)) {  // what Python said by inproc outlives it
        std::cout << "log: " << line->view() << "\n";
    }
}
