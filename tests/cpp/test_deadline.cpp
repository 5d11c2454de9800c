// Deadlines: one point in time per call, rounded up, never early.
#include <climits>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Deadline;

TEST_CASE("A deadline that is not given never passes")
{
    CHECK(Deadline().is_never());
    CHECK(Deadline::never().is_never());
    CHECK_FALSE(Deadline::never().passed());
    CHECK(Deadline::never().poll_timeout() == -1);
}

TEST_CASE("A negative time is for ever, as -1 is all over ZeroMQ")
{
    CHECK(Deadline(-1ms).is_never());
    CHECK(Deadline(std::chrono::hours(-3)).is_never());
}

TEST_CASE("No time at all has passed at once")
{
    CHECK(Deadline::now().passed());
    CHECK(Deadline(0ms).passed());
    CHECK(Deadline(0ms).poll_timeout() == 0);
}

TEST_CASE("What is left is rounded up to what poll can wait, so that a wait never ends early")
{
    CHECK(Deadline(10us).poll_timeout() >= 0);
    CHECK(Deadline(10us).poll_timeout() <= 1);
    const int left = Deadline(1500us * 1000).poll_timeout();
    CHECK(left > 1400);
    CHECK(left <= 1500);
    const Deadline soon(std::chrono::duration<double>(0.0009));
    CHECK_FALSE(soon.is_never());
}

TEST_CASE("Times too long for poll or for the clock are no error")
{
    CHECK(Deadline(std::chrono::hours(24 * 365)).poll_timeout() == INT_MAX);
    CHECK(Deadline(std::chrono::hours(24 * 365 * 1000)).is_never());
    CHECK((Deadline((std::chrono::milliseconds::max)()).is_never()));
}

TEST_CASE("The earlier of two deadlines is the one that passes first")
{
    const Deadline soon(1s);
    CHECK(soon.earlier(Deadline::never()).time_point() == soon.time_point());
    CHECK(Deadline(1h).earlier(soon).time_point() == soon.time_point());
}

TEST_CASE("A time for an option of libzmq fits into its int")
{
    CHECK(zmqpp::option_milliseconds(42ms) == 42);
    CHECK(zmqpp::option_milliseconds(-1ms) == -1);
    CHECK(zmqpp::option_milliseconds(std::chrono::hours(1'000'000)) == INT_MAX);
    CHECK(zmqpp::option_milliseconds(std::chrono::hours(-1'000'000)) == INT_MIN);
}

TEST_CASE("Every call waits for its own time and not less")
{
    const zmqpp::Context context;
    zmqpp::Socket socket(context, zmqpp::SocketType::dealer);  // nobody is there to send to or hear
    CHECK(takes(50ms, [&] { return socket.recv(50ms).has_value(); }));
    CHECK(takes(70ms, [&] { return socket.recv_multipart(70ms).has_value(); }));
    CHECK(takes(40ms, [&] { return socket.poll(ZMQ_POLLIN, 40ms) != 0; }));
    zmqpp::Message message("kept");
    CHECK(takes(60ms, [&] { return socket.send(message, 60ms); }));
    CHECK(message.view() == "kept");
    zmqpp::Multipart parts = multipart({"a", "b"});
    CHECK(takes(30ms, [&] { return socket.send(parts, 30ms); }));
    CHECK(texts(parts) == std::vector<std::string>{"a", "b"});
    CHECK(takes(0ms, [&] { return socket.recv(0ms).has_value(); }));
}
