// Poller waits for any of many sockets and plain descriptors. Any thread may change it or poll it;
// a poll that is under way works on what was registered when it began. A poll costs what is ready, and
// not what is registered (poll_set.hpp).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "poll_set.hpp"

namespace zmqpp {
inline namespace v1 {

class Poller {
public:
    using Target = detail::PollTarget;  // a socket or a descriptor
    using Ready = detail::PollSet::Ready;

    // A poll under way: goes on with what is registered now, whatever changes. For one thread.
    class Poll {
    public:
        explicit Poll(std::shared_ptr<detail::PollSet> set) : set_(std::move(set))
        {
            set_->begin_poll();
        }
        Poll(Poll&&) noexcept = default;
        Poll& operator=(Poll&&) = delete;
        ~Poll()
        {
            if (set_ != nullptr) {
                set_->end_poll();
            }
        }

        // What is ready now.
        [[nodiscard]] std::vector<Ready> try_poll() const { return set_->try_poll(); }

        // Waits until something is ready; empty if the deadline passed first.
        [[nodiscard]] std::vector<Ready> poll(Deadline deadline) const
        {
            return set_->poll(deadline);
        }

    private:
        std::shared_ptr<detail::PollSet> set_;
    };

    // Registers a target, or changes what it waits for: bits of poll_event, 0 to wait for nothing but
    // keep its place. Returns its index.
    std::size_t set(const Target& target, int events)
    {
        const std::lock_guard<Lock> guard(lock_);
        return mine().set(target, events);
    }

    // False if it was not registered.
    bool remove(const Target& target)
    {
        const std::lock_guard<Lock> guard(lock_);
        const auto index = set_->find(target);
        if (index) {
            mine().remove(*index);
        }
        return index.has_value();
    }

    void clear()
    {
        auto replaced = std::make_shared<detail::PollSet>();  // goes when the lock is given up
        const std::lock_guard<Lock> guard(lock_);
        set_.swap(replaced);
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard<Lock> guard(lock_);
        return set_->size();
    }

    // The index of a target.
    [[nodiscard]] std::optional<std::size_t> find(const Target& target) const
    {
        const std::lock_guard<Lock> guard(lock_);
        return set_->find(target);
    }

    [[nodiscard]] Poll begin() const
    {
        const std::lock_guard<Lock> guard(lock_);
        if (set_->is_foreign()) {
            set_ = set_->clone();
        }
        return Poll(set_);
    }

    [[nodiscard]] std::vector<Ready> try_poll() const { return begin().try_poll(); }
    [[nodiscard]] std::vector<Ready> poll(Deadline deadline) const
    {
        return begin().poll(deadline);
    }

private:
    // The set to change. Polls under way keep theirs, and that of the parent process is left alone.
    [[nodiscard]] detail::PollSet& mine()
    {
        if (set_->is_being_polled() || set_->is_foreign()) {
            set_ = set_->clone();
        }
        return *set_;
    }

    mutable Lock lock_;
    mutable std::shared_ptr<detail::PollSet> set_ = std::make_shared<detail::PollSet>();
};

}  // namespace v1
}  // namespace zmqpp
