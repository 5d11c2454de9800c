// Contexts: options, limits, and how they end.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Socket;
using zmqpp::SocketType;
namespace context_option = zmqpp::context_option;

TEST_CASE("A context can be made and ended again and again")
{
    for (int i = 0; i < 50; ++i) {
        Context context;
        CHECK_FALSE(context.is_closed());
        CHECK(context.handle() != nullptr);
        context.term();
        CHECK(context.is_closed());
        CHECK(context.handle() == nullptr);
        CHECK_NOTHROW(context.term());
    }
    const Context never_ended;
}

TEST_CASE("A context has one I/O thread, or as many as it is told at the start")
{
    CHECK(Context().get(context_option::io_threads) == 1);
    CHECK(Context(2).get(context_option::io_threads) == 2);
    CHECK_THROWS_AS(Context(-1), zmqpp::Error);
}

TEST_CASE("Context options are typed and read back what was written")
{
    Context context;
    context.set(context_option::io_threads, 3);
    CHECK(context.get(context_option::io_threads) == 3);
    context.set(context_option::max_sockets, 42);
    CHECK(context.get(context_option::max_sockets) == 42);
    CHECK(context.get(context_option::socket_limit) >= 1023);
    CHECK_FALSE(context.get(context_option::ipv6));
    context.set(context_option::ipv6, true);
    CHECK(context.get(context_option::ipv6));
    CHECK(Socket(context, SocketType::pair).get(zmqpp::option::ipv6));
    CHECK(context.get(context_option::msg_t_size) == static_cast<int>(sizeof(zmq_msg_t)));
    context.set(context_option::max_msgsz, 1000);
    CHECK(context.get(context_option::max_msgsz) == 1000);
    context.set(context_option::blocky, false);
    CHECK_FALSE(context.get(context_option::blocky));
    static_assert(std::is_same_v<decltype(context.get(context_option::ipv6)), bool>);
}

TEST_CASE("A context option that libzmq refuses is an error that names it")
{
    Context context;
    CHECK(contains(message_of<zmqpp::Error>([&] { context.set(context_option::max_sockets, -1); }),
                   "Context.max_sockets"));
}

TEST_CASE("An option that libzmq reads when it starts is too late after the first socket")
{
    Context context;
    context.set(context_option::max_sockets, 10);
    const Socket socket(context, SocketType::pair);
    CHECK(
        contains(message_of<zmqpp::StateError>([&] { context.set(context_option::io_threads, 2); }),
                 "Context.io_threads: too late"));
    CHECK_THROWS_AS(context.set(context_option::max_sockets, 20), zmqpp::StateError);
    CHECK_THROWS_AS(context.set(context_option::thread_sched_policy, 0), zmqpp::StateError);
    CHECK_THROWS_AS(context.set(context_option::thread_name_prefix, 7), zmqpp::StateError);
    CHECK(context.get(context_option::max_sockets) == 10);
    CHECK_NOTHROW(context.set(context_option::ipv6, true));
}

TEST_CASE("A context that was ended says so, whatever is asked of it")
{
    Context context;
    context.term();
    CHECK(contains(message_of<zmqpp::ContextTerminated>(
                       [&] { const Socket socket(context, SocketType::pair); }),
                   "Context.socket(): the context was terminated"));
    CHECK_THROWS_AS(static_cast<void>(context.get(context_option::io_threads)),
                    zmqpp::ContextTerminated);
    CHECK_THROWS_AS(context.set(context_option::ipv6, true), zmqpp::ContextTerminated);
    CHECK_NOTHROW(context.shutdown());
    CHECK_NOTHROW(context.destroy());
    CHECK(context.sockets().empty());
}

TEST_CASE("Copies of a context are the same context")
{
    const Context context;
    const Context copy = context;  // NOLINT: what is tested
    CHECK(copy == context);
    CHECK(copy.handle() == context.handle());
    CHECK(Context() != context);
}

TEST_CASE("The shared instance is the same for everybody, and a new one after it was ended")
{
    Context first = Context::instance();
    CHECK(first == Context::instance());
    CHECK(first.is_owner());
    first.term();
    Context second = Context::instance();
    CHECK(second != first);
    CHECK_FALSE(second.is_closed());
    second.term();
}

TEST_CASE("The shared instance is the same for threads that all ask first")
{
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> ready{0};
        std::vector<std::future<Context>> threads;
        for (int i = 0; i < 32; ++i) {
            threads.push_back(in_thread([&] {
                ++ready;
                while (ready < 32) {
                    std::this_thread::yield();
                }
                return Context::instance();
            }));
        }
        Context context = threads.front().get();
        for (std::size_t i = 1; i < threads.size(); ++i) {
            CHECK(threads[i].get() == context);
        }
        context.term();
    }
}

