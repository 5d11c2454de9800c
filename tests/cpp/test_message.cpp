// Messages: one frame each, its bytes, its copies and its metadata.
#include <cstring>

#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Message;

namespace {

void count_up(void* /*data*/, void* hint) { ++*static_cast<std::atomic<int>*>(hint); }

}  // namespace

TEST_CASE("A message is empty, has room, or has a copy of bytes")
{
    CHECK(Message().empty());
    Message room(5);
    CHECK(room.size() == 5);
    std::memcpy(room.data(), "hello", 5);
    CHECK(room.view() == "hello");

    std::string text("hello\0world", 11);
    const Message copy{std::string_view(text)};
    text[0] = 'j';
    CHECK(copy.view() == std::string_view("hello\0world", 11));
    CHECK(copy.to_string().size() == 11);
    CHECK(Message("hello").view() == "hello");
    CHECK(Message("", 0).empty());
    CHECK(Message(nullptr, 0).empty());
}

TEST_CASE("A message is equal to another with the same bytes")
{
    CHECK(Message("same") == Message("same"));
    CHECK(Message("same") != Message("other"));
    CHECK(Message() == Message(""));
}

TEST_CASE("A vector or string moved into a message is not copied")
{
    std::vector<double> numbers(1000, 1.5);
    const void* where = numbers.data();
    const Message message(std::move(numbers));
    CHECK(message.data() == where);
    CHECK(message.size() == 1000 * sizeof(double));

    std::string text(1000, 't');
    where = text.data();
    const Message other(std::move(text));
    CHECK(other.data() == where);
    CHECK(other.size() == 1000);

    CHECK(Message(std::vector<char>()).empty());
    CHECK(Message(std::string("small")).view() == "small");
}

TEST_CASE("A moved message takes its bytes along and leaves an empty one")
{
    Message from(std::string(100, 'x'));
    const void* where = from.data();
    Message to(std::move(from));
    CHECK(to.data() == where);
    CHECK(from.empty());  // NOLINT: looked at on purpose
    from = Message("again");
    CHECK(from.view() == "again");
    to = std::move(from);
    CHECK(to.view() == "again");
    Message& self = to;
    to = std::move(self);
    CHECK(to.view() == "again");

    std::vector<Message> many;
    for (int i = 0; i < 100; ++i) {
        many.emplace_back(std::to_string(i));
    }
    CHECK(many[57].view() == "57");
}

TEST_CASE("Small messages move and copy as big ones do")
{
    for (const std::size_t size : {0u, 1u, 29u, 33u, 34u, 100u, 100'000u}) {
        Message message(std::string_view(std::string(size, 'm')));
        Message moved(std::move(message));
        const Message copied = moved.copy();
        CHECK(copied == moved);
        CHECK(copied.size() == size);
    }
}

TEST_CASE("A copy shares big bytes and outlives the first message")
{
    std::atomic<int> freed{0};
    char bytes[100] = "shared";
    auto first = std::make_unique<Message>(Message::adopt(bytes, sizeof bytes, count_up, &freed));
    const auto second = std::make_unique<Message>(first->copy());
    CHECK(second->data() == bytes);
    CHECK(first->get(ZMQ_SHARED) == 1);
    first.reset();
    CHECK(freed == 0);
    CHECK(std::string(static_cast<const char*>(second->data())) == "shared");
}

TEST_CASE("Adopted memory is given back exactly once, with its last message")
{
    std::atomic<int> freed{0};
    char bytes[100] = "adopted";
    {
        const Message message = Message::adopt(bytes, sizeof bytes, count_up, &freed);
        CHECK(message.data() == bytes);
        const Message copy = message.copy();
        const Message copy_of_copy = copy.copy();
        CHECK(freed == 0);
    }
    CHECK(freed == 1);
    {
        Message message = Message::adopt(bytes, sizeof bytes, count_up, &freed);
        message = Message("replaced");
        CHECK(freed == 2);
    }
    {
        Message message = Message::adopt(bytes, 0, count_up, &freed);
        CHECK(message.empty());
    }
    CHECK(freed == 3);
}

TEST_CASE("All frames but the last say that more follow")
{
    const zmqpp::Context context;
    Connected pair(context, zmqpp::SocketType::pair, zmqpp::SocketType::pair);
    pair.first.send(multipart({"a", "b"}));
    const Message a = pair.second.recv();
    CHECK(a.more());
    CHECK(a.get(ZMQ_MORE) == 1);
    CHECK(pair.second.get(zmqpp::option::rcvmore));
    const Message b = pair.second.recv();
    CHECK_FALSE(b.more());
    CHECK_FALSE(pair.second.get(zmqpp::option::rcvmore));
}

TEST_CASE("What came over a wire tells of its connection; what was made here does not")
{
    const zmqpp::Context context;
    Connected pair(context, zmqpp::SocketType::rep, zmqpp::SocketType::req, any_port);
    pair.second.send("over tcp");
    const Message received = pair.first.recv();
    CHECK(received.get("Peer-Address").value_or("") == "127.0.0.1");
    CHECK(received.get("Socket-Type").value_or("") == "REQ");
    CHECK_FALSE(received.get("No-Such-Property").has_value());
    CHECK(received.is_exclusive());

    const Message made("here");
    CHECK_FALSE(made.get("Peer-Address").has_value());
    CHECK_FALSE(made.is_exclusive());
    CHECK_THROWS_AS(static_cast<void>(made.get(-5)), zmqpp::Error);
}

TEST_CASE("What came by inproc is not exclusive: it may be the sender's own memory")
{
    const zmqpp::Context context;
    Connected pair(context, zmqpp::SocketType::pair, zmqpp::SocketType::pair);
    std::vector<char> bytes(1000, 'm');
    const void* where = bytes.data();
    pair.first.send(Message(std::move(bytes)));
    const Message received = pair.second.recv();
    CHECK(received.data() == where);
    CHECK_FALSE(received.is_exclusive());
}

TEST_CASE("Routing ids and groups are drafts, and say so where there are none")
{
    if (!zmqpp::compiled_with_drafts) {
        Message message("x");
        CHECK_THROWS_AS(static_cast<void>(message.routing_id()), zmqpp::NotSupported);
        CHECK_THROWS_AS(message.set_routing_id(1), zmqpp::NotSupported);
        CHECK_THROWS_AS(static_cast<void>(message.group()), zmqpp::NotSupported);
        CHECK_THROWS_AS(message.set_group("g"), zmqpp::NotSupported);
    }
}
