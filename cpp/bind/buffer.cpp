#include "buffer.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>

#include "gil.hpp"
#include "message.hpp"
#include "zmqpp/core/fork.hpp"

namespace zmqpp::binding {

// One buffer that libzmq has, or an object that C++ keeps. Allocated when lent, so that coming back needs no
// memory.
struct LentBuffer {
    PyObject* object = nullptr;  // bytes that are lent, any object that is kept, or else
    std::unique_ptr<BorrowedBytes>
        buffer;  // what another object exports: not inside, to stay small
    std::optional<Tracker> tracker;
    LentBuffer* next = nullptr;
    unsigned life = python_lives;  // of the interpreter that has the object
    bool is_kept = false;          // for its own sake, and not for its bytes: see keep()

    // With the GIL. May run any Python code, and come back here.
    void release();
};

namespace {

// The bytes objects that are out, by their memory. An entry lives no longer than the reference that
// comes with it, so that the memory can be nobody else's. The GIL guards it.
struct Lent {
    PyObject* bytes;
    std::size_t times;
};
using LentByMemory = std::unordered_map<const void*, Lent>;
LentByMemory& lent_by_memory()
{
    static auto* lent =
        new LentByMemory;  // for ever: libzmq may give back after the static objects went
    return *lent;
}

}  // namespace

void LentBuffer::release()
{
    if (life != python_lives) {
        static_cast<void>(buffer.release());  // with its interpreter the object is gone
        return;
    }
    if (buffer) {
        buffer->release();
        return;
    }
    if (!is_kept) {
        const auto entry = lent_by_memory().find(PyBytes_AS_STRING(object));
        if (--entry->second.times == 0) {
            lent_by_memory().erase(entry);
        }
    }
    Py_DECREF(object);
}

namespace {

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
    LentBuffer* first = returned_buffers.load(std::memory_order_relaxed);
    do {
        buffer->next = first;
    } while (!returned_buffers.compare_exchange_weak(first, buffer, std::memory_order_acq_rel));
    // From here on the buffer is somebody else's. The tracker comes second: who it wakes finds the
    // buffer on the list.
    if (tracker) {
        tracker->release();
    }
    // The next call of ours releases it; if there is none, the interpreter does, when it next runs
    // bytecode in the main thread.
    ask_for_release();
}

// libzmq has `lent` and its memory from here on, unless this throws.
Message hand_over(std::unique_ptr<LentBuffer>& lent, const void* data, std::size_t size,
                  const std::optional<Tracker>& tracker)
{
    lent->tracker = tracker;
    Message message = Message::adopt(const_cast<void*>(data), size, give_back, lent.get());
    if (tracker) {
        tracker->add();
    }
    static_cast<void>(lent.release());
    return message;
}

Message lend(const BorrowedBytes& buffer, const std::optional<Tracker>& tracker)
{
    auto lent = std::make_unique<LentBuffer>();
    lent->buffer = std::make_unique<BorrowedBytes>(buffer);
    return hand_over(lent, buffer.data(), buffer.size(), tracker);
}

Message lend_bytes(PyObject* bytes, const std::optional<Tracker>& tracker)
{
    auto lent = std::make_unique<LentBuffer>();
    const void* const memory = PyBytes_AS_STRING(bytes);
    ++lent_by_memory().try_emplace(memory, Lent{bytes, 0}).first->second.times;
    Py_INCREF(bytes);
    lent->object = bytes;
    try {
        return hand_over(lent, memory, bytes_size(bytes), tracker);
    } catch (const std::exception&) {
        lent->release();
        throw;
    }
}

// Copies what a buffer exports, and releases it.
Message copy_and_release(BorrowedBytes& buffer)
{
    try {
        Message copied(buffer.size());
        copy_bytes(copied.data(), buffer.data(), buffer.size());
        buffer.release();
        return copied;
    } catch (const std::exception&) {
        buffer.release();
        throw;
    }
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
    if (PyBytes_CheckExact(data)) {
        const bool is_much = bytes_size(data) >= (sending.copy ? (std::max)(sending.copy_threshold,
                                                                            default_copy_threshold)
                                                               : sending.copy_threshold);
        // With a copy, the tracker has nothing to tell: nobody can change bytes.
        return is_much ? lend_bytes(data, sending.copy ? std::nullopt : sending.tracker)
                       : Message(view_of_bytes(data));
    }
    BorrowedBytes buffer;
    if (!buffer.get(data, operation)) {
        return std::nullopt;
    }
    if (sending.copy || buffer.size() < sending.copy_threshold) {
        return copy_and_release(buffer);
    }
    try {
        return lend(buffer, sending.tracker);
    } catch (const std::exception&) {
        buffer.release();
        throw;
    }
}

PyObject* lent_bytes_at(const void* data, std::size_t size)
{
    const auto entry = lent_by_memory().find(data);
    if (entry == lent_by_memory().end() || bytes_size(entry->second.bytes) != size) {
        return nullptr;
    }
    Py_INCREF(entry->second.bytes);
    return entry->second.bytes;
}

void copy_bytes(void* into, const void* from, std::size_t size)
{
    constexpr std::size_t much = 64 * 1024;
    if (size >= much) {
        without_gil([=] { std::memcpy(into, from, size); });
    } else if (size != 0) {
        std::memcpy(into, from, size);
    }
}

LentBuffer* keep(PyObject* object)
{
    auto* keeper = new LentBuffer;
    Py_INCREF(object);
    keeper->object = object;
    keeper->is_kept = true;
    return keeper;
}

PyObject* kept_object(const LentBuffer* keeper)
{
    return keeper->life == python_lives ? keeper->object : nullptr;
}

void drop(LentBuffer* keeper) { give_back(nullptr, keeper); }

void release_all_returned_buffers()
{
    LentBuffer* buffer = returned_buffers.exchange(nullptr, std::memory_order_acq_rel);
    while (buffer != nullptr) {
        const std::unique_ptr<LentBuffer> mine(buffer);
        buffer = mine->next;
        mine->release();
    }
}

void start_releasing_buffers()
{
    lent_by_memory().clear();  // they were an interpreter's that has ended
    per_process<Asking>().done = false;
    per_process<Asking>().allowed = true;
}

void stop_releasing_buffers()
{
    auto& asking = per_process<Asking>();
    asking.allowed = false;
    while (asking.threads != 0) {
        std::this_thread::yield();  // for a few instructions
    }
}

}  // namespace zmqpp::binding
