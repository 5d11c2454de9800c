// Danger: threads. One socket in many threads: nothing torn, nothing lost, nothing asleep for ever.
#include <algorithm>
#include <map>

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

namespace {

// What four senders and four receivers make of one DEALER whose ROUTER echoes.
void echo_through_shared_dealer(const std::string& bind_to, std::chrono::milliseconds time)
{
    constexpr int senders = 4;
    constexpr int receivers = 4;
    constexpr long most_in_flight = 5000;

    Context context;
    Socket router(context, SocketType::router);
    Socket dealer(context, SocketType::dealer);
    for (Socket* socket : {&router, &dealer}) {
        socket->set(zmqpp::option::sndhwm, 0);
        socket->set(zmqpp::option::rcvhwm, 0);
    }
    router.set(zmqpp::option::router_mandatory, true);
    dealer.connect(router.bind(bind_to));

    auto echo = in_thread([&] {
        CHECK_THROWS_AS(for (;;) { router.send(router.recv_multipart()); }, zmqpp::ContextTerminated);
    });

    std::atomic<bool> stop{false};
    std::atomic<long> sent{0};
    std::atomic<long> received{0};
    std::vector<std::future<long>> sending;
    for (int sender = 0; sender < senders; ++sender) {
        sending.push_back(in_thread([&, sender] {
            long number = 0;
            while (!stop) {
                if (sent - received > most_in_flight) {
                    std::this_thread::sleep_for(1ms);
                    continue;
                }
                const std::string text = std::to_string(number++);
                dealer.send(multipart({std::to_string(sender), text, text + "!"}));
                ++sent;
            }
            return number;
        }));
    }
    struct Seen {
        std::vector<long> numbers[senders];
        long torn = 0;
    };
    std::vector<std::future<Seen>> receiving;
    for (int receiver = 0; receiver < receivers; ++receiver) {
        receiving.push_back(in_thread([&] {
            Seen seen;
            while (!stop || received < sent) {
                const auto parts = dealer.recv_multipart(50ms);
                if (!parts) {
                    continue;
                }
                ++received;
                const auto words = texts(*parts);
                if (words.size() == 3 && words[0].size() == 1 && words[1] + "!" == words[2]) {
                    seen.numbers[words[0][0] - '0'].push_back(std::stol(words[1]));
                } else {
                    ++seen.torn;
                }
            }
            return seen;
        }));
    }

    std::this_thread::sleep_for(time);
    stop = true;
    std::vector<long> last;
    for (auto& thread : sending) {
        last.push_back(thread.get());
    }
    std::vector<long> all[senders];
    for (auto& thread : receiving) {
        const Seen seen = thread.get();
        CHECK(seen.torn == 0);
        for (int sender = 0; sender < senders; ++sender) {
            CHECK(std::is_sorted(seen.numbers[sender].begin(), seen.numbers[sender].end()));
            all[sender].insert(all[sender].end(), seen.numbers[sender].begin(),
                               seen.numbers[sender].end());
        }
    }
    for (int sender = 0; sender < senders; ++sender) {
        std::sort(all[sender].begin(), all[sender].end());
        CHECK(static_cast<long>(all[sender].size()) == last[static_cast<std::size_t>(sender)]);
        CHECK(std::adjacent_find(all[sender].begin(), all[sender].end()) == all[sender].end());
    }
    CHECK(sent == received);
    CHECK(sent > 100);
    context.shutdown();
    echo.get();
}

// Wakes that nobody is there for would cost a processor each; this is what the process used.
#ifndef _WIN32
std::chrono::milliseconds processor_time()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec));
}
#endif

}  // namespace

TEST_CASE("Eight threads share a DEALER over tcp: no message torn, none lost, none twice")
{
    echo_through_shared_dealer(any_port, stress_time());
}

TEST_CASE("Eight threads share a DEALER by inproc: no message torn, none lost, none twice")
{
    echo_through_shared_dealer(fresh_inproc(), stress_time() / 2);
}

