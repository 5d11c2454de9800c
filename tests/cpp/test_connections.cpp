// Connections: what events say about them, and waiting for them.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Connections;
using zmqpp::Context;
using zmqpp::Event;
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("Events say how many connections are agreed on, and what is the matter with the others")
{
    zmqpp::detail::ConnectionEvents events;
    const auto at = [&](Event event, std::uint32_t value = 0) {
        events.take({event, value, "tcp://127.0.0.1:5"});
    };
    CHECK(contains(events.reason("tcp://127.0.0.1:5"), "no answer yet"));
    at(Event::connect_retried, 100);
    CHECK(contains(events.reason("tcp://127.0.0.1:5"), "nobody has accepted"));
    at(Event::handshake_succeeded);
    at(Event::handshake_succeeded);
    CHECK(events.agreed() == 2);
    at(Event::handshake_failed_no_detail, EPIPE);
    CHECK(contains(events.reason("tcp://127.0.0.1:5"), zmqpp::strerror(EPIPE)));
    at(Event::disconnected, 7);
    CHECK(events.agreed("tcp://127.0.0.1:5") == 2);
    CHECK(events.agreed("tcp://name:5") == 2);
    CHECK(events.agreed("tcp://name:15") == 0);
    CHECK(events.agreed("tcp://127.0.0.1:15") == 0);
    at(Event::disconnected, 8);
    at(Event::disconnected, 9);
    at(Event::disconnected, 10);
    CHECK(events.agreed() == 0);
    CHECK(contains(events.reason("tcp://127.0.0.1:5"), "lost"));
}

TEST_CASE("The wait for connections is over when the handshake is, at both ends")
{
    const Context context;
    Socket pull(context, SocketType::pull);
    Socket push(context, SocketType::push);
    const Connections accepted(pull);
    const Connections made(push);
    push.connect(pull.bind(any_port));
    CHECK(made.wait(std::nullopt, patience) == 1);
    CHECK(accepted.wait(1, patience) == 1);
    CHECK(accepted.count() == 1);
    push.connect(dead_peer);
    CHECK(contains(message_of<zmqpp::Timeout>([&] { made.wait(std::nullopt, 50ms); }),
                   std::string("1 of 2 connections; not connected: ") + dead_peer));
    push.close();
    CHECK(eventually([&] { return accepted.count() == 0; }));
}

TEST_CASE("The wait for connections keeps its deadline")
{
    const Context context;
    Socket push(context, SocketType::push);
    const Connections connections(push);
    push.connect(dead_peer);
    CHECK(takes(30ms, [&] {
        return message_of<zmqpp::Timeout>([&] { connections.wait(1, 30ms); }).empty();
    }));
}

TEST_CASE("Connections are watched from the start or not at all, and by nobody else")
{
    const Context context;
    Socket pull(context, SocketType::pull);
    {
        const Connections connections(pull);
        CHECK_THROWS_AS(zmqpp::Monitor{pull}, zmqpp::StateError);
        CHECK_THROWS_AS(pull.stop_monitor(), zmqpp::StateError);
        CHECK(connections.count() == 0);
    }
    zmqpp::Monitor monitor(pull);
    pull.bind(any_port);
    CHECK(monitor.recv(patience)->event == Event::listening);
    CHECK_THROWS_AS(Connections{pull}, zmqpp::StateError);
}

TEST_CASE("The end of a socket, of its context and of Connections end the wait")
{
    Context context;
    for (int round = 0; round < 3; ++round) {
        Socket push(context, SocketType::push);
        Connections connections(push);
        push.connect(dead_peer);
        auto waiting = in_thread([&] { return connections.wait(1, patience); });
        std::this_thread::sleep_for(10ms);
        if (round == 0) {
            push.close(0ms);
            CHECK_THROWS_AS(waiting.get(), zmqpp::SocketClosed);
        } else if (round == 1) {
            connections.close();
            CHECK_THROWS_AS(waiting.get(), zmqpp::StateError);
        } else {
            context.shutdown();
            CHECK_THROWS_AS(waiting.get(), zmqpp::ContextTerminated);
        }
    }
}

TEST_CASE("Connections and their sockets may end in any order, with traffic, and leave nothing")
{
    const Context context;
    Socket pull(context, SocketType::pull);
    const std::string endpoint = pull.bind(any_port);
    const std::size_t before = count_descriptors();
    for (int round = 0; round < 60; ++round) {
        auto push = std::make_unique<Socket>(context, SocketType::push);
        auto connections = std::make_unique<Connections>(*push);
        push->connect(endpoint);
        if (round % 2 == 0) {
            connections->wait(1, patience);
        }
        auto other = in_thread([&connections, round] {
            if (round % 3 == 0) {
                connections.reset();
            }
        });
        if (round % 4 == 0) {
            push->close();
        }
        push.reset();
        other.get();
        connections.reset();
    }
    CHECK(eventually([&] { return context.sockets().size() == 1; }));
    CHECK(eventually([&] { return count_descriptors() <= before + 4; }));
}
