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
#include <set>
#include <string>

#include "constants.hpp"

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

    void connect(const std::string& name, Serial socket, SocketType type)
    {
        if (bound_.count(name) == 0) {
            awaited_[name].emplace(socket, type);
        }
    }

    void bind(const std::string& name)
    {
        bound_.insert(name);
        answer(name);
    }

    void unbind(const std::string& name) noexcept { bound_.erase(name); }

    // Somebody bound it, if only for a moment: who waited for it is connected.
    void answer(const std::string& name) noexcept { awaited_.erase(name); }

    // The socket is closed. For libzmq the names it waits for stay awaited.
    void forget(Serial socket) noexcept
    {
        for (auto& [name, sockets] : awaited_) {
            sockets.erase(socket);
        }
    }

    // A PAIR refuses all peers but its first, and a ROUTER or REP that is refused in the middle of a
    // bind ends in an abort. They would have nothing to say to each other anyway.
    [[nodiscard]] bool may_bind(const std::string& name, SocketType type) const
    {
        const auto found = awaited_.find(name);
        return type != SocketType::pair || found == awaited_.end() ||
               std::none_of(found->second.begin(), found->second.end(), [](const auto& waiting) {
                   return waiting.second == SocketType::router || waiting.second == SocketType::rep;
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
        return found != awaited_.end() && found->second.size() > found->second.count(socket);
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

    // Takes any number of peers, of any type.
    static constexpr int binder_type = ZMQ_DEALER;

private:
    std::set<std::string> bound_;
    std::map<std::string, std::map<Serial, SocketType>> awaited_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
