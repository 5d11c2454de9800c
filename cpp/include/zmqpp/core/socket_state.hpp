// What every handle of one socket shares: the libzmq socket, the lock that makes it safe to use from
// any thread, and the threads that wait for it.
//
// How a blocking call works: lock; try without blocking; if it would block, enlist as a waiter;
// unlock; sleep in poll(2) on the socket's descriptor and on the thread's wake handle; start over.
// The lock is never held while waiting, and its holder never wants a GIL.
//
// The descriptor (ZMQ_FD) becomes readable once when something happened, and any call on the socket
// may use that signal up. So whoever operates a socket that has waiters looks at ZMQ_EVENTS before he
// unlocks, and wakes those who can go on.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "constants.hpp"
#include "context_state.hpp"
#include "lock.hpp"
#include "message.hpp"
#include "option.hpp"
#include "peer_names.hpp"
#include "prefetched.hpp"
#include "publisher.hpp"
#include "registration.hpp"
#include "thread_id.hpp"
#include "watch.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// libzmq rarely says EINTR without having blocked, but where it does, nothing has happened yet.
template <class Call> int retry(Call&& call)
{
    int rc;
    do {
        rc = call();
    } while (rc < 0 && zmq_errno() == EINTR);
    return rc;
}

// Where a socket was created, for people. Shared, because one line may open many.
using Origin = std::shared_ptr<const std::string>;

class SocketState : public std::enable_shared_from_this<SocketState> {
public:
    // A new socket of ours, which other threads find in its context from now on.
    [[nodiscard]] static std::shared_ptr<SocketState> open(std::shared_ptr<ContextState> context,
                                                           SocketType type, Origin origin)
    {
        auto state = std::make_shared<SocketState>(std::move(context), type, std::move(origin));
        state->context_->introduce_socket(state->serial_, state);
        return state;
    }

    SocketState(std::shared_ptr<ContextState> context, SocketType type, Origin origin)
        : context_(std::move(context)), type_(type), origin_(std::move(origin)), owned_(true)
    {
        const bool publishes = type == SocketType::pub;
        handle_ = context_->open_socket(publishes ? Publisher::libzmq_type : static_cast<int>(type),
                                        serial_);
        if (publishes) {
            publisher_ = std::make_unique<Publisher>(handle_);
        }
        begin_use();
    }

    // Somebody else's socket, who closes it.
    SocketState(std::shared_ptr<ContextState> context, void* foreign_handle)
        : context_(std::move(context)),
          type_(SocketType::pair),
          origin_(std::make_shared<const std::string>("borrowed")),
          owned_(false),
          handle_(foreign_handle)
    {
        require_socket(foreign_handle, "Socket.borrow()");
        int type = 0;
        std::size_t size = sizeof type;
        check(zmq_getsockopt(handle_, ZMQ_TYPE, &type, &size),
              [] { return std::string("Socket.borrow(): not an open socket of this libzmq"); });
        type_ = static_cast<SocketType>(type);
        descriptor_ = read_descriptor();
    }

    SocketState(const SocketState&) = delete;
    SocketState& operator=(const SocketState&) = delete;

    ~SocketState();

    // Exclusive use of the libzmq socket for a scope. Throws if it is closed or was inherited.
    class Use {
    public:
        ZMQPP_INLINE Use(SocketState& state, const char* operation) : state_(state)
        {
            if (state.birthplace_.is_foreign()) {  // first: the lock may be a dead thread's
                state.birthplace_.require_home(operation, "socket");
            }
            state.lock_.lock();
            if (state.handle_ == nullptr) {
                state.lock_.unlock();
                state.fail_closed(operation);
            }
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ZMQPP_INLINE ~Use()
        {
            if (!left_) {
                leave();
            }
        }

        // Ends the use and starts a wait: from here on, whoever uses the socket wakes `waiter`.
        void leave_waiting(Enlisted<Lock>& waiter)
        {
            // A look at ZMQ_EVENTS on behalf of others may swallow this waiter's own signal, so it
            // is enlisted before the look.
            const bool others = !state_.waiters_.empty();
            waiter.enlist();
            if (state_.registrations_.note_change() || others) {
                state_.wake_ready(false);
            }
            state_.lock_.unlock();
            left_ = true;
        }

        // Ends the use by a poller, which has seen all there is.
        void leave(const Registration& self)
        {
            state_.tell_others(&self);
            state_.lock_.unlock();
            left_ = true;
        }

    private:
        ZMQPP_INLINE void leave()
        {
            if (!state_.waiters_.empty() || !state_.registrations_.empty()) {
                state_.tell_others();
            }
            state_.lock_.unlock();
        }

        SocketState& state_;
        bool left_ = false;
    };

