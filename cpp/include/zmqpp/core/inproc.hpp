// The names of inproc in one context: which are bound, and which are awaited, by sockets that connected
// before anybody bound them. libzmq allows that, and keeps both ends of such a connection in the socket
// that connects until somebody binds the name. Who binds it after that socket began to close, or while
// it does, aborts or crashes the process. So a socket that is closed too early is kept until the name is
// bound or the context ends; libzmq itself could not close it any sooner.
//
// The mutex of the context guards it.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "constants.hpp"
#include "reaper.hpp"

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

    // A PAIR refuses all peers but its first, and a ROUTER or REP that was refused in the middle of a
    // bind ends in an abort. They would have nothing to say to each other anyway.
    [[nodiscard]] bool may_bind(const std::string& name, SocketType type) const
    {
        const auto found = awaited_.find(name);
        return type != SocketType::pair || found == awaited_.end() ||
               std::none_of(found->second.begin(), found->second.end(), [](const auto& waiting) {
                   return waiting.second == SocketType::router || waiting.second == SocketType::rep;
               });
    }

    void bind(const std::string& name)
    {
        bound_.insert(name);
        answer(name);
    }

    void unbind(const std::string& name) noexcept { bound_.erase(name); }

    // Somebody bound it, if only for a moment: who waited for it is connected, and may close.
    void answer(const std::string& name)
    {
        awaited_.erase(name);
        const auto closable = std::partition(kept_.begin(), kept_.end(), [this](const Kept& kept) {
            return awaits_anything(kept.socket);
        });
        std::for_each(closable, kept_.end(),
                      [](const Kept& kept) { Reaper::instance().close(kept.handle); });
        kept_.erase(closable, kept_.end());
    }

    [[nodiscard]] bool is_awaited_by(const std::string& name, Serial socket) const noexcept
    {
        const auto found = awaited_.find(name);
        return found != awaited_.end() && found->second.count(socket) != 0;
    }

    [[nodiscard]] bool is_awaited_by_others(const std::string& name, Serial socket) const noexcept
    {
        const auto found = awaited_.find(name);
        return found != awaited_.end() && found->second.size() > found->second.count(socket);
    }

    // Takes a socket that is to be closed; false if it may be closed now.
    [[nodiscard]] bool keep(void* handle, Serial socket)
    {
        if (!awaits_anything(socket)) {
            return false;
        }
        kept_.push_back({handle, socket});
        return true;
    }

    [[nodiscard]] bool nothing_awaited() const noexcept { return awaited_.empty(); }

    // Binds all that is awaited to one more socket, before the context ends. libzmq would do it, with a
    // socket for each, and abort the process if max_sockets left no room for them. Does nothing if
    // there is no room even for that one.
    void answer_all(void* context)
    {
        if (awaited_.empty()) {
            return;
        }
        void* binder = zmq_socket(context, binder_type);
        if (binder == nullptr) {
            return;
        }
        for (const auto& [name, sockets] : awaited_) {
            zmq_bind(binder, name.c_str());
        }
        zmq_close(binder);
        while (!awaited_.empty()) {
            answer(std::string(awaited_.begin()->first));
        }
    }

    // It takes any number of peers, of any type.
    static constexpr int binder_type = ZMQ_DEALER;

private:
    struct Kept {
        void* handle;
        Serial socket;
    };

    [[nodiscard]] bool awaits_anything(Serial socket) const noexcept
    {
        return std::any_of(awaited_.begin(), awaited_.end(), [socket](const auto& entry) {
            return entry.second.count(socket) != 0;
        });
    }

    std::set<std::string> bound_;
    std::map<std::string, std::map<Serial, SocketType>> awaited_;
    std::vector<Kept> kept_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
