// What does not outlive Python.
#pragma once

#include "zmqpp/core/socket.hpp"

namespace zmqpp::binding {

// A socket that Python opened is closed when the interpreter has ended, also in a context of C++.
void close_at_exit(const Socket& socket);

}  // namespace zmqpp::binding
