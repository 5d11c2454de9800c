// ZeroMQ's vocabulary as enums. Plain values: any thread, nothing throws.
//
// The numbers are written out rather than taken from zmq.h: they belong to libzmq's ABI, while its
// macros come and go with the header's age and its draft switch. So this file is the same beside
// every libzmq, and what the linked one lacks shows when it is used.
#pragma once

#include <string_view>

namespace zmqpp {
inline namespace v1 {

enum class SocketType : int {
    pair = 0,
    pub = 1,
    sub = 2,
    req = 3,
    rep = 4,
    dealer = 5,
    router = 6,
    pull = 7,
    push = 8,
    xpub = 9,
    xsub = 10,
    stream = 11,
    // Drafts. Some builds of libzmq make them without its draft API, whose calls are then missing.
    server = 12,
    client = 13,
    radio = 14,
    dish = 15,
    gather = 16,
    scatter = 17,
    dgram = 18,
    peer = 19,
    channel = 20,
};

// ZeroMQ's name of a socket type, as in "REP"; "?" for a number that has none.
[[nodiscard]] constexpr std::string_view name(SocketType type) noexcept
{
    switch (type) {
    case SocketType::pair: return "PAIR";
    case SocketType::pub: return "PUB";
    case SocketType::sub: return "SUB";
    case SocketType::req: return "REQ";
    case SocketType::rep: return "REP";
    case SocketType::dealer: return "DEALER";
    case SocketType::router: return "ROUTER";
    case SocketType::pull: return "PULL";
    case SocketType::push: return "PUSH";
    case SocketType::xpub: return "XPUB";
    case SocketType::xsub: return "XSUB";
    case SocketType::stream: return "STREAM";
    case SocketType::server: return "SERVER";
    case SocketType::client: return "CLIENT";
    case SocketType::radio: return "RADIO";
    case SocketType::dish: return "DISH";
    case SocketType::gather: return "GATHER";
    case SocketType::scatter: return "SCATTER";
    case SocketType::dgram: return "DGRAM";
    case SocketType::peer: return "PEER";
    case SocketType::channel: return "CHANNEL";
    }
    return "?";
}

// Options by number, for code that meets them at run time; option.hpp has the typed ones.
enum class SocketOption : int {
#define ZMQPP_SOCKET_OPTION(name, id, kind, access, effect, since, doc) name = id,
#define ZMQPP_DRAFT_SOCKET_OPTION(name, id, kind, access, effect, since, doc) name = id,
#define ZMQPP_SOCKET_OPTION_NUMBER(name, id, doc) name = id,
#define ZMQPP_SOCKET_OPTION_ALIAS(alias, name) alias = name,
#include "socket_options.def"
};

enum class ContextOption : int {
#define ZMQPP_CONTEXT_OPTION(name, id, kind, access, since, doc) name = id,
#define ZMQPP_DRAFT_CONTEXT_OPTION(name, id, kind, access, since, doc) name = id,
#include "context_options.def"
};

// Properties of a message that zmq_msg_get tells.
enum class MessageOption : int {
    more = 1,
    srcfd = 2,
    shared = 3,
};

// Flags of sending and receiving: plain ints, because they are added up and handed to libzmq.
namespace flag {
inline constexpr int dontwait = 1;
inline constexpr int sndmore = 2;
}  // namespace flag

// What a poll waits for and tells: plain ints for the same reason.
namespace poll_event {
inline constexpr int pollin = 1;
inline constexpr int pollout = 2;
inline constexpr int pollerr = 4;
inline constexpr int pollpri = 8;
}  // namespace poll_event

// What a monitor reports. The events are bits; the protocol errors are values that come with
// handshake_failed_protocol.
enum class Event : int {
    connected = 0x0001,
    connect_delayed = 0x0002,
    connect_retried = 0x0004,
    listening = 0x0008,
    bind_failed = 0x0010,
    accepted = 0x0020,
    accept_failed = 0x0040,
    closed = 0x0080,
    close_failed = 0x0100,
    disconnected = 0x0200,
    monitor_stopped = 0x0400,
    handshake_failed_no_detail = 0x0800,
    handshake_succeeded = 0x1000,
    handshake_failed_protocol = 0x2000,
    handshake_failed_auth = 0x4000,
    all = 0xFFFF,
    all_v1 = all,
    pipes_stats = 0x10000,  // draft, in version 2 of the monitor
    all_v2 = all_v1 | pipes_stats,

    protocol_error_zmtp_unspecified = 0x10000000,
    protocol_error_zmtp_unexpected_command = 0x10000001,
    protocol_error_zmtp_invalid_sequence = 0x10000002,
    protocol_error_zmtp_key_exchange = 0x10000003,
    protocol_error_zmtp_malformed_command_unspecified = 0x10000011,
    protocol_error_zmtp_malformed_command_message = 0x10000012,
    protocol_error_zmtp_malformed_command_hello = 0x10000013,
    protocol_error_zmtp_malformed_command_initiate = 0x10000014,
    protocol_error_zmtp_malformed_command_error = 0x10000015,
    protocol_error_zmtp_malformed_command_ready = 0x10000016,
    protocol_error_zmtp_malformed_command_welcome = 0x10000017,
    protocol_error_zmtp_invalid_metadata = 0x10000018,
    protocol_error_zmtp_cryptographic = 0x11000001,
    protocol_error_zmtp_mechanism_mismatch = 0x11000002,
    protocol_error_zap_unspecified = 0x20000000,
    protocol_error_zap_malformed_reply = 0x20000001,
    protocol_error_zap_bad_request_id = 0x20000002,
    protocol_error_zap_bad_version = 0x20000003,
    protocol_error_zap_invalid_status_code = 0x20000004,
    protocol_error_zap_invalid_metadata = 0x20000005,
    protocol_error_ws_unspecified = 0x30000000,
};

// Events are asked for in sets.
[[nodiscard]] constexpr Event operator|(Event left, Event right) noexcept
{
    return static_cast<Event>(static_cast<int>(left) | static_cast<int>(right));
}
[[nodiscard]] constexpr Event operator&(Event left, Event right) noexcept
{
    return static_cast<Event>(static_cast<int>(left) & static_cast<int>(right));
}

// Values of the option mechanism.
enum class Mechanism : int {
    null = 0,
    plain = 1,
    curve = 2,
    gssapi = 3,
};

// The kinds of zmq_device: proxies, all of them.
enum class DeviceType : int {
    streamer = 1,
    forwarder = 2,
    queue = 3,
};

// Values of the option router_notify, to be added up.
enum class RouterNotify : int {
    connect = 1,
    disconnect = 2,
};

// Values of the option norm_mode.
enum class NormMode : int {
    fixed = 0,
    cc = 1,
    ccl = 2,
    cce = 3,
    cce_ecnonly = 4,
};

// Values of the option reconnect_stop, to be added up.
enum class ReconnectStop : int {
    conn_refused = 1,
    handshake_failed = 2,
    after_disconnect = 4,  // libzmq 4.3.4 took 3 for it, which is the sum of the other two
};

}  // namespace v1
}  // namespace zmqpp
