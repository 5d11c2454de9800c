// Monitors: what happens to a socket's connections, and that no order of closing hangs or leaks.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Event;
using zmqpp::Monitor;
using zmqpp::MonitorEvent;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// Reads events until the wanted one comes.
[[nodiscard]] std::optional<MonitorEvent> await(Monitor& monitor, Event wanted)
{
    while (auto event = monitor.recv(patience)) {
        if (event->event == wanted) {
            return event;
        }
    }
    return std::nullopt;
}

// Whoever waits for an event is told of the end, by libzmq's last event or by an exception.
template <class Exception>
[[nodiscard]] bool is_over(std::future<std::optional<MonitorEvent>>& waiting)
{
    try {
        const auto event = waiting.get();
        return event && event->event == Event::monitor_stopped;
    } catch (const Exception&) {
        return true;
    }
}

}  // namespace

TEST_CASE("A monitor tells of a connection from its beginning to its end")
{
    const Context context;
    Socket server(context, SocketType::rep);
    Monitor at_server(server);
    const std::string endpoint = server.bind(any_port);
    const auto listening = await(at_server, Event::listening);
    REQUIRE(listening.has_value());
    CHECK(listening->endpoint == endpoint);

    Socket client(context, SocketType::req);
    Monitor at_client(client, static_cast<int>(Event::connected | Event::disconnected));
    client.connect(endpoint);
    CHECK(await(at_server, Event::accepted).has_value());
    CHECK(await(at_server, Event::handshake_succeeded).has_value());
    const auto connected = at_client.recv(patience);
    REQUIRE(connected.has_value());
    CHECK(connected->event == Event::connected);  // and nothing else: it was not asked for
    CHECK(connected->endpoint == endpoint);

    client.close();
    CHECK(await(at_server, Event::disconnected).has_value());
}

TEST_CASE("A monitor tells of connections that fail")
{
    const Context context;
    Socket client(context, SocketType::req);
    Monitor monitor(client);
    client.connect(dead_peer);
    const auto retried = await(monitor, Event::connect_retried);
    REQUIRE(retried.has_value());
    CHECK(retried->value > 0);  // milliseconds until the next try
}

TEST_CASE("A monitor waits for its deadline and no longer")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    Monitor monitor(socket);
    const Stopwatch watch;
    CHECK_FALSE(monitor.recv(30ms).has_value());
    CHECK(watch.elapsed() >= 30ms);
    CHECK_FALSE(monitor.is_stopped());
}

TEST_CASE("Closing the watched socket ends its monitor")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    Monitor monitor(socket);
    auto waiting = in_thread([&] { return monitor.recv(patience); });
    socket.close();
    CHECK(waiting.get()->event == Event::monitor_stopped);
    CHECK(monitor.is_stopped());
    CHECK_FALSE(monitor.recv(patience).has_value());
}

TEST_CASE(
    "Closing the watched socket ends its monitor at once, though messages are still to be sent")
{
    const Context context;
    Socket socket(context, SocketType::push);
    socket.connect(dead_peer);
    socket.send("lingers");
    Monitor monitor(socket);
    const Stopwatch watch;
    socket.close();
    CHECK(await(monitor, Event::monitor_stopped).has_value());
    CHECK(watch.elapsed() < promptly);
}

TEST_CASE("Closing a monitor ends the call that waits for an event")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    Monitor monitor(socket);
    auto waiting = in_thread([&] { return monitor.recv(patience); });
    std::this_thread::sleep_for(5ms);
    monitor.close();
    CHECK(is_over<zmqpp::SocketClosed>(waiting));
    CHECK_NOTHROW(socket.bind(any_port));  // and the socket does not miss it
}

TEST_CASE("The end of the context ends a monitor")
{
    Context context;
    Socket socket(context, SocketType::rep);
    Monitor monitor(socket);
    auto waiting = in_thread([&] { return monitor.recv(patience); });
    std::this_thread::sleep_for(5ms);
    const Stopwatch watch;
    context.shutdown();
    CHECK(is_over<zmqpp::ContextTerminated>(waiting));
    CHECK(watch.elapsed() < promptly);
}

TEST_CASE("A socket and its monitor may be closed in either order, again and again, with traffic")
{
    Context context;
    context.set_linger(100ms);  // for those that are closed before they are connected
    Socket server(context, SocketType::router);
    const std::string endpoint = server.bind(any_port);
    const std::size_t before = count_descriptors();
    for (int round = 0; round < 200; ++round) {
        auto client = std::make_unique<Socket>(context, SocketType::dealer);
        auto monitor = std::make_unique<Monitor>(*client);
        client->connect(endpoint);
        client->send("x");
        if (round % 3 == 0) {
            CHECK(await(*monitor, Event::connected).has_value());
        }
        switch (round % 6) {
        case 0:
            client->close();
            monitor->close();
            break;
        case 1:
            monitor->close();
            client->close();
            break;
        case 2: client.reset(); break;
        case 3: monitor.reset(); break;
        case 4:
            client.reset();
            monitor->close();
            break;
        default:
            monitor.reset();
            client->close(0ms);
            break;
        }
    }
    CHECK(eventually([&] { return count_descriptors() <= before + 5; }));
    CHECK_NOTHROW(context.destroy(0ms));
}

TEST_CASE("A monitor and its socket may be closed by two threads at once")
{
    Context context;
    for (int round = 0; round < 300; ++round) {
        std::optional<Socket> socket(std::in_place, context, SocketType::push);
        socket->connect(dead_peer);  // which goes on failing, and being told
        Monitor monitor(*socket);
        auto first = in_thread([&] { round % 2 == 0 ? socket->close(0ms) : socket.reset(); });
        auto second = in_thread([&] { monitor.close(); });
        monitor.close();
        first.get();
        second.get();
    }
    CHECK_NOTHROW(context.destroy(0ms));
}

