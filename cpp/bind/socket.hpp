// The class of sockets that Python sees, for the files that bind its parts.
#pragma once

#include "bind.hpp"

#include <atomic>

#include "buffer.hpp"
#include "eagerness.hpp"
#include "fastcall.hpp"
#include "zmqpp/core/socket.hpp"

namespace zmqpp::binding {

// A socket with what only Python needs to know of it.
struct BoundSocket : Socket {
    explicit BoundSocket(Socket socket) : Socket(std::move(socket)) {}
    // A second handle, which does not stand for the socket.
    BoundSocket(const BoundSocket& other) : Socket(other), copy_threshold(other.copy_threshold) {}
    BoundSocket& operator=(const BoundSocket&) = delete;
    ~BoundSocket()
    {
        if (state()->face.handle == this) {
            state()->face = {};
        }
    }

    std::size_t copy_threshold = default_copy_threshold;
    Eagerness eagerness;
};

// The parts of class Socket, one file each.
void add_sending(const py::class_<BoundSocket>& type);
void add_receiving(const py::class_<BoundSocket>& type);
void add_sending_many(const py::class_<BoundSocket>& type);
void add_receiving_many(const py::class_<BoundSocket>& type);
void add_options(const py::class_<BoundSocket>& type);
void add_socket_attributes(const py::class_<BoundSocket>& type);

// Again for DONTWAIT, in words; always returns nullptr.
PyObject* set_again(const BoundSocket& socket, const char* operation, const char* missing);
// Timeout, in words; always returns nullptr.
PyObject* set_timeout(const BoundSocket& socket, const char* operation, const char* missing);

}  // namespace zmqpp::binding
