// Options: one table, typed both ways, with errors that name the option.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Kind;
using zmqpp::OptionRow;
using zmqpp::Socket;
using zmqpp::SocketType;
namespace option = zmqpp::option;

namespace {

template <class Option, class Value>
void check_round_trip(Socket& socket, const Option& which, const Value& value)
{
    INFO(std::string(which.row.name));
    socket.set(which, value);
    CHECK(socket.get(which) == value);
}

}  // namespace

TEST_CASE("An option of every kind reads back what was written, in its own type")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    check_round_trip(socket, option::sndhwm, 17);       // integer
    check_round_trip(socket, option::immediate, true);  // boolean
    check_round_trip(socket, option::rcvtimeo, 250ms);  // milliseconds
    check_round_trip(socket, option::linger, -1ms);
    check_round_trip(socket, option::maxmsgsize, std::int64_t{1} << 40);   // int64
    check_round_trip(socket, option::affinity, std::uint64_t{3});          // uint64
    check_round_trip(socket, option::plain_username, "someone");           // text
    check_round_trip(socket, option::routing_id, std::string("a\0b", 3));  // bytes
    CHECK(socket.get(option::fd) != zmqpp::no_descriptor);                 // descriptor

    static_assert(std::is_same_v<decltype(socket.get(option::sndhwm)), int>);
    static_assert(std::is_same_v<decltype(socket.get(option::immediate)), bool>);
    static_assert(std::is_same_v<decltype(socket.get(option::linger)), std::chrono::milliseconds>);
    static_assert(std::is_same_v<decltype(socket.get(option::maxmsgsize)), std::int64_t>);
    static_assert(std::is_same_v<decltype(socket.get(option::affinity)), std::uint64_t>);
    static_assert(std::is_same_v<decltype(socket.get(option::routing_id)), std::string>);
    static_assert(std::is_same_v<decltype(socket.get(option::fd)), zmqpp::Descriptor>);
}

TEST_CASE("A CURVE key is set as text or as 32 bytes, and read as text")
{
    if (!zmqpp::has("curve")) {
        return;
    }
    const Context context;
    Socket socket(context, SocketType::dealer);
    const zmqpp::CurveKeys keys = zmqpp::curve_keypair();
    check_round_trip(socket, option::curve_publickey, keys.public_key);
    socket.set(option::curve_serverkey, zmqpp::z85_decode(keys.public_key));
    CHECK(socket.get(option::curve_serverkey) == keys.public_key);
    CHECK_THROWS_AS(socket.set(option::curve_secretkey, "too short"), zmqpp::Error);
}

TEST_CASE("A time longer than libzmq can count is as long as it can count")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    socket.set(option::rcvtimeo, std::chrono::hours(24 * 365));
    CHECK(socket.get(option::rcvtimeo) > std::chrono::hours(24 * 20));
}

TEST_CASE("Long values are read whole")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    check_round_trip(socket, option::routing_id, std::string(255, 'r'));
    check_round_trip(socket, option::zap_domain, std::string(255, 'd'));
    if (zmqpp::library_version().number() >= 40302) {
        try {
            check_round_trip(socket, option::socks_proxy, std::string(400, 's') + ":1080");
        } catch (const zmqpp::Error&) {
            MESSAGE("this libzmq takes no socks_proxy that long");
        }
    }
}

TEST_CASE("A value that libzmq refuses is an error that names option and socket")
{
    const Context context;
    Socket socket(context, SocketType::req);
    const std::string text = message_of<zmqpp::Error>([&] { socket.set(option::sndhwm, -5); });
    CHECK(contains(text, "set option sndhwm of REQ socket"));
    CHECK(contains(text, "not a valid value"));
    CHECK_THROWS_AS(socket.set(option::routing_id, std::string(300, 'x')), zmqpp::Error);
    CHECK_THROWS_AS(socket.subscribe("only a SUB does that"), zmqpp::Error);
}

TEST_CASE("An option that this libzmq does not have yet names the version that does")
{
    if (zmqpp::library_version().number() >= 40305) {
        return;
    }
    const Context context;
    Socket socket(context, SocketType::dealer);
    CHECK(contains(message_of<zmqpp::NotSupported>([&] { socket.set(option::busy_poll, 1); }),
                   "Option busy_poll needs libzmq 4.3.5"));
    CHECK(contains(
        message_of<zmqpp::NotSupported>([&] { static_cast<void>(socket.get(option::norm_mode)); }),
        "Option norm_mode needs libzmq 4.3.5"));
}

TEST_CASE("Filters and bindings to a device are taken back by a reset")
{
    const Context context;
    Connected pair(context, SocketType::pull, SocketType::push, any_port);
    Socket filtered(context, SocketType::pull);
    filtered.set(option::tcp_accept_filter, "10.1.2.3/32");
    filtered.set(option::tcp_accept_filter, "10.1.2.4");
    filtered.reset(option::tcp_accept_filter);
    Socket push(context, SocketType::push);
    push.connect(filtered.bind(any_port));
    push.send("let in");
    CHECK(filtered.recv(patience).has_value());
}

TEST_CASE("Every readable option of the table can be read from a socket, or says why not")
{
    const Context context;
    const Socket socket(context, SocketType::dealer);
    for (const OptionRow& row : zmqpp::socket_options) {
        if (!row.readable()) {
            continue;
        }
        INFO(std::string(row.name));
        try {
            if (zmqpp::is_string(row.kind)) {
                const std::string value = socket.get_string(row);
                CHECK(value.size() < 256);
            } else {
                std::uint64_t room = 0;
                socket.get_raw(row, &room, zmqpp::wire_size(row.kind));
            }
        } catch (const zmqpp::NotSupported& error) {
            CHECK(contains(error.what(), row.name));
        } catch (const zmqpp::Error& error) {  // built without it, or of another socket type
            CHECK(error.code() == EINVAL);
            CHECK(contains(error.what(), std::string("get option ") + row.name));
        }
    }
}

TEST_CASE("The table has every option once, sorted into kinds that libzmq knows")
{
    std::vector<std::string> names;
    for (const OptionRow& row : zmqpp::socket_options) {
        INFO(std::string(row.name));
        CHECK(row.since >= 40200);
        CHECK((row.readable() || row.writable()));
        CHECK(std::string(row.doc).back() != ' ');
        names.emplace_back(row.name);
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(names.size() >= 76);
    CHECK(std::size(zmqpp::context_options) >= 12);
}
