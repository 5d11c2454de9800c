// Socket's methods that receive many messages in one call: see bind_send_many.cpp.
#include "bind.hpp"

#include <algorithm>
#include <vector>

#include "fastcall.hpp"
#include "gil.hpp"
#include "recv_call.hpp"

namespace zmqpp::binding {
namespace {

// What a batch has received, until it becomes a list.
class Batch {
public:
    explicit Batch(std::size_t max) : max_(max) { items_.reserve((std::min)(max, most_at_once)); }

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool is_full() const { return items_.size() == max_; }

    [[nodiscard]] std::size_t room() const { return max_ - items_.size(); }

    // Takes a new reference, or null with an error set: then what was received is lost with it, as
    // nothing can be made of it without memory.
    void add(PyObject* item)
    {
        if (item == nullptr) {
            drop();
            throw py::error_already_set();
        }
        items_.push_back(item);
    }

    // As a list, which has the references then. Null with an error set.
    PyObject* to_list()
    {
        PyObject* list = PyList_New(static_cast<Py_ssize_t>(items_.size()));
        for (std::size_t i = 0; list != nullptr && i < items_.size(); ++i) {
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), items_[i]);
        }
        if (list == nullptr) {
            drop();
        }
        return list;
    }

private:
    // By hand and not in a destructor: see gil.hpp.
    void drop()
    {
        for (PyObject* item : items_) {
            Py_DECREF(item);
        }
        items_.clear();
    }

    static constexpr std::size_t most_at_once = 1024;

    std::size_t max_;
    std::vector<PyObject*> items_;
};

// What is there, in one turn. Small messages become bytes at once, which runs no Python code and no
// garbage collector; another kind is left in `other`. False: there are no more.
bool receive_turn(BoundSocket& socket, Batch& batch, const RecvCall& call,
                  std::optional<Message>& other)
{
    Socket::Turn turn(socket, call.operation);
    std::size_t bytes_left = Socket::Turn::most_bytes;
    Message message;
    for (std::size_t n = 0; n < Socket::Turn::most_messages && !batch.is_full(); ++n) {
        if (!turn.try_recv_single(message, batch.size() == 0)) {
            return false;
        }
        const std::size_t size = message.size();
        if (!call.copy || size >= default_copy_threshold || size > bytes_left) {
            other = std::move(message);
            return true;
        }
        bytes_left -= size;
        batch.add(to_bytes(message, size));
    }
    return !batch.is_full();
}

// True if something was there.
bool receive_ready(BoundSocket& socket, Batch& batch, const RecvCall& call)
{
    try {
        Pauses pauses;
        for (bool more = true; more; pauses.after(batch.size())) {
            std::optional<Message> other;
            more = receive_turn(socket, batch, call, other);
            if (other) {
                batch.add(convert(*other, call.copy));
            }
        }
    } catch (const Error&) {
        if (batch.size() == 0) {
            throw;
        }  // else the next call fails, and nothing is lost
    }
    return batch.size() != 0;
}

bool receive_all(BoundSocket& socket, Batch& batch, const RecvCall& call)
{
    std::vector<Message> waited_for;
    const auto ready = [&] { return receive_ready(socket, batch, call); };
    const auto wait = [&](Deadline deadline) {
        const std::size_t most = (std::min)(batch.room(), Socket::Turn::most_messages);
        waited_for = socket.Socket::recv_many(most, deadline);
        return !waited_for.empty();
    };
    if (!call.receive(socket, ready, wait)) {
        return false;
    }
    for (Message& message : waited_for) {
        batch.add(convert(message, call.copy));
    }
    return waited_for.empty() || receive_ready(socket, batch, call);
}

bool receive_ready_multipart(BoundSocket& socket, Batch& batch, const RecvCall& call)
{
    try {
        Pauses pauses;
        for (Multipart parts;
             !batch.is_full() && Socket::Turn(socket, call.operation).try_recv(parts);
             parts.clear()) {
            batch.add(convert(parts, call.copy));
            pauses.after(batch.size());
        }
    } catch (const Error&) {
        if (batch.size() == 0) {
            throw;
        }
    }
    return batch.size() != 0;
}

bool receive_all_multipart(BoundSocket& socket, Batch& batch, const RecvCall& call)
{
    Multipart waited_for;
    const auto ready = [&] { return receive_ready_multipart(socket, batch, call); };
    const auto wait = [&](Deadline deadline) {
        return socket.recv(waited_for, deadline, call.operation);
    };
    if (!call.receive(socket, ready, wait)) {
        return false;
    }
    if (!waited_for.empty()) {
        batch.add(convert(waited_for, call.copy));
        receive_ready_multipart(socket, batch, call);
    }
    return true;
}

// Both methods, by how all are received.
template <class ReceiveAll>
PyObject* receive_batch(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t nargs,
                        PyObject* keywords, ReceiveAll&& receive_all_messages)
{
    const Parameters<3> parameters{method, {"max", "copy", "timeout"}, 1, 1};
    auto* socket = object_of<BoundSocket>(self);
    std::array<PyObject*, 3> given{};
    const std::string operation = std::string(method) + "()";
    RecvCall call(operation.c_str());
    int max = 0;
    if (socket == nullptr || !parameters.bind(args, nargs, keywords, given) ||
        !call.take(nullptr, given[1], given[2]) || !to_int(given[0], max, call.operation, "max")) {
        return nullptr;
    }
    if (max <= 0) {
        return PyErr_Format(PyExc_ValueError, "%s: max is %d, and must be 1 or more",
                            call.operation, max);
    }
    return guarded([&]() -> PyObject* {
        release_returned_buffers();
        Batch batch(static_cast<std::size_t>(max));
        const bool received = receive_all_messages(*socket, batch, call);
        return received ? batch.to_list() : nullptr;
    });
}

PyObject* recv_many(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keywords)
{
    return receive_batch(self, "recv_many", args, nargs, keywords, receive_all);
}

PyObject* recv_many_multipart(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                              PyObject* keywords)
{
    return receive_batch(self, "recv_many_multipart", args, nargs, keywords, receive_all_multipart);
}

PyMethodDef recv_many_methods[] = {
    {"recv_many", as_method(recv_many), METH_FASTCALL | METH_KEYWORDS,
     "recv_many($self, max, *, copy=True, timeout=None)\n"
     "--\n\n"
     "recv_many(self: zmqpp._core.Socket, max: int, *, copy: bool = True, "
     "timeout: float | datetime.timedelta | None = None) -> list[bytes] | "
     "list[zmqpp._core.Message]\n\n"
     "Waits for a message, and receives with it those that are there, `max` at most\n"
     "(zmq_msg_recv).\n\n"
     "For messages of one part: one of several raises StateError and stays the next. timeout and\n"
     "errors are as in recv()."},
    {"recv_many_multipart", as_method(recv_many_multipart), METH_FASTCALL | METH_KEYWORDS,
     "recv_many_multipart($self, max, *, copy=True, timeout=None)\n"
     "--\n\n"
     "recv_many_multipart(self: zmqpp._core.Socket, max: int, *, copy: bool = True, "
     "timeout: float | datetime.timedelta | None = None) -> list[list[bytes]] | "
     "list[list[zmqpp._core.Message]]\n\n"
     "Waits for a message, and receives with it those that are there, `max` at most, each as the\n"
     "list of its parts (zmq_msg_recv). timeout and errors are as in recv()."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_receiving_many(const py::class_<BoundSocket>& type)
{
    add_methods(type, recv_many_methods);
}

}  // namespace zmqpp::binding
