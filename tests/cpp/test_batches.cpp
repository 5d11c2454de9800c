// Batches: many messages in one call or one turn, in order, whole, and none lost. And spinning, which is
// for single ones.
#include <algorithm>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// "0", "1" ... each after a prefix.
std::vector<std::string> numbers(std::size_t count, const std::string& prefix = "")
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(prefix + std::to_string(i));
    }
    return all;
}

// So many messages, which must come.
std::vector<std::string> receive(Socket& socket, std::size_t count, std::size_t max = 1000)
{
    std::vector<std::string> all;
    while (all.size() < count) {
        const auto some = texts(socket.recv_many(max, patience));
        REQUIRE_FALSE(some.empty());
        CHECK(some.size() <= max);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

// A PULL that is full after a few messages, or never, and its PUSH.
struct PushPull {
    PushPull(const Context& context, int room, const std::string& endpoint = fresh_inproc())
        : pull(context, SocketType::pull), push(context, SocketType::push)
    {
        pull.set(zmqpp::option::rcvhwm, room);
        push.set(zmqpp::option::sndhwm, room);
        push.connect(pull.bind(endpoint));
    }

    Socket pull;
    Socket push;
};

}  // namespace

TEST_CASE("A batch arrives whole and in order, by every transport, however it is received")
{
    const Context context;
    for (const std::string& endpoint : {fresh_inproc(), std::string(any_port)}) {
        PushPull pipe(context, 0, endpoint);
        for (const std::size_t max : {1u, 100u, 128u, 5000u}) {
            Multipart messages = multipart(numbers(1000));
            CHECK(pipe.push.send_many(messages, patience) == 1000);
            CHECK(std::all_of(messages.begin(), messages.end(),
                              [](const Message& message) { return message.empty(); }));
            CHECK(receive(pipe.pull, 1000, max) == numbers(1000));
        }
        CHECK_FALSE(pipe.pull.try_recv().has_value());
    }
}

TEST_CASE("A batch of nothing is sent at once")
{
    const Context context;
    Socket push(context, SocketType::push);
    Multipart none;
    CHECK(push.send_many(none, Deadline::never()) == 0);
}

TEST_CASE("send_many() waits until the deadline and leaves unharmed what found no room")
{
    const Context context;
    PushPull pipe(context, 2);
    Multipart messages = multipart(numbers(100));
    Stopwatch watch;
    const std::size_t sent = pipe.push.send_many(messages, 30ms);
    CHECK(watch.elapsed() >= 30ms);
    REQUIRE(sent > 0);
    REQUIRE(sent < 100);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        CHECK(messages[i].to_string() == (i < sent ? "" : std::to_string(i)));
    }
    CHECK(receive(pipe.pull, sent) == texts(multipart(numbers(sent))));
    CHECK_FALSE(pipe.pull.try_recv().has_value());
}

TEST_CASE("A batch that waits for room goes on when the receiver makes some")
{
    const Context context;
    PushPull pipe(context, 2);
    auto sending = in_thread([&] {
        Multipart messages = multipart(numbers(1000));
        return pipe.push.send_many(messages, patience);
    });
    CHECK(eventually([&] { return has_waiter(pipe.push); }));
    CHECK(receive(pipe.pull, 1000, 3) == numbers(1000));
    CHECK(sending.get() == 1000);
}

TEST_CASE("recv_many() waits for the first message only, and for none when time runs out")
{
    const Context context;
    PushPull pipe(context, 0);
    Stopwatch watch;
    CHECK(pipe.pull.recv_many(5, 20ms).empty());
    CHECK(watch.elapsed() >= 20ms);
    CHECK(pipe.pull.recv_many(0, Deadline::never()).empty());
    auto waiting = in_thread([&] { return texts(pipe.pull.recv_many(100, patience)); });
    CHECK(eventually([&] { return has_waiter(pipe.pull); }));
    pipe.push.send("one");
    CHECK(waiting.get() == std::vector<std::string>{"one"});
}

TEST_CASE("recv_many() leaves a message of several parts to recv_multipart(), whole")
{
    const Context context;
    PushPull pipe(context, 0);
    pipe.push.send("1");
    pipe.push.send(multipart({"a", "b", "c"}));
    pipe.push.send("2");
    CHECK(texts(pipe.pull.recv_many(100, patience)) == std::vector<std::string>{"1"});
    for (int i = 0; i < 2; ++i) {
        CHECK(contains(message_of<zmqpp::StateError>(
                           [&] { static_cast<void>(pipe.pull.recv_many(100, patience)); }),
                       "has 3 parts, so recv_multipart() must receive it"));
    }
    CHECK(pipe.pull.events(ZMQ_POLLIN) == ZMQ_POLLIN);
    CHECK(texts(*pipe.pull.try_recv_multipart()) == std::vector<std::string>{"a", "b", "c"});
    CHECK(receive(pipe.pull, 1) == std::vector<std::string>{"2"});
}