    // Tries `attempt` (true: done, false: would block) until it is done; false if time ran out. See
    // socket_waiting.hpp.
    template <class Attempt>
    bool until(const char* operation, short direction, Deadline deadline, Attempt&& attempt);

    // How long a wait goes on trying before it sleeps.
    void set_spin(std::chrono::microseconds time) noexcept { spin_ = time; }
    [[nodiscard]] std::chrono::microseconds spin() const noexcept { return spin_; }

    // --- one message, with the socket in use: see socket_messages.hpp ---

    // Sends `count` parts as one message: all of it or nothing. part(i, flags) is one libzmq call,
    // first() the bytes of the first part. False: would block, and nothing was sent.
    template <class SendPart, class First>
    bool send_parts(const char* operation, std::size_t count, int flags, SendPart&& part,
                    First&& first);
    bool send_parts(const char* operation, Message* parts, std::size_t count, int flags);
    void note_sent();

    // Receives one part, if it is there.
    Received receive_part(const char* operation, Message& into);

    // Receives all parts of one message, each into `part` for take(part, size): libzmq hands over a
    // message only when it has it whole. False: nothing is there.
    template <class Take> bool receive_parts(const char* operation, Message& part, Take&& take);
    bool receive_parts(const char* operation, Multipart& into);
    // Receives a message of one part, for a batch: see socket_batches.hpp.
    Received receive_single(const char* operation, Message& into, bool is_first);

    // Before a peer is left: takes out what libzmq may have begun to receive from it.
    void save_prefetched(const char* operation);
    // What that adds to the options events and rcvmore.
    [[nodiscard]] int prefetched(int option) const noexcept
    {
        const bool more = option == ZMQ_RCVMORE && receiver_ != no_thread;
        return prefetched_.empty() ? 0 : more ? 1 : option == ZMQ_EVENTS ? ZMQ_POLLIN : 0;
    }

    [[nodiscard]] bool conflates() const noexcept { return conflating_; }
    [[nodiscard]] bool welcomes() const noexcept { return welcomes_; }

    // It was bound or connected; the endpoint is among `endpoints`.
    void note_attached()
    {
        attached_ = true;
        choose_paths();
        if (publisher_) {
            publisher_->note_attached(handle_, endpoints);
        }
    }

    [[nodiscard]] bool is_attached() noexcept
    {
        const std::lock_guard<Lock> guard(lock_);
        return attached_;
    }

    // Its handle or descriptor is known to code that is not ours, and must stay what it is.
    void note_exposed() noexcept
    {
        exposed_ = true;
        registrations_.wake_all();  // pollers must look at it themselves from now on
    }
    // The handle, for code that is not ours. Without the lock once it is known there.
    [[nodiscard]] void* expose() noexcept
    {
        if (!exposed_) {
            const std::lock_guard<Lock> guard(lock_);
            note_exposed();
        }
        return handle_;
    }
    // Nobody operates it but through this object.
    [[nodiscard]] bool is_private() const noexcept { return owned_ && !exposed_; }

    // zmq_setsockopt and zmq_getsockopt: see socket_options.hpp.
    [[nodiscard]] int set_option(const OptionRow& row, const void* value, std::size_t size);
    void note_option(int id, const void* value, std::size_t size);
    [[nodiscard]] int get_option(int id, void* value, std::size_t* size);
    // ZMQ_RCVTIMEO or ZMQ_SNDTIMEO, in milliseconds. Every wait asks for it, so it does not lock.
    [[nodiscard]] int timeout(int id, const char* operation);

    // How many subscriptions there are to this PUB: see socket_subscribers.hpp.
    [[nodiscard]] std::size_t subscribers(const char* operation,
                                          const std::optional<std::string_view>& topic);

    // Whether libzmq may have heard of peers that left. Those who bind, connect, send, receive or look
    // at ZMQ_EVENTS let it take note of what happened.
    void note_news() noexcept { peers_may_have_left_ |= !endpoints.empty(); }

    // Before a high water mark is set. libzmq tells it to the other ends of all connections, also to
    // those that are gone but for a last word, and crashes.
    [[nodiscard]] bool has_lost_peers() const noexcept { return peers_may_have_left_; }
    void require_no_lost_peers(const char* option) const
    {
        if (has_lost_peers()) {
            throw StateError("set option " + std::string(option) + " of " + describe() +
                             ": too late, the socket has been in use; give it to Context.socket()");
        }
    }

