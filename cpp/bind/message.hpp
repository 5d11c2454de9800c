// The class of messages that Python sees, for the files that make and take them.
#pragma once

#include <Python.h>

#include <memory>
#include <optional>
#include <utility>

#include "buffer.hpp"
#include "zmqpp/core/message.hpp"
#include "zmqpp/core/tracker.hpp"

namespace zmqpp::binding {

// What only Python needs to know of a message that was made there.
struct MadeInPython {
    std::optional<Tracker> tracker;  // of the memory lent to it
    bool shows_tracker = false;
    bool has_own_memory = false;  // which libzmq allocated for this object
};

struct BoundMessage : Message {
    explicit BoundMessage(Message&& message) : Message(std::move(message)) {}

    std::unique_ptr<MadeInPython> made;  // null for one that was received, which stays small
};

// The message inside a Message object; null, with no error set, for other objects.
[[nodiscard]] Message* message_of(PyObject* object);

// The tracker of the memory that was lent to a Message object; null if there is none.
[[nodiscard]] const Tracker* tracker_of(PyObject* message);

// A Message object of a received message. Null with an error set if there is no memory.
[[nodiscard]] PyObject* to_python(Message&& message);

// The bytes of much, as to_bytes() has them.
[[nodiscard]] PyObject* to_large_bytes(const Message& message);

// The bytes of a message: copied, or the very object that was sent. Null with an error set if there is
// no memory.
[[nodiscard]] inline PyObject* to_bytes(const Message& message, std::size_t size)
{
    return size < default_copy_threshold
               ? PyBytes_FromStringAndSize(static_cast<const char*>(message.data()),
                                           static_cast<Py_ssize_t>(size))
               : to_large_bytes(message);
}
[[nodiscard]] inline PyObject* to_bytes(const Message& message)
{
    return to_bytes(message, message.size());
}

// What a received message becomes: bytes, or the Message object of copy=False. Null with an error set if
// there is no memory.
[[nodiscard]] inline PyObject* convert(Message& message, bool copy)
{
    return copy ? to_bytes(message) : to_python(std::move(message));
}

}  // namespace zmqpp::binding
