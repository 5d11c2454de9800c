// A stage of a pipeline: threads of C++ that take frames from a PULL, blur them, and push the results on.
#include <pybind11/pybind11.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>
#include <zmqpp/python.hpp>

namespace py = pybind11;

// Every pixel becomes the mean of itself and its two neighbours in the row.
std::vector<std::uint8_t> blur(const zmqpp::Message& frame)
{
    const auto* pixels = static_cast<const std::uint8_t*>(frame.data());
    std::vector<std::uint8_t> result(pixels, pixels + frame.size());
    for (std::size_t i = 1; i + 1 < result.size(); ++i) {
        result[i] = static_cast<std::uint8_t>((pixels[i - 1] + pixels[i] + pixels[i + 1]) / 3);
    }
    return result;
}

class Stage {
public:
    // One socket on either side for all threads: sockets may be shared.
    Stage(const zmqpp::Context& context, const std::string& source, const std::string& sink,
          int threads)
        : in_(context, zmqpp::SocketType::pull), out_(context, zmqpp::SocketType::push)
    {
        in_.connect(source);
        out_.connect(sink);
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }
    ~Stage()
    {
        try {
            stop();
        } catch (const zmqpp::ForkError&) {  // a child of fork() has no such threads to join
            static_cast<void>(new std::vector<std::thread>(std::move(threads_)));
        }
    }

    // Closing the sockets ends the threads, wherever they wait. They never need the GIL.
    void stop()
    {
        in_.close();
        out_.close();
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

    long done() const { return done_; }

private:
    void work()
    {
        try {
            for (;;) {
                zmqpp::Multipart parts = in_.recv_multipart();  // a number, and the frame
                parts[1] = zmqpp::Message(blur(parts[1]));      // the vector moves into the message
                out_.send(std::move(parts));
                ++done_;
            }
        } catch (const zmqpp::Error&) {
            // SocketClosed, by stop(), or ContextTerminated, by Python
        }
    }

    zmqpp::Socket in_;
    zmqpp::Socket out_;
    std::atomic<long> done_{0};
    std::vector<std::thread> threads_;
};

PYBIND11_MODULE(_stage, m)
{
    zmqpp::python::import_core();
    py::class_<Stage>(m, "Stage")
        .def(py::init<const zmqpp::Context&, const std::string&, const std::string&, int>(),
             py::arg("context"), py::arg("source"), py::arg("sink"), py::arg("threads") = 2)
        .def("stop", &Stage::stop)
        .def_property_readonly("done", &Stage::done);
    m.def("blur", [](const zmqpp::Message& frame) { return zmqpp::Message(blur(frame)); });
}
