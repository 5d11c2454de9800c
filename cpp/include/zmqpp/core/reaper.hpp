// Where destructors leave what may block. Closing a socket can wait for a monitor's reader, and
// terminating a context waits for unsent messages; neither may happen on a thread that only dropped
// its last reference (a garbage collector, say).
#pragma once

#include <zmq.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "background.hpp"
#include "deadline.hpp"
#include "fork.hpp"
#include "lock.hpp"
#include "wait.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {

// The end of a context, which a caller may wait for and give up waiting for.
class Termination {
public:
    void finish()
    {
        lock_.lock();
        finished_ = true;
        waiters_.wake_all();
        lock_.unlock();
    }

    // False if the deadline passed first.
    [[nodiscard]] bool wait(Deadline deadline, const char* operation)
    {
        Enlisted<Lock> me(lock_, waiters_, 1);
        for (;;) {
            lock_.lock();
            const bool finished = finished_;
            me.enlist();
            lock_.unlock();
            if (finished) {
                return true;
            }
            if (deadline.passed()) {
                return false;
            }
            wait_for_wake(me.wake(), deadline, operation);
        }
    }

private:
    Lock lock_;
    WaiterList waiters_;
    bool finished_ = false;
};

class Reaper {
public:
    [[nodiscard]] static Reaper& instance() { return per_process<Reaper>(); }

    // zmq_close, soon.
    void close(void* socket)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        closing_.push_back(socket);
        ++unfinished_;
        if (!closer_runs_) {
            // Without a thread the work is left undone, which leaks but neither blocks nor ends us.
            closer_runs_ = detail::run_in_background([this] { close_all(); });
        }
    }

    // zmq_ctx_term on a thread of its own: one context's unsent messages must not delay another's.
    // Null if the system has no thread left.
    [[nodiscard]] std::shared_ptr<Termination> terminate(void* context)
    {
        auto termination = std::make_shared<Termination>();
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            ++unfinished_;
        }
        const bool started = detail::run_in_background([this, context, termination] {
            while (zmq_ctx_term(context) == -1 && zmq_errno() == EINTR) {
            }
            termination->finish();
            finish_one();
        });
        if (!started) {
            finish_one();
            return nullptr;
        }
        return termination;
    }

    // Waits until nothing is left to do, at most until the deadline.
    bool drain(Deadline deadline)
    {
        std::unique_lock<std::mutex> guard(mutex_);
        const auto idle = [this] { return unfinished_ == 0; };
        if (deadline.is_never()) {  // a time point that far overflows in some standard libraries
            idle_.wait(guard, idle);
            return true;
        }
        return idle_.wait_until(guard, deadline.time_point(), idle);
    }

private:
    void close_all()
    {
        std::unique_lock<std::mutex> guard(mutex_);
        while (!closing_.empty()) {
            void* socket = closing_.front();
            closing_.pop_front();
            guard.unlock();
            zmq_close(socket);
            guard.lock();
            --unfinished_;
        }
        closer_runs_ = false;
        idle_.notify_all();
    }

    void finish_one()
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        --unfinished_;
        idle_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable idle_;
    std::deque<void*> closing_;
    long unfinished_ = 0;
    bool closer_runs_ = false;
};

// An end that nobody waited for gets this long, in all, for unsent messages when the process ends.
inline constexpr std::chrono::milliseconds exit_patience{1000};

// Gives it: a static object made with the first context is destroyed after all static contexts.
class ExitPatience {
public:
    ExitPatience() = default;
    ExitPatience(const ExitPatience&) = delete;
    ExitPatience& operator=(const ExitPatience&) = delete;
    ~ExitPatience()
    {
        if (!is_spent()) {
            Reaper::instance().drain(exit_patience);
        }
    }

    [[nodiscard]] static std::atomic<bool>& is_spent()
    {
        static std::atomic<bool> spent{false};
        return spent;
    }
};

}  // namespace v1
}  // namespace zmqpp
