// Who subscribes to a PUB, counted from what libzmq tells an XPUB with xpub_verboser: one notification
// for each subscription that comes and goes. The lock of the socket guards it.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "message.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class Subscribers {
public:
    // One message from libzmq. True if the count changed.
    bool take(Message&& notification)
    {
        const std::string_view text = notification.view();
        if (text.empty() || (text.front() != '\0' && text.front() != '\1')) {
            return false;  // a message of an XSUB, which a PUB ignores
        }
        const std::string_view name = text.substr(1);
        return text.front() == '\1' ? add(std::string(name), std::move(notification))
                                    : remove(name, peer_of(notification));
    }

    // Of all topics, or of this one and no other.
    [[nodiscard]] std::size_t count(const std::optional<std::string_view>& name) const
    {
        if (name) {
            const auto found = topics_.find(*name);
            return found == topics_.end() ? 0 : found->second.count();
        }
        std::size_t sum = 0;
        for (const auto& [its_name, topic] : topics_) {
            sum += topic.count();
        }
        return sum;
    }

    // The socket was bound or connected. A peer that it connected to, and that comes back, subscribes
    // anew without libzmq having told that it went: no more peers can be there than connections. That
    // can be said only while nobody else connects, and `immediate` is off, by which libzmq does tell.
    void note_attached(bool countable, std::size_t connections)
    {
        countable_ = countable_ && countable;
        connections_ = (std::max)(connections_, connections);
    }

private:
    // Peers by the address of what libzmq knows of them, which stays theirs while one of their messages
    // is kept. By inproc, and by old protocols, nothing is known; and when a peer is gone libzmq tells
    // of the topic, but not of the peer.
    struct Topic {
        std::map<const char*, Message> peers;
        std::size_t unknown = 0;
        std::size_t gone = 0;  // of `peers`, whichever they are

        [[nodiscard]] std::size_t count() const { return unknown + peers.size() - gone; }
    };

    static const char* peer_of(Message& notification)
    {
        return zmq_msg_gets(notification.raw(), "Socket-Type");
    }

    // True if the peer had not subscribed yet.
    bool add(std::string&& name, Message&& notification)
    {
        Topic& topic = topics_[std::move(name)];
        const std::size_t before = topic.count();
        if (const char* peer = peer_of(notification); peer == nullptr) {
            ++topic.unknown;
        } else {
            topic.peers.emplace(peer, std::move(notification));
        }
        if (countable_ && topic.peers.size() - topic.gone > connections_) {
            ++topic.gone;
        }
        shorten(topic);
        return topic.count() != before;
    }

    bool remove(std::string_view name, const char* peer)
    {
        const auto found = topics_.find(name);
        if (found == topics_.end()) {
            return false;
        }
        Topic& topic = found->second;
        if (topic.peers.erase(peer) != 0) {
            topic.gone = (std::min)(topic.gone, topic.peers.size());
        } else if (topic.unknown != 0) {
            --topic.unknown;
        } else if (topic.gone != topic.peers.size()) {
            ++topic.gone;
        }
        shorten(topic);
        if (topic.count() == 0) {
            topics_.erase(found);
        }
        return true;
    }

    // So that peers who come and go leave no more behind than a few.
    void shorten(Topic& topic) const
    {
        constexpr std::size_t few = 8;
        constexpr std::size_t many = 1000;
        for (; topic.gone > few; --topic.gone) {
            topic.peers.erase(topic.peers.begin());
        }
        if (!countable_ && connections_ != 0 && topic.peers.size() > many) {
            topic.unknown = topic.count();
            topic.peers.clear();
            topic.gone = 0;
        }
    }

    std::map<std::string, Topic, std::less<>> topics_;
    bool countable_ = true;
    std::size_t connections_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