TEST_CASE("A message of several parts that was put back is there for a thread that waits")
{
    const Context context;
    PushPull pipe(context, 0);
    auto waiting = in_thread([&] { return texts(*pipe.pull.recv_multipart(patience)); });
    CHECK(eventually([&] { return has_waiter(pipe.pull); }));
    {
        Socket::Turn turn(pipe.pull, "test()");  // the waiter cannot come first
        pipe.push.send(multipart({"a", "b"}));
        Message message;
        CHECK_FALSE(turn.try_recv_single(message, false));
        CHECK_THROWS_AS(static_cast<void>(turn.try_recv_single(message, true)), zmqpp::StateError);
    }
    CHECK(waiting.get() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("Batches are refused in the middle of a message")
{
    const Context context;
    PushPull pipe(context, 0);
    pipe.push.send("a", zmqpp::flag::sndmore);
    Multipart messages = multipart({"torn"});
    CHECK(contains(message_of<zmqpp::StateError>(
                       [&] { static_cast<void>(pipe.push.send_many(messages, patience)); }),
                   "send_many() on PUSH socket"));
    CHECK_THROWS_AS(Socket::Turn(pipe.push, "test()").require_all_sent(), zmqpp::StateError);
    CHECK(messages[0].view() == "torn");
    pipe.push.send("b");
    CHECK_NOTHROW(Socket::Turn(pipe.push, "test()").require_all_sent());
    CHECK(pipe.push.send_many(messages, patience) == 1);
    CHECK(pipe.pull.recv().view() == "a");
    CHECK(contains(
        message_of<zmqpp::StateError>([&] { static_cast<void>(pipe.pull.recv_many(5, patience)); }),
        "recv_many() on PULL socket"));
    CHECK(pipe.pull.recv().view() == "b");
    CHECK(receive(pipe.pull, 1) == std::vector<std::string>{"torn"});
}

TEST_CASE("close() and shutdown() wake batches that wait")
{
    for (const bool closes : {true, false}) {
        Context context;
        PushPull pipe(context, 1);
        Socket idle(context, SocketType::pull);
        auto sending = in_thread([&] {
            Multipart messages = multipart(numbers(100));
            static_cast<void>(pipe.push.send_many(messages, Deadline::never()));
        });
        auto receiving =
            in_thread([&] { static_cast<void>(idle.recv_many(5, Deadline::never())); });
        CHECK(eventually([&] { return has_waiter(pipe.push) && has_waiter(idle); }));
        if (closes) {
            pipe.push.close();
            idle.close();
            CHECK_THROWS_AS(sending.get(), zmqpp::SocketClosed);
            CHECK_THROWS_AS(receiving.get(), zmqpp::SocketClosed);
        } else {
            context.shutdown();
            CHECK_THROWS_AS(sending.get(), zmqpp::ContextTerminated);
            CHECK_THROWS_AS(receiving.get(), zmqpp::ContextTerminated);
        }
    }
}

TEST_CASE("Nobody comes between the messages of a turn")
{
    const Context context;
    PushPull pipe(context, 0);
    std::future<void> other;
    {
        Socket::Turn turn(pipe.push, "test()");
        other = in_thread([&] { pipe.push.send("other"); });
        for (const std::string& text : numbers(1000)) {
            CHECK(turn.try_send(text.data(), text.size()));
        }
        Message message("moved");
        CHECK(turn.try_send(&message, 1));
        CHECK(message.empty());
        const std::vector<std::string> parts{"a", "b"};
        CHECK(turn.try_send(2, 0, [&](std::size_t i) { return std::string_view(parts[i]); }));
    }
    other.get();
    Socket::Turn turn(pipe.pull, "test()");
    Message message;
    Multipart parts;
    for (const std::string& text : numbers(1000)) {
        CHECK(turn.try_recv(message));
        CHECK(message.view() == text);
    }
    CHECK(turn.try_recv_single(message, true));
    CHECK(message.view() == "moved");
    CHECK(turn.try_recv(parts));
    CHECK(texts(parts) == std::vector<std::string>{"a", "b"});
    CHECK(turn.try_recv(message));
    CHECK(message.view() == "other");
    CHECK_FALSE(turn.try_recv(message));
}

TEST_CASE("Who cannot take a part leaves those that follow for the next call")
{
    const Context context;
    PushPull pipe(context, 0);
    Multipart message;
    for (const std::string& text : numbers(4)) {
        message.emplace_back(text);
    }
    pipe.push.send(std::move(message));
    pipe.push.send("next");
    std::size_t taken = 0;
    const auto take_two = [&](Message& part, std::size_t size) {
        CHECK(part.size() == size);
        if (++taken == 3) {
            throw std::runtime_error("no more");
        }
    };
    CHECK_THROWS_AS(static_cast<void>(Socket::Turn(pipe.pull, "test()").try_recv_parts(take_two)),
                    std::runtime_error);
    CHECK(texts(pipe.pull.recv_multipart()) == std::vector<std::string>{"3"});
    CHECK(texts(pipe.pull.recv_multipart()) == std::vector<std::string>{"next"});
}

TEST_CASE("A turn says that there is no room, and that the socket is closed")
{
    const Context context;
    Socket push(context, SocketType::push);
    CHECK_FALSE(Socket::Turn(push, "test()").try_send("x", 1));
    push.close();
    CHECK(contains(
        message_of<zmqpp::SocketClosed>([&] { Socket::Turn(push, "test()").require_all_sent(); }),
        "test(): this PUSH socket is closed"));
}

TEST_CASE("Two threads send batches and two receive them: none lost, and each in order")
{
    const Context context;
    PushPull pipe(context, 10);
    constexpr std::size_t each = 5000;
    std::vector<std::future<void>> sending;
    for (const char* prefix : {"a", "b"}) {
        sending.push_back(in_thread([&, prefix] {
            Multipart messages = multipart(numbers(each, prefix));
            CHECK(pipe.push.send_many(messages, patience) == each);
        }));
    }
    std::atomic<std::size_t> count{0};
    std::vector<std::future<std::vector<std::string>>> receiving;
    for (int i = 0; i < 2; ++i) {
        receiving.push_back(in_thread([&] {
            std::vector<std::string> all;
            while (count < 2 * each) {
                for (std::string& text : texts(pipe.pull.recv_many(50, 20ms))) {
                    all.push_back(std::move(text));
                    ++count;
                }
            }
            return all;
        }));
    }
    std::vector<std::string> all;
    const auto comes_before = [](const std::string& a, const std::string& b) {
        return a[0] == b[0] ? std::stoi(a.substr(1)) < std::stoi(b.substr(1)) : a[0] < b[0];
    };
    for (auto& thread : receiving) {
        std::vector<std::string> part = thread.get();
        std::stable_sort(part.begin(), part.end(),
                         [](const auto& a, const auto& b) { return a[0] < b[0]; });
        CHECK(std::is_sorted(part.begin(), part.end(), comes_before));
        all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end(), comes_before);
    std::vector<std::string> expected = numbers(each, "a");
    const auto others = numbers(each, "b");
    expected.insert(expected.end(), others.begin(), others.end());
    CHECK(all == expected);
}

TEST_CASE("A socket spins for as long as it is told, and not by itself")
{
    const Context context;
    Socket socket(context, SocketType::pull);
    CHECK(socket.spin() == 0us);
    for (const auto good : {100'000us, 1us, 0us, 50us}) {
        socket.set_spin(good);
        CHECK(socket.spin() == good);
    }
    for (const auto bad : {-1us, 100'001us}) {
        CHECK(contains(message_of<zmqpp::Error>([&] { socket.set_spin(bad); }),
                       std::to_string(bad.count()) + " us is not between 0 and 100,000"));
    }
    CHECK(socket.spin() == 50us);
    socket.close();
    CHECK(socket.spin() == 50us);
}

TEST_CASE("A call that spins receives, runs out of time, sleeps and is woken by close()")
{
    const Context context;
    for (const auto spin : {50us, 100'000us}) {
        PushPull pipe(context, 0);
        pipe.pull.set_spin(spin);
        CHECK(takes(20ms, [&] { return pipe.pull.recv(20ms).has_value(); }));
        auto waiting = in_thread([&] { return pipe.pull.recv(patience)->to_string(); });
        pipe.push.send("x");
        CHECK(waiting.get() == "x");
        auto sleeping = in_thread([&] { return pipe.pull.recv(patience)->to_string(); });
        CHECK(eventually([&] { return has_waiter(pipe.pull); }));
        pipe.push.send("y");
        CHECK(sleeping.get() == "y");
        std::promise<void> begun;
        auto closed = in_thread([&] {
            begun.set_value();
            static_cast<void>(pipe.pull.recv());
        });
        begun.get_future().wait();
        pipe.pull.close();
        CHECK_THROWS_AS(closed.get(), zmqpp::SocketClosed);
    }
}

TEST_CASE("Two threads that spin answer each other")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    pair.first.set_spin(50us);
    pair.second.set_spin(50us);
    auto answering = in_thread([&] {
        for (int i = 0; i < 5000; ++i) {
            pair.second.send(pair.second.recv());
        }
    });
    for (int i = 0; i < 5000; ++i) {
        pair.first.send(std::to_string(i));
        CHECK(pair.first.recv(patience)->view() == std::to_string(i));
    }
    answering.get();
}
