// Socket: a handle on a ZeroMQ socket. Copies are the same socket; the last one gone closes it.
//
// Threads: a socket may be shared. Any thread may call anything at any time: one may wait in recv()
// while another sends, and close() from anywhere ends every call with SocketClosed. A message, with
// all its parts, is sent and received whole.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "constants.hpp"
#include "context.hpp"
#include "deadline.hpp"
#include "message.hpp"
#include "option.hpp"
#include "socket_messages.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {

// A line of source code; by default, that of the call it is an argument of.
struct SourceLine {
    const char* file;
    int number;

    [[nodiscard]] static constexpr SourceLine here(const char* its_file = __builtin_FILE(),
                                                   int its_number = __builtin_LINE())
    {
        return {its_file, its_number};
    }
};

class Socket {
public:
    // zmq_socket. Linger comes from the context. `origin` is told when the socket is still open at
    // the end; it defaults to the line that makes it.
    Socket(const Context& context, SocketType type, std::shared_ptr<const std::string> origin)
        : Socket(detail::SocketState::open(context.state(), type, std::move(origin)), true,
                 context.is_owner())
    {
    }
    Socket(const Context& context, SocketType type, std::string origin)
        : Socket(context, type, std::make_shared<const std::string>(std::move(origin)))
    {
    }
    Socket(const Context& context, SocketType type, SourceLine line = SourceLine::here())
        : Socket(context, type, std::string(line.file) + ":" + std::to_string(line.number))
    {
    }

    // A socket that somebody else closes: its raw libzmq handle. If this library made it, it is the
    // same socket and safe to share; if not, only our own threads are kept apart.
    [[nodiscard]] static Socket borrow(const Context& context, void* handle)
    {
        if (handle == nullptr) {
            throw StateError("Socket.borrow(): the handle is null");
        }
        for (const auto& state : context.state()->sockets()) {
            const std::lock_guard<Lock> guard(state->lock());
            if (state->handle() == handle) {
                return Socket(state, false, false);
            }
        }
        return Socket(std::make_shared<detail::SocketState>(context.state(), handle), false, false);
    }

    // The same socket for somebody who may not close it.
    [[nodiscard]] Socket borrowed() const { return Socket(state_, false, false); }

    // --- endpoints ---

    // Accepts peers at an endpoint (zmq_bind) and returns the real one: tcp://127.0.0.1:* becomes
    // tcp://127.0.0.1:49152.
    std::string bind(const std::string& endpoint) { return attach("bind", endpoint, zmq_bind); }

    // Connects to a peer, now or when it appears (zmq_connect).
    std::string connect(const std::string& endpoint)
    {
        return attach("connect", endpoint, zmq_connect);
    }

    // Takes back bind() and connect(), by the endpoint given or by the one returned.
    void unbind(const std::string& endpoint) { detach("unbind", endpoint, zmq_unbind); }
    void disconnect(const std::string& endpoint) { detach("disconnect", endpoint, zmq_disconnect); }

    // What is bound and connected now.
    [[nodiscard]] std::vector<std::string> endpoints() const
    {
        require_home("Socket.endpoints()");
        const std::lock_guard<Lock> guard(state_->lock());
        std::vector<std::string> real;
        for (const auto& endpoint : state_->endpoints) {
            real.push_back(endpoint.real);
        }
        return real;
    }

    // --- sending: one message, whole or not at all ---

    // Waits until there is room. Throws Timeout when the option sndtimeo runs out.
    void send(Message&& message, int flags = 0) { send_or_time_out(&message, 1, flags); }
    void send(std::string_view bytes, int flags = 0);
    void send(Multipart&& parts, int flags = 0)
    {
        send_or_time_out(parts.data(), parts.size(), flags);
    }

    // Waits until the deadline; false if there was no room, and then the message is unharmed.
    [[nodiscard]] bool send(Message& message, Deadline deadline, int flags = 0)
    {
        return send(&message, 1, flags, deadline);
    }
    [[nodiscard]] bool send(Multipart& parts, Deadline deadline, int flags = 0)
    {
        return send(parts.data(), parts.size(), flags, deadline);
    }

