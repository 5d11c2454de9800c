#include "buffer.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "message.hpp"
#include "zmqpp/core/fork.hpp"

namespace zmqpp::binding {
namespace {

// One buffer that libzmq has. Allocated when lent, so that coming back needs no memory.
struct LentBuffer {
    BorrowedBytes bytes;
    std::optional<Tracker> tracker;
    LentBuffer* next = nullptr;
};

// What came back, newest first. Any thread pushes; the holder of the GIL takes all of it.
std::atomic<LentBuffer*> returned{nullptr};

// Asking the interpreter to release them: once at a time, because its queue is short, and never when
// it may be gone, which it is only after nobody was asking any more.
struct Asking {
    std::atomic<bool> allowed{true};
    std::atomic<int> threads{0};  // that are about to ask
    std::atomic<bool> done{false};
};

int release_when_pending(void* /*unused*/)
{
    per_process<Asking>().done = false;
    release_returned_buffers();
    return 0;
}

void ask_for_release()
{
    auto& asking = per_process<Asking>();
    ++asking.threads;
    if (asking.allowed && !asking.done.exchange(true) &&
        Py_AddPendingCall(release_when_pending, nullptr) != 0) {
        asking.done = false;  // the queue is full: the next buffer asks again
    }
    --asking.threads;
}

// libzmq's free callback: any thread, also our own in the middle of a call. No GIL, no allocation.
void give_back(void* /*data*/, void* hint)
{
    auto* buffer = static_cast<LentBuffer*>(hint);
    const std::optional<Tracker> tracker = std::move(buffer->tracker);
    LentBuffer* first = returned.load(std::memory_order_relaxed);
    do {
        buffer->next = first;
    } while (!returned.compare_exchange_weak(first, buffer, std::memory_order_acq_rel));
    // From here on the buffer is somebody else's. The tracker comes second: who it wakes finds the
    // buffer on the list.
    if (tracker) {
        tracker->release();
    }
    // The next call of ours releases it; if there is none, the interpreter does, when it next runs
    // bytecode in the main thread.
    ask_for_release();
}

Message lend(BorrowedBytes bytes, const std::optional<Tracker>& tracker)
{
    auto lent = std::make_unique<LentBuffer>();
    lent->bytes = bytes;
    lent->tracker = tracker;
    Message message = Message::adopt(bytes.view.buf, bytes.size(), give_back, lent.get());
    if (tracker) {
        tracker->add();
    }
    static_cast<void>(lent.release());  // libzmq has it
    return message;
}

}  // namespace

bool BorrowedBytes::get(PyObject* object, const char* operation)
{
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) == 0) {
        return true;
    }
    if (PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError,
                     "%s takes bytes, not str: encode it, or use the string form of the call",
                     operation);
    } else if (PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Format(PyExc_TypeError, "%s takes bytes-like objects and Messages, not %s", operation,
                     Py_TYPE(object)->tp_name);
    }
    return false;
}

std::optional<Message> to_message(PyObject* data, const Sending& sending, const char* operation)
{
    if (const Message* message = message_of(data)) {
        const Tracker* lent = sending.tracker ? tracker_of(data) : nullptr;
        if (lent != nullptr && !lent->done()) {
            sending.tracker->include(*lent);
        }
        return message->copy();
    }
    BorrowedBytes bytes;
    if (!bytes.get(data, operation)) {
        return std::nullopt;
    }
    try {
        if (!sending.copy && bytes.size() >= sending.copy_threshold) {
            return lend(bytes, sending.tracker);
        }
        std::optional<Message> copied(std::in_place, bytes.data(), bytes.size());
        bytes.release();
        return copied;
    } catch (const std::exception&) {
        bytes.release();
        throw;
    }
}

void release_returned_buffers()
{
    LentBuffer* buffer = nullptr;
    if (returned.load(std::memory_order_relaxed) != nullptr) {
        buffer = returned.exchange(nullptr, std::memory_order_acq_rel);
    }
    while (buffer != nullptr) {
        const std::unique_ptr<LentBuffer> mine(buffer);
        buffer = mine->next;
        mine->bytes.release();  // may run any Python code, and come back here
    }
}

void start_releasing_buffers() { per_process<Asking>().allowed = true; }

void stop_releasing_buffers()
{
    auto& asking = per_process<Asking>();
    asking.allowed = false;
    while (asking.threads != 0) {
        std::this_thread::yield();  // for a few instructions
    }
}

}  // namespace zmqpp::binding
