// The stage of ../filters with nanobind, by the C API: the same would do in Cython or plain C.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <zmqpp/capi.h>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace nb = nanobind;

namespace {

const zmqpp_capi* zmqpp;

// Writes into `result`, which is empty, each pixel's mean with its two neighbours.
void blur(zmq_msg_t* frame, zmq_msg_t* result)
{
    const std::size_t size = zmqpp->message_size(frame);
    zmqpp->message_init_size(result, size);
    const auto* from = static_cast<const std::uint8_t*>(zmqpp->message_data(frame));
    auto* to = static_cast<std::uint8_t*>(zmqpp->message_data(result));
    for (std::size_t i = 0; i < size; ++i) {
        const bool inside = i != 0 && i + 1 != size;
        to[i] =
            inside ? static_cast<std::uint8_t>((from[i - 1] + from[i] + from[i + 1]) / 3) : from[i];
    }
}

class Stage {
public:
    Stage(nb::object context, const std::string& source, const std::string& sink, int threads)
    {
        const zmqpp_context* handle = zmqpp->context_in(context.ptr());
        if (handle == nullptr) {
            nb::raise_python_error();
        }
        in_.reset(require(zmqpp->socket_open(handle, ZMQ_PULL)));
        out_.reset(require(zmqpp->socket_open(handle, ZMQ_PUSH)));
        require(zmqpp->socket_connect(in_.get(), source.c_str(), nullptr, 0) == 0);
        require(zmqpp->socket_connect(out_.get(), sink.c_str(), nullptr, 0) == 0);
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }
    ~Stage() { stop(); }

    void stop()
    {
        zmqpp->socket_close(out_.get());
        if (zmqpp->socket_close(in_.get()) != 0) {  // a child of fork() has no such threads to join
            static_cast<void>(new std::vector<std::thread>(std::move(threads_)));
        }
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

    long done() const { return done_; }

private:
    template <class Result> static Result require(Result result)
    {
        if (!result) {
            zmqpp->raise_last();
            nb::raise_python_error();
        }
        return result;
    }

    // A thread that Python knows nothing of. It ends when stop() closes the sockets.
    void work()
    {
        zmq_msg_t* parts = nullptr;
        // A number, and the frame.
        while (zmqpp->socket_recv_multipart(in_.get(), &parts, -1) == 2) {
            zmq_msg_t result;
            blur(&parts[1], &result);
            zmqpp->message_move(&parts[1], &result);
            zmqpp->message_close(&result);
            done_ += zmqpp->socket_send(out_.get(), parts, 2, 0, -1) == 1 ? 1 : 0;
            zmqpp->messages_free(parts);
        }
    }

    struct Release {
        void operator()(zmqpp_socket* socket) const { zmqpp->socket_release(socket); }
    };
    using Socket = std::unique_ptr<zmqpp_socket, Release>;

    Socket in_;
    Socket out_;
    std::atomic<long> done_{0};
    std::vector<std::thread> threads_;
};

}  // namespace

NB_MODULE(filters_nanobind, m)
{
    zmqpp = zmqpp_import();
    if (zmqpp == nullptr) {
        nb::raise_python_error();
    }
    nb::class_<Stage>(m, "Stage")
        .def(nb::init<nb::object, const std::string&, const std::string&, int>(),
             nb::arg("context"), nb::arg("source"), nb::arg("sink"), nb::arg("threads") = 2)
        .def("stop", &Stage::stop)
        .def_prop_ro("done", &Stage::done);
}
