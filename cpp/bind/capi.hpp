// What the files of the C API share: how its handles are the core's, and what becomes of failures.
#pragma once

#include <string>
#include <type_traits>

#include "zmqpp/capi.h"
#include "zmqpp/core/socket.hpp"
#include "zmqpp/failure.hpp"

namespace zmqpp::binding {

// The handles of the table are the core's, under another name, and a message is libzmq's.
inline Context* from(zmqpp_context* context) { return reinterpret_cast<Context*>(context); }
inline const Context& from(const zmqpp_context* context)
{
    return *reinterpret_cast<const Context*>(context);
}
inline Socket* from(zmqpp_socket* socket) { return reinterpret_cast<Socket*>(socket); }
inline const Socket& from(const zmqpp_socket* socket)
{
    return *reinterpret_cast<const Socket*>(socket);
}
inline zmqpp_context* give(Context* context) { return reinterpret_cast<zmqpp_context*>(context); }
inline zmqpp_socket* give(Socket* socket) { return reinterpret_cast<zmqpp_socket*>(socket); }

static_assert(sizeof(Message) == sizeof(zmq_msg_t) && std::is_standard_layout_v<Message>);
inline zmq_msg_t* give(Message* messages) { return reinterpret_cast<zmq_msg_t*>(messages); }
inline Message* from(zmq_msg_t* messages) { return reinterpret_cast<Message*>(messages); }

// Keeps a failure for the thread until it asks, as errno is kept.
void keep_failure(const zmqpp_failure& failure);

// Runs the body of a function of the table: a C++ exception may not leave it.
template <class Result, class Body> Result attempt(Result failed, Body&& body)
{
    try {
        return body();
    } catch (const Error& error) {
        keep_failure(zmqpp::detail::to_failure(error));
    } catch (const std::exception& error) {
        keep_failure({ZMQPP_OTHER_FAILURE, 0, error.what(), 0, 0});
    }
    return failed;
}
template <class Body> int attempt(Body&& body)
{
    return attempt(-1, [&] {
        body();
        return 0;
    });
}

// Puts the functions of contexts and sockets into the table.
void add_handles(zmqpp_capi& table);

// Whether extension modules find zmqpp imported in the interpreter that runs.
void set_capi_loaded(bool is_loaded);

}  // namespace zmqpp::binding
