// Connections knows which of a socket's connections are agreed on (the ZMTP handshake is done). libzmq
// cannot be asked for that; it only tells a monitor, and only one that was there before. So this is a
// monitor, and is made before the socket connects. Any thread.
//
// One background thread reads the events for all Connections of the process, because a monitor that
// nobody reads grows without end.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "background.hpp"
#include "connection_events.hpp"
#include "fork.hpp"
#include "monitor.hpp"
#include "waiters.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// One monitor, its reader, and who waits for its events.
struct ConnectionsWatch {
    ConnectionsWatch(const Socket& watched, int of_interest)
        : reader(open_monitor(watched, of_interest)), socket(watched.state())
    {
    }

    // Takes what has come. False at the end.
    bool read()
    {
        bool goes_on = true;
        try {
            while (const auto parts = reader.try_recv_multipart()) {
                const MonitorEvent event =
                    MonitorEvent::parse(parts->front().view(), parts->back().view());
                const std::lock_guard<Lock> guard(lock);
                if (event.event == Event::monitor_stopped) {
                    goes_on = false;
                } else {
                    events.take(event);
                }
            }
        } catch (const std::exception&) {  // closed, or the context has ended
            goes_on = false;
        }
        const std::lock_guard<Lock> guard(lock);
        ended = ended || !goes_on;
        waiters.wake_all();
        return goes_on;
    }

    // Whoever comes second waits: then it is closed.
    void close()
    {
        const std::lock_guard<std::mutex> guard(closing);
        reader.close();
    }

    Socket reader;
    std::mutex closing;
    const std::weak_ptr<SocketState> socket;
    Lock lock;  // guards the rest
    ConnectionEvents events;
    WaiterList waiters;
    bool ended = false;
};

// The thread that reads them all. It ends when there is none left.
class ConnectionsReader {
public:
    [[nodiscard]] static ConnectionsReader& instance() { return per_process<ConnectionsReader>(); }

    void follow(std::shared_ptr<ConnectionsWatch> watch)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        watches_.push_back(std::move(watch));
        if (!runs_) {
            runs_ = run_in_background([this] { read_all(); });
        }
        wake_.wake();
        if (!runs_) {
            watches_.pop_back();
            throw Error(EAGAIN, "Connections(): the system has no thread left");
        }
    }

    // Some reader was closed.
    void look_again() noexcept { wake_.wake(); }

private:
    using Watches = std::vector<std::shared_ptr<ConnectionsWatch>>;

    void read_all()
    {
        for (;;) {
            Watches watches;
            {
                const std::lock_guard<std::mutex> guard(mutex_);
                watches = watches_;
                runs_ = !watches.empty();
                if (!runs_) {
                    return;
                }
            }
            std::vector<PollItem> items{readable(wake_.descriptor())};
            for (const auto& watch : watches) {
                if (watch->read()) {
                    items.push_back(readable(watch->reader.state()->descriptor()));
                } else {
                    watch->close();
                    forget(watch);
                }
            }
            if (items.size() == watches.size() + 1) {
                sleep(items);
            }
        }
    }

    void sleep(std::vector<PollItem>& items)
    {
        try {
            wait(items.data(), items.size(), Deadline::never(), "Connections");
        } catch (const Error&) {  // the system is short of something
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        wake_.clear();
    }

    void forget(const std::shared_ptr<ConnectionsWatch>& watch)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        watches_.erase(std::remove(watches_.begin(), watches_.end(), watch), watches_.end());
    }

    std::mutex mutex_;
    Wake wake_;
    Watches watches_;
    bool runs_ = false;
};

// Where a socket is connect()ed, and how that stands.
class Links {
public:
    Links(SocketState& state, ConnectionsWatch* watch)
    {
        const SocketState::Use use(state, "wait_connected()");
        static_cast<void>(state.events("wait_connected()"));
        for (const auto& endpoint : state.endpoints) {
            const bool inproc = is_inproc(endpoint.real);
            if (endpoint.bound) {
                continue;
            }
            if (!inproc && watch == nullptr) {
                throw StateError(
                    state.describe("wait_connected()") +
                    ": libzmq tells of connections only to who has watched from the start; open "
                    "the socket with watch_connections, or in C++ make its Connections first");
            }
            links_.push_back({endpoint.real, inproc,
                              inproc && state.context()->is_bound_by_inproc(endpoint.real)});
        }
    }

    // With the lock of the watch.
    void ask(const ConnectionEvents& events)
    {
        all_ = events.agreed();
        for (Link& link : links_) {
            link.is_agreed = link.inproc ? link.is_agreed : events.agreed(link.endpoint) != 0;
        }
    }

    [[nodiscard]] std::size_t count() const
    {
        return all_ + count_if([](const Link& link) { return link.inproc && link.is_agreed; });
    }

    // So many in all, or one for each connect().
    [[nodiscard]] bool has(std::optional<std::size_t> wanted) const
    {
        return wanted ? count() >= *wanted
                      : count_if([](const Link& link) { return link.is_agreed; }) == links_.size();
    }