TEST_CASE("Sixteen threads share a PUSH and a PULL: every message arrives once, in its sender's order")
{
    constexpr int count = 8;
    constexpr long each = under_tsan ? 500 : 5000;
    const Context context;
    Connected pair(context, SocketType::pull, SocketType::push, any_port);
    pair.first.set(zmqpp::option::rcvhwm, 10);
    pair.second.set(zmqpp::option::sndhwm, 10);  // so that both ends wait for each other
    std::atomic<long> received{0};
    std::vector<std::future<void>> sending;
    std::vector<std::future<std::map<int, std::vector<long>>>> receiving;
    for (int i = 0; i < count; ++i) {
        sending.push_back(in_thread([&, i] {
            for (long number = 0; number < each; ++number) {
                pair.second.send(std::to_string(i) + std::to_string(number));
            }
        }));
        receiving.push_back(in_thread([&] {
            std::map<int, std::vector<long>> seen;
            while (received < count * each) {
                if (const auto message = pair.first.recv(20ms)) {
                    ++received;
                    const std::string text = message->to_string();
                    seen[text[0] - '0'].push_back(std::stol(text.substr(1)));
                }
            }
            return seen;
        }));
    }
    for (auto& thread : sending) {
        thread.get();
    }
    std::map<int, std::vector<long>> all;
    for (auto& thread : receiving) {
        for (auto& [sender, numbers] : thread.get()) {
            CHECK(std::is_sorted(numbers.begin(), numbers.end()));
            all[sender].insert(all[sender].end(), numbers.begin(), numbers.end());
        }
    }
    CHECK(received == count * each);
    for (auto& [sender, numbers] : all) {
        std::sort(numbers.begin(), numbers.end());
        CHECK(static_cast<long>(numbers.size()) == each);
        CHECK(numbers.front() == 0);
        CHECK(numbers.back() == each - 1);
    }
}

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

TEST_CASE("Many threads may close a socket at once while others use it")
{
    for (int round = 0; round < 50; ++round) {
        const Context context;
        Connected pair(context, SocketType::pair, SocketType::pair);
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 4; ++i) {
            threads.push_back(in_thread([&] {
                CHECK_THROWS_AS(for (;;) {
                    zmqpp::Message message("x");
                    static_cast<void>(pair.first.send(message, 1ms));
                    static_cast<void>(pair.first.recv(1ms));
                    static_cast<void>(pair.first.describe());
                },
                                zmqpp::SocketClosed);
            }));
        }
        for (int i = 0; i < 3; ++i) {
            threads.push_back(in_thread([&] { pair.first.close(0ms); }));
        }
        for (auto& thread : threads) {
            thread.get();
        }
    }
}

TEST_CASE("A message that one thread receives part by part is not torn by another, which is told")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    pair.second.send(multipart({"a", "b", "c"}));
    CHECK(pair.first.recv(patience)->view() == "a");
    const auto holder = zmqpp::this_thread_id();
    in_thread([&] {
        for (int i = 0; i < 2; ++i) {
            try {
                static_cast<void>(i == 0 ? pair.first.recv(1s).has_value()
                                         : pair.first.recv_multipart(1s).has_value());
                FAIL_CHECK("the message was torn");
            } catch (const zmqpp::ThreadError& error) {
                CHECK(error.holder() == holder);
                CHECK(error.caller() == zmqpp::this_thread_id());
                CHECK(contains(error.what(), std::to_string(holder)));
                CHECK(contains(error.what(), "in the middle of receiving"));
            }
        }
        CHECK_NOTHROW(pair.first.send("the other direction is free"));
    }).get();
    CHECK(texts(pair.first.recv_multipart()) == std::vector<std::string>{"b", "c"});
    pair.second.send("next");
    CHECK(in_thread([&] { return pair.first.recv(patience)->to_string(); }).get() == "next");
}

TEST_CASE("A message that one thread sends part by part is not torn by another, which is told")
{
    const Context context;
    Connected pair(context, SocketType::pair, SocketType::pair);
    pair.first.send("a", zmqpp::flag::sndmore);
    in_thread([&] {
        CHECK(contains(message_of<zmqpp::ThreadError>([&] { pair.first.send("x"); }),
                       "in the middle of sending"));
        CHECK_THROWS_AS(pair.first.send(multipart({"x", "y"})), zmqpp::ThreadError);
        CHECK_THROWS_AS(static_cast<void>(pair.first.try_send("x", 1)), zmqpp::ThreadError);
    }).get();
    pair.first.send("b");
    CHECK(texts(*pair.second.recv_multipart(patience)) == std::vector<std::string>{"a", "b"});
    in_thread([&] { pair.first.send("now it may"); }).get();
    CHECK(pair.second.recv(patience)->view() == "now it may");
}

