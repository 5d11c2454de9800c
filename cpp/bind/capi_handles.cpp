// The part of the C API that needs no Python: contexts and sockets. Any thread, with the GIL or without.
#include "capi.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "options.hpp"

namespace zmqpp::binding {
namespace {

Deadline in(long timeout) { return Deadline(std::chrono::milliseconds(timeout)); }

// First as it most often succeeds, with whatever the caller has; to wait only if he wants to.
template <class Try, class Wait> bool within(long timeout, Try&& try_now, Wait&& wait)
{
    return try_now() || (timeout != 0 && wait(in(timeout)));
}

// --- contexts ---------------------------------------------------------------------------------------

zmqpp_context* context_new(int io_threads)
{
    return attempt(give(static_cast<Context*>(nullptr)),
                   [&] { return give(new Context(io_threads)); });
}
zmqpp_context* context_instance()
{
    return attempt(give(static_cast<Context*>(nullptr)),
                   [&] { return give(new Context(Context::instance())); });
}
zmqpp_context* context_borrow(void* handle)
{
    return attempt(give(static_cast<Context*>(nullptr)),
                   [&] { return give(new Context(Context::borrow(handle))); });
}
zmqpp_context* context_copy(const zmqpp_context* context)
{
    return attempt(give(static_cast<Context*>(nullptr)),
                   [&] { return give(new Context(from(context))); });
}
void context_release(zmqpp_context* context) { delete from(context); }
void* context_handle(const zmqpp_context* context) { return from(context).handle(); }
int context_term(zmqpp_context* context, long timeout)
{
    return attempt([&] { from(context)->term(in(timeout)); });
}

// --- sockets ----------------------------------------------------------------------------------------

zmqpp_socket* socket_open(const zmqpp_context* context, int type)
{
    return attempt(give(static_cast<Socket*>(nullptr)), [&] {
        return give(new Socket(from(context), static_cast<SocketType>(type), std::string("C")));
    });
}
zmqpp_socket* socket_copy(const zmqpp_socket* socket)
{
    return attempt(give(static_cast<Socket*>(nullptr)),
                   [&] { return give(new Socket(from(socket))); });
}
void socket_release(zmqpp_socket* socket) { delete from(socket); }
int socket_close(zmqpp_socket* socket)
{
    return attempt([&] { from(socket)->close(); });
}
void* socket_handle(const zmqpp_socket* socket)
{
    return attempt(static_cast<void*>(nullptr), [&] { return from(socket).handle(); });
}

void copy_text(const std::string& text, char* into, std::size_t size)
{
    if (into != nullptr && size != 0) {
        const std::size_t length = (std::min)(text.size(), size - 1);
        std::memcpy(into, text.data(), length);
        into[length] = '\0';
    }
}
int socket_bind(zmqpp_socket* socket, const char* endpoint, char* real, std::size_t size)
{
    return attempt([&] { copy_text(from(socket)->bind(endpoint), real, size); });
}
int socket_connect(zmqpp_socket* socket, const char* endpoint, char* real, std::size_t size)
{
    return attempt([&] { copy_text(from(socket)->connect(endpoint), real, size); });
}
int socket_unbind(zmqpp_socket* socket, const char* endpoint)
{
    return attempt([&] { from(socket)->unbind(endpoint); });
}
int socket_disconnect(zmqpp_socket* socket, const char* endpoint)
{
    return attempt([&] { from(socket)->disconnect(endpoint); });
}

const OptionRow& socket_option(int id, bool for_writing)
{
    const OptionRow* row = find_option<socket_options>(id, for_writing);
    if (row == nullptr) {
        throw Error(EINVAL, "no socket option has the number " + std::to_string(id));
    }
    return *row;
}
int socket_set(zmqpp_socket* socket, int option, const void* value, std::size_t size)
{
    return attempt([&] { from(socket)->set_raw(socket_option(option, true), value, size); });
}
int socket_get(const zmqpp_socket* socket, int option, void* value, std::size_t* size)
{
    return attempt([&] {
        const OptionRow& row = socket_option(option, false);
        const std::string text = is_string(row.kind) ? from(socket).get_string(row) : "";
        const std::size_t needed = is_string(row.kind) ? text.size() : wire_size(row.kind);
        if (*size < needed) {
            throw Error(EINVAL, std::string("get option ") + row.name + ": it has " +
                                    std::to_string(needed) + " bytes, and there is room for " +
                                    std::to_string(*size));
        }
        *size = needed;
        if (is_string(row.kind)) {
            std::memcpy(value, text.data(), needed);
        } else {
            from(socket).get_raw(row, value, needed);
        }
    });
}

int socket_send(zmqpp_socket* socket, zmq_msg_t* parts, std::size_t count, int flags, long timeout)
{
    return attempt(-1, [&] {
        if (count == 0) {
            throw Error(EINVAL, "send() on " + from(socket)->describe() + ": no parts");
        }
        return within(
                   timeout, [&] { return from(socket)->try_send(from(parts), count, flags); },
                   [&](Deadline deadline) {
                       return from(socket)->send(from(parts), count, flags, deadline);
                   })
                   ? 1
                   : 0;
    });
}
int socket_send_bytes(zmqpp_socket* socket, const void* data, std::size_t size, int flags,
                      long timeout)
{
    return attempt(-1, [&] {
        return within(
                   timeout, [&] { return from(socket)->try_send(data, size, flags); },
                   [&](Deadline deadline) {
                       Message message(data, size);
                       return from(socket)->send(message, deadline, flags);
                   })
                   ? 1
                   : 0;
    });
}
// A Message or a Multipart.
template <class Received> bool receive(Socket& socket, Received& into, long timeout)
{
    return within(
        timeout, [&] { return socket.try_recv(into); },
        [&](Deadline deadline) { return socket.recv(into, deadline); });
}
int socket_recv(zmqpp_socket* socket, zmq_msg_t* message, long timeout)
{
    return attempt(-1, [&] { return receive(*from(socket), *from(message), timeout) ? 1 : 0; });
}
long socket_recv_multipart(zmqpp_socket* socket, zmq_msg_t** parts, long timeout)
{
    return attempt(-1L, [&] {
        Multipart received;
        if (!receive(*from(socket), received, timeout)) {
            return 0L;
        }
        *parts = give(new Message[received.size()]);
        std::move(received.begin(), received.end(), from(*parts));
        return static_cast<long>(received.size());
    });
}
void messages_free(zmq_msg_t* messages) { delete[] from(messages); }
long socket_send_many(zmqpp_socket* socket, zmq_msg_t* messages, std::size_t count, long timeout)
{
    return attempt(-1L, [&] {
        return static_cast<long>(from(socket)->send_many(from(messages), count, in(timeout)));
    });
}
long socket_recv_many(zmqpp_socket* socket, zmq_msg_t* messages, std::size_t max, long timeout)
{
    return attempt(-1L, [&] {
        std::vector<Message> received = from(socket)->recv_many(max, in(timeout));
        std::move(received.begin(), received.end(), from(messages));
        return static_cast<long>(received.size());
    });
}
int socket_poll(const zmqpp_socket* socket, int interest, long timeout)
{
    return attempt(-1, [&] { return from(socket).poll(interest, in(timeout)); });
}

}  // namespace

void add_handles(zmqpp_capi& table)
{
    table.context_new = context_new;
    table.context_instance = context_instance;
    table.context_borrow = context_borrow;
    table.context_copy = context_copy;
    table.context_release = context_release;
    table.context_handle = context_handle;
    table.context_term = context_term;
    table.socket_open = socket_open;
    table.socket_copy = socket_copy;
    table.socket_release = socket_release;
    table.socket_close = socket_close;
    table.socket_handle = socket_handle;
    table.socket_bind = socket_bind;
    table.socket_connect = socket_connect;
    table.socket_unbind = socket_unbind;
    table.socket_disconnect = socket_disconnect;
    table.socket_set = socket_set;
    table.socket_get = socket_get;
    table.socket_send = socket_send;
    table.socket_send_bytes = socket_send_bytes;
    table.socket_recv = socket_recv;
    table.socket_recv_multipart = socket_recv_multipart;
    table.messages_free = messages_free;
    table.socket_send_many = socket_send_many;
    table.socket_recv_many = socket_recv_many;
    table.socket_poll = socket_poll;
}

}  // namespace zmqpp::binding
