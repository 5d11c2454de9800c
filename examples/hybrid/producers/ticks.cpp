// Messages of 64 bytes between threads of C++ and Python at full speed, each with a number.
#include <pybind11/pybind11.h>

#include <cstring>
#include <string>
#include <thread>
#include <zmqpp/python.hpp>

namespace py = pybind11;

class Producer {
public:
    Producer(const zmqpp::Context& context, const std::string& endpoint, long count)
        : push_(context, zmqpp::SocketType::push)
    {
        push_.connect(endpoint);
        thread_ = std::thread([push = push_, count]() mutable {
            char tick[64] = {};
            try {
                for (long number = 0; number < count; ++number) {
                    std::memcpy(tick, &number, sizeof number);
                    push.send(std::string_view(tick, sizeof tick));
                }
            } catch (const zmqpp::SocketClosed&) {  // below
            }
        });
    }
    ~Producer()
    {
        push_.close();
        thread_.join();
    }

private:
    zmqpp::Socket push_;
    std::thread thread_;
};

// Receives `count` messages and returns the sum of their numbers.
long long consume(zmqpp::Socket& pull, long count)
{
    long long sum = 0;
    for (long number = 0, received = 0; received < count;) {
        for (const auto& message : pull.recv_many(1000, std::chrono::seconds(30))) {
            std::memcpy(&number, message.data(), sizeof number);
            sum += number;
            ++received;
        }
    }
    return sum;
}

PYBIND11_MODULE(ticks, m)
{
    zmqpp::python::import_core();
    py::class_<Producer>(m, "Producer")
        .def(py::init<const zmqpp::Context&, const std::string&, long>());
    m.def("consume", &consume);
}
