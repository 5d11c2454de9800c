// What every handle of one context shares: the libzmq context, the sockets that are open in it, and
// how it ends. Any thread; the mutex is held around calls that cannot block.
#pragma once

#include <zmq.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fork.hpp"
#include "option.hpp"
#include "reaper.hpp"
#include "version.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {

// Closing on purpose waits at most this long for unsent messages, unless told otherwise.
inline constexpr std::chrono::milliseconds default_linger{10'000};

namespace detail {

class SocketState;
class ContextState;

// Every context of this process, so that a raw handle finds its owner and an exit can end them all.
struct LiveContexts {
    std::mutex mutex;
    std::map<void*, ContextState*> by_handle;
};

class ContextState : public std::enable_shared_from_this<ContextState> {
public:
    // A new libzmq context (zmq_ctx_new).
    ContextState() : handle_(zmq_ctx_new()), owned_(true)
    {
        if (handle_ == nullptr) {
            fail(zmq_errno(), "Context()");
        }
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        live.by_handle[handle_] = this;
    }

    // Somebody else's, who ends it.
    explicit ContextState(void* foreign_handle) : handle_(foreign_handle), owned_(false) {}

    ContextState(const ContextState&) = delete;
    ContextState& operator=(const ContextState&) = delete;

    // Every socket holds a reference, so none is open any more; the rest may wait for unsent
    // messages and is the reaper's.
    ~ContextState()
    {
        if (birthplace_.is_foreign() || !owned_ || handle_ == nullptr) {
            return;
        }
        leave_live_contexts(handle_);
        static_cast<void>(Reaper::instance().terminate(handle_));
    }

    // The state behind a raw handle, if this library made it.
    [[nodiscard]] static std::shared_ptr<ContextState> find(void* handle)
    {
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        const auto found = live.by_handle.find(handle);
        return found == live.by_handle.end() ? nullptr : found->second->weak_from_this().lock();
    }

    [[nodiscard]] static std::vector<std::shared_ptr<ContextState>> all()
    {
        std::vector<std::shared_ptr<ContextState>> states;
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        for (const auto& [handle, state] : live.by_handle) {
            if (auto shared = state->weak_from_this().lock()) {
                states.push_back(std::move(shared));
            }
        }
        return states;
    }

    // Runs `call(handle)` while the context cannot end.
    template <class Call> auto with_handle(const char* operation, Call&& call)
    {
        birthplace_.require_home(operation, "context");
        const std::lock_guard<std::mutex> guard(mutex_);
        if (handle_ == nullptr) {
            throw ContextTerminated(std::string(operation) + ": the context was terminated");
        }
        return call(handle_);
    }

    // zmq_socket, and its place among the open sockets.
    [[nodiscard]] void* open_socket(int type, SocketState* state, std::uint64_t& serial)
    {
        return with_handle("Context.socket()", [&](void* handle) {
            void* socket = zmq_socket(handle, type);
            if (socket == nullptr) {
                fail_to_open(zmq_errno(), type);
            }
            opened_ = true;
            serial = ++last_serial_;
            sockets_.emplace(serial, state);
            return socket;
        });
    }

    void forget_socket(std::uint64_t serial) noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        sockets_.erase(serial);
        if (sockets_.empty()) {
            enders_.wake_all();
        }
    }

    // The open sockets, oldest first.
    [[nodiscard]] std::vector<std::shared_ptr<SocketState>> sockets();

    // A context option may only be changed while it still has an effect.
    void set_raw(const OptionRow& row, const void* value, std::size_t size)
    {
        const std::string what = std::string("Context.") + row.name;
        with_handle(what.c_str(), [&](void* handle) {
            if (opened_ && (row.id == ZMQ_IO_THREADS || row.id == ZMQ_MAX_SOCKETS)) {
                throw StateError(what + ": too late, the context has opened its first socket; "
                                        "give it to the constructor");
            }
            if (is_string(row.kind)) {
                set_text(handle, row, value, size);
            } else {
                check(zmq_ctx_set(handle, row.id, *static_cast<const int*>(value)),
                      [&] { return what; });
            }
        });
    }

    [[nodiscard]] int get_raw(const OptionRow& row)
    {
        const std::string what = std::string("Context.") + row.name;
        return with_handle(what.c_str(), [&](void* handle) {
            errno = 0;  // -1 is a value too: thread_sched_policy begins with it
            const int value = zmq_ctx_get(handle, row.id);
            if (value == -1 && zmq_errno() != 0) {
                fail(zmq_errno(), what);
            }
            return value;
        });
    }

    // Every blocked and every later call in this context ends with ContextTerminated.
    void shutdown()
    {
        require_owner("Context.shutdown()");
        const std::lock_guard<std::mutex> guard(mutex_);
        shut_down_locked();
    }

    // Shuts down, waits for the sockets to be closed and their messages to be sent or given up.
    void terminate(Deadline deadline);

    // The same without waiting, and with bounded time for unsent messages.
    void start_ending(std::chrono::milliseconds most);

    [[nodiscard]] bool is_closed() noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return handle_ == nullptr;
    }

    [[nodiscard]] void* handle() noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return handle_;
    }

    [[nodiscard]] bool is_owned() const noexcept { return owned_; }
    [[nodiscard]] bool is_foreign() const noexcept { return birthplace_.is_foreign(); }

    void require_owner(const char* operation) const
    {
        birthplace_.require_home(operation, "context");
        if (!owned_) {
            throw StateError(std::string(operation) +
                             ": this context is borrowed; only its owner may end it");
        }
    }

    // Where monitors publish: their readers must not be closed before them (see SocketState).
    void add_monitor(const std::string& endpoint, std::weak_ptr<SocketState> watched)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        monitors_[endpoint] = std::move(watched);
    }
    void remove_monitor(const std::string& endpoint) noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        monitors_.erase(endpoint);
    }
    [[nodiscard]] std::weak_ptr<SocketState> monitored_at(const std::string& endpoint)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        const auto found = monitors_.find(endpoint);
        return found == monitors_.end() ? std::weak_ptr<SocketState>() : found->second;
    }

    // How long sockets made from now on keep unsent messages when closed; negative is for ever.
    std::atomic<std::chrono::milliseconds> linger{default_linger};

