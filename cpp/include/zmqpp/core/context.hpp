// Context: libzmq's threads and the namespace of inproc endpoints. A handle: copies are the same
// context, sockets keep it alive, and when the last of them is gone it ends by itself. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "context_options.hpp"
#include "context_state.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {

namespace detail {

// A linger for an end that takes no longer than this: nine tenths of it, or the one that was set if
// that is shorter. What is left is for the sockets to go, so that the end is not given up in the very
// moment in which libzmq gives up the messages.
[[nodiscard]] inline auto at_most(std::chrono::milliseconds time)
{
    return [most = option_milliseconds(time - time / 10)](int own) {
        return own < 0 || (most >= 0 && most < own) ? most : own;
    };
}

}  // namespace detail

class Context;
class Socket;

// Where Context::instance() has its context from, if a host has one already.
using InstanceHook = Context (*)();

[[nodiscard]] inline std::atomic<InstanceHook>& instance_hook()
{
    static std::atomic<InstanceHook> hook{nullptr};
    return hook;
}

class Context {
public:
    Context() : state_(detail::ContextState::create()), owner_(true) {}

    explicit Context(int io_threads) : Context() { set(context_option::io_threads, io_threads); }

    // The one that programs share when they do not care; a new one after it was terminated, and in
    // a child of fork(). Libraries that hide their symbols, as extension modules do, have one each,
    // or Python's when they include <zmqpp/python.hpp>.
    [[nodiscard]] static Context instance()
    {
        if (const InstanceHook hook = instance_hook()) {
            return hook();
        }
        struct Shared {
            std::mutex mutex;
            std::unique_ptr<Context> context;
        };
        auto& shared = per_process<Shared>();
        const std::lock_guard<std::mutex> guard(shared.mutex);
        if (shared.context == nullptr || shared.context->is_closed()) {
            shared.context = std::make_unique<Context>();
        }
        return *shared.context;
    }

    // A context that somebody else ends: its raw libzmq handle, from another language or library
    // that uses the same libzmq. The borrower can open sockets in it, and cannot terminate it.
    [[nodiscard]] static Context borrow(void* handle)
    {
        if (handle == nullptr) {
            throw StateError("Context.borrow(): the handle is null");
        }
        return Context(detail::ContextState::borrow(handle), false);
    }

    // The same context for somebody who may not end it.
    [[nodiscard]] Context borrowed() const { return Context(state_, false); }

    template <Kind kind, Access access>
    void set(const Option<OfContext, kind, access>& option,
             typename OptionValue<kind>::Argument value)
    {
        static_assert(access != Access::read_only, "this context option is read-only");
        require_library(std::string("Context option ") + option.row.name, option.row.since,
                        option.row.draft);
        if constexpr (is_string(kind)) {
            const std::string text(value);
            set_raw(option.row, text.c_str(), text.size());
        } else {
            const auto wire = OptionValue<kind>::to_wire(value);
            set_raw(option.row, &wire, sizeof wire);
        }
    }

    template <Kind kind, Access access>
    [[nodiscard]] auto get(const Option<OfContext, kind, access>& option) const
    {
        static_assert(access != Access::write_only, "this context option is write-only");
        static_assert(!is_string(kind), "libzmq's text options of contexts are write-only");
        return OptionValue<kind>::from_wire(get_raw(option.row));
    }

    // The same for a row of the table, for callers that have only its number.
    void set_raw(const OptionRow& row, const void* value, std::size_t size)
    {
        detail::set_option(*state_, row, value, size);
    }
    [[nodiscard]] int get_raw(const OptionRow& row) const
    {
        return detail::get_option(*state_, row);
    }

    // How long sockets made from now on keep unsent messages when closed; negative is for ever.
    void set_linger(std::chrono::milliseconds linger) { state_->linger = linger; }
    [[nodiscard]] std::chrono::milliseconds linger() const { return state_->linger; }

    // Wakes every call in this context, on every socket, with ContextTerminated (zmq_ctx_shutdown).
    void shutdown()
    {
        require_owner("Context.shutdown()");
        state_->shutdown();
    }

    // Shuts down, then waits until all sockets are closed and their messages sent or given up
    // (zmq_ctx_term). Throws Timeout, naming the open sockets, if that takes too long; calling it
    // again goes on waiting. Without a deadline it waits a second more than the context's linger.
    void term() { term(longer_than(state_->linger)); }
    void term(Deadline deadline)
    {
        require_owner("Context.term()");
        state_->terminate(deadline);
    }

