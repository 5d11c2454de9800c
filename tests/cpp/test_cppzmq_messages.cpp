// Neighbours: messages and errors of cppzmq as ours, and the other way round.
#include <atomic>
#include <iterator>
#include <zmq_addon.hpp>

#include "testing.hpp"
#include "zmqpp/cppzmq.hpp"

using namespace testing;  // NOLINT: the tests' own words
namespace cppzmq = zmqpp::cppzmq;
using cppzmq::ContextView;
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("Messages change sides without a copy, large and small, and leave an empty one behind")
{
    for (const std::size_t size : {0u, 5u, 100'000u}) {
        const std::string bytes(size, 'b');
        Message ours(bytes);
        const void* data = ours.data();
        zmq::message_t theirs = cppzmq::give(std::move(ours));
        CHECK(ours.empty());  // NOLINT: what is tested
        CHECK(theirs.to_string() == bytes);
        Message back = cppzmq::take(std::move(theirs));
        CHECK(theirs.size() == 0);  // NOLINT
        CHECK(back.view() == bytes);
        CHECK((size < 100 || back.data() == data));  // small ones are in the struct itself
    }
}

TEST_CASE("A message that lends memory gives it back once, whichever side it ends on")
{
    for (const bool ends_there : {true, false}) {
        static std::atomic<int> returned;
        returned = 0;
        std::string bytes(100, 'b');
        {
            Message ours = Message::adopt(
                bytes.data(), bytes.size(), [](void*, void*) { ++returned; }, nullptr);
            zmq::message_t theirs = cppzmq::give(std::move(ours));
            CHECK(theirs.data() == bytes.data());
            if (!ends_there) {
                ours = cppzmq::take(std::move(theirs));
            }
            CHECK(returned == 0);
        }
        CHECK(returned == 1);
    }
}

TEST_CASE("Messages of several parts change sides, also as a zmq::multipart_t")
{
    const std::vector<std::string> parts = {"one", "", std::string(100'000, 'l')};
    Multipart ours = multipart(parts);
    const void* data = ours.back().data();
    std::vector<zmq::message_t> theirs = cppzmq::give(std::move(ours));
    CHECK(ours.empty());  // NOLINT: what is tested
    CHECK(theirs.size() == parts.size());
    CHECK(theirs.back().data() == data);
    ours = cppzmq::take(std::move(theirs));
    CHECK(theirs.empty());  // NOLINT
    CHECK(texts(ours) == parts);
    CHECK(ours.back().data() == data);

    zmq::multipart_t added;
    for (Message& part : ours) {
        added.add(cppzmq::give(std::move(part)));
    }
    ours = cppzmq::take(std::move(added));
    CHECK(texts(ours) == parts);
    CHECK(ours.back().data() == data);
}

TEST_CASE("What they received is sent by us, and the other way round")
{
    const Context context;
    ContextView view(context);
    Connected front(context, SocketType::dealer, SocketType::dealer);
    zmq::socket_t theirs(view, zmq::socket_type::dealer);
    Socket end(context, SocketType::dealer);
    const std::string endpoint = fresh_inproc();
    end.bind(endpoint);
    theirs.connect(endpoint);

    front.first.send(multipart({"a", "b"}));
    std::vector<zmq::message_t> relayed = cppzmq::give(front.second.recv_multipart());
    CHECK(zmq::send_multipart(theirs, relayed).has_value());
    end.send(end.recv_multipart());
    relayed.clear();
    CHECK(zmq::recv_multipart(theirs, std::back_inserter(relayed)).has_value());
    front.second.send(cppzmq::take(std::move(relayed)));
    CHECK(texts(front.first.recv_multipart()) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("What cppzmq throws becomes the class of ours that stands for it")
{
    Context context;
    ContextView view(context);
    const auto open = [&](zmq::socket_type type) {
        try {
            zmq::socket_t socket(view, type);
            static_cast<void>(socket.send(zmq::str_buffer("x"), zmq::send_flags::none));
        } catch (const zmq::error_t& error) {
            cppzmq::rethrow(error, "their code");
        }
    };
    CHECK(contains(message_of<zmqpp::StateError>([&] { open(zmq::socket_type::rep); }),
                   "their code: "));
    CHECK_THROWS_AS(open(zmq::socket_type::pull), zmqpp::NotSupported);
    context.shutdown();
    CHECK_THROWS_AS(open(zmq::socket_type::push), zmqpp::ContextTerminated);
}
