// Security: CURVE keys, Z85, and connections that need the right key.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Socket;
using zmqpp::SocketType;
namespace option = zmqpp::option;

TEST_CASE("Z85 turns bytes into text and back")
{
    // The example of its specification.
    const std::string bytes("\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B", 8);
    CHECK(zmqpp::z85_encode(bytes) == "HelloWorld");
    CHECK(zmqpp::z85_decode("HelloWorld") == bytes);
    CHECK(zmqpp::z85_encode("").empty());
    CHECK(zmqpp::z85_decode("").empty());
}

TEST_CASE("What is not Z85 is an error that says what is wrong")
{
    CHECK(contains(message_of<zmqpp::Error>([] { static_cast<void>(zmqpp::z85_encode("abc")); }),
                   "multiple of 4, not 3"));
    CHECK(contains(message_of<zmqpp::Error>([] { static_cast<void>(zmqpp::z85_decode("abc")); }),
                   "multiple of 5, not 3"));
    CHECK_THROWS_AS(static_cast<void>(zmqpp::z85_decode("     ")), zmqpp::Error);
    CHECK_THROWS_AS(static_cast<void>(zmqpp::z85_decode(std::string("Hello\0orld", 10))),
                    zmqpp::Error);
}

TEST_CASE("A key pair fits together")
{
    if (!zmqpp::has("curve")) {
        CHECK_THROWS_AS(static_cast<void>(zmqpp::curve_keypair()), zmqpp::NotSupported);
        return;
    }
    const zmqpp::CurveKeys keys = zmqpp::curve_keypair();
    CHECK(keys.public_key.size() == 40);
    CHECK(keys.secret_key.size() == 40);
    CHECK(zmqpp::curve_public(keys.secret_key) == keys.public_key);
    CHECK(zmqpp::curve_keypair().public_key != keys.public_key);
    CHECK_THROWS_AS(static_cast<void>(zmqpp::curve_public("short")), zmqpp::Error);
    CHECK_THROWS_AS(static_cast<void>(zmqpp::curve_public(std::string(40, ' '))), zmqpp::Error);
    CHECK_THROWS_AS(static_cast<void>(zmqpp::curve_public(std::string(40, '\0'))), zmqpp::Error);
}

TEST_CASE("Keys can be made in many threads at once")
{
    if (!zmqpp::has("curve")) {
        return;
    }
    std::vector<std::future<bool>> threads;
    for (int i = 0; i < 8; ++i) {
        threads.push_back(in_thread([] {
            bool fit = true;
            for (int round = 0; round < 20; ++round) {
                const zmqpp::CurveKeys keys = zmqpp::curve_keypair();
                fit = fit && zmqpp::curve_public(keys.secret_key) == keys.public_key;
            }
            return fit;
        }));
    }
    for (auto& thread : threads) {
        CHECK(thread.get());
    }
}

TEST_CASE("A CURVE server hears the client that knows its key and not the one that does not")
{
    if (!zmqpp::has("curve")) {
        return;
    }
    const zmqpp::CurveKeys server_keys = zmqpp::curve_keypair();
    const zmqpp::CurveKeys client_keys = zmqpp::curve_keypair();
    Context context;
    Socket server(context, SocketType::pull);
    server.set(option::curve_server, true);
    server.set(option::curve_secretkey, server_keys.secret_key);
    CHECK(server.get(option::mechanism) == static_cast<int>(zmqpp::Mechanism::curve));
    const std::string endpoint = server.bind(any_port);

    const auto make_client = [&](const std::string& server_key) {
        Socket client(context, SocketType::push);
        client.set(option::curve_publickey, client_keys.public_key);
        client.set(option::curve_secretkey, client_keys.secret_key);
        client.set(option::curve_serverkey, server_key);
        client.connect(endpoint);
        return client;
    };
    Socket wrong = make_client(client_keys.public_key);
    Socket right = make_client(server_keys.public_key);
    wrong.send("who am I");
    right.send("hello");
    CHECK(server.recv(patience)->view() == "hello");
    CHECK_FALSE(server.recv(100ms).has_value());

    const Stopwatch watch;
    CHECK_NOTHROW(context.destroy(0ms));  // also with a peer that never got in
    CHECK(watch.elapsed() < promptly);
}
