// Neighbours: code against cppzmq and ours in one program, and who ends what.
#include <memory>

#include "testing.hpp"
#include "zmqpp/cppzmq.hpp"

using namespace testing;  // NOLINT: the tests' own words
namespace cppzmq = zmqpp::cppzmq;
using cppzmq::ContextView;
using zmqpp::Context;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

// What code that knows cppzmq alone looks like.
std::string echo_once(zmq::socket_ref socket)
{
    zmq::message_t message;
    CHECK(socket.recv(message).has_value());
    std::string text = message.to_string();
    CHECK(socket.send(message, zmq::send_flags::none).has_value());
    return text;
}

// The errno of the zmq::error_t that a call throws; 0 if it throws none.
template <class Call> [[nodiscard]] int error_of(Call&& call)
{
    try {
        call();
    } catch (const zmq::error_t& error) {
        return error.num();
    }
    return 0;
}

[[nodiscard]] int error_of_opening(zmq::context_t& context)
{
    return error_of([&] { const zmq::socket_t socket(context, zmq::socket_type::pair); });
}

}  // namespace

// --- sockets of ours for them ---

TEST_CASE("Code that takes a zmq::socket_ref works on a socket of ours")
{
    const Context context;
    Connected pair(context, SocketType::rep, SocketType::req);
    pair.second.send("hello");
    CHECK(echo_once(cppzmq::ref(pair.first)) == "hello");
    CHECK(pair.second.recv(patience)->view() == "hello");
}

TEST_CASE("A closed socket has no zmq::socket_ref")
{
    const Context context;
    Socket socket(context, SocketType::pair);
    socket.close();
    CHECK(contains(message_of<zmqpp::SocketClosed>([&] { static_cast<void>(cppzmq::ref(socket)); }),
                   "PAIR socket is closed"));
}

// --- contexts of ours for them ---

TEST_CASE("A zmq::socket_t in a context of ours does inproc with our sockets, whoever binds")
{
    const Context context;
    ContextView view(context);
    for (const bool ours_binds : {true, false}) {
        Socket ours(context, SocketType::req);
        zmq::socket_t theirs(view, zmq::socket_type::rep);
        const std::string endpoint = fresh_inproc();
        if (ours_binds) {
            ours.bind(endpoint);
            theirs.connect(endpoint);
        } else {
            theirs.bind(endpoint);
            ours.connect(endpoint);
        }
        ours.send("hello");
        CHECK(echo_once(theirs) == "hello");
        CHECK(ours.recv(patience)->view() == "hello");
    }
}

TEST_CASE("The end of a view ends no context, and its beginning leaves none behind")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    for (int i = 0; i < 3; ++i) {
        ContextView view(context);
        ContextView another(context);
        CHECK(view.get().handle() == context.handle());
        CHECK(another.get().handle() == context.handle());
    }
    const std::size_t before = count_descriptors();
    for (int i = 0; i < 20; ++i) {
        const ContextView view(context);
    }
    CHECK(count_descriptors() <= before);  // or fewer: earlier tests' contexts end
    pair.first.send("x");
    CHECK(pair.second.recv(patience).has_value());
}

TEST_CASE("A view keeps the context alive, and nothing does that after it")
{
    auto view = std::make_unique<ContextView>(Context());
    zmq::socket_t theirs(*view, zmq::socket_type::pair);
    theirs.bind(fresh_inproc());
    CHECK(error_of_opening(*view) == 0);
    view.reset();
    zmq::message_t message;
    CHECK(error_of([&] { static_cast<void>(theirs.recv(message)); }) == ETERM);
}

TEST_CASE(
    "Ending a context in which they have a socket runs out of time, and not once it is closed")
{
    Context context;
    ContextView view(context);
    zmq::socket_t theirs(view, zmq::socket_type::pair);
    auto waiting = in_thread([&] {
        zmq::message_t message;
        return error_of([&] { static_cast<void>(theirs.recv(message)); });
    });
    const Stopwatch watch;
    CHECK(contains(message_of<zmqpp::Timeout>([&] { context.term(50ms); }),
                   "other code had sockets open"));
    CHECK(watch.elapsed() < 50ms + promptly);
    CHECK(waiting.get() == ETERM);
    theirs.close();
    CHECK_NOTHROW(context.term(patience));
}

TEST_CASE("A view of a context that has ended is refused, and one that saw the end is closed")
{
    Context context;
    ContextView view(context);
    zmq::context_t& theirs = view;
    context.term();
    CHECK_THROWS_AS(static_cast<void>(view.get()), zmqpp::ContextTerminated);
    CHECK_THROWS_AS(const ContextView late(context), zmqpp::ContextTerminated);
    CHECK(theirs.handle() == nullptr);
    CHECK(error_of_opening(theirs) == EFAULT);
    CHECK_NOTHROW(theirs.close());
}

TEST_CASE("A view that is shut down shuts our context down, which still is ours to end")
{
    Context context;
    {
        ContextView view(context);
        Socket socket(context, SocketType::pair);
        view.get().shutdown();
        CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::ContextTerminated);
        CHECK(error_of_opening(view) == ETERM);
    }
    CHECK_NOTHROW(context.term());
}

