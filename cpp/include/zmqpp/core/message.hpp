// Message owns one zmq_msg_t: one frame, with its bytes, its place in a multipart message and its
// metadata. One thread at a time; views into it are valid as long as it is.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "version.hpp"

namespace zmqpp {
inline namespace v1 {

// Writes its own destructor and moves because libzmq keeps the struct by value: it may not be
// copied bytewise, and an empty one must still be closed.
class Message {
public:
    // Empty (zmq_msg_init).
    Message() noexcept { zmq_msg_init(&raw_); }

    // Room for `size` bytes, not initialised (zmq_msg_init_size).
    explicit Message(std::size_t size)
    {
        check(zmq_msg_init_size(&raw_, size),
              [size] { return "Message of " + std::to_string(size) + " bytes"; });
    }

    // A copy of the bytes.
    Message(const void* data, std::size_t size) : Message(size)
    {
        if (size != 0) {
            std::memcpy(zmq_msg_data(&raw_), data, size);
        }
    }
    explicit Message(std::string_view text) : Message(text.data(), text.size()) {}
    explicit Message(const char* text) : Message(std::string_view(text)) {}

    // Without a copy: the container moves into the message and is destroyed when libzmq is done,
    // on one of its threads (zmq_msg_init_data).
    explicit Message(std::string&& text) : Message(owning(std::move(text))) {}
    template <class T> explicit Message(std::vector<T>&& items) : Message(owning(std::move(items)))
    {
        static_assert(std::is_trivially_copyable_v<T>, "a message carries bytes");
    }

    // Without a copy, of memory that `free(data, hint)` gives back; libzmq calls it exactly once,
    // from any of its threads, when the last peer has the bytes (zmq_msg_init_data). If this
    // throws, it was not called.
    [[nodiscard]] static Message adopt(void* data, std::size_t size, zmq_free_fn* free, void* hint)
    {
        zmq_msg_t raw;
        check(zmq_msg_init_data(&raw, data, size, free, hint),
              [] { return std::string("Message::adopt"); });
        return Message(raw);
    }

    Message(Message&& other) noexcept : Message() { zmq_msg_move(&raw_, &other.raw_); }
    Message& operator=(Message&& other) noexcept
    {
        if (this != &other) {
            zmq_msg_move(&raw_, &other.raw_);
        }
        return *this;
    }
    Message(const Message&) = delete;  // copying is explicit: see copy()
    Message& operator=(const Message&) = delete;
    ~Message() { zmq_msg_close(&raw_); }

    // A second message with the same bytes, shared and not copied (zmq_msg_copy).
    [[nodiscard]] Message copy() const
    {
        Message twin;
        check(zmq_msg_copy(&twin.raw_, &raw_), [] { return std::string("Message::copy"); });
        return twin;
    }

    [[nodiscard]] std::size_t size() const noexcept { return zmq_msg_size(&raw_); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] void* data() noexcept { return zmq_msg_data(&raw_); }
    [[nodiscard]] const void* data() const noexcept { return zmq_msg_data(&raw_); }

    [[nodiscard]] std::string_view view() const noexcept
    {
        return {static_cast<const char*>(data()), size()};
    }
    [[nodiscard]] std::string to_string() const { return std::string(view()); }

    // More frames of the same message follow (zmq_msg_more).
    [[nodiscard]] bool more() const noexcept { return zmq_msg_more(&raw_) == 1; }

    // A numeric property, ZMQ_SHARED for one (zmq_msg_get).
    [[nodiscard]] int get(int property) const
    {
        const int value = zmq_msg_get(&raw_, property);
        check(value, [property] { return "Message::get(" + std::to_string(property) + ")"; });
        return value;
    }

    // Metadata of the connection it came by: "Peer-Address", "Socket-Type", "User-Id" or a name
    // the authenticator gave; nothing if it has no such property (zmq_msg_gets).
    [[nodiscard]] std::optional<std::string> get(const char* property) const
    {
        const char* value = zmq_msg_gets(&raw_, property);
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    }

    // Nobody else can see these bytes, so writing to them is safe: they came over a wire into
    // memory of libzmq's own. What comes by inproc may be the sender's memory itself.
    [[nodiscard]] bool is_exclusive() const noexcept
    {
        return zmq_msg_gets(&raw_, "Peer-Address") != nullptr &&
               zmq_msg_get(&raw_, ZMQ_SHARED) == 0;
    }

    // Of draft sockets: the peer of a SERVER or PEER, the group of a RADIO or DISH.
    [[nodiscard]] unsigned routing_id() const
    {
#ifdef ZMQ_BUILD_DRAFT_API
        return zmq_msg_routing_id(&raw_);
#else
        no_drafts("routing_id");
#endif
    }
    void set_routing_id([[maybe_unused]] unsigned id)
    {
#ifdef ZMQ_BUILD_DRAFT_API
        check(zmq_msg_set_routing_id(&raw_, id),
              [id] { return "Message::set_routing_id(" + std::to_string(id) + ")"; });
#else
        no_drafts("routing_id");
#endif
    }
    [[nodiscard]] std::string group() const
    {
#ifdef ZMQ_BUILD_DRAFT_API
        return zmq_msg_group(&raw_);
#else
        no_drafts("group");
#endif
    }
    void set_group([[maybe_unused]] const std::string& group)
    {
#ifdef ZMQ_BUILD_DRAFT_API
        check(zmq_msg_set_group(&raw_, group.c_str()),
              [&group] { return "Message::set_group(\"" + group + "\")"; });
#else
        no_drafts("group");
#endif
    }

    // For calls of libzmq that are not wrapped here. Do not close it.
    [[nodiscard]] zmq_msg_t* raw() noexcept { return &raw_; }

    friend bool operator==(const Message& a, const Message& b) { return a.view() == b.view(); }
    friend bool operator!=(const Message& a, const Message& b) { return !(a == b); }

private:
    explicit Message(const zmq_msg_t& raw) noexcept : raw_(raw) {}

    template <class Container> static Message owning(Container&& container)
    {
        auto owner = std::make_unique<Container>(std::move(container));
        const std::size_t size = owner->size() * sizeof(*owner->data());
        Message message = adopt(
            owner->data(), size, [](void*, void* hint) { delete static_cast<Container*>(hint); },
            owner.get());
        static_cast<void>(owner.release());  // libzmq has it now
        return message;
    }

#ifndef ZMQ_BUILD_DRAFT_API
    [[noreturn]] static void no_drafts(const char* what)
    {
        throw NotSupported(std::string("Message ") + what +
                           " is a draft of libzmq; zmqpp was built without drafts");
    }
#endif

    // libzmq takes no const messages: copying one marks it as shared, which is no visible change.
    mutable zmq_msg_t raw_;
};

static_assert(std::is_nothrow_move_constructible_v<Message>);

// All the frames of one message.
using Multipart = std::vector<Message>;

// What zmq_msg_recv returns: whether there was a message, and its size, so that nobody has to ask for it in
// another call.
class Received {
public:
    Received() = default;  // nothing
    explicit Received(int rc) : rc_(rc) {}
    [[nodiscard]] static Received whole(const Message& message) noexcept
    {
        return Received(static_cast<int>((std::min<std::size_t>)(message.size(), INT_MAX)));
    }

    explicit operator bool() const noexcept { return rc_ != -1; }
    // INT_MAX stands for all that is larger.
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(rc_); }

private:
    int rc_ = -1;
};

namespace detail {

// Bytes for people: 'text', or 0x and their digits.
[[nodiscard]] inline std::string quote(std::string_view bytes)
{
    const bool printable = std::all_of(bytes.begin(), bytes.end(),
                                       [](unsigned char c) { return c >= ' ' && c < 0x7F; });
    if (printable) {
        return "'" + std::string(bytes) + "'";
    }
    std::string text = "0x";
    for (const unsigned char c : bytes) {
        constexpr const char* digits = "0123456789abcdef";
        text += {digits[c >> 4], digits[c & 15]};
    }
    return text;
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
