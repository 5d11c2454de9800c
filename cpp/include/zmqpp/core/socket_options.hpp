// Socket's options at the level of libzmq: bytes in and out by a row of the table, with errors that
// name the option. Included by socket.hpp.
#pragma once

#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

[[nodiscard]] inline std::string option_error(const SocketState& state, const OptionRow& row,
                                              const char* verb, int code)
{
    std::string text = std::string(verb) + " option " + row.name + " of " + state.describe();
    if (code == EINVAL) {
        text +=
            ": not a valid value, or not an option of this socket type or of this libzmq's build";
    }
    return text;
}

// zmq_setsockopt and zmq_getsockopt, for a socket that is in use.
inline int SocketState::set_option(const OptionRow& row, const void* value, std::size_t size)
{
    if (publisher_ && publisher_->must_become_plain(row.id, value, size)) {
        become_plain(row.name);
    }
    const int rc = zmq_setsockopt(handle_, row.id, value, size);
    if (rc == 0) {
        note_option(row.id, value, size);
    }
    return rc;
}
inline void SocketState::note_option(int id, const void* value, std::size_t size)
{
    if (id == ZMQ_CONFLATE) {
        // Connections that were made keep conflating when the option is taken back.
        const bool on = *static_cast<const int*>(value) != 0;
        conflating_ = on || (conflating_ && !endpoints.empty());
        choose_paths();
    } else if (id == ZMQ_XPUB_WELCOME_MSG) {
        welcomes_ = size != 0;
    } else if (id == ZMQ_RCVTIMEO) {
        receive_timeout_ = *static_cast<const int*>(value);
    } else if (id == ZMQ_SNDTIMEO) {
        send_timeout_ = *static_cast<const int*>(value);
    }
    peer_names.note_option(id, value, size);
    if (publisher_) {
        publisher_->note_option(handle_, id, value, size);
    }
}
inline int SocketState::timeout(int id, const char* operation)
{
    if (is_private()) {
        const auto& known = id == ZMQ_RCVTIMEO ? receive_timeout_ : send_timeout_;
        return known.load(std::memory_order_relaxed);
    }
    const Use use(*this, operation);
    int timeout = -1;  // which others may have set
    std::size_t size = sizeof timeout;
    check(zmq_getsockopt(handle_, id, &timeout, &size), [&] { return describe(operation); });
    return timeout;
}
inline int SocketState::get_option(int id, void* value, std::size_t* size)
{
    if (id == ZMQ_EVENTS) {
        note_news();
    }
    const int rc = zmq_getsockopt(handle_, id, value, size);
    if (rc == 0 && publisher_ && id == ZMQ_TYPE) {
        *static_cast<int*>(value) = ZMQ_PUB;
    } else if (rc == 0 && publisher_ && id == ZMQ_EVENTS) {
        *static_cast<int*>(value) = only_events(look());
    } else if (id == ZMQ_FD) {
        note_exposed();
    }
    return rc;
}

// Replaces the libzmq socket of a PUB that has no peers yet: see publisher.hpp.
inline void SocketState::become_plain(const char* option)
{
    if (attached_ || exposed_ || !monitored_.is_off()) {
        throw StateError("set option " + std::string(option) + " of " + describe() +
                         ": too late, the socket has been bound, connected, monitored or "
                         "shared with other code; give it to Context.socket()");
    }
    std::uint64_t serial = 0;
    void* plain = context_->open_socket(ZMQ_PUB, serial);
    registrations_.note_closing();
    zmq_close(handle_.exchange(plain));
    begin_use();
    publisher_->become_plain(handle_, option);
    context_->forget_socket(std::exchange(serial_, serial));
    context_->introduce_socket(serial_, weak_from_this());
    waiters_.wake_all();  // they sleep on the old one's descriptor
}

}  // namespace detail

inline void Socket::set_raw(const OptionRow& row, const void* value, std::size_t size)
{
    const Use use(*state_, row.name);
    if (row.id == ZMQ_SNDHWM || row.id == ZMQ_RCVHWM) {
        state_->require_no_lost_peers(row.name);
    }
    state_->peer_names.require_option(type(), row, value, size);
    if (state_->set_option(row, value, size) != 0) {
        const int code = zmq_errno();
        require_library(std::string("Option ") + row.name, row.since, row.draft);
        fail(code, detail::option_error(*state_, row, "set", code));
    }
}

inline void Socket::get_raw(const OptionRow& row, void* value, std::size_t size) const
{
    const Use use(*state_, row.name);
    if (state_->get_option(row.id, value, &size) != 0) {
        const int code = zmq_errno();
        require_library(std::string("Option ") + row.name, row.since, row.draft);
        fail(code, detail::option_error(*state_, row, "get", code));
    }
    if ((row.id == ZMQ_EVENTS || row.id == ZMQ_RCVMORE) && size == sizeof(int)) {
        *static_cast<int*>(value) |= state_->prefetched(row.id);
    }
}

inline std::string Socket::get_string(const OptionRow& row) const
{
    const Use use(*state_, row.name);
    // libzmq does not say how much room it wants, and refuses too little with EINVAL. A key comes
    // as Z85 text in 41 bytes exactly.
    std::string value(row.kind == Kind::key ? 41 : 256, '\0');
    for (;;) {
        std::size_t size = value.size();
        if (zmq_getsockopt(state_->handle(), row.id, value.data(), &size) == 0) {
            value.resize(size);
            if (row.kind != Kind::bytes && !value.empty() && value.back() == '\0') {
                value.pop_back();
            }
            return value;
        }
        const int code = zmq_errno();
        if (code != EINVAL || row.kind == Kind::key || value.size() >= (1u << 16)) {
            require_library(std::string("Option ") + row.name, row.since, row.draft);
            fail(code, detail::option_error(*state_, row, "get", code));
        }
        value.resize(value.size() * 4);
    }
}

inline void Socket::join([[maybe_unused]] const std::string& group)
{
#ifdef ZMQ_BUILD_DRAFT_API
    const Use use(*state_, "join()");
    check(zmq_join(state_->handle(), group.c_str()),
          [&] { return state_->describe("join(\"" + group + "\")"); });
#else
    throw NotSupported("join() is a draft of libzmq; zmqpp was built without drafts");
#endif
}

inline void Socket::leave([[maybe_unused]] const std::string& group)
{
#ifdef ZMQ_BUILD_DRAFT_API
    const Use use(*state_, "leave()");
    check(zmq_leave(state_->handle(), group.c_str()),
          [&] { return state_->describe("leave(\"" + group + "\")"); });
#else
    throw NotSupported("leave() is a draft of libzmq; zmqpp was built without drafts");
#endif
}

}  // namespace v1
}  // namespace zmqpp
