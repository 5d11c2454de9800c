// Messages of 64 bytes between threads of C++ and Python at full speed, each with a number.
#include <pybind11/pybind11.h>

#include <cstring>
#include <string>
#include <thread>
#include <zmqpp/python.hpp>

namespace py = pybind11;

class Producer {
public:
    Producer(const zmqpp::Context& context, std::string endpoint, long count, std::size_t batch)
        : thread_([=] {
              zmqpp::Socket push(context, zmqpp::SocketType::push);
              push.connect(endpoint);
              char tick[64] = {};
              for (long number = 0; number < count;) {
                  zmqpp::Multipart messages;
                  for (; messages.size() < batch && number < count; ++number) {
                      std::memcpy(tick, &number, sizeof number);
                      messages.emplace_back(tick, sizeof tick);
                  }
                  (void)push.send_many(messages, zmqpp::Deadline::never());
              }
          })
    {
    }
    void join() { thread_.join(); }

private:
    std::thread thread_;
};

// Receives `count` messages and returns the sum of their numbers.
long long consume(zmqpp::Socket& pull, long count)
{
    long long sum = 0;
    for (long received = 0; received < count;) {
        for (const auto& message : pull.recv_many(1000, std::chrono::seconds(30))) {
            long number = 0;
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
        .def(py::init<const zmqpp::Context&, std::string, long, std::size_t>())
        .def("join", &Producer::join);
    m.def("consume", &consume);
}
