// Endpoints: what bind() and connect() return, and how they are taken back.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("bind() returns the endpoint that others connect to")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    const std::string tcp = socket.bind(any_port);
    CHECK(tcp.rfind("tcp://127.0.0.1:", 0) == 0);
    CHECK(tcp.back() != '*');
    const std::string second = socket.bind(any_port);
    CHECK(second != tcp);
    const std::string inproc = fresh_inproc();
    CHECK(socket.bind(inproc) == inproc);
    CHECK(socket.endpoints() == std::vector<std::string>{tcp, second, inproc});
    CHECK(socket.describe() == "REP socket [" + tcp + ", " + second + ", " + inproc + "]");
    CHECK(socket.get(zmqpp::option::last_endpoint) == inproc);
#ifndef _WIN32
    const std::string ipc = socket.bind("ipc://*");
    CHECK(ipc.rfind("ipc://", 0) == 0);
    CHECK(ipc != "ipc://*");
#endif
}

TEST_CASE("connect() returns its endpoint, once however often it is called")
{
    const Context context;
    Socket server(context, SocketType::router);
    const std::string first = server.bind(any_port);
    const std::string second = server.bind(any_port);
    Socket client(context, SocketType::dealer);
    CHECK(client.connect(first) == first);
    CHECK(client.connect(second) == second);
    CHECK(client.connect(first) == first);
    CHECK(client.endpoints() == std::vector<std::string>{first, second});
}

TEST_CASE("An endpoint can be taken back by the word given or by the one returned")
{
    const Context context;
    std::vector<std::string> wildcards{any_port, fresh_inproc()};
#ifndef _WIN32
    wildcards.emplace_back("ipc://*");
#endif
    for (const std::string& wildcard : wildcards) {
        for (const bool by_word : {false, true}) {
            Socket server(context, SocketType::pull);
            Socket client(context, SocketType::push);
            const std::string endpoint = server.bind(wildcard);
            client.connect(endpoint);
            client.send("x");
            CHECK(server.recv(patience).has_value());
            client.disconnect(endpoint);
            CHECK(client.endpoints().empty());
            server.unbind(by_word ? wildcard : endpoint);
            CHECK(server.endpoints().empty());
            CHECK_THROWS_AS(server.unbind(endpoint), zmqpp::Error);
        }
    }
}

TEST_CASE("An endpoint that was taken back can be bound by somebody else")
{
    const Context context;
    Socket first(context, SocketType::pull);
    const std::string endpoint = first.bind(any_port);
    first.unbind(endpoint);
    Socket second(context, SocketType::pull);
    CHECK(eventually([&] {
        try {
            return second.bind(endpoint) == endpoint;
        } catch (const zmqpp::AddressInUse&) {  // libzmq closes the port in the background
            return false;
        }
    }));
}

TEST_CASE("A name of this machine can be connected to and disconnected from")
{
    const Context context;
    Socket server(context, SocketType::pull);
    const std::string bound = server.bind(any_port);
    const std::string named = "tcp://localhost" + bound.substr(bound.rfind(':'));
    Socket client(context, SocketType::push);
    client.connect(named);
    client.send("x");
    CHECK(server.recv(patience).has_value());
    CHECK_NOTHROW(client.disconnect(named));
    CHECK(client.endpoints().empty());
}

TEST_CASE("Inproc sockets can be connected before anybody is bound")
{
    const Context context;
    const std::string endpoint = fresh_inproc();
    Socket client(context, SocketType::push);
    client.connect(endpoint);
    client.send("early");
    Socket server(context, SocketType::pull);
    server.bind(endpoint);
    CHECK(server.recv(patience)->view() == "early");
}
