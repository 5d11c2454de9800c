// PollSet is one version of what a poller waits for. What was once looked at, and has nothing to do, is
// looked at again only when there is news of it: when the socket was operated (registration.hpp), or
// when its descriptor says that libzmq has something for it, which one queue of the kernel's hears for
// all of them.
//
// Any thread may poll it. Changes need it alone: Poller sees to that.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "event_queue.hpp"
#include "poll_target.hpp"
#include "registration.hpp"
#include "socket.hpp"
#include "wait.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class PollSet {
public:
    struct Ready {
        std::size_t index;  // in the order of registration
        int events;
    };

    PollSet() = default;
    PollSet(const PollSet&) = delete;
    PollSet& operator=(const PollSet&) = delete;
    // Takes its entries off the lists of their sockets.
    ~PollSet()
    {
        for (const auto& entry : entries_) {
            detach(*entry);
        }
    }

    [[nodiscard]] std::shared_ptr<PollSet> clone() const
    {
        auto other = std::make_shared<PollSet>();
        for (const auto& entry : entries_) {
            other->set(entry->target, entry->interest);
        }
        return other;
    }

    // --- what is in it, for who has it alone ---

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool is_foreign() const noexcept { return birthplace_.is_foreign(); }

    [[nodiscard]] std::optional<std::size_t> find(const PollTarget& target) const
    {
        const auto found = by_key_.find(target.key());
        return found == by_key_.end() ? std::nullopt : std::optional(found->second->index);
    }

    std::size_t set(const PollTarget& target, int events)
    {
        const auto known = by_key_.find(target.key());
        if (known != by_key_.end()) {
            change(*known->second, static_cast<short>(events));
            return known->second->index;
        }
        auto entry = std::make_unique<Entry>(*this, target, static_cast<short>(events));
        entry->index = entries_.size();
        entries_.push_back(std::move(entry));
        by_key_.emplace(target.key(), entries_.back().get());
        attach(*entries_.back());
        return entries_.size() - 1;
    }

    void remove(std::size_t index)
    {
        Entry& entry = *entries_[index];
        detach(entry);
        by_key_.erase(entry.target.key());
        auto& list = entry.target.socket ? suspects_ : descriptors_;
        list.erase(std::remove(list.begin(), list.end(), &entry), list.end());
        entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
        for (std::size_t i = index; i < entries_.size(); ++i) {
            entries_[i]->index = i;
        }
    }

    // --- polling ---

    // Between these two it may not change. The first is called where nobody can begin to change it.
    void begin_poll() noexcept { polls_.fetch_add(1, std::memory_order_relaxed); }
    void end_poll() noexcept { polls_.fetch_sub(1, std::memory_order_release); }
    [[nodiscard]] bool is_being_polled() const noexcept
    {
        return polls_.load(std::memory_order_acquire) != 0;
    }

    [[nodiscard]] std::vector<Ready> try_poll()
    {
        const std::lock_guard<Lock> guard(looking_);
        return look();
    }

    [[nodiscard]] std::vector<Ready> poll(Deadline deadline)
    {
        return between_wait_hooks([&] { return poll_until(deadline); });
    }