private:
    static void leave_live_contexts(void* handle) noexcept
    {
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        live.by_handle.erase(handle);
    }

    void shut_down_locked()
    {
        if (handle_ != nullptr && !shut_down_) {
            check(zmq_ctx_shutdown(handle_), [] { return std::string("Context.shutdown()"); });
            shut_down_ = true;
        }
    }

    // From here on libzmq's context belongs to the thread that terminates it.
    void begin_termination_locked()
    {
        void* handle = std::exchange(handle_, nullptr);
        leave_live_contexts(handle);
        termination_ = Reaper::instance().terminate(handle);
    }

    [[nodiscard]] std::string name_open_sockets();

    [[noreturn]] void fail_to_open(int code, int type) const
    {
        std::string text = "Context.socket(" + std::to_string(type) + ")";
        if (code == EMFILE) {
            text += ": " + std::to_string(sockets_.size()) + " sockets are open and max_sockets is " +
                    std::to_string(zmq_ctx_get(handle_, ZMQ_MAX_SOCKETS)) +
                    " (give more to Context(max_sockets=)); or the process is out of file "
                    "descriptors (see `ulimit -n`)";
        } else if (code == EINVAL) {
            text += ": no such socket type in libzmq " + library_version().to_string();
        } else if (code == EFAULT) {  // a borrowed handle whose owner ended it
            throw ContextTerminated(text + ": the owner of this context ended it");
        }
        fail(code, text);
    }

    static void set_text([[maybe_unused]] void* handle, const OptionRow& row,
                         [[maybe_unused]] const void* value, [[maybe_unused]] std::size_t size)
    {
#ifdef ZMQ_BUILD_DRAFT_API
        check(zmq_ctx_set_ext(handle, row.id, value, size),
              [&] { return std::string("Context.") + row.name; });
#else
        throw NotSupported(std::string("Context.") + row.name +
                           ": text options of contexts are drafts of libzmq; zmqpp was built "
                           "without drafts");
#endif
    }

    std::mutex mutex_;
    void* handle_;
    const bool owned_;
    bool opened_ = false;
    bool shut_down_ = false;
    std::uint64_t last_serial_ = 0;
    std::map<std::uint64_t, SocketState*> sockets_;
    std::map<std::string, std::weak_ptr<SocketState>> monitors_;
    WaiterList enders_;  // threads in terminate()
    std::shared_ptr<Termination> termination_;
    Birthplace birthplace_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
