// Socket's methods that receive many messages in one call: see bind_send_many.cpp.
#include "bind.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "fastcall.hpp"
#include "gil.hpp"
#include "recv_call.hpp"

namespace zmqpp::binding {
namespace {

// What a batch has received so far, in a list with room for more that nobody can see before it is given
// out: PyList_Append would take 50 of some 1,400 instructions a message. Let go of by hand and not by a
// destructor: see gil.hpp.
class Batch {
public:
    explicit Batch(std::size_t max) : max_(max)
    {
        if (!grow()) {
            throw py::error_already_set();
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t missing() const { return max_ - size_; }

    // Before a turn, with no lock held, as a new list may make the garbage collector run: how many the
    // turn may add.
    [[nodiscard]] std::size_t make_room()
    {
        if (size_ == room() && missing() != 0 && !grow()) {
            throw py::error_already_set();
        }
        return room() - size_;
    }

    // Takes a new reference, or null with an error set: then what was received is lost with it, as
    // nothing can be made of it without memory.
    void add(PyObject* item)
    {
        if (item == nullptr || (size_ == room() && !grow())) {
            Py_XDECREF(item);
            throw py::error_already_set();
        }
        PyList_SET_ITEM(list_, static_cast<Py_ssize_t>(size_++), item);
    }

    [[nodiscard]] PyObject* take()
    {
        Py_SET_SIZE(list_, static_cast<Py_ssize_t>(size_));
        PyObject_GC_Track(list_);
        return std::exchange(list_, nullptr);
    }
    void drop() { Py_CLEAR(list_); }

private:
    [[nodiscard]] std::size_t room() const
    {
        return static_cast<std::size_t>(PyList_GET_SIZE(list_));
    }

    // False with a MemoryError set.
    bool grow()
    {
        const std::size_t wanted = list_ == nullptr ? first_room : room() * growth;
        PyObject* longer = PyList_New(static_cast<Py_ssize_t>((std::min)(wanted, max_)));
        if (longer == nullptr) {
            return false;
        }
        PyObject_GC_UnTrack(longer);
        if (list_ != nullptr) {
            std::copy_n(items(list_), size_, items(longer));
            Py_SET_SIZE(list_, 0);  // what was in it has moved
            Py_DECREF(list_);
        }
        list_ = longer;
        return true;
    }
    static PyObject** items(PyObject* list)
    {
        return reinterpret_cast<PyListObject*>(list)->ob_item;
    }

    static constexpr std::size_t first_room = 16;
    static constexpr std::size_t growth = 4;

    const std::size_t max_;
    std::size_t size_ = 0;
    PyObject* list_ = nullptr;
};

// What is there, in one turn. Small messages become bytes at once, which runs no Python code and no
// garbage collector; another kind is left in `other`. False: there are no more.
bool receive_turn(BoundSocket& socket, Batch& batch, const RecvCall& call,
                  std::optional<Message>& other)
{
    const std::size_t most = (std::min)(batch.make_room(), Socket::Turn::most_messages);
    Socket::Turn turn(socket, call.operation);
    std::size_t bytes_left = Socket::Turn::most_bytes;
    Message message;
    bool is_first = batch.size() == 0;
    for (std::size_t n = 0; n < most; ++n, is_first = false) {
        const Received received = turn.try_recv_single(message, is_first);
        if (!received) {
            return false;
        }
        const std::size_t size = received.size();
        if (!call.copy || size >= default_copy_threshold || size > bytes_left) {
            other = std::move(message);
            return true;
        }
        bytes_left -= size;
        batch.add(to_bytes(message, size));
    }
    return batch.missing() != 0;
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
    const auto wait = [&](Deadline deadline) {
        const std::size_t most = (std::min)(batch.missing(), Socket::Turn::most_messages);
        waited_for = socket.Socket::recv_many(most, deadline);
        return !waited_for.empty();
    };
    if (call.tries(socket) && call.note(socket, receive_ready(socket, batch, call))) {
        return true;
    }
    if (!call.wait_for_it(socket, wait)) {
        return false;
    }
    for (Message& message : waited_for) {
        batch.add(convert(message, call.copy));
    }
    return receive_ready(socket, batch, call);
}

bool receive_ready_multipart(BoundSocket& socket, Batch& batch, const RecvCall& call)
{
    try {
        Pauses pauses;
        while (batch.missing() != 0) {
            ReceivedParts parts(call.copy);
            if (!receive_turn(socket, call.operation, parts)) {
                break;
            }
            batch.add(parts.to_list());
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
    ReceivedParts waited_for(call.copy);
    const auto wait = [&](Deadline deadline) {
        return socket.recv(waited_for.whole(), deadline, call.operation);
    };
    if (call.tries(socket) && call.note(socket, receive_ready_multipart(socket, batch, call))) {
        return true;
    }
    if (!call.wait_for_it(socket, wait)) {
        return false;
    }
    batch.add(waited_for.to_list());
    return receive_ready_multipart(socket, batch, call);
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
        try {
            if (receive_all_messages(*socket, batch, call)) {
                return batch.take();
            }
        } catch (const std::exception&) {
            batch.drop();
            throw;
        }
        batch.drop();
        return nullptr;
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