    // Closes every socket of the context, in whichever thread it is used, and terminates it.
    // `linger` replaces the sockets' own.
    void destroy()
    {
        destroy([](int linger) { return linger; }, longer_than(state_->linger));
    }
    void destroy(std::chrono::milliseconds linger)
    {
        const int most = option_milliseconds(linger);
        destroy([most](int) { return most; }, longer_than(linger));
    }
    // The same when nobody asked for it (an error, an exit): waits at most this long for unsent
    // messages, and then leaves them. False if it did.
    bool abandon(std::chrono::milliseconds most)
    {
        try {
            destroy(detail::at_most(most), Deadline(most));
            return true;
        } catch (const Timeout&) {
            return false;
        }
    }

    // The sockets that are open, oldest first, whoever made them.
    [[nodiscard]] std::vector<Socket> sockets() const;

    [[nodiscard]] bool is_closed() const { return state_->is_closed(); }
    [[nodiscard]] bool is_owner() const { return owner_ && state_->is_owned(); }

    // The raw libzmq context, for code that shares it; null once terminated.
    [[nodiscard]] void* handle() const { return state_->handle(); }

    [[nodiscard]] const std::shared_ptr<detail::ContextState>& state() const { return state_; }

    friend bool operator==(const Context& a, const Context& b) { return a.state_ == b.state_; }
    friend bool operator!=(const Context& a, const Context& b) { return !(a == b); }

private:
    friend class Socket;

    Context(std::shared_ptr<detail::ContextState> state, bool owner)
        : state_(std::move(state)), owner_(owner)
    {
    }

    void require_owner(const char* operation) const
    {
        if (!owner_) {
            throw StateError(std::string(operation) +
                             ": this context is borrowed; only its owner may end it");
        }
        state_->require_owner(operation);
    }

    // Time for unsent messages to be given up, and then for the sockets to go.
    [[nodiscard]] static Deadline longer_than(std::chrono::milliseconds linger)
    {
        using Seconds = std::chrono::duration<double>;  // which does not overflow
        return linger.count() < 0 ? Deadline::never() : Deadline(Seconds(linger) + Seconds(1));
    }

    template <class ChooseLinger> void destroy(ChooseLinger choose_linger, Deadline deadline)
    {
        require_owner("Context.destroy()");
        for (const auto& socket : state_->sockets()) {
            socket->set_linger(choose_linger);  // first: libzmq refuses it after the shutdown
        }
        state_->shutdown();  // then: threads inside a socket leave it because the context ended
        for (const auto& socket : state_->sockets()) {
            socket->close(choose_linger);
        }
        state_->terminate(deadline);
    }

    std::shared_ptr<detail::ContextState> state_;
    bool owner_;
};

// For a host that knows when the program ends: abandons every context of this process that nobody
// ended, waiting at most `most` in all for unsent messages. True if nothing was left behind. Without a
// host, contexts that are still open when the process exits are left as they are.
inline bool finish(std::chrono::milliseconds most)
{
    ExitPatience::is_spent() = true;
    const Deadline deadline(most);
    for (const auto& state : detail::ContextState::all()) {
        state->start_ending(most);
    }
    return Reaper::instance().drain(deadline);
}

namespace detail {

inline std::vector<std::shared_ptr<SocketState>> ContextState::sockets()
{
    birthplace_.require_home("Context.sockets()", "context");
    std::vector<std::shared_ptr<SocketState>> open;
    const std::lock_guard<std::mutex> guard(mutex_);
    for (const auto& [serial, state] : sockets_) {
        if (auto shared = state.lock()) {
            open.push_back(std::move(shared));
        }
    }
    return open;
}

inline std::string ContextState::name_open_sockets()
{
    std::string text;
    for (const auto& socket : sockets()) {
        const std::lock_guard<Lock> guard(socket->lock());
        text += "\n  " + socket->describe() + ", created at " + socket->origin();
    }
    return text;
}

inline void ContextState::terminate(Deadline deadline)
{
    constexpr const char* operation = "Context.term()";
    require_owner(operation);
    Enlisted<std::mutex> me(mutex_, enders_, 1);
    for (;;) {
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            shut_down_locked();
            if (handle_ != nullptr && sockets_.empty()) {
                begin_termination_locked();
            }
            if (handle_ == nullptr) {
                break;
            }
            me.enlist();
        }
        if (deadline.passed()) {
            throw Timeout(std::string(operation) +
                          ": time ran out with sockets still open; close them, or call destroy():" +
                          name_open_sockets());
        }
        wait_for_wake(me.wake(), deadline, operation);
    }
    if (termination_ != nullptr && !termination_->wait(deadline, operation)) {
        throw Timeout(std::string(operation) +
                      ": time ran out while closed sockets still had unsent messages, whose linger "
                      "bounds how long that can take, or other code had sockets open in it");
    }
}

inline void ContextState::start_ending(std::chrono::milliseconds most)
{
    for (const auto& socket : sockets()) {
        socket->close(at_most(most));
    }
    const std::lock_guard<std::mutex> guard(mutex_);
    if (handle_ != nullptr) {
        begin_termination_locked();
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