private:
    [[nodiscard]] std::vector<Ready> poll_until(Deadline deadline)
    {
        // From its look on, nothing that happens can be missed: who sleeps is known before.
        Enlisted<Lock> me(changes_.lock(), changes_.sleepers(), 0);
        enlist(me);
        for (;;) {
            std::vector<PollItem> sleep;
            Deadline next = deadline;
            {
                const std::lock_guard<Lock> guard(looking_);
                std::vector<Ready> ready = look(&me);
                if (!ready.empty() || deadline.passed()) {
                    return ready;
                }
                sleep = bed(me.wake(), next);
            }
            detail::poll_until(sleep.data(), sleep.size(), next, "poll()");
            if (sleep.front().revents != 0) {
                me.wake().clear();
            }
        }
    }

    struct Entry final : Registration {
        Entry(PollSet& owner, PollTarget polled, short events)
            : Registration(owner.changes_, events), set(owner), target(std::move(polled))
        {
        }
        void note_closing() noexcept override { set.stop_listening(*this); }

        PollSet& set;
        PollTarget target;
        std::size_t index = 0;
        bool is_listened_to = false;  // is in the queue; the lock of the socket guards it
        bool is_suspect = false;      // is in suspects_
        bool may_rest = false;        // was not ready, and its news will be heard
    };

    // The first polls of a set, maybe its only ones, are cheaper without a queue; and so are those of
    // a few sockets: a look at one costs 0.5 us, and one at the queue a little less.
    static constexpr int looks_before_queue = 2;
    static constexpr std::size_t few = 1;

    void attach(Entry& entry)
    {
        if (!entry.target.socket) {
            descriptors_.push_back(&entry);
            return;
        }
        suspect(entry);
        auto& state = *entry.target.socket->state();
        if (!state.is_foreign()) {
            const std::lock_guard<Lock> guard(state.lock());
            state.registrations().add(entry);
        }
    }

    void detach(Entry& entry) noexcept
    {
        // In a child of fork() the lock may be a dead thread's, and the queue is the parent's.
        if (!entry.target.socket || entry.target.socket->state()->is_foreign()) {
            return;
        }
        auto& state = *entry.target.socket->state();
        const std::lock_guard<Lock> guard(state.lock());
        stop_listening(entry);
        state.registrations().remove(entry);
        changes_.forget(entry);
    }

    void change(Entry& entry, short events)
    {
        if (!entry.target.socket || entry.target.socket->state()->is_foreign()) {
            entry.interest = events;
            return;
        }
        suspect(entry);
        const std::lock_guard<Lock> guard(entry.target.socket->state()->lock());
        entry.interest = events;
    }

    void enlist(Enlisted<Lock>& sleeper)
    {
        const std::lock_guard<Lock> guard(changes_.lock());
        sleeper.enlist();
    }

    void wake_others(Enlisted<Lock>* me)
    {
        const std::lock_guard<Lock> guard(changes_.lock());
        if (me != nullptr) {
            me->withdraw();
        }
        changes_.sleepers().wake_all();
    }

    void suspect(Entry& entry)
    {
        if (!entry.is_suspect) {
            suspects_.push_back(&entry);
            entry.is_suspect = true;
        }
    }

    // One look at all that may be ready. What is ready, and what throws, stays suspect.
    [[nodiscard]] std::vector<Ready> look(Enlisted<Lock>* me = nullptr)
    {
        if (looks_ < looks_before_queue) {
            ++looks_;
        } else if (!has_asked_for_queue_ && entries_.size() > few + descriptors_.size()) {
            has_asked_for_queue_ = true;
            queue_.open();
        }
        changes_.take([this](Registration& changed) { suspect(static_cast<Entry&>(changed)); });
        if (queue_.is_open()) {
            queue_.take([this](void* owner) { suspect(*static_cast<Entry*>(owner)); });
        }
        std::vector<Ready> ready;
        for (Entry* entry : suspects_) {
            const int events = check(*entry);
            if (events != 0) {
                ready.push_back({entry->index, events});
            }
        }
        suspects_.erase(std::remove_if(suspects_.begin(), suspects_.end(),
                                       [](Entry* entry) {
                                           entry->is_suspect = !entry->may_rest;
                                           return entry->may_rest;
                                       }),
                        suspects_.end());
        if (!descriptors_.empty()) {
            look_at_descriptors(ready);
        }
        if (!ready.empty()) {
            std::sort(ready.begin(), ready.end(),
                      [](const Ready& a, const Ready& b) { return a.index < b.index; });
            wake_others(me);  // whose signals this look may have used up
        }
        return ready;
    }

    [[nodiscard]] int check(Entry& entry)
    {
        auto& state = *entry.target.socket->state();
        SocketState::Use use(state, "poll()");
        if (!state.is_private()) {
            stop_listening(entry);
        } else if (!entry.is_listened_to && queue_.is_open()) {
            entry.is_listened_to = queue_.add(state.descriptor(), &entry);
        }
        const int events = state.events() & entry.interest;
        entry.may_rest = events == 0 && entry.is_listened_to;
        use.leave(entry);
        return events;
    }

    // With the lock of the socket, while its descriptor is open.
    void stop_listening(Entry& entry) noexcept
    {
        if (entry.is_listened_to) {
            queue_.remove(entry.target.socket->state()->descriptor());
            entry.is_listened_to = false;
        }
    }

    void look_at_descriptors(std::vector<Ready>& ready) const
    {
        std::vector<PollItem> items;
        items.reserve(descriptors_.size());
        for (const Entry* entry : descriptors_) {
            items.push_back(for_poll(entry->target.descriptor, entry->interest));
        }
        peek(items.data(), items.size(), "poll()");
        for (std::size_t i = 0; i < items.size(); ++i) {
            const int events = from_poll(items[i]);
            if (events != 0) {
                ready.push_back({descriptors_[i]->index, events});
            }
        }
    }

    // What a thread sleeps on after a look that found nothing: the queue for all that may rest.
    [[nodiscard]] std::vector<PollItem> bed(const Wake& wake, Deadline& next)
    {
        std::vector<PollItem> items{readable(wake.descriptor())};
        if (queue_.is_open()) {
            items.push_back(readable(queue_.descriptor()));
        }
        for (const Entry* entry : suspects_) {
            const Descriptor descriptor = entry->target.socket->state()->descriptor();
            if (descriptor != no_descriptor) {
                items.push_back(readable(descriptor));
            } else {  // a draft socket has none: look again soon
                next = next.earlier(std::chrono::milliseconds(5));
            }
        }
        for (const Entry* entry : descriptors_) {
            items.push_back(for_poll(entry->target.descriptor, entry->interest));
        }
        return items;
    }

    const Birthplace birthplace_;
    std::atomic<int> polls_{0};  // under way
    Changes changes_;
    std::vector<std::unique_ptr<Entry>> entries_;  // in the order of registration
    std::unordered_map<std::uintptr_t, Entry*> by_key_;
    std::vector<Entry*> descriptors_;

    Lock looking_;  // guards what follows, among polls
    EventQueue queue_;
    std::vector<Entry*> suspects_;  // sockets that may be ready, or that only a look can tell about
    int looks_ = 0;                 // the first ones
    bool has_asked_for_queue_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
