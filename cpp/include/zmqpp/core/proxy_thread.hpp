// Proxy is proxy() in a thread of its own, which can be told to stop. Any thread.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "background.hpp"
#include "fork.hpp"
#include "proxy.hpp"
#include "reaper.hpp"

namespace zmqpp {
inline namespace v1 {

// Writes its own destructor because the thread goes on while it lives, and no longer.
class Proxy {
public:
    Proxy(Socket front, Socket back, std::optional<Socket> capture = std::nullopt)
        : front_(std::move(front)), back_(std::move(back)), capture_(std::move(capture))
    {
    }
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    // Does not wait for the thread, which leaves its sockets within 50 ms.
    ~Proxy()
    {
        if (run_ != nullptr && !birthplace_.is_foreign()) {
            run_->stop.give();
        }
    }

    // Throws StateError if it runs already.
    void start()
    {
        birthplace_.require_home("Proxy.start()", "proxy");
        const std::lock_guard<std::mutex> guard(mutex_);
        if (run_ != nullptr && !run_->has_ended) {
            throw StateError("Proxy.start(): it runs already");
        }
        run_ = std::make_shared<Run>(front_, back_, capture_);
        if (!detail::run_in_background([run = run_] { run->go(); })) {
            run_ = nullptr;
            throw Error(EAGAIN, "Proxy.start(): the system has no thread left");
        }
    }

    // Tells it to stop and waits for that, at most until the deadline: false if that passed. Throws
    // what ended it before, such as SocketClosed. What it had taken from one socket is handed on
    // first, unless the other has no room.
    bool stop(Deadline deadline = Deadline::never())
    {
        const auto run = current("Proxy.stop()");
        if (run != nullptr) {
            run->stop.give();
        }
        return wait(run, deadline, "Proxy.stop()");
    }

    // Waits until it has ended by itself, or is stopped by another thread; the same otherwise.
    bool join(Deadline deadline = Deadline::never())
    {
        return wait(current("Proxy.join()"), deadline, "Proxy.join()");
    }

    [[nodiscard]] bool is_running() const
    {
        const auto run = current("Proxy.is_running()");
        return run != nullptr && !run->has_ended;
    }

private:
    // Shared with the thread, which may outlive the Proxy by a moment.
    struct Run {
        Run(const Socket& front, const Socket& back, const std::optional<Socket>& capture)
            : loop(std::in_place, front, back, capture, std::nullopt, &stop)
        {
        }

        void go()
        {
            try {
                loop->run();
            } catch (const std::exception&) {
                failure = std::current_exception();
            }
            loop.reset();  // its sockets: whoever waits for the end may close the last handle
            has_ended = true;
            end.finish();
        }

        detail::StopSignal stop;
        std::optional<detail::ProxyLoop> loop;
        std::exception_ptr failure;  // before has_ended
        std::atomic<bool> has_ended{false};
        Termination end;
    };

    [[nodiscard]] std::shared_ptr<Run> current(const char* operation) const
    {
        birthplace_.require_home(operation, "proxy");
        const std::lock_guard<std::mutex> guard(mutex_);
        return run_;
    }

    static bool wait(const std::shared_ptr<Run>& run, Deadline deadline, const char* operation)
    {
        if (run == nullptr) {
            return true;
        }
        if (!run->end.wait(deadline, operation)) {
            return false;
        }
        if (run->failure != nullptr) {
            std::rethrow_exception(run->failure);
        }
        return true;
    }

    Socket front_;
    Socket back_;
    std::optional<Socket> capture_;
    mutable std::mutex mutex_;
    std::shared_ptr<Run> run_;
    Birthplace birthplace_;
};

}  // namespace v1
}  // namespace zmqpp
