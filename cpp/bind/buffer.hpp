// Python's bytes as messages: copied, or lent to libzmq until it is done with them.
//
// A lent buffer is pinned by its export (Py_buffer), so its owner cannot resize or free it. libzmq
// gives it back on a thread of its own, where taking the GIL could stall or kill the I/O thread. So it
// is only put on a list there; whoever holds the GIL next lets go of what is on the list.
#pragma once

#include <Python.h>

#include <cstddef>
#include <optional>

#include "zmqpp/core/message.hpp"
#include "zmqpp/core/tracker.hpp"

namespace zmqpp::binding {

// Buffers smaller than this are copied even when the caller allows lending: copying is cheaper.
inline constexpr std::size_t default_copy_threshold = 65536;

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

// A message of bytes-like data, or a second message sharing the bytes of a Message object. Nothing
// with an error set if the object is neither. Throws what libzmq fails with.
[[nodiscard]] std::optional<Message> to_message(PyObject* data, const Sending& sending,
                                                const char* operation);

// With the GIL: lets go of the buffers that libzmq has given back.
void release_returned_buffers();

// Whether the interpreter may be asked to do that soon. At its exit it may not any more: what comes back
// then stays where it is, if no further call of ours lets go of it.
void start_releasing_buffers();
void stop_releasing_buffers();

}  // namespace zmqpp::binding
