// Poller waits for any of many sockets and plain descriptors. Any thread may change it or poll it;
// a poll that is under way works on what was registered when it began.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "socket.hpp"
#include "wait.hpp"

namespace zmqpp {
inline namespace v1 {

class Poller {
public:
    struct Item {
        std::optional<Socket> socket;  // or else
        Descriptor descriptor = no_descriptor;
        int events = 0;  // poll_event bits to wait for; 0 waits for nothing but keeps its place

        [[nodiscard]] bool is(const Socket& other) const { return socket && *socket == other; }
        [[nodiscard]] bool is(Descriptor other) const { return !socket && descriptor == other; }
    };

    struct Ready {
        std::size_t index;  // of the item, in the order of registration
        int events;
    };

    // Registers a socket or descriptor, or changes what it waits for. Returns its index.
    std::size_t set(const Socket& socket, int events)
    {
        return set_item({socket, no_descriptor, events});
    }
    std::size_t set(Descriptor descriptor, int events)
    {
        return set_item({std::nullopt, descriptor, events});
    }

    // False if it was not registered.
    template <class Target> bool remove(const Target& target)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        for (std::size_t i = 0; i < items_->size(); ++i) {
            if ((*items_)[i].is(target)) {
                make_private();
                items_->erase(items_->begin() + static_cast<std::ptrdiff_t>(i));
                return true;
            }
        }
        return false;
    }

    void clear()
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        items_ = std::make_shared<Items>();
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return items_->size();
    }

    // What is ready now.
    [[nodiscard]] std::vector<Ready> try_poll() const
    {
        const auto items = snapshot();
        return look(*items, nullptr);
    }

    // Waits until something is ready; empty if the deadline passed first.
    [[nodiscard]] std::vector<Ready> poll(Deadline deadline) const
    {
        const auto items = snapshot();
        std::deque<Enlisted<Lock>> waiters;
        for (const Item& item : *items) {
            if (item.socket) {
                waiters.emplace_back(item.socket->state()->lock(), item.socket->state()->waiters(),
                                     static_cast<short>(item.events));
            }
        }
        for (;;) {
            std::vector<Ready> ready = look(*items, &waiters);
            if (!ready.empty() || deadline.passed()) {
                return ready;
            }
            sleep(*items, deadline);
        }
    }

private:
    using Items = std::vector<Item>;

    std::size_t set_item(Item item)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        make_private();
        for (std::size_t i = 0; i < items_->size(); ++i) {
            Item& known = (*items_)[i];
            if (item.socket ? known.is(*item.socket) : known.is(item.descriptor)) {
                known.events = item.events;
                return i;
            }
        }
        items_->push_back(std::move(item));
        return items_->size() - 1;
    }

    // A poll under way keeps the list it began with. Always a copy: that the list is used here alone
    // could be known from its use count, but not that another thread has finished reading it.
    void make_private() { items_ = std::make_shared<Items>(*items_); }

    [[nodiscard]] std::shared_ptr<const Items> snapshot() const
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return items_;
    }

    // One look at everything, without waiting. With `waiters`, each socket that is not ready is left
    // waiting: from its look on, nothing that happens to it can be missed.
    static std::vector<Ready> look(const Items& items, std::deque<Enlisted<Lock>>* waiters)
    {
        std::vector<Ready> ready;
        std::vector<PollItem> descriptors;
        std::size_t next_waiter = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Item& item = items[i];
            if (!item.socket) {
                descriptors.push_back(for_poll(item));
                continue;
            }
            auto& state = *item.socket->state();
            detail::SocketState::Use use(state, "poll()");
            Enlisted<Lock>* waiter = waiters == nullptr ? nullptr : &(*waiters)[next_waiter++];
            if (waiter != nullptr) {
                waiter->withdraw();
            }
            const int events = state.events() & item.events;
            if (events != 0) {
                ready.push_back({i, events});
            } else if (waiter != nullptr) {
                use.leave_waiting(*waiter);
            }
        }
        if (!descriptors.empty()) {
            look_at_descriptors(items, descriptors, ready);
        }
        return ready;
    }

    static void look_at_descriptors(const Items& items, std::vector<PollItem>& descriptors,
                                    std::vector<Ready>& ready)
    {
        if (!wait(descriptors.data(), descriptors.size(), Deadline::now(), "poll()")) {
            return;
        }
        std::size_t next = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].socket) {
                continue;
            }
            const int events = from_poll(descriptors[next++]);
            if (events != 0) {
                ready.push_back({i, events});
            }
        }
        std::sort(ready.begin(), ready.end(),
                  [](const Ready& a, const Ready& b) { return a.index < b.index; });
    }

    static void sleep(const Items& items, Deadline deadline)
    {
        Wake& wake = Wake::of_this_thread();
        std::vector<PollItem> sleepers{readable(wake.descriptor())};
        for (const Item& item : items) {
            if (!item.socket) {
                sleepers.push_back(for_poll(item));
            } else if (item.socket->state()->descriptor() != no_descriptor) {
                sleepers.push_back(readable(item.socket->state()->descriptor()));
            } else {  // a draft socket has none: look again soon
                deadline = deadline.earlier(std::chrono::milliseconds(5));
            }
        }
        wait(sleepers.data(), sleepers.size(), deadline, "poll()");
        if (sleepers.front().revents != 0) {
            wake.clear();
        }
    }

    static PollItem for_poll(const Item& item)
    {
        PollItem poll_item{};
        poll_item.fd = item.descriptor;
        poll_item.events = static_cast<short>(((item.events & ZMQ_POLLIN) != 0 ? POLLIN : 0) |
                                              ((item.events & ZMQ_POLLOUT) != 0 ? POLLOUT : 0) |
                                              ((item.events & ZMQ_POLLPRI) != 0 ? POLLPRI : 0));
        return poll_item;
    }

    // What zmq_poll makes of it: anything that is neither reading nor writing is an error.
    static int from_poll(const PollItem& poll_item)
    {
        const int events = poll_item.revents;
        return ((events & POLLIN) != 0 ? ZMQ_POLLIN : 0) |
               ((events & POLLOUT) != 0 ? ZMQ_POLLOUT : 0) |
               ((events & POLLPRI) != 0 ? ZMQ_POLLPRI : 0) |
               ((events & ~(POLLIN | POLLOUT | POLLPRI)) != 0 ? ZMQ_POLLERR : 0);
    }

    mutable std::mutex mutex_;
    std::shared_ptr<Items> items_ = std::make_shared<Items>();
};

}  // namespace v1
}  // namespace zmqpp