    // Does not wait.
    [[nodiscard]] bool try_send(Message& message, int flags = 0)
    {
        return try_send(&message, 1, flags);
    }
    [[nodiscard]] bool try_send(Multipart& parts, int flags = 0)
    {
        return try_send(parts.data(), parts.size(), flags);
    }
    // A copy of the bytes, without a Message in between (zmq_send).
    [[nodiscard]] bool try_send(const void* data, std::size_t size, int flags = 0);

    // --- receiving ---

    // Waits for a message. Throws Timeout when the option rcvtimeo runs out.
    [[nodiscard]] Message recv()
    {
        auto message = try_recv();  // first: most often there is one, and no deadline to work out
        return message ? std::move(*message)
                       : or_time_out(recv(option_deadline(ZMQ_RCVTIMEO, "recv()")), "recv()");
    }
    [[nodiscard]] Multipart recv_multipart()
    {
        auto parts = try_recv_multipart();
        return parts
                   ? std::move(*parts)
                   : or_time_out(recv_multipart(option_deadline(ZMQ_RCVTIMEO, "recv_multipart()")),
                                 "recv_multipart()");
    }

    // Waits until the deadline; nothing if nothing came.
    [[nodiscard]] std::optional<Message> recv(Deadline deadline)
    {
        std::optional<Message> message(std::in_place);
        if (!recv(*message, deadline)) {
            message.reset();
        }
        return message;
    }
    [[nodiscard]] std::optional<Multipart> recv_multipart(Deadline deadline)
    {
        std::optional<Multipart> parts(std::in_place);
        if (!recv(*parts, deadline)) {
            parts.reset();
        }
        return parts;
    }

    // Does not wait.
    [[nodiscard]] std::optional<Message> try_recv()
    {
        std::optional<Message> message(std::in_place);
        if (!try_recv(*message)) {
            message.reset();
        }
        return message;
    }
    [[nodiscard]] std::optional<Multipart> try_recv_multipart()
    {
        std::optional<Multipart> parts(std::in_place);
        if (!try_recv(*parts)) {
            parts.reset();
        }
        return parts;
    }

    // The same into a message that is there already; false leaves it empty.
    [[nodiscard]] bool try_recv(Message& into);
    [[nodiscard]] bool try_recv(Multipart& into);
    [[nodiscard]] bool recv(Message& into, Deadline deadline, const char* operation = "recv()")
    {
        return state_->until(operation, ZMQ_POLLIN, deadline,
                             [&] { return state_->receive_part(operation, into); });
    }
    [[nodiscard]] bool recv(Multipart& into, Deadline deadline,
                            const char* operation = "recv_multipart()")
    {
        return state_->until(operation, ZMQ_POLLIN, deadline,
                             [&] { return state_->receive_parts(operation, into); });
    }

    // --- batches: see socket_batches.hpp ---

    class Turn;

    // Sends messages in order, waiting for room until the deadline, and returns how many were sent.
    // Those are empty afterwards, the others unharmed.
    [[nodiscard]] std::size_t send_many(Message* messages, std::size_t count, Deadline deadline);
    [[nodiscard]] std::size_t send_many(Multipart& messages, Deadline deadline)
    {
        return send_many(messages.data(), messages.size(), deadline);
    }

    // Waits for a message, and returns it with those that have come by then, `max` at most. None when
    // the deadline passed. Throws StateError for a message of several parts, which stays the next.
    [[nodiscard]] std::vector<Message> recv_many(std::size_t max, Deadline deadline);

    // --- readiness ---

    // What of `interest` (poll_event bits) can be done now (ZMQ_EVENTS).
    [[nodiscard]] int events(int interest = ZMQ_POLLIN | ZMQ_POLLOUT) const
    {
        const Use use(*state_, "poll()");
        return state_->events() & interest;
    }

    // Waits until something of it can be done; 0 if the deadline passed first.
    [[nodiscard]] int poll(int interest, Deadline deadline) const
    {
        int ready = 0;
        state_->until("poll()", static_cast<short>(interest), deadline, [&] {
            ready = state_->events() & interest;
            return ready != 0;
        });
        return ready;
    }

