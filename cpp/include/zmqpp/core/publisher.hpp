// A PUB that knows its subscribers. libzmq's own PUB swallows its subscriptions, so that nobody can tell
// when it is worth sending. But it is an XPUB underneath, with the same way of sending. So our PUB is an
// XPUB for libzmq, and for its peers; here it becomes a PUB again: what an XPUB would receive is taken
// out and counted. The lock of the socket guards it.
//
// What only a PUB can do, conflate, takes a PUB of libzmq. Then the socket is replaced by one, which
// must happen before it has peers, with the options that it was given so far.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "deadline.hpp"
#include "inproc.hpp"
#include "message.hpp"
#include "subscribers.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class Publisher {
public:
    // Beside the bits of ZMQ_EVENTS: the subscribers are others than they were.
    static constexpr short news = 0x100;

    static constexpr int never = (std::numeric_limits<int>::max)();

    // The type to open for libzmq.
    static constexpr int libzmq_type = ZMQ_XPUB;

    explicit Publisher(void* handle) { report_all(handle); }

    // The events of a PUB made from those of the XPUB: nothing to receive, maybe news.
    [[nodiscard]] int translate(void* handle, int events) noexcept
    {
        if (!is_plain() && (events & ZMQ_POLLIN) != 0) {
            count(handle);
        }
        return (events & ~ZMQ_POLLIN) | (has_news_ ? news : 0);
    }
    void forget_news() noexcept { has_news_ = false; }

    // Between messages that are sent: nothing may pile up in a socket that only sends. Returns after how
    // many more to call it again. It costs about a microsecond, so who sends much calls it seldom.
    [[nodiscard]] int count_between_sends(void* handle) noexcept
    {
        const auto now = Deadline::Clock::now();
        const bool is_soon = now - counted_at_ < std::chrono::milliseconds(10);
        counted_at_ = now;
        const bool found = count(handle);
        sends_between_counts_ = !is_soon ? 1
                                : found  ? (std::max)(1, sends_between_counts_ / 2)
                                         : (std::min)(8192, sends_between_counts_ * 2);
        return sends_between_counts_;
    }

    [[nodiscard]] const Subscribers& subscribers() const noexcept { return subscribers_; }

    // --- options ---

    // Whether setting this option takes a PUB of libzmq, and there is none yet.
    [[nodiscard]] bool must_become_plain(int option, const void* value, std::size_t size) const
    {
        return option == ZMQ_CONFLATE && !is_plain() && to_int(value, size) == 1;
    }

    // What libzmq makes of an option of ours. Notifications are its only means, and so are always on.
    void note_option(void* handle, int option, const void* value, std::size_t size)
    {
        if (option == ZMQ_XPUB_VERBOSE || option == ZMQ_XPUB_VERBOSER) {
            report_all(handle);
        } else if (!is_attached_) {
            // Only filters add up; of the others the last one counts, after what was set before it.
            if (option != ZMQ_TCP_ACCEPT_FILTER) {
                given_.erase(std::remove_if(given_.begin(), given_.end(),
                                            [&](const Given& one) { return one.option == option; }),
                             given_.end());
            }
            given_.push_back(
                {option, value == nullptr, std::string(static_cast<const char*>(value), size)});
        }
    }

    // `handle` is a PUB of libzmq now, because of `option`.
    void become_plain(void* handle, std::string option)
    {
        for (const Given& one : given_) {
            zmq_setsockopt(handle, one.option, one.is_null ? nullptr : one.value.data(),
                           one.value.size());
        }
        plain_because_of_ = std::move(option);
    }
    [[nodiscard]] bool is_plain() const noexcept { return !plain_because_of_.empty(); }
    [[nodiscard]] const std::string& plain_because_of() const noexcept { return plain_because_of_; }

    // It was bound or connected. `endpoints` are all there are, with `bound` and `real` of each.
    template <class Endpoints> void note_attached(void* handle, const Endpoints& endpoints)
    {
        int immediate = 0;
        std::size_t size = sizeof immediate;
        zmq_getsockopt(handle, ZMQ_IMMEDIATE, &immediate, &size);
        bool may_be_found = false;
        std::size_t connections = 0;
        for (const auto& endpoint : endpoints) {
            if (!is_inproc(endpoint.real)) {
                may_be_found = may_be_found || endpoint.bound;
                connections += endpoint.bound ? 0 : 1;
            }
        }
        subscribers_.note_attached(!may_be_found && immediate == 0, connections);
        is_attached_ = true;
        given_.clear();
        given_.shrink_to_fit();
    }

private:
    struct Given {
        int option;
        bool is_null;
        std::string value;
    };

    static void report_all(void* handle) noexcept
    {
        const int on = 1;
        zmq_setsockopt(handle, ZMQ_XPUB_VERBOSER, &on, sizeof on);
    }

    [[nodiscard]] static int to_int(const void* value, std::size_t size)
    {
        return size == sizeof(int) && value != nullptr ? *static_cast<const int*>(value) : -1;
    }

    // True if there was anything to count.
    bool count(void* handle) noexcept
    {
        bool found = false;
        try {
            while (!is_plain()) {
                Message notification;
                if (zmq_msg_recv(notification.raw(), handle, ZMQ_DONTWAIT) < 0) {
                    break;
                }
                found = true;
                has_news_ = subscribers_.take(std::move(notification)) || has_news_;
            }
        } catch (const std::bad_alloc&) {
            has_news_ = true;  // a subscriber may be missing; a crash would be worse
        }
        return found;
    }

    Subscribers subscribers_;
    int sends_between_counts_ = 1;
    Deadline::Clock::time_point counted_at_{};
    bool has_news_ = false;
    bool is_attached_ = false;
    std::vector<Given> given_;  // until it is attached
    std::string plain_because_of_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
