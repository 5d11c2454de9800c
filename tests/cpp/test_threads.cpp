// Danger: threads. One socket in many threads: nothing torn, nothing lost, nothing asleep for ever.
#include <algorithm>
#include <map>

#include "testing.hpp"

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
        CHECK_THROWS_AS(
            for (;;) { router.send(router.recv_multipart()); }, zmqpp::ContextTerminated);
    });

    std::atomic<bool> stop{false};
    std::atomic<bool> all_sent{false};
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
            while (!all_sent || received < sent) {
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
    all_sent = true;
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

}  // namespace

TEST_CASE("Eight threads share a DEALER over tcp: no message torn, none lost, none twice")
{
    echo_through_shared_dealer(any_port, stress_time());
}

TEST_CASE("Eight threads share a DEALER by inproc: no message torn, none lost, none twice")
{
    echo_through_shared_dealer(fresh_inproc(), stress_time() / 2);
}

TEST_CASE(
    "Sixteen threads share a PUSH and a PULL: every message arrives once, in its sender's order")
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

TEST_CASE("Many threads may close a socket at once while others use it")
{
    for (int round = 0; round < 50; ++round) {
        const Context context;
        Connected pair(context, SocketType::pair, SocketType::pair);
        std::vector<std::future<void>> threads;
        for (int i = 0; i < 4; ++i) {
            threads.push_back(in_thread([&] {
                CHECK_THROWS_AS(
                    for (;;) {
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

TEST_CASE(
    "A message whose peer goes away in the middle is gone whole, and the next one arrives whole")
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
        CHECK(texts(*second->recv_multipart(patience)) ==
              std::vector<std::string>{"whole", "again"});
    }
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