    // Before a peer is left. A message that was begun would lose its other parts with the peer: libzmq
    // would go on with those of another message, or abort where there is none. And before a batch, which
    // would go on with it.
    void require_whole_messages(const char* operation) const
    {
        require_all_received(operation);
        require_all_sent(operation);
    }
    void require_all_received(const char* operation) const
    {
        if (receiver_ != no_thread) {
            fail_amid_message(operation, "receive");
        }
    }
    void require_all_sent(const char* operation) const
    {
        if (sender_ != no_thread) {
            fail_amid_message(operation, "send");
        }
    }

    // What can be done now (ZMQ_EVENTS). Also makes libzmq take note of everything that happened.
    [[nodiscard]] int events(const char* operation = "poll()")
    {
        const int ready = look();
        if (ready == end_of_all) {
            fail_operation(zmq_errno(), operation);
        }
        return only_events(ready) | prefetched(ZMQ_EVENTS);
    }

    // --- its end: see socket_ending.hpp ---

    // `choose` makes the time that unsent messages get out of the one that was set.
    template <class Choose> void set_linger(Choose&& choose);
    // zmq_close. Wakes every waiter, who raises SocketClosed. Does nothing if it is closed.
    template <class Choose> void close(Choose&& choose);

    // --- its monitor, and that of another socket which it reads: see socket_monitor.hpp ---

    void monitor(const std::string& endpoint, int events);
    void stop_monitor(const std::string& endpoint = "");
    void reserve_monitor();
    [[nodiscard]] std::string monitor_endpoint();
    [[nodiscard]] bool watch(const std::string& endpoint);

    // --- for the handles, with the socket in use where they touch it ---

    [[nodiscard]] void* handle() const noexcept { return handle_; }
    [[nodiscard]] SocketType type() const noexcept { return type_; }
    [[nodiscard]] const std::string& origin() const noexcept { return *origin_; }
    [[nodiscard]] const std::shared_ptr<ContextState>& context() const noexcept { return context_; }
    [[nodiscard]] bool is_owned() const noexcept { return owned_; }
    [[nodiscard]] bool is_foreign() const noexcept { return birthplace_.is_foreign(); }
    void require_home(const char* operation) const
    {
        birthplace_.require_home(operation, "socket");
    }
    [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }
    [[nodiscard]] Descriptor descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] Lock& lock() noexcept { return lock_; }
    [[nodiscard]] RegistrationList& registrations() noexcept { return registrations_; }
    // Whether any thread sleeps until something happens here.
    [[nodiscard]] bool is_awaited() const noexcept
    {
        return !waiters_.empty() || registrations_.has_sleepers();
    }

    // True also in a child of fork(), where the lock may be a dead thread's.
    [[nodiscard]] bool is_closed() noexcept
    {
        if (birthplace_.is_foreign()) {
            return true;
        }
        const std::lock_guard<Lock> guard(lock_);
        return handle_ == nullptr;
    }

    // Where it is bound or connected, as asked for and as it turned out.
    struct Endpoint {
        std::string asked;
        std::string real;
        bool bound;
    };
    std::vector<Endpoint> endpoints;
    PeerNames peer_names;

    // The object that stands for the socket in another language, which also guards this.
    Face face;

    // --- what people are told of it: see socket_errors.hpp ---

    // "send() on REQ socket [tcp://127.0.0.1:5000]"
    [[nodiscard]] std::string describe(const std::string& operation) const;
    [[nodiscard]] std::string describe() const;
    // Throws what `code` stands for, with what a person needs to know to put it right.
    [[noreturn]] void fail_operation(int code, const std::string& operation,
                                     std::string hint = "") const;

private:
    template <class Attempt>
    bool until(const char* operation, short direction, Deadline deadline, Deadline spin_end,
               Attempt& attempt);

    template <class Choose> static void choose_linger(void* handle, Choose&& choose) noexcept;
    template <class Choose> void choose_last_linger(void* handle, Choose&& choose) const noexcept;

    [[noreturn]] void fail_closed(const char* operation) const;
    [[noreturn]] void fail_amid_message(const char* operation, const char* verb) const;
    [[noreturn]] void fail_claim(ThreadId holder, const char* operation, const char* doing) const;

    // A message sent or received part by part belongs to the thread that began it: a part from
    // another thread would tear it.
    void claim(ThreadId holder, const char* operation, const char* doing) const
    {
        if (holder != no_thread && holder != this_thread_id()) {
            fail_claim(holder, operation, doing);
        }
    }
    // Whether the next message can go straight into libzmq, or come out of it, because nothing is special
    // about it or the socket. Worked out when that may have changed, and not for every message.
    void choose_paths() noexcept
    {
        const bool has_noted_news = peers_may_have_left_ || endpoints.empty();
        sends_directly_ =
            has_noted_news && sender_ == no_thread && !conflating_ && !has_two_parts(type_);
        receives_directly_ = has_noted_news && receiver_ == no_thread && !publisher_ &&
                             !conflating_ && prefetched_.empty();
    }

