// Which libzmq this is, and what it can do.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words

TEST_CASE("A version number and its parts convert into each other")
{
    constexpr zmqpp::Version version{4, 3, 5};
    static_assert(version.number() == 40305);
    static_assert(zmqpp::Version::of(40305).minor == 3);
    CHECK(zmqpp::Version::of(40305).to_string() == "4.3.5");
    CHECK(zmqpp::Version::of(version.number()).patch == 5);
}

TEST_CASE("The loaded libzmq is of the line that the headers describe")
{
    const zmqpp::Version loaded = zmqpp::library_version();
    CHECK(loaded.major == zmqpp::header_version().major);
    CHECK(loaded.number() >= 40200);
}

TEST_CASE("A capability is there or not, and an unknown one is not")
{
#ifndef _WIN32
    CHECK(zmqpp::has("ipc"));
#endif
    CHECK_FALSE(zmqpp::has("no such thing"));
}

TEST_CASE("Drafts work only if they are compiled in here and in libzmq")
{
    CHECK(zmqpp::has_drafts() == (zmqpp::compiled_with_drafts && zmqpp::has("draft")));
}

TEST_CASE("What a libzmq is too old for names the version that has it, and the one that runs")
{
    CHECK_NOTHROW(zmqpp::require_library("Something", 40200, false));
    const std::string text =
        message_of<zmqpp::NotSupported>([] { zmqpp::require_library("Something", 990102, false); });
    CHECK(contains(text, "Something needs libzmq 99.1.2"));
    CHECK(contains(text, zmqpp::library_version().to_string()));
}

TEST_CASE("What needs drafts says so where libzmq has none")
{
    if (!zmqpp::has("draft")) {
        CHECK(contains(message_of<zmqpp::NotSupported>(
                           [] { zmqpp::require_library("Something", 40200, true); }),
                       "without drafts"));
    }
}

TEST_CASE("Every socket type has ZeroMQ's name, and a number that is none has a question mark")
{
    using zmqpp::SocketType;
    CHECK(zmqpp::name(SocketType::req) == "REQ");
    CHECK(zmqpp::name(SocketType::stream) == "STREAM");
    for (int type = 0; type <= 20; ++type) {
        CHECK(zmqpp::name(static_cast<SocketType>(type)) != "?");
    }
    CHECK(zmqpp::name(static_cast<SocketType>(99)) == "?");
}

TEST_CASE("The enums have the numbers of zmq.h")
{
    CHECK(static_cast<int>(zmqpp::SocketType::xsub) == ZMQ_XSUB);
    CHECK(static_cast<int>(zmqpp::SocketOption::linger) == ZMQ_LINGER);
    CHECK(static_cast<int>(zmqpp::ContextOption::max_sockets) == ZMQ_MAX_SOCKETS);
    CHECK(static_cast<int>(zmqpp::Event::disconnected) == ZMQ_EVENT_DISCONNECTED);
    CHECK(static_cast<int>(zmqpp::Mechanism::curve) == ZMQ_CURVE);
    CHECK(zmqpp::flag::sndmore == ZMQ_SNDMORE);
    CHECK(zmqpp::poll_event::pollerr == ZMQ_POLLERR);
    using zmqpp::Event;
    CHECK((Event::connected | Event::accepted) == static_cast<Event>(0x21));
    CHECK((Event::all & Event::accepted) == Event::accepted);
}
