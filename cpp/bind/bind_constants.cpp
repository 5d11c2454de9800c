// ZeroMQ's constants as enums of Python's standard library. They are pybind11 native enums: a C++
// function may take and return the types of core/constants.hpp, and Python sees their members.
#include "bind.hpp"

#include <cerrno>
#include <initializer_list>
#include <string>
#include <utility>

#include <pybind11/native_enum.h>
#include <zmq.h>  // only for its errno values: which of them a platform lacks is known there

#include "zmqpp/core/constants.hpp"

namespace zmqpp::binding {
namespace {

constexpr const char* int_enum = "enum.IntEnum";
constexpr const char* int_flag = "enum.IntFlag";

// In C++ these are plain ints; Python gives them names all the same.
enum class Flag : int {};
enum class PollEvent : int {};
enum class Errno : int {};

struct Member {
    template <class Value>
    Member(std::string member_name, Value member_value, const char* member_doc = nullptr)
        : name(std::move(member_name)), value(static_cast<int>(member_value)), doc(member_doc)
    {
    }

    std::string name;
    int value;
    const char* doc;
};

// A second name for a number becomes an alias of the first, so canonical names come first.
template <class Enum>
void bind_enum(py::module_& m, const char* name, const char* base, const char* doc,
               std::initializer_list<Member> members)
{
    py::native_enum<Enum> binding(m, name, base, doc);
    for (const Member& member : members) {
        binding.value(member.name.c_str(), static_cast<Enum>(member.value), member.doc);
    }
    binding.finalize();
}

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

void bind_options(py::module_& m)
{
    using zmqpp::ContextOption;
    using zmqpp::SocketOption;

    // clang-format off
    bind_enum<SocketOption>(m, "SocketOption", int_enum,
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
        });

    // No docs on these members: number 3 is two options but one member.
    bind_enum<ContextOption>(m, "ContextOption", int_enum,
        "Options of contexts, for Context.get and Context.set; also properties of Context.", {
#define ZMQPP_CONTEXT_OPTION(name, id, kind, access, since, doc) \
            {upper(#name), ContextOption::name},
#define ZMQPP_DRAFT_CONTEXT_OPTION(name, id, kind, access, since, doc) \
            {upper(#name), ContextOption::name},
#include "zmqpp/core/context_options.def"

        });
    // clang-format on
}

void bind_option_values(py::module_& m)
{
    using zmqpp::Mechanism;
    using zmqpp::NormMode;
    using zmqpp::ReconnectStop;
    using zmqpp::RouterNotify;

    bind_enum<Mechanism>(m, "SecurityMechanism", int_enum, "Values of the option mechanism.",
                         {{"NULL", Mechanism::null},
                          {"PLAIN", Mechanism::plain},
                          {"CURVE", Mechanism::curve},
                          {"GSSAPI", Mechanism::gssapi}});
    bind_enum<RouterNotify>(
        m, "RouterNotify", int_enum, "Values of the option router_notify, to be added up.",
        {{"CONNECT", RouterNotify::connect}, {"DISCONNECT", RouterNotify::disconnect}});
    bind_enum<NormMode>(m, "NormMode", int_enum, "Values of the option norm_mode.",
                        {{"FIXED", NormMode::fixed},
                         {"CC", NormMode::cc},
                         {"CCL", NormMode::ccl},
                         {"CCE", NormMode::cce},
                         {"CCE_ECNONLY", NormMode::cce_ecnonly}});
    bind_enum<ReconnectStop>(m, "ReconnectStop", int_enum,
                             "Values of the option reconnect_stop, to be added up.",
                             {{"CONN_REFUSED", ReconnectStop::conn_refused},
                              {"HANDSHAKE_FAILED", ReconnectStop::handshake_failed},
                              {"AFTER_DISCONNECT", ReconnectStop::after_disconnect}});
}

void bind_types(py::module_& m)
{
    using zmqpp::DeviceType;
    using zmqpp::MessageOption;
    using zmqpp::SocketType;

    bind_enum<SocketType>(m, "SocketType", int_enum,
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
                           {"DOWNSTREAM", SocketType::push}});
    bind_enum<MessageOption>(m, "MessageOption", int_enum, "Properties of messages, for Frame.get.",
                             {{"MORE", MessageOption::more},
                              {"SRCFD", MessageOption::srcfd},
                              {"SHARED", MessageOption::shared}});
    bind_enum<DeviceType>(m, "DeviceType", int_enum, "Kinds of devices: proxies, all of them.",
                          {{"STREAMER", DeviceType::streamer},
                           {"FORWARDER", DeviceType::forwarder},
                           {"QUEUE", DeviceType::queue}});
}

void bind_flags(py::module_& m)
{
    namespace flag = zmqpp::flag;
    namespace poll_event = zmqpp::poll_event;

    bind_enum<Flag>(
        m, "Flag", int_flag, "Flags of sending and receiving.",
        {{"DONTWAIT", flag::dontwait}, {"SNDMORE", flag::sndmore}, {"NOBLOCK", flag::dontwait}});
    bind_enum<PollEvent>(m, "PollEvent", int_flag, "What a poll waits for and what it finds.",
                         {{"POLLIN", poll_event::pollin},
                          {"POLLOUT", poll_event::pollout},
                          {"POLLERR", poll_event::pollerr},
                          {"POLLPRI", poll_event::pollpri}});
}

void bind_events(py::module_& m)
{
    using zmqpp::Event;

    bind_enum<Event>(
        m, "Event", int_flag,
        "What a socket monitor reports. The members called PROTOCOL_ERROR are the values that come "
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
         {"PROTOCOL_ERROR_WS_UNSPECIFIED", Event::protocol_error_ws_unspecified}});
}

void bind_errnos(py::module_& m)
{
    bind_enum<Errno>(m, "Errno", int_enum,
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
                      {"EMTHREAD", EMTHREAD}});
}

}  // namespace

void bind_constants(py::module_& m)
{
    bind_types(m);
    bind_options(m);
    bind_option_values(m);
    bind_flags(m);
    bind_events(m);
    bind_errnos(m);
}

}  // namespace zmqpp::binding
