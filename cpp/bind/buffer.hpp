// Python's bytes as messages: copied, or lent to libzmq until it is done with them.
//
// A lent buffer is pinned by its export (Py_buffer), so its owner cannot resize or free it; bytes are
// pinned by a reference. libzmq gives it back on a thread of its own, where taking the GIL could stall or
// kill the I/O thread. So it is only put on a list there; whoever holds the GIL next lets go of what is
// on the list.
#pragma once

#include <Python.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>

#include "zmqpp/core/message.hpp"
#include "zmqpp/core/tracker.hpp"

namespace zmqpp::binding {

// From this size on bytes are lent even by default, since nobody can change them, and other buffers
// when the caller allows it. Below, copying is cheaper: lending 16 KiB costs 10 % less than copying them
// over inproc and as much over tcp, lending 32 KiB 40 % and 10 % less.
inline constexpr std::size_t default_copy_threshold = 32 * 1024;

// The bytes of a Python object for the time of a call. Released by hand and not by a destructor,
// because the GIL must be held for it (see gil.hpp).
struct BorrowedBytes {
    Py_buffer view{};

    // False with a TypeError set, naming `operation`, if the object has no bytes.
    bool get(PyObject* object, const char* operation);
    void release() { PyBuffer_Release(&view); }

    [[nodiscard]] const void* data() const { return view.buf; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(view.len); }
};

// How a message is made of an object: with a copy or, from `copy_threshold` bytes on, without.
struct Sending {
    bool copy = true;
    std::size_t copy_threshold = default_copy_threshold;
    std::optional<Tracker> tracker;  // told of every lent buffer
};

[[nodiscard]] inline std::size_t bytes_size(PyObject* bytes)
{
    return static_cast<std::size_t>(PyBytes_GET_SIZE(bytes));
}
[[nodiscard]] inline std::string_view view_of_bytes(PyObject* bytes)
{
    return {PyBytes_AS_STRING(bytes), bytes_size(bytes)};
}

// Whether a message of it is a copy made by zmq_send, with nothing that could fail before.
[[nodiscard]] inline bool is_small_bytes(PyObject* object)
{
    return PyBytes_CheckExact(object) && bytes_size(object) < default_copy_threshold;
}
[[nodiscard]] inline bool is_small_bytes(PyObject* object, const Sending& sending)
{
    return is_small_bytes(object) && (sending.copy || bytes_size(object) < sending.copy_threshold);
}

// A message of bytes-like data, or a second message sharing the bytes of a Message object. Nothing
// with an error set if the object is neither. Throws what libzmq fails with. Gives up the GIL to copy
// much.
[[nodiscard]] std::optional<Message> to_message(PyObject* data, const Sending& sending,
                                                const char* operation);

// The bytes object that was lent as this memory and is still out, if any: a new reference. It is what
// came by inproc, so that receiving it costs the same for any size. Null, with no error set, if the
// memory is not a lent object's.
[[nodiscard]] PyObject* lent_bytes_at(const void* data, std::size_t size);

// memcpy, without the GIL for much. With the GIL, a thread that copies megabytes in a row stops all
// others for its 5 ms, in which more piles up than the processor's caches hold.
void copy_bytes(void* into, const void* from, std::size_t size);

// What libzmq has given back, newest first. Any thread pushes; the holder of the GIL takes all of it.
struct LentBuffer;
inline std::atomic<LentBuffer*> returned_buffers{nullptr};
void release_all_returned_buffers();

// An object that is dropped as the buffers are: by any thread, also when the interpreter has ended. The object
// is null then.
[[nodiscard]] LentBuffer* keep(PyObject* object);
[[nodiscard]] PyObject* kept_object(const LentBuffer* keeper);
void drop(LentBuffer* keeper);

// With the GIL: lets go of the buffers that libzmq has given back.
inline void release_returned_buffers()
{
    if (returned_buffers.load(std::memory_order_relaxed) != nullptr) {
        release_all_returned_buffers();
    }
}

// Whether the interpreter may be asked to do that soon. At its exit it may not any more: what comes back
// then stays where it is, if no further call of ours lets go of it.
void start_releasing_buffers();
void stop_releasing_buffers();

}  // namespace zmqpp::binding
