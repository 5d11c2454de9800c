// What every handle of one context shares: the libzmq context, the sockets that are open in it, and
// how it ends. Any thread; the mutex is held around calls that cannot block.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "constants.hpp"
#include "face.hpp"
#include "fork.hpp"
#include "inproc.hpp"
#include "interrupt.hpp"
#include "lent.hpp"
#include "provenance.hpp"
#include "reaper.hpp"
#include "thread_start.hpp"
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
    std::map<void*, std::weak_ptr<ContextState>> by_handle;
};

class ContextState {
public:
    // A new libzmq context (zmq_ctx_new).
    [[nodiscard]] static std::shared_ptr<ContextState> create()
    {
        void* handle = zmq_ctx_new();
        if (handle == nullptr) {
            fail(zmq_errno(), "Context()");
        }
        // As many sockets as libzmq can have. Its own limit, 1023, costs programs more than 0.7 MB do.
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, zmq_ctx_get(handle, ZMQ_SOCKET_LIMIT));
        // After libzmq's own static objects, which it may have made just now: at exit, patience has to
        // end before they do.
        static const ExitPatience patience;
        auto state = std::make_shared<ContextState>(handle, true);
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        live.by_handle[handle] = state;
        return state;
    }

    // Somebody else's, who ends it.
    [[nodiscard]] static std::shared_ptr<ContextState> borrow(void* handle)
    {
        auto ours = find(handle);
        if (ours != nullptr && ours->handle() == handle) {  // and nobody has taken it from us
            return ours;
        }
        require_context(handle, "Context.borrow()");
        check(zmq_ctx_get(handle, ZMQ_IO_THREADS),
              [] { return std::string("Context.borrow(): this context was terminated"); });
        return std::make_shared<ContextState>(handle, false);
    }

    ContextState(void* handle, bool owned) : handle_(handle), owned_(owned) {}

    ContextState(const ContextState&) = delete;
    ContextState& operator=(const ContextState&) = delete;

    // Every socket holds a reference, so none is open any more; the rest may wait for unsent
    // messages and is the reaper's.
    ~ContextState()
    {
        if (!birthplace_.is_foreign() && owned_ && handle_ != nullptr) {
            begin_termination_locked();  // nobody is left to lock out
        }
    }

    // The state behind a raw handle, if this library made it.
    [[nodiscard]] static std::shared_ptr<ContextState> find(void* handle)
    {
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        const auto found = live.by_handle.find(handle);
        return found == live.by_handle.end() ? nullptr : found->second.lock();
    }

    [[nodiscard]] static std::vector<std::shared_ptr<ContextState>> all()
    {
        std::vector<std::shared_ptr<ContextState>> states;
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        for (const auto& [handle, state] : live.by_handle) {
            if (auto shared = state.lock()) {
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
        notice_taken_locked();
        if (handle_ == nullptr) {
            throw ContextTerminated(std::string(operation) + ": the context was terminated");
        }
        return call(handle_);
    }

    // Writes the handle where other code reads it, until it is taken back or the context ends.
    void lend(void** place, const char* operation)
    {
        with_handle(operation, [&](void* handle) { lent_.lend(place, handle); });
    }
    void take_back(void** place) noexcept
    {
        if (birthplace_.is_foreign()) {  // the parent's context is not for the child to end
            *place = nullptr;
            return;
        }
        const std::lock_guard<std::mutex> guard(mutex_);
        notice_taken_locked();
        lent_.take_back(place, handle_);
    }

    // zmq_socket, and a place among the open sockets.
    [[nodiscard]] void* open_socket(int type, std::uint64_t& serial)
    {
        const Deadline deadline(std::chrono::milliseconds(200));
        for (;;) {
            void* opened = with_handle("Context.socket()", [&](void* handle) {
                if (!opened_) {
                    thread_start.try_out();
                }
                opened_ = true;  // whatever comes of it: libzmq's threads run now
                void* socket = zmq_socket(handle, type);
                if (socket != nullptr) {
                    serial = ++last_serial_;
                    sockets_.emplace(serial, std::weak_ptr<SocketState>());
                } else if (const int code = zmq_errno(); !room_is_near(code) || deadline.passed()) {
                    fail_to_open(code, type);
                }
                return socket;
            });
            if (opened != nullptr) {
                return opened;
            }
            between_wait_hooks([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
        }
    }

    // Fills that place, as soon as the socket can be shared. Who ended the context in between did
    // not find it there, so the socket is the one to go.
    void introduce_socket(std::uint64_t serial, std::weak_ptr<SocketState> state)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        if (handle_ == nullptr || shut_down_) {
            throw ContextTerminated("Context.socket(): the context was terminated");
        }
        sockets_[serial] = std::move(state);
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

    // Whether libzmq's threads run, which read some options when they start and never again.
    [[nodiscard]] bool has_opened() const noexcept { return opened_; }

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

    [[nodiscard]] bool is_closed() noexcept { return handle() == nullptr; }

    // Null once terminated, and in a child of fork(), where the mutex may be a dead thread's.
    [[nodiscard]] void* handle() noexcept
    {
        if (!birthplace_.is_foreign() && lent_.is_any()) {
            const std::lock_guard<std::mutex> guard(mutex_);
            notice_taken_locked();
        }
        return birthplace_.is_foreign() ? nullptr : handle_.load();
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
        names_.answer(endpoint);
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

    [[nodiscard]] bool is_monitored_by(const std::string& endpoint,
                                       const std::weak_ptr<SocketState>& watched) noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        const auto found = monitors_.find(endpoint);
        return found != monitors_.end() && !found->second.owner_before(watched) &&
               !watched.owner_before(found->second);
    }

    // A reader for a monitor that has none, of libzmq's own kind; null if there is no socket left.
    [[nodiscard]] void* open_reader(const std::string& endpoint) noexcept
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        void* reader = handle_ == nullptr ? nullptr : zmq_socket(handle_, ZMQ_PAIR);
        if (reader != nullptr) {
            zmq_connect(reader, endpoint.c_str());
        }
        return reader;
    }

    // --- its inproc names: see context_inproc.hpp ---

    // The same as `call`, which binds, connects, unbinds or disconnects a socket by inproc, with note
    // taken of it if it succeeds.
    template <class Call>
    int bind_inproc(const std::string& name, SocketType type, bool welcomes, Call&& call);
    template <class Call>
    int connect_inproc(const std::string& name, std::uint64_t serial, SocketType type,
                       bool conflates, Call&& call);
    template <class Call> int unbind_inproc(const std::string& name, Call&& call);
    template <class Call>
    int disconnect_inproc(const std::string& name, std::uint64_t serial, Call&& call);
    [[nodiscard]] bool is_bound_by_inproc(const std::string& name);
    // Before a socket is closed: who binds a name that it awaits must know.
    void note_closing(std::uint64_t serial) noexcept;

    ThreadStart thread_start;  // the mutex guards it: see with_handle()

    // The object that stands for the context in another language, which also guards this.
    Face face;

    // How long sockets made from now on keep unsent messages when closed; negative is for ever.
    std::atomic<std::chrono::milliseconds> linger{default_linger};

private:
    static void leave_live_contexts(void* handle) noexcept
    {
        auto& live = per_process<LiveContexts>();
        const std::lock_guard<std::mutex> guard(live.mutex);
        live.by_handle.erase(handle);
    }

    // Code that the handle was lent to has ended the context, or is going to: it is no longer ours.
    void notice_taken_locked() noexcept
    {
        if (handle_ != nullptr && lent_.is_taken(handle_)) {
            lose_handle_locked();
        }
    }
    void* lose_handle_locked() noexcept
    {
        void* handle = handle_.exchange(nullptr);
        leave_live_contexts(handle);
        lent_.revoke(handle);
        return handle;
    }

    void shut_down_locked()
    {
        notice_taken_locked();
        if (handle_ != nullptr && !shut_down_) {
            names_.answer_all(handle_);
            check(zmq_ctx_shutdown(handle_), [] { return std::string("Context.shutdown()"); });
            shut_down_ = true;
        }
    }

    // From here on libzmq's context belongs to the thread that terminates it.
    void begin_termination_locked()
    {
        shut_down_locked();
        void* handle = lose_handle_locked();
        // A context that stays behind is better than an abort.
        if (handle != nullptr && names_.nothing_awaited()) {
            termination_ = Reaper::instance().terminate(handle);
        }
    }

    [[nodiscard]] std::string name_open_sockets();

    // libzmq closes sockets in the background. Who opens and closes them faster than that gets to
    // the limit with few sockets open, and need only wait a little.
    [[nodiscard]] bool room_is_near(int code) const
    {
        return code == EMFILE &&
               static_cast<int>(sockets_.size()) < zmq_ctx_get(handle_, ZMQ_MAX_SOCKETS);
    }

    [[noreturn]] void fail_to_open(int code, int type) const
    {
        std::string text = "Context.socket(" + std::to_string(type) + ")";
        if (code == EMFILE && is_room_for_files(1)) {
            text +=
                ": " + std::to_string(sockets_.size()) + " sockets are open and max_sockets is " +
                std::to_string(zmq_ctx_get(handle_, ZMQ_MAX_SOCKETS)) +
                " (give more to Context(max_sockets=)), which counts closed ones that still have "
                "messages to send";
        } else if (code == EINVAL) {
            text += ": no such socket type in libzmq " + library_version().to_string();
        } else if (code == EFAULT) {  // a borrowed handle whose owner ended it
            throw ContextTerminated(text + ": the owner of this context ended it");
        }
        fail(code, text);
    }

    std::mutex mutex_;
    std::atomic<void*> handle_;  // handle() reads it without the mutex
    const bool owned_;
    std::atomic<bool> opened_{false};
    bool shut_down_ = false;
    std::uint64_t last_serial_ = 0;
    std::map<std::uint64_t, std::weak_ptr<SocketState>> sockets_;
    std::map<std::string, std::weak_ptr<SocketState>> monitors_;
    InprocNames names_;
    LentHandles lent_;
    WaiterList enders_;  // threads in terminate()
    std::shared_ptr<Termination> termination_;
    Birthplace birthplace_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp

#include "context_inproc.hpp"
