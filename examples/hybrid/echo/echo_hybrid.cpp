// echo_hybrid: an extension module with an echo server in C++, on a thread of its own, inside a Python
// program. Both sides use one context, so they speak over inproc: no port, no wire, no second copy of
// libzmq.
//
//     with echo_hybrid.EchoServer(context, "inproc://echo") as server: ...
#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <zmqpp/python.hpp>

namespace py = pybind11;

namespace {

class EchoServer {
public:
    // The context is Python's own. When Python ends it, the server ends too.
    EchoServer(const zmqpp::Context& context, const std::string& endpoint)
        : socket_(context, zmqpp::SocketType::rep),
          endpoint_(socket_.bind(endpoint)),
          thread_(std::make_unique<std::thread>([this] { serve(); }))
    {
    }
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;

    // Written out because a thread must be joined. It may run with the GIL held, in a garbage
    // collection, and does not block there: the thread never wants the GIL, and close() wakes it.
    ~EchoServer()
    {
        try {
            stop();
        } catch (const zmqpp::ForkError&) {
            static_cast<void>(thread_.release());  // a child of fork() has no such thread to join
        }
    }

    void stop()
    {
        socket_.close();  // any thread may, also while serve() waits in recv()
        const std::lock_guard<std::mutex> guard(joining_);
        if (thread_->joinable()) {
            thread_->join();
        }
    }

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] long answered() const { return answered_; }
    [[nodiscard]] bool is_running() const { return running_; }

private:
    // A thread of C++: it never touches Python, so it needs no GIL, and Python runs while it works.
    void serve()
    {
        try {
            for (;;) {
                socket_.send(socket_.recv());
                ++answered_;
            }
        } catch (const zmqpp::Error&) {
            // SocketClosed: stop() was called. ContextTerminated: Python ends the context, and waits
            // until this socket is closed.
            socket_.close();
        }
        running_ = false;
    }

    zmqpp::Socket socket_;
    const std::string endpoint_;
    std::atomic<long> answered_{0};
    std::atomic<bool> running_{true};
    std::mutex joining_;
    std::unique_ptr<std::thread> thread_;  // last, because it uses everything above
};

}  // namespace

PYBIND11_MODULE(echo_hybrid, m)
{
    m.doc() = "An echo server in C++ that shares a ZeroMQ context with Python.";
    zmqpp::python::import_core();  // from here on contexts and errors are zmqpp's in both languages

    py::class_<EchoServer>(m, "EchoServer", "Answers every message with the same message.")
        .def(py::init<const zmqpp::Context&, const std::string&>(), py::arg("context"),
             py::arg("endpoint"), "Binds in a zmqpp.Context, and serves from now on.")
        .def("stop", &EchoServer::stop, "Stops serving; twice does nothing.")
        .def_property_readonly("endpoint", &EchoServer::endpoint)
        .def_property_readonly("answered", &EchoServer::answered, "How many messages it answered.")
        .def_property_readonly("running", &EchoServer::is_running)
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__", [](EchoServer& server, const py::args&) { server.stop(); });
}
