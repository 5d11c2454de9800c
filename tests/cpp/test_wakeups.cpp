// Danger: wake-ups. Whoever waits in a socket is woken when he can go on, and not when he cannot.
#include "testing.hpp"

#ifndef _WIN32
#include <ctime>
#endif

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

TEST_CASE("Closing a socket wakes every thread that is blocked in it, whatever it waits for")
{
    for (int round = 0; round < 20; ++round) {
        const Context context;
        Socket socket(context, SocketType::dealer);
        std::atomic<int> inside{0};
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 8; ++i) {
            threads.push_back(in_thread([&, i] {
                ++inside;
                zmqpp::Poller poller;
                switch (i % 5) {
                case 0: static_cast<void>(socket.recv()); break;
                case 1: static_cast<void>(socket.recv_multipart(patience)); break;
                case 2: socket.send("x"); break;
                case 3: static_cast<void>(socket.poll(ZMQ_POLLIN, Deadline::never())); break;
                default:
                    poller.set(socket, ZMQ_POLLOUT);
                    static_cast<void>(poller.poll(Deadline::never()));
                    break;
                }
            }));
        }
        CHECK(eventually([&] { return inside == 8; }));
        if (round % 2 == 0) {
            std::this_thread::sleep_for(5ms);  // asleep, and not just on the way there
        }
        const Stopwatch watch;
        socket.close();
        for (auto& thread : threads) {
            CHECK_THROWS_AS(thread.get(), zmqpp::SocketClosed);
        }
        CHECK(watch.elapsed() < promptly);
    }
}

TEST_CASE("A thread that waits for a message is woken though another one used its signal up")
{
    constexpr int rounds = under_tsan ? 1000 : 3000;
    const Context context;
    for (const std::string& endpoint : {fresh_inproc(), std::string(any_port)}) {
        Connected pair(context, SocketType::dealer, SocketType::dealer, endpoint);
        std::atomic<int> received{0};
        std::atomic<bool> stop{false};
        auto waiting = in_thread([&] {
            while (!stop) {
                received += pair.first.recv(10s).has_value() ? 1 : 0;
            }
        });
        auto meddling = in_thread([&] {  // each of these processes what the signal was for
            for (int i = 0; !stop; ++i) {
                static_cast<void>(i % 3 == 0   ? pair.first.events()
                                  : i % 3 == 1 ? pair.first.poll(ZMQ_POLLPRI, 0ms)
                                               : pair.first.get(zmqpp::option::events));
            }
        });
        for (int i = 0; i < rounds; ++i) {
            pair.second.send("x");
            const Stopwatch watch;
            while (received <= i && watch.elapsed() < 5s) {
                std::this_thread::yield();
            }
            REQUIRE(received == i + 1);  // at once: there is no second message to wake it
        }
        stop = true;
        pair.second.send("x");
        waiting.get();
        meddling.get();
    }
}

TEST_CASE(
    "Of two threads that wait for different things, each is woken though the other woke first")
{
    constexpr int rounds = under_tsan ? 1000 : 3000;
    const Context context;
    Connected pair(context, SocketType::dealer, SocketType::dealer, any_port);
    std::atomic<int> received{0};
    std::vector<std::future<void>> threads;
    threads.push_back(in_thread([&] {
        for (;;) {
            static_cast<void>(pair.first.recv());
            ++received;
        }
    }));
    for (int i = 0; i < 3; ++i) {  // woken by the signal as well, and it is nothing to them
        threads.push_back(
            in_thread([&] { static_cast<void>(pair.first.poll(ZMQ_POLLPRI, Deadline::never())); }));
    }
    for (int i = 0; i < rounds; ++i) {
        pair.second.send("x");
        const Stopwatch watch;
        while (received <= i && watch.elapsed() < 5s) {
            std::this_thread::yield();
        }
        CHECK(received == i + 1);
    }
    pair.first.close();
    for (auto& thread : threads) {
        CHECK_THROWS_AS(thread.get(), zmqpp::SocketClosed);
    }
}

