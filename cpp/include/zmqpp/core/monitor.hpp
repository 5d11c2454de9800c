// Monitor reads what happens to a socket's connections: accepted, connected, disconnected ... It may
// be closed before or after the socket it watches. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "socket.hpp"

namespace zmqpp {
inline namespace v1 {

// One event, with the number that comes with it: a descriptor, an errno, milliseconds, a ZAP status
// or a protocol error, as the event has it.
struct MonitorEvent {
    Event event{};
    std::uint32_t value = 0;
    std::string endpoint;

    // From the two frames that a monitor publishes: event (16 bits) and value (32), then endpoint.
    [[nodiscard]] static MonitorEvent parse(std::string_view head, std::string_view endpoint)
    {
        std::uint16_t event = 0;
        MonitorEvent parsed;
        if (head.size() != sizeof event + sizeof parsed.value) {
            throw Error(EINVAL,
                        "MonitorEvent: the first frame of a monitor message has 6 bytes, not " +
                            std::to_string(head.size()));
        }
        std::memcpy(&event, head.data(), sizeof event);
        std::memcpy(&parsed.value, head.data() + sizeof event, sizeof parsed.value);
        parsed.event = static_cast<Event>(event);
        parsed.endpoint = std::string(endpoint);
        return parsed;
    }
};

inline constexpr int all_events = 0xFFFF;

// Starts publishing `events` of a socket and returns the PAIR that reads them.
[[nodiscard]] inline Socket open_monitor(Socket watched, int events = all_events)
{
    static std::atomic<unsigned long> count{0};
    // Its address, because another library that is built from these headers counts for itself.
    const std::string endpoint = "inproc://zmqpp.monitor." +
                                 std::to_string(reinterpret_cast<std::uintptr_t>(&count)) + "." +
                                 std::to_string(++count);
    // First: should there be no room for it, then nothing has begun.
    Socket reader(watched.context(), SocketType::pair, "monitor of " + watched.origin());
    watched.monitor(endpoint, events);
    reader.connect(endpoint);
    return reader;
}

class Monitor {
public:
    explicit Monitor(const Socket& watched, int events = all_events)
        : reader_(open_monitor(watched, events))
    {
    }

    // The next event; nothing when the deadline passed, or after the watched socket was closed.
    [[nodiscard]] std::optional<MonitorEvent> recv(Deadline deadline)
    {
        if (stopped_) {
            return std::nullopt;
        }
        const auto parts = reader_.recv_multipart(deadline);
        if (!parts) {
            return std::nullopt;
        }
        MonitorEvent event = MonitorEvent::parse(parts->front().view(), parts->back().view());
        stopped_ = event.event == Event::monitor_stopped;
        return event;
    }

    // The watched socket was closed, or stopped publishing: no event will follow.
    [[nodiscard]] bool is_stopped() const { return stopped_; }

    void close() { reader_.close(); }

private:
    Socket reader_;
    std::atomic<bool> stopped_{false};
};

}  // namespace v1
}  // namespace zmqpp
