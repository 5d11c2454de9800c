// What the events of a monitor say about a socket's connections: how many are agreed on (the ZMTP
// handshake is done), and what is the matter with the others. Its owner guards it.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "constants.hpp"
#include "error.hpp"
#include "monitor.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

class ConnectionEvents {
public:
    static constexpr int of_interest =
        static_cast<int>(Event::handshake_succeeded) |
        static_cast<int>(Event::handshake_failed_no_detail) |
        static_cast<int>(Event::handshake_failed_protocol) |
        static_cast<int>(Event::handshake_failed_auth) | static_cast<int>(Event::disconnected) |
        static_cast<int>(Event::connect_retried) | static_cast<int>(Event::monitor_stopped);
    // A STREAM has nothing to agree on.
    static constexpr int of_interest_for_stream =
        static_cast<int>(Event::connected) | static_cast<int>(Event::accepted) |
        static_cast<int>(Event::disconnected) | static_cast<int>(Event::connect_retried) |
        static_cast<int>(Event::monitor_stopped);

    void take(const MonitorEvent& event)
    {
        At& at = at_[event.endpoint];
        switch (event.event) {
        case Event::connected:
        case Event::accepted:
        case Event::handshake_succeeded: ++at.agreed; break;
        case Event::disconnected:
            if (at.failed != 0) {
                --at.failed;  // this one never was
            } else if (at.agreed != 0) {
                --at.agreed;
                at.reason = "the connection was lost";
            }
            break;
        case Event::connect_retried:
            if (at.reason.empty()) {
                at.reason = "nobody has accepted a connection there";
            }
            break;
        case Event::handshake_failed_no_detail:
            fail(at,
                 std::string("the handshake failed: ") + strerror(static_cast<int>(event.value)));
            break;
        case Event::handshake_failed_protocol:
            fail(at, "the handshake failed: " + name_of_protocol_error(event));
            break;
        case Event::handshake_failed_auth:
            fail(at, "the handshake failed: status " + std::to_string(event.value) +
                         " of the authenticator");
            break;
        default: break;
        }
        if (at.agreed == 0 && at.failed == 0 && at.reason.empty()) {
            at_.erase(event.endpoint);
        }
    }

    [[nodiscard]] std::size_t agreed() const
    {
        std::size_t sum = 0;
        for (const auto& [endpoint, at] : at_) {
            sum += at.agreed;
        }
        return sum;
    }

    [[nodiscard]] std::size_t agreed(const std::string& endpoint) const
    {
        const At* at = find(endpoint);
        return at == nullptr ? 0 : at->agreed;
    }

    [[nodiscard]] std::string reason(const std::string& endpoint) const
    {
        const At* at = find(endpoint);
        return at == nullptr || at->reason.empty() ? "no answer yet" : at->reason;
    }

private:
    struct At {
        std::size_t agreed = 0;
        std::size_t failed = 0;  // whose disconnection is still to be told
        std::string reason;
    };

    [[nodiscard]] static std::string name_of_protocol_error(const MonitorEvent& event)
    {
        switch (static_cast<Event>(event.value)) {
        case Event::protocol_error_zmtp_mechanism_mismatch: return "the security mechanisms differ";
        case Event::protocol_error_zmtp_cryptographic: return "the keys do not fit";
        default: return "protocol error " + std::to_string(event.value);
        }
    }

    static void fail(At& at, std::string reason)
    {
        ++at.failed;
        at.reason = std::move(reason);
    }

    // libzmq calls an endpoint by the address it has found for its name.
    [[nodiscard]] const At* find(const std::string& endpoint) const
    {
        const auto exactly = at_.find(endpoint);
        if (exactly != at_.end()) {
            return &exactly->second;
        }
        const auto by_port = std::find_if(at_.begin(), at_.end(), [&](const auto& entry) {
            const auto colon = endpoint.rfind(':');
            return is_name(endpoint) && entry.first.rfind("tcp://", 0) == 0 &&
                   entry.first.substr(entry.first.rfind(':')) == endpoint.substr(colon);
        });
        return by_port == at_.end() ? nullptr : &by_port->second;
    }

    [[nodiscard]] static bool is_name(const std::string& endpoint)
    {
        return endpoint.rfind("tcp://", 0) == 0 &&
               endpoint.find_first_not_of("0123456789.:[]", 6) != std::string::npos;
    }

    std::map<std::string, At> at_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