TEST_CASE("Sockets get their linger from the context")
{
    Context context;
    CHECK(context.linger() == zmqpp::default_linger);
    CHECK(Socket(context, SocketType::push).get(zmqpp::option::linger) == zmqpp::default_linger);
    context.set_linger(123ms);
    CHECK(Socket(context, SocketType::push).get(zmqpp::option::linger) == 123ms);
    context.set_linger(-1ms);
    CHECK(Socket(context, SocketType::push).get(zmqpp::option::linger) == -1ms);
    context.set_linger(-7ms);
    CHECK(Socket(context, SocketType::push).get(zmqpp::option::linger) == -1ms);
    context.set_linger(std::chrono::hours(10'000));  // more milliseconds than fit an int
    CHECK(Socket(context, SocketType::push).get(zmqpp::option::linger) > std::chrono::hours(500));
}

TEST_CASE("A context knows its open sockets, oldest first")
{
    Context context;
    CHECK(context.sockets().empty());
    Socket first(context, SocketType::push);
    Socket second(context, SocketType::pull);
    const auto open = context.sockets();
    REQUIRE(open.size() == 2);
    CHECK(open[0] == first);
    CHECK(open[1] == second);
    CHECK(open[0].is_owner());
    first.close();
    CHECK(context.sockets().size() == 1);
    CHECK(context.borrowed().sockets().front().is_owner() == false);
}

TEST_CASE("What is no context or socket of this libzmq is not borrowed")
{
    const Context context;
    Socket socket(context, SocketType::pair);
    std::vector<const void*> memory(1024);
    std::fill(memory.begin(), memory.end(), &memory);
    const auto refused = [&](auto&& borrow) {
        return contains(message_of<zmqpp::StateError>(borrow), "is no open");
    };
    CHECK(refused([&] { static_cast<void>(Context::borrow(memory.data())); }));
    CHECK(refused([&] { static_cast<void>(Context::borrow(socket.handle())); }));
    CHECK(refused([&] { static_cast<void>(Socket::borrow(context, memory.data())); }));
    CHECK(refused([&] { static_cast<void>(Socket::borrow(context, context.handle())); }));
}

TEST_CASE("A context that other code owns is borrowed, and its end is seen")
{
    void* owner = zmq_ctx_new();
    Context borrower = Context::borrow(owner);
    CHECK_THROWS_AS(borrower.term(), zmqpp::StateError);
    {
        Socket socket(borrower, SocketType::pair);
        CHECK_THROWS_AS(static_cast<void>(Context::borrow(socket.handle())), zmqpp::StateError);
    }
    CHECK(zmq_ctx_term(owner) == 0);
}

TEST_CASE("A borrower cannot end what it does not own")
{
    Context owner;
    Context borrower = owner.borrowed();
    CHECK(borrower == owner);
    CHECK_FALSE(borrower.is_owner());
    CHECK(contains(message_of<zmqpp::StateError>([&] { borrower.term(); }), "borrowed"));
    CHECK_THROWS_AS(borrower.destroy(), zmqpp::StateError);
    CHECK_THROWS_AS(borrower.shutdown(), zmqpp::StateError);
    CHECK_THROWS_AS(static_cast<void>(borrower.abandon(0ms)), zmqpp::StateError);

    Socket socket(borrower, SocketType::pair);
    CHECK(socket.is_owner());  // it made that one
    CHECK_FALSE(socket.context().is_owner());
    CHECK(Socket(owner, SocketType::pair).context().is_owner());

    owner.destroy();
    CHECK(borrower.is_closed());
    CHECK_THROWS_AS(Socket(borrower, SocketType::pair), zmqpp::ContextTerminated);
    CHECK_THROWS_AS(static_cast<void>(socket.recv()), zmqpp::SocketClosed);
}

TEST_CASE("A raw handle of our own finds the same context")
{
    Context owner;
    Context borrower = Context::borrow(owner.handle());
    CHECK(borrower == owner);
    CHECK_FALSE(borrower.is_owner());
    CHECK_THROWS_AS(Context::borrow(nullptr), zmqpp::StateError);
    owner.term();
    CHECK(borrower.is_closed());
}

TEST_CASE("A raw handle of somebody else is used and never ended")
{
    void* foreign = zmq_ctx_new();
    {
        Context borrower = Context::borrow(foreign);
        CHECK_FALSE(borrower.is_owner());
        CHECK_THROWS_AS(borrower.term(), zmqpp::StateError);
        Connected pair(borrower, SocketType::pair, SocketType::pair);
        pair.first.send("x");
        CHECK(pair.second.recv(patience).has_value());
    }
    void* socket = zmq_socket(foreign, ZMQ_PAIR);  // the context is still there
    CHECK(socket != nullptr);
    zmq_close(socket);
    CHECK(zmq_ctx_term(foreign) == 0);
}

TEST_CASE("A borrower notices that the owner has ended the context")
{
    void* foreign = zmq_ctx_new();
    {
        Context borrower = Context::borrow(foreign);
        Socket socket(borrower, SocketType::pair);
        auto waiting = in_thread([&] { static_cast<void>(socket.recv()); });
        CHECK(eventually([&] { return has_waiter(socket); }));
        zmq_ctx_shutdown(foreign);
        CHECK_THROWS_AS(waiting.get(), zmqpp::ContextTerminated);
        CHECK_THROWS_AS(Socket(borrower, SocketType::pair), zmqpp::ContextTerminated);
    }
    CHECK(zmq_ctx_term(foreign) == 0);
}

TEST_CASE("Sockets can be opened and closed in a loop, though libzmq closes them in the background")
{
    const Context context;
    for (int i = 0; i < 5000; ++i) {
        Socket socket(context, SocketType::pair);
        if (i % 2 == 0) {
            socket.close();
        }
    }
    CHECK(context.sockets().empty());
}

TEST_CASE("The open sockets can be listed while others come and go")
{
    const Context context;
    std::atomic<bool> done{false};
    auto listing = in_thread([&] {
        std::size_t most = 0;
        while (!done) {
            for (const Socket& socket : context.sockets()) {
                static_cast<void>(socket.describe());
            }
            most = (std::max)(most, context.sockets().size());
        }
        return most;
    });
    for (int i = 0; i < 500; ++i) {
        Socket one(context, SocketType::pair);
        const Socket two(context, SocketType::req);
        one.bind(fresh_inproc());
    }
    done = true;
    CHECK(listing.get() <= 10);
}
