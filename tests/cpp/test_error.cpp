// Errors: the classes, and that they say what a person needs to know.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("Every errno that a program acts on has its class, and the others have one together")
{
    CHECK_THROWS_AS(zmqpp::fail(ETERM, "x"), zmqpp::ContextTerminated);
    CHECK_THROWS_AS(zmqpp::fail(ENOTSOCK, "x"), zmqpp::SocketClosed);
    CHECK_THROWS_AS(zmqpp::fail(EFSM, "x"), zmqpp::StateError);
    CHECK_THROWS_AS(zmqpp::fail(EHOSTUNREACH, "x"), zmqpp::HostUnreachable);
    CHECK_THROWS_AS(zmqpp::fail(EADDRINUSE, "x"), zmqpp::AddressInUse);
    CHECK_THROWS_AS(zmqpp::fail(ENOTSUP, "x"), zmqpp::NotSupported);
    try {
        zmqpp::fail(EINVAL, "the operation");
    } catch (const zmqpp::Error& error) {
        CHECK(error.code() == EINVAL);
        CHECK(std::string(error.what()) == "the operation: Invalid argument");
    }
    CHECK(contains(message_of<zmqpp::Error>([] { zmqpp::fail(EFSM, "x"); }),
                   "Operation cannot be accomplished in current state"));
}

TEST_CASE("Every class carries the errno it stands for")
{
    CHECK(zmqpp::Timeout("x").code() == EAGAIN);
    CHECK(zmqpp::ContextTerminated("x").code() == ETERM);
    CHECK(zmqpp::SocketClosed("x").code() == ENOTSOCK);
    CHECK(zmqpp::StateError("x").code() == EFSM);
    CHECK(zmqpp::HostUnreachable("x").code() == EHOSTUNREACH);
    CHECK(zmqpp::AddressInUse("x").code() == EADDRINUSE);
    CHECK(zmqpp::NotSupported("x").code() == ENOTSUP);
    CHECK(zmqpp::ForkError("x").code() == EPERM);
    CHECK(zmqpp::Interrupted("x").code() == EINTR);
    const zmqpp::ThreadError error("x", 7, 8);
    CHECK(error.code() == EBUSY);
    CHECK(error.holder() == 7);
    CHECK(error.caller() == 8);
}

TEST_CASE("A check that succeeds describes nothing")
{
    bool described = false;
    zmqpp::check(0, [&] {
        described = true;
        return std::string();
    });
    CHECK_FALSE(described);
}

TEST_CASE("Would-block is a value and no error")
{
    const zmqpp::Context context;
    Socket dealer(context, SocketType::dealer);
    CHECK_FALSE(dealer.try_recv().has_value());
    CHECK_FALSE(dealer.try_recv_multipart().has_value());
    zmqpp::Message message("x");
    CHECK_FALSE(dealer.try_send(message));
    CHECK_FALSE(dealer.try_send("x", 1));
}

TEST_CASE("An endpoint that is wrong says which part of it is")
{
    const zmqpp::Context context;
    Socket socket(context, SocketType::rep);
    const auto bind_error = [&](const std::string& endpoint) {
        return message_of<zmqpp::Error>([&] { socket.bind(endpoint); });
    };
    const auto connect_error = [&](const std::string& endpoint) {
        return message_of<zmqpp::Error>([&] { socket.connect(endpoint); });
    };
    CHECK(contains(bind_error("nonsense"), "bind(\"nonsense\")"));
    CHECK(contains(bind_error("nonsense"), "transport://address"));
    CHECK(contains(bind_error("foo://bar"), "unknown transport 'foo'"));
    CHECK(contains(bind_error("foo://bar"), "tcp, inproc"));
    CHECK(contains(connect_error("tcp://127.0.0.1:port"), "port 'port' is not a number"));
    CHECK(contains(bind_error("tcp://127.0.0.1:99999"), "port 99999 is above 65535"));
    CHECK(contains(connect_error("tcp://127.0.0.1"), "the port is missing"));
    CHECK(contains(bind_error("tcp://no-such-interface:5555"),
                   "no interface or address 'no-such-interface'"));
#ifndef _WIN32
    CHECK(
        contains(bind_error("ipc:///no/such/folder/socket"), "folder of this path does not exist"));
    CHECK(contains(bind_error("ipc:///tmp/" + std::string(200, 'l')), "the path has 205 bytes"));
#endif
    CHECK(contains(bind_error("tcp://127.0.0.1:port"), "REP socket"));
    CHECK(socket.endpoints().empty());
}

