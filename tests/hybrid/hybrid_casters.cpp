// What tests/test_hybrid_*.py ask of an extension module built with <zmqpp/python.hpp>.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>
#include <zmqpp/python.hpp>

namespace py = pybind11;
using namespace std::chrono_literals;
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Socket;

namespace {

std::uintptr_t address(const Message& message)
{
    return reinterpret_cast<std::uintptr_t>(message.data());
}

// Keeps a socket for longer than Python does.
struct Keeper {
    std::shared_ptr<Socket> socket;
};

// Threads of C++ that send numbered messages by inproc, each through a socket of its own or all through one.
class Producers {
public:
    Producers(const Context& context, const std::string& endpoint, int threads, int messages)
    {
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([=] {
                until_the_end([&] {
                    Socket push(context, zmqpp::SocketType::push);
                    push.connect(endpoint);
                    produce(push, messages);
                });
            });
        }
    }
    Producers(const Socket& socket, int threads, int messages)
    {
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([=] { until_the_end([&] { produce(socket, messages); }); });
        }
    }
    Producers(const Producers&) = delete;
    Producers& operator=(const Producers&) = delete;
    ~Producers() { join(); }

    void join()
    {
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

private:
    static void produce(Socket socket, int messages)
    {
        for (int i = 0; i < messages; ++i) {
            zmqpp::Multipart parts;
            parts.emplace_back(std::to_string(i));
            parts.emplace_back(std::to_string(i));
            socket.send(std::move(parts));
        }
    }

    template <class Work> static void until_the_end(Work&& work)
    {
        try {
            work();
        } catch (const zmqpp::ContextTerminated&) {
        } catch (const zmqpp::SocketClosed&) {
        }
    }

    std::vector<std::thread> threads_;
};

void fail(const std::string& kind)
{
    if (kind == "Timeout") {
        throw zmqpp::Timeout("too late");
    }
    if (kind == "ContextTerminated") {
        throw zmqpp::ContextTerminated("context");
    }
    if (kind == "SocketClosed") {
        throw zmqpp::SocketClosed("socket");
    }
    if (kind == "StateError") {
        throw zmqpp::StateError("state");
    }
    if (kind == "ThreadError") {
        throw zmqpp::ThreadError("thread", 1, 2);
    }
    if (kind == "ForkError") {
        throw zmqpp::ForkError("fork");
    }
    if (kind == "HostUnreachable") {
        throw zmqpp::HostUnreachable("host");
    }
    if (kind == "AddressInUse") {
        throw zmqpp::AddressInUse("address");
    }
    if (kind == "NotSupported") {
        throw zmqpp::NotSupported("not");
    }
    throw zmqpp::Error(EINVAL, "any");
}

// The class, code and text of what a call of Python's becomes in C++.
std::tuple<std::string, int, std::string> caught(const py::function& function)
{
    try {
        zmqpp::python::call(function);
    } catch (const zmqpp::Timeout& error) {
        return {"Timeout", error.code(), error.what()};
    } catch (const zmqpp::ContextTerminated& error) {
        return {"ContextTerminated", error.code(), error.what()};
    } catch (const zmqpp::SocketClosed& error) {
        return {"SocketClosed", error.code(), error.what()};
    } catch (const zmqpp::StateError& error) {
        return {"StateError", error.code(), error.what()};
    } catch (const zmqpp::AddressInUse& error) {
        return {"AddressInUse", error.code(), error.what()};
    } catch (const zmqpp::Error& error) {
        return {"Error", error.code(), error.what()};
    }
    return {"nothing", 0, ""};
}

// What Python raises is caught by C++, and dropped by a thread that knows nothing of Python.
void drop_elsewhere(const py::function& function)
{
    std::exception_ptr dropped;
    try {
        zmqpp::python::call(function);
    } catch (const zmqpp::Error&) {
        dropped = std::current_exception();
    }
    const py::gil_scoped_release unlocked;
    std::thread([&] { dropped = nullptr; }).join();
}

}  // namespace