TEST_CASE("A context that they end through a view says so, and is not ended twice")
{
    Context context;
    {
        ContextView view(context);
        ContextView another(context);
        {
            const Socket socket(context, SocketType::pair);
        }
        zmq::context_t& second = another;
        view.get().close();
        CHECK(context.is_closed());
        CHECK(second.handle() == nullptr);
        CHECK_THROWS_AS(Socket(context, SocketType::pair), zmqpp::ContextTerminated);
        CHECK_THROWS_AS(static_cast<void>(view.get()), zmqpp::ContextTerminated);
    }
    CHECK_NOTHROW(context.term());
}

TEST_CASE("A context that they move out of a view is theirs, and borrowed by us from then on")
{
    Context context;
    {
        ContextView view(context);
        zmq::context_t taken = std::move(view.get());
        Context borrowed = cppzmq::borrow(taken);
        CHECK(borrowed != context);
        CHECK_THROWS_AS(borrowed.term(), zmqpp::StateError);
        CHECK_NOTHROW(Socket(borrowed, SocketType::pair).close());
        CHECK(context.is_closed());
    }
    CHECK_NOTHROW(context.term());
}

TEST_CASE("A context of theirs that they put into a view is ended with it, and ours with theirs")
{
    Context context;
    {
        zmq::context_t own;
        const void* handle = own.handle();
        {
            ContextView view(context);
            std::swap(view.get(), own);
        }
        CHECK(own.handle() != handle);
        CHECK(error_of_opening(own) == 0);
        CHECK(context.is_closed());
    }
    CHECK_NOTHROW(context.term());
}

#ifndef _WIN32
TEST_CASE("A view in a child of fork() is of no use, and does not touch its parent's context")
{
    const Context context;
    auto view = std::make_unique<ContextView>(context);
    const Ended ended = in_child([&] {
        const std::string text =
            message_of<zmqpp::ForkError>([&] { static_cast<void>(view->get()); });
        view.reset();
        return text.empty() ? 1 : 0;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
    CHECK(error_of_opening(*view) == 0);
}
#endif

// --- contexts and sockets of theirs for us ---

TEST_CASE("Contexts and sockets that they own are borrowed, and ended by them alone")
{
    zmq::context_t owner;
    {
        Context context = cppzmq::borrow(owner);
        CHECK_FALSE(context.is_owner());
        CHECK_THROWS_AS(context.term(), zmqpp::StateError);
        CHECK_THROWS_AS(context.destroy(), zmqpp::StateError);
        CHECK_THROWS_AS(context.shutdown(), zmqpp::StateError);

        zmq::socket_t theirs(owner, zmq::socket_type::pull);
        Socket borrowed = cppzmq::borrow(context, theirs);
        Socket push(context, SocketType::push);
        push.connect(borrowed.bind(any_port));
        push.send("one");
        CHECK(borrowed.recv(patience)->view() == "one");
        CHECK(contains(message_of<zmqpp::StateError>([&] { borrowed.close(); }), "borrowed"));

        borrowed = push;  // the last handle of ours
        push.send("two");
        zmq::message_t message;
        CHECK(theirs.recv(message).has_value());
        CHECK(message.to_string() == "two");
    }
    owner.close();  // and waits for nobody
    CHECK(owner.handle() == nullptr);
}

TEST_CASE("A context that they end wakes our sockets in it, and waits until those are closed")
{
    zmq::context_t owner;
    const Context context = cppzmq::borrow(owner);
    Socket socket(context, SocketType::pair);
    auto ending = in_thread([&] { owner.close(); });
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::ContextTerminated);
    socket.close();
    ending.get();
}

TEST_CASE("A view that is borrowed is the context it is a view of")
{
    const Context context;
    ContextView view(context);
    CHECK(cppzmq::borrow(view.get()) == context);
}

TEST_CASE("What is closed, null or was moved from is not borrowed")
{
    zmq::context_t owner;
    const Context context = cppzmq::borrow(owner);
    zmq::socket_t theirs(owner, zmq::socket_type::pair);
    zmq::socket_t moved = std::move(theirs);
    moved.close();
    for (const zmq::socket_ref none : {zmq::socket_ref(), zmq::socket_ref(theirs),  // NOLINT
                                       zmq::socket_ref(moved)}) {
        CHECK(contains(message_of<zmqpp::StateError>(
                           [&] { static_cast<void>(cppzmq::borrow(context, none)); }),
                       "null, closed or was moved from"));
    }
    zmq::context_t closed;
    closed.close();
    CHECK(
        contains(message_of<zmqpp::StateError>([&] { static_cast<void>(cppzmq::borrow(closed)); }),
                 "closed or was moved from"));
}

// Temporary sockets are lent to nobody: they are closed when the call returns.
template <class S, class = void> constexpr bool has_ref = false;
template <class S>
constexpr bool has_ref<S, std::void_t<decltype(cppzmq::ref(std::declval<S>()))>> = true;
static_assert(has_ref<Socket&> && has_ref<const Socket&> && !has_ref<Socket>);

template <class S, class = void> constexpr bool can_borrow = false;
template <class S>
constexpr bool can_borrow<
    S, std::void_t<decltype(cppzmq::borrow(std::declval<Context&>(), std::declval<S>()))>> = true;
static_assert(can_borrow<zmq::socket_t&> && can_borrow<zmq::socket_ref> &&
              !can_borrow<zmq::socket_t>);
