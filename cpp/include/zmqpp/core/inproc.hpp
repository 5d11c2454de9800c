// The names of inproc in one context: which are bound, and which are awaited, by sockets that connected
// before anybody bound them. libzmq allows that, but some of what may follow makes it abort the process.
// Those ways are closed here.
//
// The mutex of the context guards it.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "constants.hpp"
#include "error.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

[[nodiscard]] inline bool is_inproc(const std::string& endpoint)
{
    return endpoint.rfind("inproc://", 0) == 0;
}

class InprocNames {
public:
    // Sockets go by their serial numbers.
    using Serial = std::uint64_t;

    void connect(const std::string& name, Serial socket, SocketType type, bool conflates)
    {
        if (bound_.count(name) == 0) {
            awaited_[name].emplace(socket, Waiting{type, conflates, false});
        }
    }

    void bind(const std::string& name, SocketType type)
    {
        bound_[name] = type;
        answer(name);
    }

    [[nodiscard]] bool is_bound(const std::string& name) const { return bound_.count(name) != 0; }
    // A STREAM talks to programs without ZeroMQ, and aborts at a message of several parts.
    [[nodiscard]] bool may_connect(const std::string& name, SocketType type) const
    {
        const auto found = bound_.find(name);
        return type != SocketType::stream &&
               (found == bound_.end() || found->second != SocketType::stream);
    }

    void unbind(const std::string& name) noexcept { bound_.erase(name); }

    // Somebody bound it, if only for a moment: who waited for it is connected.
    void answer(const std::string& name) noexcept { awaited_.erase(name); }

    // The socket is about to be closed. libzmq keeps its half of the connection, with the messages it
    // sent, until somebody binds the name, who may abort at what he meets: one that conflates keeps the
    // last message only, which now is the end itself, and a ROUTER or REP is sent a routing id when it
    // may be gone already. These are bound at once, unless others wait for the name too.
    void forget(Serial socket, void* context)
    {
        for (auto entry = awaited_.begin(); entry != awaited_.end();) {
            auto& [name, sockets] = *entry;
            const auto found = sockets.find(socket);
            if (found != sockets.end()) {
                found->second.is_gone = true;
                if (found->second.is_delicate() && !is_awaited_by_others(name, socket) &&
                    bind_another(context, name)) {
                    entry = awaited_.erase(entry);
                    continue;
                }
            }
            ++entry;
        }
    }

    // Why a socket cannot bind the name; null if it can.
    [[nodiscard]] const char* why_not(const std::string& name, SocketType type, bool welcomes) const
    {
        if (!may_authenticate(name, type)) {
            return "a ZAP authenticator is a REP or ROUTER";
        }
        if (!may_bind(name, type)) {
            return "a PAIR talks to a PAIR only, and a socket of another type has connected";
        }
        const auto found = awaited_.find(name);
        if (found == awaited_.end()) {
            return nullptr;
        }
        if (type == SocketType::stream) {
            return "a STREAM talks to programs without ZeroMQ only, and a socket has connected";
        }
        for (const auto& [serial, waiting] : found->second) {
            if (waiting.is_gone && waiting.is_delicate() && !takes_routing_ids(type)) {
                return "a socket that had connected was closed, and this one would trip over it; "
                       "take another name";
            }
            if (waiting.is_gone && welcomes) {
                return "a socket that had connected was closed; set xpub_welcome_msg after this";
            }
        }
        return nullptr;
    }

    // Where libzmq asks whether a peer may come in (ZAP). It aborts unless one of these answers there.
    [[nodiscard]] static bool may_authenticate(const std::string& name, SocketType type)
    {
        return name != "inproc://zeromq.zap.01" || type == SocketType::rep ||
               type == SocketType::router || type == SocketType::server;
    }

    [[nodiscard]] static bool takes_one_peer(SocketType type) noexcept
    {
        return type == SocketType::pair || type == SocketType::channel || type == SocketType::dgram;
    }

    // A PAIR refuses all peers but its first, and a ROUTER or REP that is refused in the middle of a
    // bind ends in an abort. They would have nothing to say to each other anyway.
    [[nodiscard]] bool may_bind(const std::string& name, SocketType type) const
    {
        const auto found = awaited_.find(name);
        return !takes_one_peer(type) || found == awaited_.end() ||
               std::none_of(found->second.begin(), found->second.end(), [](const auto& waiting) {
                   return !waiting.second.is_gone && takes_routing_ids(waiting.second.type);
               });
    }

    [[nodiscard]] bool is_awaited_by(const std::string& name, Serial socket) const
    {
        const auto found = awaited_.find(name);
        return found != awaited_.end() && found->second.count(socket) != 0;
    }

    [[nodiscard]] bool is_awaited_by_others(const std::string& name, Serial socket) const
    {
        const auto found = awaited_.find(name);
        return found != awaited_.end() &&
               std::any_of(found->second.begin(), found->second.end(), [&](const auto& waiting) {
                   return waiting.first != socket && !waiting.second.is_gone;
               });
    }

    [[nodiscard]] bool nothing_awaited() const noexcept { return awaited_.empty(); }

    // Binds all that is awaited to one more socket, before the context ends. Sockets that wait cannot be
    // closed, so libzmq would do it, with a socket for each, and abort the process if max_sockets left
    // no room for them. Does nothing if there is no room even for that one.
    void answer_all(void* context)
    {
        void* binder = awaited_.empty() ? nullptr : zmq_socket(context, binder_type);
        if (binder == nullptr) {
            return;
        }
        for (const auto& [name, sockets] : awaited_) {
            zmq_bind(binder, name.c_str());
        }
        zmq_close(binder);
        awaited_.clear();
    }

    // Binds a name that is awaited to one more socket, for as long as `call` takes.
    template <class Call> int answer_by_another(void* context, const std::string& name, Call&& call)
    {
        int rc = -1;
        int code = 0;
        if (!bind_another(context, name, [&] {
                rc = call();
                code = zmq_errno();
            })) {
            fail(zmq_errno(), "\"" + name + "\", which nobody has bound yet");
        }
        answer(name);
        errno = code;
        return rc;
    }

private:
    struct Waiting {
        SocketType type;
        bool conflates;
        bool is_gone;

        [[nodiscard]] bool is_delicate() const { return conflates || takes_routing_ids(type); }
    };

    [[nodiscard]] static bool takes_routing_ids(SocketType type) noexcept
    {
        return type == SocketType::router || type == SocketType::rep;
    }

    // Takes any number of peers, of any type and in any state.
    static constexpr int binder_type = ZMQ_ROUTER;

    static bool bind_another(void* context, const std::string& name)
    {
        return bind_another(context, name, [] {});
    }
    template <class Call>
    static bool bind_another(void* context, const std::string& name, Call&& call)
    {
        void* binder = context == nullptr ? nullptr : zmq_socket(context, binder_type);
        if (binder == nullptr) {
            return false;
        }
        zmq_bind(binder, name.c_str());
        call();
        zmq_unbind(binder, name.c_str());
        zmq_close(binder);
        return true;
    }

    std::map<std::string, SocketType> bound_;
    std::map<std::string, std::map<Serial, Waiting>> awaited_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
