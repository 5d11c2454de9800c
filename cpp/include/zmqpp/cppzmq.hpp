// Neighbours: code written against cppzmq (zmq::context_t, zmq::socket_t, zmq::socket_ref, zmq::message_t)
// and ours, in one program on one libzmq. Each side's objects work for the other, and whoever made one ends
// it. Our types hold us to that; theirs do not know of it, and it is said below what happens then.
//
// The program brings its own <zmq.hpp>; nothing else of ours includes it. What cppzmq throws stays a
// zmq::error_t, for which rethrow() has our class.
#pragma once

#include <zmq.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/context.hpp"
#include "core/error.hpp"
#include "core/message.hpp"
#include "core/socket.hpp"

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 0)
#error "zmqpp/cppzmq.hpp needs cppzmq 4.7 or newer"
#endif

namespace zmqpp {
inline namespace v1 {
namespace cppzmq {

// In a handler: what was caught, as the class of ours that stands for its errno.
[[noreturn]] inline void rethrow(const zmq::error_t& error, const std::string& operation)
{
    fail(error.num(), operation);
}

// --- ours, for their code ---

// A socket of ours for calls that take a zmq::socket_ref. It is valid until our socket is closed, and keeps
// nothing alive. Their calls know neither our lock nor the threads that wait: while one runs, no other
// thread may use the socket, by us or by them. A PUB of ours is an XPUB to libzmq, so that is what they see.
// Throws SocketClosed.
[[nodiscard]] inline zmq::socket_ref ref(const Socket& socket)
{
    void* handle = socket.handle();
    if (handle == nullptr) {
        throw SocketClosed("cppzmq::ref(): this " + socket.describe() + " is closed");
    }
    return {zmq::from_handle, handle};
}
void ref(Socket&&) = delete;  // it may be the last handle, which closes the socket

// A context of ours for code that takes a zmq::context_t&, to open a zmq::socket_t in it for one. It keeps
// our context alive, and its end ends nothing. Theirs are sockets like any other: they do inproc with ours,
// and our term() waits for them to be closed, up to its deadline.
//
// If our context ends first, theirs is closed: opening a socket in it is an error (EFAULT) then. What other
// code can still do is end the context, though it is not its own. shutdown() is that for all sockets, ours
// too. close(), which waits for ours to be closed as well, or moving the zmq::context_t elsewhere takes the
// context from us; ours notices, and says that it was terminated.
//
// One thread at a time, as with a zmq::context_t, and none of theirs is inside it while our context ends.
class ContextView {
public:
    // Throws ContextTerminated.
    explicit ContextView(const Context& context) : context_(context.borrowed()), theirs_(closed())
    {
        context_.state()->lend(place(), "cppzmq::ContextView()");
    }

    // Its own destructor, because that of zmq::context_t terminates what it finds.
    ~ContextView() { context_.state()->take_back(place()); }
    ContextView(const ContextView&) = delete;  // our context knows the place
    ContextView& operator=(const ContextView&) = delete;

    // Throws ContextTerminated if the context has ended by now.
    [[nodiscard]] zmq::context_t& get()
    {
        context_.state()->with_handle("cppzmq::ContextView::get()", [](void*) {});
        return theirs_;
    }
    operator zmq::context_t&() { return get(); }  // NOLINT: stands for it in calls

private:
    // A zmq::context_t can be made with a context of its own only. So it is made and closed; then ours is
    // written to its one member, which in a class of standard layout is where the object is.
    static zmq::context_t closed()
    {
        try {
            zmq::context_t made;
            made.close();
            return made;
        } catch (const zmq::error_t& error) {
            rethrow(error, "cppzmq::ContextView()");
        }
    }
    [[nodiscard]] void** place() noexcept
    {
        static_assert(
            std::is_standard_layout_v<zmq::context_t> && sizeof(zmq::context_t) == sizeof(void*),
            "this cppzmq keeps more in a context_t than the handle");
        return reinterpret_cast<void**>(&theirs_);
    }

    Context context_;
    zmq::context_t theirs_;
};

// --- theirs, for our code ---

// A context of theirs, which they end when our sockets in it are closed. Throws StateError if it is closed
// or moved from, and if it is of another copy of libzmq.
[[nodiscard]] inline Context borrow(zmq::context_t& context)
{
    if (context.handle() == nullptr) {
        throw StateError("cppzmq::borrow(): this zmq::context_t is closed or was moved from");
    }
    return Context::borrow(context.handle());
}

// A socket of theirs, which they close when ours is gone; a zmq::socket_t converts. Throws the same.
[[nodiscard]] inline Socket borrow(const Context& context, zmq::socket_ref socket)
{
    if (socket.handle() == nullptr) {
        throw StateError("cppzmq::borrow(): this zmq socket is null, closed or was moved from");
    }
    return Socket::borrow(context, socket.handle());
}
void borrow(const Context& context, zmq::socket_t&& socket) = delete;  // it closes itself

// --- messages, both ways: the bytes stay where they are (zmq_msg_move) ---

[[nodiscard]] inline Message take(zmq::message_t&& theirs)
{
    Message ours;
    check(zmq_msg_move(ours.raw(), theirs.handle()), [] { return std::string("cppzmq::take()"); });
    return ours;
}

[[nodiscard]] inline zmq::message_t give(Message&& ours)
{
    zmq::message_t theirs;
    check(zmq_msg_move(theirs.handle(), ours.raw()), [] { return std::string("cppzmq::give()"); });
    return theirs;
}

// All the frames, from any container of them: std::vector<zmq::message_t>, zmq::multipart_t.
template <class Parts, class = std::enable_if_t<std::is_same_v<
                           decltype(*std::declval<Parts&>().begin()), zmq::message_t&>>>
[[nodiscard]] Multipart take(Parts&& theirs)
{
    static_assert(!std::is_reference_v<Parts>,
                  "the messages are moved from: take(std::move(parts))");
    Multipart ours;
    ours.reserve(theirs.size());
    for (zmq::message_t& part : theirs) {
        ours.push_back(take(std::move(part)));
    }
    theirs.clear();
    return ours;
}

[[nodiscard]] inline std::vector<zmq::message_t> give(Multipart&& ours)
{
    std::vector<zmq::message_t> theirs;
    theirs.reserve(ours.size());
    for (Message& part : ours) {
        theirs.push_back(give(std::move(part)));
    }
    ours.clear();
    return theirs;
}

}  // namespace cppzmq
}  // namespace v1
}  // namespace zmqpp