TEST_CASE("A thread that waits for room is woken though another one used its signal up")
{
    constexpr int rounds = under_tsan ? 1000 : 5000;
    const Context context;
    Socket push(context, SocketType::dealer);
    Socket pull(context, SocketType::dealer);
    push.set(zmqpp::option::sndhwm, 1);
    pull.set(zmqpp::option::rcvhwm, 1);
    pull.connect(push.bind(fresh_inproc()));
    std::atomic<bool> stop{false};
    auto meddling = in_thread([&] {
        while (!stop) {
            static_cast<void>(push.events());
            static_cast<void>(push.try_recv());
        }
    });
    std::vector<std::future<bool>> sending;
    for (int i = 0; i < 2; ++i) {
        sending.push_back(in_thread([&] {
            for (int round = 0; round < rounds; ++round) {
                Message message("x");
                if (!push.send(message, patience)) {
                    return false;
                }
            }
            return true;
        }));
    }
    for (int round = 0; round < 2 * rounds; ++round) {
        REQUIRE(pull.recv(5s).has_value());
    }
    for (auto& thread : sending) {
        CHECK(thread.get());
    }
    stop = true;
    meddling.get();
}

TEST_CASE("One thread may wait in recv() while another sends on the same socket")
{
    const Context context;
    Connected pair(context, SocketType::rep, SocketType::dealer, any_port);
    auto client = in_thread([&] {
        int answers = 0;
        for (; answers < 500; ++answers) {
            const auto parts = pair.second.recv_multipart(patience);
            if (!parts) {
                break;
            }
        }
        return answers;
    });
    auto server = in_thread([&] {
        for (int i = 0; i < 500; ++i) {
            pair.first.send(pair.first.recv_multipart());
        }
    });
    for (int i = 0; i < 500; ++i) {
        pair.second.send(multipart({"", std::to_string(i)}));
    }
    CHECK(client.get() == 500);
    server.get();
}

#ifndef _WIN32
namespace {

// Wakes that nobody is there for would cost a processor each; this is what the process used.
std::chrono::milliseconds processor_time()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec));
}

}  // namespace

TEST_CASE("Threads that wait for room at one peer, while there is room at another, do not spin")
{
    const Context context;
    Socket router(context, SocketType::router);
    router.set(zmqpp::option::router_mandatory, true);
    router.set(zmqpp::option::sndhwm, 1);
    const std::string endpoint = router.bind(fresh_inproc());
    std::vector<Socket> peers;
    for (const char* name : {"full", "free"}) {
        peers.emplace_back(context, SocketType::dealer);
        peers.back().set(zmqpp::option::routing_id, name);
        peers.back().set(zmqpp::option::rcvhwm, 1);
        peers.back().connect(endpoint);
        peers.back().send("hello");
        CHECK(router.recv_multipart(patience).has_value());
    }
    for (bool room = true; room;) {
        Multipart parts = multipart({"full", "x"});
        room = router.try_send(parts);
    }
    CHECK(router.events(ZMQ_POLLOUT) == ZMQ_POLLOUT);
    std::vector<std::future<bool>> threads;
    for (int i = 0; i < 3; ++i) {
        threads.push_back(in_thread([&] {
            Multipart parts = multipart({"full", "y"});
            return router.send(parts, patience);
        }));
    }
    CHECK(eventually([&] { return has_waiter(router); }));
    const auto before = processor_time();
    std::this_thread::sleep_for(200ms);
    CHECK(processor_time() - before < 100ms * slowness);
    int received = 0;
    while (peers[0].recv(300ms)) {
        ++received;
    }
    CHECK(received >= 4);
    for (auto& thread : threads) {
        CHECK(thread.get());
    }
}

TEST_CASE("Threads that wait use no processor time")
{
    const Context context;
    Socket socket(context, SocketType::dealer);
    std::vector<std::future<void>> threads;
    for (int i = 0; i < 6; ++i) {
        threads.push_back(in_thread([&, i] {
            Message message("x");
            CHECK_FALSE(
                (i % 2 == 0 ? socket.recv(200ms).has_value() : socket.send(message, 200ms)));
        }));
    }
    const auto before = processor_time();
    for (auto& thread : threads) {
        thread.get();
    }
    CHECK(processor_time() - before < 50ms * slowness);
}
#endif
