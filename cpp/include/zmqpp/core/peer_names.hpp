// The names that a ROUTER or STREAM gives to peers by the option connect_routing_id. A name that some
// peer has already makes libzmq abort the process, so it is refused here.
//
// The lock of the socket guards it.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "constants.hpp"
#include "error.hpp"
#include "option.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class PeerNames {
public:
    // Before libzmq is told of an option.
    static void require_option(SocketType type, const OptionRow& row, const void* value,
                               std::size_t size)
    {
        const bool is_name = row.id == ZMQ_CONNECT_ROUTING_ID;
        if (type == SocketType::rep &&
            (is_name || row.id == ZMQ_ROUTER_MANDATORY || row.id == ZMQ_ROUTER_RAW)) {
            // A REP is a ROUTER to libzmq, and aborts when such a one cannot send.
            throw Error(EINVAL, std::string("set option ") + row.name +
                                    ": not an option of a REP, which addresses nobody");
        }
        if (is_name && size != 0 && *static_cast<const char*>(value) == '\0') {
            throw Error(
                EINVAL,
                "set option connect_routing_id: names that begin with a zero byte are those "
                "that libzmq makes up");
        }
    }

    // After libzmq has accepted it.
    void note_option(int option, const void* value, std::size_t size)
    {
        switch (option) {
        case ZMQ_CONNECT_ROUTING_ID:
            if (names_ == nullptr) {
                names_ = std::make_unique<Names>();
            }
            names_->next.assign(static_cast<const char*>(value), size);
            break;
        case ZMQ_ROUTER_MANDATORY: mandatory_ = *static_cast<const int*>(value) != 0; break;
        case ZMQ_ROUTER_RAW: raw_ = *static_cast<const int*>(value) != 0; break;
        default: break;
        }
    }

    // Whether the next connect gives a name away.
    [[nodiscard]] bool is_pending() const noexcept
    {
        return names_ != nullptr && !names_->next.empty();
    }

    // Before a connect that would give the name away, with no message half sent. libzmq forgets a
    // peer that is gone in the background, and does not tell when: so a name is given once.
    void require_free(void* handle, SocketType type, const std::string& operation) const
    {
        const std::string& name = names_->next;
        if (names_->given.count(name) != 0) {
            throw StateError(operation + ": connect_routing_id '" + name +
                             "' was given to a peer before; a socket gives a name only once");
        }
        if (type == SocketType::router && !raw_ && is_taken(handle)) {
            throw StateError(operation + ": connect_routing_id '" + name +
                             "' is the routing_id of another peer, which has been sent an empty "
                             "message");
        }
    }

    // After the connect.
    void give(void* handle)
    {
        int immediate = 0;
        std::size_t size = sizeof immediate;
        zmq_getsockopt(handle, ZMQ_IMMEDIATE, &immediate, &size);
        if (immediate == 0) {  // else libzmq keeps the name for the connect after this one
            names_->given.insert(std::exchange(names_->next, std::string()));
        }
    }

private:
    // libzmq can be asked only by addressing the peer: one that is there has to be sent something.
    [[nodiscard]] bool is_taken(void* handle) const
    {
        const auto be_mandatory = [handle](bool mandatory) {
            const int value = mandatory ? 1 : 0;
            zmq_setsockopt(handle, ZMQ_ROUTER_MANDATORY, &value, sizeof value);
        };
        int events = 0;
        std::size_t size = sizeof events;
        zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size);  // makes it look for new peers
        be_mandatory(true);
        const bool addressed = zmq_send(handle, names_->next.data(), names_->next.size(),
                                        ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
        const bool full = !addressed && zmq_errno() == EAGAIN;
        be_mandatory(mandatory_);
        if (addressed) {
            zmq_send(handle, "", 0, ZMQ_DONTWAIT);
        }
        return addressed || full;
    }

    struct Names {
        std::string next;  // for the next connect
        std::set<std::string> given;
    };

    std::unique_ptr<Names> names_;  // nearly no socket has any
    bool mandatory_ = false;
    bool raw_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