    // How long a call that has to wait goes on trying before it sleeps; 0 unless told otherwise, at most
    // 100 ms. Waking a thread takes longer than many answers do: with 50 us, round trips by inproc
    // between two cores are some three times as many. It keeps a core busy meanwhile.
    void set_spin(std::chrono::microseconds time)
    {
        constexpr std::chrono::milliseconds most(100);
        if (time.count() < 0 || time > most) {
            throw Error(EINVAL, "set spin of " + describe() + ": " + std::to_string(time.count()) +
                                    " us is not between 0 and 100,000");
        }
        state_->set_spin(time);
    }
    [[nodiscard]] std::chrono::microseconds spin() const { return state_->spin(); }

    // The deadline that an option in milliseconds (ZMQ_RCVTIMEO, ZMQ_SNDTIMEO) stands for, from now.
    [[nodiscard]] Deadline option_deadline(int option, const char* operation) const
    {
        return Deadline(std::chrono::milliseconds(state_->timeout(option, operation)));
    }

    // --- options ---

    template <Kind kind, Access access>
    void set(const Option<OfSocket, kind, access>& option,
             typename OptionValue<kind>::Argument value)
    {
        static_assert(access != Access::read_only, "this socket option is read-only");
        if constexpr (is_string(kind)) {
            set_raw(option.row, value.data(), value.size());
        } else {
            const auto wire = OptionValue<kind>::to_wire(value);
            set_raw(option.row, &wire, sizeof wire);
        }
    }

    template <Kind kind, Access access>
    [[nodiscard]] auto get(const Option<OfSocket, kind, access>& option) const ->
        typename OptionValue<kind>::Value
    {
        static_assert(access != Access::write_only, "this socket option is write-only");
        if constexpr (is_string(kind)) {
            return get_string(option.row);
        } else {
            typename OptionValue<kind>::Wire wire{};
            get_raw(option.row, &wire, sizeof wire);
            return OptionValue<kind>::from_wire(wire);
        }
    }

    // Back to libzmq's own value, for the few string options that allow it (an empty
    // tcp_accept_filter forgets all filters).
    template <Kind kind, Access access> void reset(const Option<OfSocket, kind, access>& option)
    {
        static_assert(is_string(kind), "only string options can be reset");
        set_raw(option.row, nullptr, 0);
    }

    // The same by a row of the table, for options that are known at run time only.
    void set_raw(const OptionRow& row, const void* value, std::size_t size);
    void get_raw(const OptionRow& row, void* value, std::size_t size) const;
    [[nodiscard]] std::string get_string(const OptionRow& row) const;

    // Which messages a SUB receives: those that begin with a topic (ZMQ_SUBSCRIBE).
    void subscribe(std::string_view topic) { set(option::subscribe, topic); }
    void unsubscribe(std::string_view topic) { set(option::unsubscribe, topic); }

    // The groups of a DISH (draft: zmq_join, zmq_leave).
    void join(const std::string& group);
    void leave(const std::string& group);

    // --- monitoring: see Monitor for the reading end ---

    // Publishes events of this socket at an inproc endpoint, of a PAIR (zmq_socket_monitor).
    // Connect the reader at once: with the first event, libzmq stops until there is one.
    void monitor(const std::string& endpoint, int events) { state_->monitor(endpoint, events); }
    void stop_monitor() { state_->stop_monitor(); }

    // --- subscribers: see socket_subscribers.hpp ---

    // Waits until a PUB has so many subscriptions, or so many to `topic` and no other, and returns how
    // many there are. Throws Timeout, or StateError where nobody can know.
    std::size_t wait_for_subscribers(std::size_t count, Deadline deadline,
                                     const std::optional<std::string_view>& topic = std::nullopt);

    // --- the end ---

    // Closes at once, waking every call on it with SocketClosed. Unsent messages get as long as
    // the option linger says, in the background; Context::term() waits for them (zmq_close).
    void close()
    {
        require_owner();
        state_->close([](int linger) { return linger; });
    }
    void close(std::chrono::milliseconds linger)
    {
        require_owner();
        state_->close([linger](int) { return option_milliseconds(linger); });
    }