TEST_CASE("A closed monitor does not hold up a socket that is still sending, nor the others")
{
    Context context;
    Socket lingering(context, SocketType::push);
    lingering.set(zmqpp::option::reconnect_ivl, 1ms);
    lingering.connect(dead_peer);
    lingering.send("to nobody");
    {
        Monitor monitor(lingering);
        CHECK(await(monitor, Event::connect_retried).has_value());
        lingering.close();
    }
    std::this_thread::sleep_for(20ms);  // some more failures, with nobody to tell them
    Connected pair(context, SocketType::pull, SocketType::push, any_port);
    pair.second.send("through the same I/O thread");
    CHECK(pair.first.recv(patience).has_value());
    pair.first.close();
    pair.second.close();
    CHECK(context.abandon(0ms) == context.abandon(0ms));
}

TEST_CASE("A reader of one's own may be closed first")
{
    const Context context;
    for (int round = 0; round < 20; ++round) {
        Socket socket(context, SocketType::push);
        socket.set(zmqpp::option::reconnect_ivl, 1ms);
        const std::string endpoint = fresh_inproc();
        socket.monitor(endpoint, zmqpp::all_events);
        Socket reader(context, SocketType::pair);
        reader.connect(endpoint);
        socket.connect(dead_peer);
        const auto parts = reader.recv_multipart(patience);
        REQUIRE(parts.has_value());
        REQUIRE(parts->size() == 2);
        static_cast<void>(MonitorEvent::parse(parts->front().view(), parts->back().view()));
        reader.close();
        std::this_thread::sleep_for(2ms);
        Connected pair(context, SocketType::pull, SocketType::push, any_port);
        pair.second.send("x");
        CHECK(pair.first.recv(patience).has_value());
        socket.close(0ms);
    }
}

TEST_CASE("Sockets that watch each other, or themselves, can be dropped at once")
{
    const Context context;
    for (int round = 0; round < 100; ++round) {
        std::optional<Socket> first(std::in_place, context, SocketType::pair);
        std::optional<Socket> second(std::in_place, context, SocketType::pair);
        const std::string at_first = fresh_inproc();
        const std::string at_second = fresh_inproc();
        first->monitor(at_first, zmqpp::all_events);
        second->monitor(at_second, zmqpp::all_events);
        first->connect(round % 4 == 0 ? at_first : at_second);
        second->connect(round % 4 == 0 ? at_second : at_first);
        auto thread = in_thread([&] { first.reset(); });
        if (round % 2 == 0) {
            second.reset();
        } else {
            second->close();
        }
        thread.get();
    }
}

TEST_CASE("A monitor that nobody ever read can be stopped, replaced and closed")
{
    Context context;
    Socket socket(context, SocketType::rep);
    socket.monitor(fresh_inproc(), zmqpp::all_events);
    socket.stop_monitor();
    socket.stop_monitor();
    socket.monitor(fresh_inproc(), zmqpp::all_events);
    socket.monitor(fresh_inproc(), zmqpp::all_events);
    socket.close();
    {
        Socket other(context, SocketType::rep);
        other.monitor(fresh_inproc(), zmqpp::all_events);
    }
    CHECK_NOTHROW(context.term());
}

TEST_CASE("A new monitor of the same socket replaces the old one, which may then be closed")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    Monitor first(socket);
    Monitor second(socket);
    CHECK(await(first, Event::monitor_stopped).has_value());
    first.close();
    socket.bind(any_port);
    CHECK(await(second, Event::listening).has_value());
}

TEST_CASE("A monitor publishes to inproc endpoints only")
{
    const Context context;
    Socket socket(context, SocketType::rep);
    CHECK_THROWS_AS(socket.monitor("tcp://127.0.0.1:*", zmqpp::all_events), zmqpp::Error);
    CHECK_THROWS_AS(socket.monitor("nonsense", zmqpp::all_events), zmqpp::Error);
    const std::string endpoint = fresh_inproc();
    Socket taken(context, SocketType::pair);
    taken.bind(endpoint);
    CHECK_THROWS_AS(socket.monitor(endpoint, zmqpp::all_events), zmqpp::AddressInUse);
    CHECK_NOTHROW(socket.close());
}

TEST_CASE("A monitor for which there is no socket left leaves nothing behind")
{
    Context context;
    context.set(zmqpp::context_option::max_sockets, 2);
    Socket socket(context, SocketType::rep);
    CHECK_THROWS_AS(Monitor monitor(socket), zmqpp::Error);
    CHECK_NOTHROW(socket.bind(any_port));
    CHECK_NOTHROW(context.destroy(0ms));
}

TEST_CASE("Monitor messages of the wrong shape are an error")
{
    CHECK_THROWS_AS(static_cast<void>(MonitorEvent::parse("short", "")), zmqpp::Error);
    const MonitorEvent event = MonitorEvent::parse(std::string_view("\x20\0\7\0\0\0", 6), "e");
    CHECK(event.event == Event::accepted);
    CHECK(event.value == 7);
    CHECK(event.endpoint == "e");
}

TEST_CASE("Events are told however many of them nobody has read")
{
    Context context;
    Socket socket(context, SocketType::rep);
    Monitor monitor(socket);
    for (int i = 0; i < 1200; ++i) {  // listening and closed: by default there is room for 2000
        socket.unbind(socket.bind(any_port));
    }
    CHECK(monitor.recv(patience).has_value());
    CHECK_NOTHROW(context.destroy(0ms));
}