PYBIND11_MODULE(hybrid_casters, m)
{
    zmqpp::python::import_core();

    m.def("same", [](Socket& socket) { return socket; });
    m.def("same", [](Context& context) -> Context& { return context; });
    m.def("same_by_pointer", [](Socket* socket) { return socket; });
    m.def("same_by_pointer", [](Context* context) { return context; });
    m.def("same_shared", [](std::shared_ptr<Socket> socket) { return socket; });
    m.def("same_shared", [](const std::shared_ptr<Context>& context) { return context; });
    m.def("takes_reference", [](const Socket& socket) { return socket.describe(); });
    m.def("open", [](const Context& context, int type) {
        return Socket(context, static_cast<zmqpp::SocketType>(type));
    });
    m.def("make_context", [] { return Context(); });
    m.def("borrowed", [](const Context& context) { return context.borrowed(); });
    m.def("make_borrowed", [] {
        static const Context context;
        return context.borrowed();
    });
    m.def("instance", [] { return Context::instance(); });
    m.def("sockets", [](const Context& context) { return context.sockets().size(); });

    py::class_<Keeper>(m, "Keeper")
        .def(py::init([](std::shared_ptr<Socket> socket) { return Keeper{std::move(socket)}; }))
        .def("socket", [](const Keeper& keeper) { return keeper.socket; })
        .def("send",
             [](const Keeper& keeper, Message message) { keeper.socket->send(std::move(message)); })
        .def("drop", [](Keeper& keeper) { keeper.socket.reset(); });

    m.def("address", &address);
    m.def("address_of_own", [](Message message) { return address(message); });
    m.def("take", [](Message&& message) {
        const Message mine = std::move(message);
        return mine.size();
    });
    m.def("overwrite", [](Message& message) {
        message = Message("changed");
        return message.to_string();
    });
    m.def("same_message", [](const Message& message) -> const Message& { return message; });
    m.def("make_message",
          [](std::size_t size, char fill) { return Message(std::vector<char>(size, fill)); });
    m.def("reversed", [](std::vector<Message> messages) {
        return std::vector<Message>(std::make_move_iterator(messages.rbegin()),
                                    std::make_move_iterator(messages.rend()));
    });
    m.def("total", [](const std::vector<Message>& messages) {
        std::size_t size = 0;
        for (const Message& message : messages) {
            size += message.size();
        }
        return size;
    });
    m.def("maybe", [](bool there) {
        return there ? std::optional<Message>(Message("there")) : std::nullopt;
    });

    m.def("which", [](Socket* /*socket*/) { return "socket"; });
    m.def("which", [](const py::none& /*none*/) { return "none"; });
    m.def("drop_elsewhere", drop_elsewhere);
    m.def("size_by_call", [](const py::function& function) {
        return zmqpp::python::call(function).cast<Message>().size();
    });
    m.def("total_by_call", [](const py::function& function) {
        return zmqpp::python::call(function).cast<std::vector<Message>>().size();
    });
    m.def("maybe_by_call", [](const py::function& function) {
        return zmqpp::python::call(function).cast<std::optional<Message>>().has_value();
    });
    m.def("send", [](Socket& socket, Message message) { socket.send(std::move(message)); });
    m.def("send_multipart",
          [](Socket& socket, std::vector<Message> parts) { socket.send(std::move(parts)); });
    m.def("recv", [](Socket& socket) { return socket.recv(); });
    m.def("recv_for",
          [](Socket& socket, int ms) { return socket.recv(std::chrono::milliseconds(ms)); });
    m.def("recv_multipart", [](Socket& socket) { return socket.recv_multipart(); });
    // The GIL given up by other means.
    m.def(
        "recv_released", [](Socket& socket) { return socket.recv(); },
        py::call_guard<py::gil_scoped_release>());
    m.def("recv_swallowing", [](Socket& socket) {
        try {
            return socket.recv().to_string();
        } catch (const zmqpp::Error& error) {
            return std::string("error");
        }
    });
    m.def("term", [](Context context, int ms) { context.term(std::chrono::milliseconds(ms)); });
    m.def("close", [](Socket& socket) { socket.close(); });
    m.def("monitor", [](const Socket& socket) { return zmqpp::open_monitor(socket); });

    py::class_<Producers>(m, "Producers")
        .def(py::init<const Context&, const std::string&, int, int>())
        .def(py::init<const Socket&, int, int>())
        .def("join", &Producers::join, py::call_guard<py::gil_scoped_release>());

    m.def("fail", &fail);
    m.def("caught", &caught);
}
