// zmqpp for extension modules and embedding programs in C++ with pybind11: contexts, sockets and messages
// cross the border between the languages as what they are.
//
//     #include <zmqpp/python.hpp>
//
//     PYBIND11_MODULE(echo, m)
//     {
//         zmqpp::python::import_core();
//         m.def("answer", [](zmqpp::Socket& socket) { socket.send(socket.recv()); });
//     }
//
// Functions take and return
//     Context, Socket                 also by reference, pointer and shared_ptr: the very one that Python has.
//                                     What C++ returns is the same object in Python each time.
//     const Message&                  the message in Python's object, or one of any bytes-like object
//     Message, Message&, Message&&    one of its own with the same bytes: what Python has stays as it is
//     std::vector<Message>            a list of them
// and many bytes, 32 KiB and more, are shared and not copied: do not change what Python may read.
//
// Calls that wait give up the GIL while they do, so functions need no call guard; other threads of Python run
// then, also inside your objects, so hold no mutex around a call that one of them may want with the GIL. And
// signal handlers of Python run meanwhile. Errors of the core arrive in Python as zmqpp's classes, and those
// in C++ through call().
#pragma once

#include "python/border.hpp"
#include "python/handles.hpp"
#include "python/messages.hpp"
