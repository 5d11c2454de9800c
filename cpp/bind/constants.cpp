#include "constants.hpp"

#include <cerrno>

#include <zmq.h>  // only for its errno values: which of them a platform lacks is known there

namespace zmqpp::binding {
namespace {

constexpr const char* int_enum = "IntEnum";
constexpr const char* int_flag = "IntFlag";

// The tables spell options in lower case, Python spells constants in upper case.
std::string upper(std::string name)
{
    for (char& c : name) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return name;
}

void list_options(std::vector<Enum>& enums)
{
    using zmqpp::ContextOption;
    using zmqpp::SocketOption;

    // clang-format off
    enums.push_back({"SocketOption", int_enum, "",
        "Options of sockets, for Socket.get and Socket.set; also properties of Socket.", {
#define ZMQPP_SOCKET_OPTION(name, id, kind, access, effect, since, doc) \
            {upper(#name), SocketOption::name, doc},
#define ZMQPP_DRAFT_SOCKET_OPTION(name, id, kind, access, effect, since, doc) \
            {upper(#name), SocketOption::name, doc},
#define ZMQPP_SOCKET_OPTION_NUMBER(name, id, doc) \
            {upper(#name), SocketOption::name, doc},
#define ZMQPP_SOCKET_OPTION_ALIAS(alias, name) \
            {upper(#alias), SocketOption::alias},
#include "zmqpp/core/socket_options.def"
        }});

    // No docs on these members: number 3 is two options but one member.
    enums.push_back({"ContextOption", int_enum, "",
        "Options of contexts, for Context.get and Context.set; also properties of Context.", {
#define ZMQPP_CONTEXT_OPTION(name, id, kind, access, since, doc) \
            {upper(#name), ContextOption::name},
#define ZMQPP_DRAFT_CONTEXT_OPTION(name, id, kind, access, since, doc) \
            {upper(#name), ContextOption::name},
#include "zmqpp/core/context_options.def"

        }});
    // clang-format on
}

void list_option_values(std::vector<Enum>& enums)
{
    using zmqpp::Mechanism;
    using zmqpp::NormMode;
    using zmqpp::ReconnectStop;
    using zmqpp::RouterNotify;

    enums.push_back({"SecurityMechanism",
                     int_enum,
                     "",
                     "Values of the option mechanism.",
                     {{"NULL", Mechanism::null},
                      {"PLAIN", Mechanism::plain},
                      {"CURVE", Mechanism::curve},
                      {"GSSAPI", Mechanism::gssapi}}});
    enums.push_back(
        {"RouterNotify",
         int_enum,
         "NOTIFY_",
         "Values of the option router_notify, to be added up.",
         {{"CONNECT", RouterNotify::connect}, {"DISCONNECT", RouterNotify::disconnect}}});
    enums.push_back({"NormMode",
                     int_enum,
                     "NORM_",
                     "Values of the option norm_mode.",
                     {{"FIXED", NormMode::fixed},
                      {"CC", NormMode::cc},
                      {"CCL", NormMode::ccl},
                      {"CCE", NormMode::cce},
                      {"CCE_ECNONLY", NormMode::cce_ecnonly}}});
    enums.push_back({"ReconnectStop",
                     int_enum,
                     "RECONNECT_STOP_",
                     "Values of the option reconnect_stop, to be added up.",
                     {{"CONN_REFUSED", ReconnectStop::conn_refused},
                      {"HANDSHAKE_FAILED", ReconnectStop::handshake_failed},
                      {"AFTER_DISCONNECT", ReconnectStop::after_disconnect}}});
}

void list_types(std::vector<Enum>& enums)
{
    using zmqpp::DeviceType;
    using zmqpp::MessageOption;
    using zmqpp::SocketType;

    enums.push_back({"SocketType",
                     int_enum,
                     "",
                     "Types of sockets. Those from SERVER on are drafts: libzmq has them only "
                     "when built with its draft API.",
                     {{"PAIR", SocketType::pair},
                      {"PUB", SocketType::pub},
                      {"SUB", SocketType::sub},
                      {"REQ", SocketType::req},
                      {"REP", SocketType::rep},
                      {"DEALER", SocketType::dealer},
                      {"ROUTER", SocketType::router},
                      {"PULL", SocketType::pull},
                      {"PUSH", SocketType::push},
                      {"XPUB", SocketType::xpub},
                      {"XSUB", SocketType::xsub},
                      {"STREAM", SocketType::stream},
                      {"SERVER", SocketType::server},
                      {"CLIENT", SocketType::client},
                      {"RADIO", SocketType::radio},
                      {"DISH", SocketType::dish},
                      {"GATHER", SocketType::gather},
                      {"SCATTER", SocketType::scatter},
                      {"DGRAM", SocketType::dgram},
                      {"PEER", SocketType::peer},
                      {"CHANNEL", SocketType::channel},
                      // What they were called before 3.0.
                      {"XREQ", SocketType::dealer},
                      {"XREP", SocketType::router},
                      {"UPSTREAM", SocketType::pull},
                      {"DOWNSTREAM", SocketType::push}}});
    enums.push_back({"MessageOption",
                     int_enum,
                     "",
                     "Properties of messages, for Frame.get.",
                     {{"MORE", MessageOption::more},
                      {"SRCFD", MessageOption::srcfd},
                      {"SHARED", MessageOption::shared}}});
    enums.push_back({"DeviceType",
                     int_enum,
                     "",
                     "Kinds of devices: proxies, all of them.",
                     {{"STREAMER", DeviceType::streamer},
                      {"FORWARDER", DeviceType::forwarder},
                      {"QUEUE", DeviceType::queue}}});
}

void list_flags(std::vector<Enum>& enums)
{
    namespace flag = zmqpp::flag;
    namespace poll_event = zmqpp::poll_event;

    enums.push_back(
        {"Flag",
         int_flag,
         "",
         "Flags of sending and receiving.",
         {{"DONTWAIT", flag::dontwait}, {"SNDMORE", flag::sndmore}, {"NOBLOCK", flag::dontwait}}});
    enums.push_back({"PollEvent",
                     int_flag,
                     "",
                     "What a poll waits for and what it finds.",
                     {{"POLLIN", poll_event::pollin},
                      {"POLLOUT", poll_event::pollout},
                      {"POLLERR", poll_event::pollerr},
                      {"POLLPRI", poll_event::pollpri}}});
}

void list_events(std::vector<Enum>& enums)
{
    using zmqpp::Event;

    enums.push_back(
        {"Event",
         int_flag,
         "EVENT_",
         "What a socket monitor reports. The members called PROTOCOL_ERROR are the values that "
         "come "
         "with HANDSHAKE_FAILED_PROTOCOL.",
         {{"CONNECTED", Event::connected},
          {"CONNECT_DELAYED", Event::connect_delayed},
          {"CONNECT_RETRIED", Event::connect_retried},
          {"LISTENING", Event::listening},
          {"BIND_FAILED", Event::bind_failed},
          {"ACCEPTED", Event::accepted},
          {"ACCEPT_FAILED", Event::accept_failed},
          {"CLOSED", Event::closed},
          {"CLOSE_FAILED", Event::close_failed},
          {"DISCONNECTED", Event::disconnected},
          {"MONITOR_STOPPED", Event::monitor_stopped},
          {"HANDSHAKE_FAILED_NO_DETAIL", Event::handshake_failed_no_detail},
          {"HANDSHAKE_SUCCEEDED", Event::handshake_succeeded},
          {"HANDSHAKE_FAILED_PROTOCOL", Event::handshake_failed_protocol},
          {"HANDSHAKE_FAILED_AUTH", Event::handshake_failed_auth},
          {"ALL", Event::all},
          {"ALL_V1", Event::all_v1},
          {"PIPES_STATS", Event::pipes_stats},
          {"ALL_V2", Event::all_v2},
          {"PROTOCOL_ERROR_ZMTP_UNSPECIFIED", Event::protocol_error_zmtp_unspecified},
          {"PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND", Event::protocol_error_zmtp_unexpected_command},
          {"PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE", Event::protocol_error_zmtp_invalid_sequence},
          {"PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE", Event::protocol_error_zmtp_key_exchange},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
           Event::protocol_error_zmtp_malformed_command_unspecified},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE",
           Event::protocol_error_zmtp_malformed_command_message},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO",
           Event::protocol_error_zmtp_malformed_command_hello},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE",
           Event::protocol_error_zmtp_malformed_command_initiate},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR",
           Event::protocol_error_zmtp_malformed_command_error},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY",
           Event::protocol_error_zmtp_malformed_command_ready},
          {"PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME",
           Event::protocol_error_zmtp_malformed_command_welcome},
          {"PROTOCOL_ERROR_ZMTP_INVALID_METADATA", Event::protocol_error_zmtp_invalid_metadata},
          {"PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC", Event::protocol_error_zmtp_cryptographic},
          {"PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH", Event::protocol_error_zmtp_mechanism_mismatch},
          {"PROTOCOL_ERROR_ZAP_UNSPECIFIED", Event::protocol_error_zap_unspecified},
          {"PROTOCOL_ERROR_ZAP_MALFORMED_REPLY", Event::protocol_error_zap_malformed_reply},
          {"PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID", Event::protocol_error_zap_bad_request_id},
          {"PROTOCOL_ERROR_ZAP_BAD_VERSION", Event::protocol_error_zap_bad_version},
          {"PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE", Event::protocol_error_zap_invalid_status_code},
          {"PROTOCOL_ERROR_ZAP_INVALID_METADATA", Event::protocol_error_zap_invalid_metadata},
          {"PROTOCOL_ERROR_WS_UNSPECIFIED", Event::protocol_error_ws_unspecified}}});
}

void list_errnos(std::vector<Enum>& enums)
{
    enums.push_back({"Errno",
                     int_enum,
                     "",
                     "Error numbers of libzmq: the platform's, then ZeroMQ's own from EFSM on.",
                     {{"EAGAIN", EAGAIN},
                      {"EFAULT", EFAULT},
                      {"EINVAL", EINVAL},
                      {"ENOTSUP", ENOTSUP},
                      {"EPROTONOSUPPORT", EPROTONOSUPPORT},
                      {"ENOBUFS", ENOBUFS},
                      {"ENETDOWN", ENETDOWN},
                      {"EADDRINUSE", EADDRINUSE},
                      {"EADDRNOTAVAIL", EADDRNOTAVAIL},
                      {"ECONNREFUSED", ECONNREFUSED},
                      {"EINPROGRESS", EINPROGRESS},
                      {"ENOTSOCK", ENOTSOCK},
                      {"EMSGSIZE", EMSGSIZE},
                      {"EAFNOSUPPORT", EAFNOSUPPORT},
                      {"ENETUNREACH", ENETUNREACH},
                      {"ECONNABORTED", ECONNABORTED},
                      {"ECONNRESET", ECONNRESET},
                      {"ENOTCONN", ENOTCONN},
                      {"ETIMEDOUT", ETIMEDOUT},
                      {"EHOSTUNREACH", EHOSTUNREACH},
                      {"ENETRESET", ENETRESET},
                      {"EFSM", EFSM},
                      {"ENOCOMPATPROTO", ENOCOMPATPROTO},
                      {"ETERM", ETERM},
                      {"EMTHREAD", EMTHREAD}}});
}

}  // namespace

std::vector<Enum>& all_enums()
{
    static auto* enums = [] {
        auto* list = new std::vector<Enum>;  // for ever: threads may ask while static objects go
        list_types(*list);
        list_options(*list);
        list_option_values(*list);
        list_flags(*list);
        list_events(*list);
        list_errnos(*list);
        return list;
    }();
    return *enums;
}

}  // namespace zmqpp::binding
