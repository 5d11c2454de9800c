// The two ends of a monitor. libzmq's I/O thread publishes a socket's events to a PAIR, and blocks when
// that is full or gone: so a reader may never be full, and is never gone before its monitor.
#pragma once

#include <zmq.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "context_state.hpp"
#include "lock.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class SocketState;

// Where a socket publishes its events. The lock of that socket guards it.
class Monitored {
public:
    // The monitor at `endpoint` runs.
    void begin(ContextState& context, const std::string& endpoint, std::weak_ptr<SocketState> self)
    {
        endpoint_ = endpoint;
        has_reader_ = false;
        context.add_monitor(endpoint, std::move(self));
    }

    // Before the socket goes: libzmq closes it only when its messages are sent, and goes on
    // publishing till then, to a reader that is gone maybe. It also blocks telling the last reader of
    // the end if there never was one, so it gets one.
    void end(ContextState& context, void* handle) noexcept
    {
        if (endpoint_.empty()) {
            return;
        }
        void* reader = has_reader_ ? nullptr : context.open_reader(endpoint_);
        if (has_reader_ || reader != nullptr) {
            while (zmq_socket_monitor(handle, nullptr, 0) < 0 && zmq_errno() == EINTR) {
            }
        }
        if (reader != nullptr) {
            zmq_close(reader);
        }
        context.remove_monitor(endpoint_);
        endpoint_.clear();
        reserved_ = false;
    }

    // Until it ends, no other monitor takes its place.
    void reserve() noexcept { reserved_ = true; }
    [[nodiscard]] bool is_reserved() const noexcept { return reserved_; }

    // A reader connects. Without the lock.
    void note_reader() noexcept { has_reader_ = true; }

    [[nodiscard]] bool is_at(const std::string& endpoint) const { return endpoint_ == endpoint; }
    [[nodiscard]] bool is_off() const noexcept { return endpoint_.empty(); }
    [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

private:
    std::string endpoint_;
    bool reserved_ = false;
    std::atomic<bool> has_reader_{false};
};

// The socket whose events another one reads. It has a lock of its own, taken without those of the two.
class Watching {
public:
    void begin(const std::shared_ptr<SocketState>& watched, const std::string& endpoint)
    {
        const std::lock_guard<Lock> guard(lock_);
        target_ = std::make_unique<Target>(Target{watched, endpoint});
    }

    // The reader is about to go: its monitor goes first. stop(watched, endpoint) stops it.
    template <class Stop> void end(ContextState& context, Stop&& stop)
    {
        // Whoever comes second, closing this reader too, waits until the monitor has stopped.
        const std::lock_guard<Lock> guard(lock_);
        if (target_ == nullptr) {
            return;
        }
        if (const auto watched = target_->watched.lock()) {
            stop(*watched, target_->endpoint);
        } else {
            while (context.is_monitored_by(target_->endpoint, target_->watched)) {
                std::this_thread::yield();  // its destructor is about to stop it, in another thread
            }
        }
        target_.reset();
    }

private:
    struct Target {
        std::weak_ptr<SocketState> watched;
        std::string endpoint;
    };

    Lock lock_;
    std::unique_ptr<Target> target_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