TEST_CASE("An endpoint that is taken is an error of its own")
{
    const zmqpp::Context context;
    Socket first(context, SocketType::rep);
    Socket second(context, SocketType::rep);
    const std::string endpoint = first.bind(any_port);
    CHECK(contains(message_of<zmqpp::AddressInUse>([&] { second.bind(endpoint); }), endpoint));
    const std::string inproc = first.bind(fresh_inproc());
    CHECK_THROWS_AS(second.bind(inproc), zmqpp::AddressInUse);
}

TEST_CASE("Taking back what was never attached says so")
{
    const zmqpp::Context context;
    Socket socket(context, SocketType::rep);
    CHECK(contains(message_of<zmqpp::Error>([&] { socket.unbind("tcp://127.0.0.1:5999"); }),
                   "it is not bound there"));
    CHECK(contains(message_of<zmqpp::Error>([&] { socket.disconnect("inproc://nowhere"); }),
                   "it is not connected there"));
}

TEST_CASE("A call that does not fit a REQ or REP says how they work")
{
    const zmqpp::Context context;
    Connected pair(context, SocketType::rep, SocketType::req);
    CHECK(contains(message_of<zmqpp::StateError>([&] { static_cast<void>(pair.second.recv()); }),
                   "send() and recv() must alternate"));
    pair.second.send("one");
    CHECK(contains(message_of<zmqpp::StateError>([&] { pair.second.send("two"); }), "req_relaxed"));
    CHECK(contains(message_of<zmqpp::StateError>([&] { pair.first.send("too soon"); }),
                   "recv() and send() must alternate"));
}

TEST_CASE("What a socket type does not do is not supported")
{
    const zmqpp::Context context;
    Socket push(context, SocketType::push);
    Socket pull(context, SocketType::pull);
    CHECK(contains(message_of<zmqpp::NotSupported>([&] { static_cast<void>(push.try_recv()); }),
                   "PUSH socket"));
    CHECK_THROWS_AS(pull.send("x"), zmqpp::NotSupported);
}

TEST_CASE("A ROUTER that must deliver says when the peer is unknown")
{
    const zmqpp::Context context;
    Socket router(context, SocketType::router);
    router.set(zmqpp::option::router_mandatory, true);
    router.bind(fresh_inproc());
    CHECK_THROWS_AS(router.send(multipart({"nobody", "x"})), zmqpp::HostUnreachable);
}

TEST_CASE("A closed socket says that it is closed, whatever is asked of it")
{
    const zmqpp::Context context;
    Socket socket(context, SocketType::pair);
    socket.close();
    CHECK(socket.is_closed());
    CHECK(contains(message_of<zmqpp::SocketClosed>([&] { static_cast<void>(socket.recv()); }),
                   "recv(): this PAIR socket is closed"));
    CHECK_THROWS_AS(socket.send("x"), zmqpp::SocketClosed);
    CHECK_THROWS_AS(socket.bind(fresh_inproc()), zmqpp::SocketClosed);
    CHECK_THROWS_AS(socket.set(zmqpp::option::sndhwm, 1), zmqpp::SocketClosed);
    CHECK_THROWS_AS(static_cast<void>(socket.get(zmqpp::option::sndhwm)), zmqpp::SocketClosed);
    CHECK_THROWS_AS(static_cast<void>(socket.poll(ZMQ_POLLIN, 1s)), zmqpp::SocketClosed);
    CHECK_THROWS_AS(static_cast<void>(socket.events()), zmqpp::SocketClosed);
    CHECK_THROWS_AS(static_cast<void>(socket.descriptor()), zmqpp::SocketClosed);
    CHECK_THROWS_AS(socket.monitor(fresh_inproc(), zmqpp::all_events), zmqpp::SocketClosed);
    CHECK_NOTHROW(socket.close());
}

TEST_CASE("When no more sockets are allowed, the error names the limit")
{
    zmqpp::Context context;
    context.set(zmqpp::context_option::max_sockets, 3);
    std::vector<Socket> open;
    const std::string text = message_of<zmqpp::Error>([&] {
        for (int i = 0; i < 10; ++i) {
            open.emplace_back(context, SocketType::pair);
        }
    });
    CHECK(open.size() == 3);
    CHECK(contains(text, "3 sockets are open and max_sockets is 3"));
}

TEST_CASE("A socket type that libzmq does not have is an error that says so")
{
    const zmqpp::Context context;
    CHECK(contains(message_of<zmqpp::Error>(
                       [&] { const Socket socket(context, static_cast<SocketType>(99)); }),
                   "no such socket type"));
}