TEST_CASE("A message whose peer goes away in the middle is gone whole, and the next one arrives whole")
{
    for (const SocketType type : {SocketType::pair, SocketType::dealer, SocketType::push}) {
        const SocketType peer_type = type == SocketType::push ? SocketType::pull : type;
        const Context context;
        Socket sender(context, type);
        const std::string endpoint = sender.bind(fresh_inproc());
        std::optional<Socket> first(std::in_place, context, peer_type);
        first->connect(endpoint);
        CHECK(sender.poll(ZMQ_POLLOUT, patience) == ZMQ_POLLOUT);
        sender.send("a", zmqpp::flag::sndmore);
        first.reset();
        for (int i = 0; i < 10; ++i) {  // libzmq takes leave in several steps, and notes them here
            std::this_thread::sleep_for(2ms);
            static_cast<void>(sender.events());
        }
        std::optional<Socket> second;
        const auto replace = [&] {
            second.emplace(context, peer_type);
            second->connect(endpoint);
            static_cast<void>(sender.events());
        };
        if (type != SocketType::pair) {  // which would send the rest to the newcomer
            replace();
        }
        CHECK_NOTHROW(sender.send("b", zmqpp::flag::sndmore));
        CHECK_NOTHROW(sender.send("c"));
        if (type == SocketType::pair) {
            replace();
        }
        CHECK(sender.poll(ZMQ_POLLOUT, patience) == ZMQ_POLLOUT);
        sender.send(multipart({"whole", "again"}));
        CHECK(texts(*second->recv_multipart(patience)) == std::vector<std::string>{"whole", "again"});
    }
}

TEST_CASE("A thread that waits for a message is woken though another one used its signal up")
{
    constexpr int rounds = under_tsan ? 2000 : 10000;
    const Context context;
    for (const std::string& endpoint : {fresh_inproc(), std::string(any_port)}) {
        Connected pair(context, SocketType::dealer, SocketType::dealer, endpoint);
        std::atomic<int> received{0};
        std::atomic<bool> stop{false};
        auto waiting = in_thread([&] {
            for (int i = 0; i < rounds; ++i) {
                if (!pair.first.recv(patience)) {
                    return false;
                }
                ++received;
            }
            return true;
        });
        auto meddling = in_thread([&] {  // each of these processes what the signal was for
            while (!stop) {
                static_cast<void>(pair.first.events());
                static_cast<void>(pair.first.try_send("x", 1));
                static_cast<void>(pair.first.poll(ZMQ_POLLPRI, 0ms));
            }
        });
        auto draining = in_thread([&] {
            while (!stop) {
                static_cast<void>(pair.second.recv(5ms));
            }
        });
        for (int i = 0; i < rounds; ++i) {
            pair.second.send("x");
            REQUIRE(eventually([&] { return received > i || i % 16 != 0; }, 5000ms));
        }
        CHECK(waiting.get());
        stop = true;
        meddling.get();
        draining.get();
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

TEST_CASE("Options, endpoints and descriptions may be used while other threads send and receive")
{
    const Context context;
    Connected pair(context, SocketType::dealer, SocketType::dealer);
    std::atomic<bool> stop{false};
    std::vector<std::future<void>> threads;
    threads.push_back(in_thread([&] {
        while (!stop) {
            pair.first.send("x");
            static_cast<void>(pair.second.recv(1ms));
        }
    }));
    threads.push_back(in_thread([&] {
        while (!stop) {
            pair.first.set(zmqpp::option::sndtimeo, 10ms);
            static_cast<void>(pair.first.get(zmqpp::option::sndtimeo));
            static_cast<void>(pair.first.get(zmqpp::option::last_endpoint));
        }
    }));
    threads.push_back(in_thread([&] {
        while (!stop) {
            const std::string endpoint = pair.first.bind(fresh_inproc());
            static_cast<void>(pair.first.describe());
            static_cast<void>(pair.first.endpoints());
            pair.first.unbind(endpoint);
        }
    }));
    std::this_thread::sleep_for(100ms);
    stop = true;
    for (auto& thread : threads) {
        thread.get();
    }
}

#ifndef _WIN32
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
            CHECK_FALSE((i % 2 == 0 ? socket.recv(200ms).has_value() : socket.send(message, 200ms)));
        }));
    }
    const auto before = processor_time();
    for (auto& thread : threads) {
        thread.get();
    }
    CHECK(processor_time() - before < 50ms * slowness);
}
#endif