    [[nodiscard]] bool has_inproc_to_come() const
    {
        return count_if([](const Link& link) { return link.inproc && !link.is_agreed; }) != 0;
    }

    // "; not connected: tcp://127.0.0.1:1 (nobody has accepted a connection there)"
    [[nodiscard]] std::string missing(const ConnectionEvents& events) const
    {
        std::string text;
        for (const Link& link : links_) {
            if (!link.is_agreed) {
                text += (text.empty() ? "; not connected: " : ", ") + link.endpoint + " (" +
                        (link.inproc ? "nobody has bound it" : events.reason(link.endpoint)) + ")";
            }
        }
        return text;
    }

    [[nodiscard]] std::size_t size() const { return links_.size(); }

private:
    struct Link {
        std::string endpoint;
        bool inproc;
        bool is_agreed;
    };

    template <class Condition> [[nodiscard]] std::size_t count_if(Condition&& condition) const
    {
        return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), condition));
    }

    std::vector<Link> links_;
    std::size_t all_ = 0;
};

}  // namespace detail

// Waits until so many connections are agreed on, or one for each endpoint that the socket is connect()ed
// to, and returns how many are. `watch` may be null, if all its connections are by inproc: there is
// nothing to agree on, and it is known who is bound. Throws Timeout, which names the endpoints that are
// missing, and says why if that is known.
inline std::size_t wait_connected(detail::SocketState& state, detail::ConnectionsWatch* watch,
                                  std::optional<std::size_t> wanted, Deadline deadline)
{
    constexpr const char* operation = "wait_connected()";
    Lock nobody;
    WaiterList none;
    const detail::ConnectionEvents no_events;
    Enlisted<Lock> me(watch != nullptr ? watch->lock : nobody,
                      watch != nullptr ? watch->waiters : none, 1);
    for (;;) {
        detail::Links links(state, watch);
        std::string missing;
        {
            const std::lock_guard<Lock> guard(watch != nullptr ? watch->lock : nobody);
            const auto& events = watch != nullptr ? watch->events : no_events;
            links.ask(events);
            if (watch != nullptr && watch->ended) {
                const detail::Links throws_if_closed(state, watch);
                throw StateError(std::string(operation) + ": its Connections were closed");
            }
            missing = links.missing(events);
            me.enlist();
        }
        if (links.has(wanted)) {
            return links.count();
        }
        if (deadline.passed()) {
            const std::lock_guard<Lock> guard(state.lock());
            throw Timeout(state.describe(operation) + ": time ran out with " +
                          std::to_string(links.count()) + " of " +
                          std::to_string(wanted ? *wanted : links.size()) + " connections" +
                          missing);
        }
        const Deadline soon(std::chrono::milliseconds(10));
        wait_for_wake(me.wake(), links.has_inproc_to_come() ? soon.earlier(deadline) : deadline,
                      operation);
    }
}

// Writes its own destructor because its monitor ends with it.
class Connections {
public:
    // Before the socket is bound or connected. It takes the place of the socket's one monitor.
    explicit Connections(const Socket& socket)
    {
        require_library("watching connections", 40300, false);
        if (socket.state()->is_attached()) {
            throw StateError("Connections of " + socket.describe() +
                             ": too late, it has been bound or connected");
        }
        watch_ = std::make_shared<detail::ConnectionsWatch>(
            socket, socket.type() == SocketType::stream
                        ? detail::ConnectionEvents::of_interest_for_stream
                        : detail::ConnectionEvents::of_interest);
        socket.state()->reserve_monitor();
        detail::ConnectionsReader::instance().follow(watch_);
    }
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections()
    {
        try {
            close();
        } catch (const Error&) {  // a child of fork() leaves it alone
        }
    }

    // How many are agreed on now, by connect() or accepted.
    [[nodiscard]] std::size_t count() const
    {
        const auto state = socket("Connections.count()");
        detail::Links links(*state, watch_.get());
        const std::lock_guard<Lock> guard(watch_->lock);
        links.ask(watch_->events);
        return links.count();
    }

    // Waits until there are so many, or one for each endpoint that the socket is connect()ed to, and
    // returns how many there are. Throws Timeout.
    std::size_t wait(std::optional<std::size_t> wanted, Deadline deadline) const
    {
        return wait_connected(*socket("wait_connected()"), watch_.get(), wanted, deadline);
    }

    // Stops watching.
    void close()
    {
        watch_->close();
        detail::ConnectionsReader::instance().look_again();
    }

private:
    [[nodiscard]] std::shared_ptr<detail::SocketState> socket(const char* operation) const
    {
        auto state = watch_->socket.lock();
        if (state == nullptr) {
            throw SocketClosed(std::string(operation) + ": the socket is closed");
        }
        return state;
    }

    std::shared_ptr<detail::ConnectionsWatch> watch_;
};

}  // namespace v1
}  // namespace zmqpp