    [[nodiscard]] bool is_closed() const { return state_->is_closed(); }
    // Whether it has been bound or connected, and is still.
    [[nodiscard]] bool is_attached() const
    {
        const Use use(*state_, "is_attached()");
        return !state_->endpoints.empty();
    }
    [[nodiscard]] bool is_owner() const { return owner_ && state_->is_owned(); }

    [[nodiscard]] SocketType type() const { return state_->type(); }
    [[nodiscard]] Context context() const { return Context(state_->context(), owns_context_); }
    [[nodiscard]] const std::string& origin() const { return state_->origin(); }

    // Becomes readable when something happened to the socket, once: read events() then (ZMQ_FD).
    [[nodiscard]] Descriptor descriptor() const
    {
        const Use use(*state_, "fileno()");
        state_->note_exposed();
        return state_->descriptor();
    }

    // "REQ socket [tcp://127.0.0.1:5000]"
    [[nodiscard]] std::string describe() const
    {
        if (state_->is_foreign()) {
            return std::string(name(type())) + " socket of the parent process";
        }
        const std::lock_guard<Lock> guard(state_->lock());
        return state_->describe();
    }

    // The raw libzmq socket, for code that shares it; null once closed.
    [[nodiscard]] void* handle() const
    {
        require_home("Socket.handle()");
        return state_->expose();
    }

    [[nodiscard]] const std::shared_ptr<detail::SocketState>& state() const { return state_; }

    friend bool operator==(const Socket& a, const Socket& b) { return a.state_ == b.state_; }
    friend bool operator!=(const Socket& a, const Socket& b) { return !(a == b); }

    // Building blocks for other languages: `count` parts that may already be inside libzmq.
    [[nodiscard]] bool send(Message* parts, std::size_t count, int flags, Deadline deadline,
                            const char* operation = "send()")
    {
        return state_->until(operation, ZMQ_POLLOUT, deadline,
                             [&] { return state_->send_parts(operation, parts, count, flags); });
    }
    [[nodiscard]] bool try_send(Message* parts, std::size_t count, int flags);

private:
    friend class Context;
    using Use = detail::SocketState::Use;

    Socket(std::shared_ptr<detail::SocketState> state, bool owner, bool owns_context)
        : state_(std::move(state)), owner_(owner), owns_context_(owns_context)
    {
    }

    void send_or_time_out(Message* parts, std::size_t count, int flags)
    {
        if (!try_send(parts, count, flags) &&
            !send(parts, count, flags, option_deadline(ZMQ_SNDTIMEO, "send()"))) {
            throw Timeout("send() on " + describe() + ": no peer had room in time (sndtimeo)");
        }
    }

    template <class T> T or_time_out(std::optional<T>&& received, const char* operation) const
    {
        if (!received) {
            throw Timeout(std::string(operation) + " on " + describe() +
                          ": no message came in time (rcvtimeo)");
        }
        return std::move(*received);
    }

    std::string attach(const char* verb, const std::string& endpoint,
                       int (*call)(void*, const char*));
    void require_attachable(const std::string& endpoint, bool binds, const std::string& operation);
    std::string note_attached(const std::string& endpoint, bool binds);
    void detach(const char* verb, const std::string& endpoint, int (*call)(void*, const char*));

    void require_owner() const
    {
        if (!owner_) {
            throw StateError(
                "Socket.close(): this socket is borrowed; only its owner may close it");
        }
    }

    void require_home(const char* operation) const { state_->require_home(operation); }

    std::shared_ptr<detail::SocketState> state_;
    bool owner_;
    bool owns_context_;  // what context() may do, so that a borrower gets no more than he has
};

inline std::vector<Socket> Context::sockets() const
{
    std::vector<Socket> open;
    for (auto& state : state_->sockets()) {
        open.push_back(Socket(std::move(state), owner_, is_owner()));
    }
    return open;
}

}  // namespace v1
}  // namespace zmqpp

#include "socket_batches.hpp"
#include "socket_endpoints.hpp"
#include "socket_options.hpp"
#include "socket_subscribers.hpp"
