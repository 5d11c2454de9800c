// Messages that were taken out of libzmq, but not by the program. One reason is a disconnect: to answer
// whether there is something to receive, some types of sockets fetch the first part of a message, and
// abort, or go on with the parts of another one, when the connection that the rest would come from is
// taken from them.
//
// The lock of the socket guards it.
#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <utility>

#include "constants.hpp"
#include "message.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class Prefetched {
public:
    [[nodiscard]] static constexpr bool is_done_by(SocketType type) noexcept
    {
        return type == SocketType::sub || type == SocketType::xsub || type == SocketType::router ||
               type == SocketType::rep || type == SocketType::dish;
    }

    [[nodiscard]] bool empty() const noexcept { return parts_ == nullptr; }

    void put(Message&& part) { list().push_back(std::move(part)); }

    // A whole message that turned out to be for another call: it is the next again.
    void put_back(Multipart&& message)
    {
        list().insert(list().begin(), std::make_move_iterator(message.begin()),
                      std::make_move_iterator(message.end()));
    }

    ZMQPP_SELDOM void take(Message& into)
    {
        into = std::move(parts_->front());
        parts_->pop_front();
        if (parts_->empty()) {
            parts_.reset();
        }
    }

private:
    using Parts = std::deque<Message>;

    Parts& list()
    {
        if (parts_ == nullptr) {
            parts_ = std::make_unique<Parts>();
        }
        return *parts_;
    }

    // Not inside, because nearly no socket ever has any: an empty list would take 0.7 kB of each.
    std::unique_ptr<Parts> parts_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