    std::optional<bool> prepare_to_send(const char* operation, std::size_t count,
                                        bool more_follows);
    enum class Refusal { interrupted, part_lost, no_room };
    Refusal refused(const char* operation, bool begun, std::string_view first);
    void count_subscribers();

    Received fetch_part(const char* operation, Message& into);
    Received fetch_after_failure(const char* operation, Message& into);
    Received receive_indirectly(const char* operation, Message& into);
    void note_received(bool more_follows);
    void refuse_to_receive(const char* operation);
    void put_back(const char* operation, Message&& first, bool is_first);

    // These take the first of two parts for the peer's name, and lose count if there are others.
    [[nodiscard]] static constexpr bool has_two_parts(SocketType type) noexcept
    {
        return type == SocketType::stream || type == SocketType::dgram;
    }

    bool require_two_parts(const char* operation, std::size_t count, bool more_follows) const;

    // ZMQ_EVENTS, or everything if there is an error for everybody to see. A PUB's may have news.
    [[nodiscard]] int look() noexcept
    {
        note_news();
        int ready = 0;
        std::size_t size = sizeof ready;
        if (retry([&] { return zmq_getsockopt(handle_, ZMQ_EVENTS, &ready, &size); }) < 0) {
            return end_of_all;
        }
        return publisher_ ? publisher_->translate(handle_, ready) : ready;
    }
    static int only_events(int ready) noexcept { return ready & ~Publisher::news; }

    // At the end of a use: those who wait here, and pollers, if they are not the user. Not inline: mostly
    // there are none, and a use without them is small.
    ZMQPP_NOT_INLINE void tell_others(const Registration* self = nullptr) noexcept
    {
        if (registrations_.note_change(self) || !waiters_.empty()) {
            wake_ready(true, self);
        }
    }

    void wake_ready(bool also_patient, const Registration* self = nullptr) noexcept;
    static void sleep(Wake& wake, Descriptor descriptor, Deadline deadline, const char* operation);

    // A new libzmq socket is at `handle_`.
    void begin_use() noexcept
    {
        choose_linger(handle_, [this](int) { return option_milliseconds(context_->linger); });
        descriptor_ = read_descriptor();
    }

    [[nodiscard]] Descriptor read_descriptor() const noexcept
    {
        Descriptor descriptor{};
        std::size_t size = sizeof descriptor;
        return zmq_getsockopt(handle_, ZMQ_FD, &descriptor, &size) == 0 ? descriptor
                                                                        : no_descriptor;
    }

    void become_plain(const char* option);
    void require_publisher(const char* operation) const;

    bool try_monitor(const std::string& endpoint, int events, bool is_last);
    void require_free_monitor(const char* operation) const;
    void stop_watching();

    void give_up_names(void* handle) noexcept;

    static constexpr int end_of_all = -1;

    const std::shared_ptr<ContextState> context_;
    SocketType type_;
    const Origin origin_;
    const bool owned_;
    std::uint64_t serial_ = 0;

    Lock lock_;                           // guards everything below, and what is public above
    std::atomic<void*> handle_{nullptr};  // null once closed; expose() reads it without the lock
    std::atomic<Descriptor> descriptor_{no_descriptor};
    std::unique_ptr<Publisher> publisher_;  // of a PUB of ours
    WaiterList waiters_;
    RegistrationList registrations_;  // in pollers
    int sends_until_count_ = 1;
    bool sends_directly_ = false;  // see choose_paths()
    bool receives_directly_ = false;
    ThreadId sender_ = no_thread;           // in the middle of a message it sends part by part
    ThreadId receiver_ = no_thread;         // the same for receiving
    bool dropping_ = false;                 // the rest of a message whose peer is gone
    bool conflating_ = false;               // the option conflate
    bool welcomes_ = false;                 // the option xpub_welcome_msg
    std::atomic<int> receive_timeout_{-1};  // the options rcvtimeo and sndtimeo
    std::atomic<int> send_timeout_{-1};
    Prefetched prefetched_;             // received, but not by the program
    bool peers_may_have_left_ = false;  // without a trace that could be seen from here
    bool attached_ = false;             // it has been bound or connected
    std::atomic<bool> exposed_{false};  // other code knows its handle or descriptor
    std::atomic<std::chrono::microseconds> spin_{std::chrono::microseconds(0)};
    Monitored monitored_;  // this socket's events
    Watching watching_;    // those of another that this one reads; guards itself
    Birthplace birthplace_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp

#include "socket_ending.hpp"
#include "socket_errors.hpp"
#include "socket_monitor.hpp"
#include "socket_waiting.hpp"
