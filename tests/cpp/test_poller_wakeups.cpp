// Danger: lost wake-ups. A poll looks at few of the sockets that it waits for; none that is ready may
// be missed, whoever else uses them, and up his signals.
#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "testing.hpp"

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Poller;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

constexpr int messages = under_tsan ? 10000 : 40000;

// Pairs of sockets; the first of each is polled.
struct Field {
    explicit Field(const Context& context, int count)
    {
        for (int i = 0; i < count; ++i) {
            pairs.emplace_back(context, SocketType::pair, SocketType::pair,
                               i % 4 == 0 ? std::string(any_port) : fresh_inproc());
        }
    }
    void watch_all(Poller& poller)
    {
        for (Connected& pair : pairs) {
            poller.set(pair.first, ZMQ_POLLIN);
        }
    }
    Connected& at(std::size_t index) { return pairs[index % pairs.size()]; }

    std::vector<Connected> pairs;
};

// Sends what the rule is about, and never so much that the receivers, who must fall asleep, have always
// something to do.
void send_in_bursts(Field& field, const std::atomic<int>& received, const std::atomic<bool>& failed)
{
    std::minstd_rand random(7);
    for (int sent = 0; sent < messages && !failed;) {
        for (int burst = 1 + static_cast<int>(random() % 6); burst > 0 && sent < messages;
             --burst) {
            field.at(random()).second.send("message");
            ++sent;
        }
        while (received < sent && !failed) {
            std::this_thread::yield();
        }
    }
}

// Uses the polled sockets in ways that process their signals and take no message.
void disturb(Field& field, const std::atomic<bool>& stop, unsigned seed)
{
    std::minstd_rand random(seed);
    while (!stop) {
        Connected& pair = field.at(random());
        switch (random() % 4) {
        case 0: static_cast<void>(pair.first.try_send("x", 1)); break;
        case 1: static_cast<void>(pair.first.events()); break;
        case 2: static_cast<void>(pair.first.poll(ZMQ_POLLIN, Deadline::now())); break;
        default:
            while (pair.second.try_recv().has_value()) {
            }
            std::this_thread::yield();
            break;
        }
    }
}

// Takes some of what is there, and leaves the rest to the next poll.
void receive_some(Field& field, const std::vector<Poller::Ready>& ready, std::minstd_rand& random,
                  std::atomic<int>& received)
{
    for (const Poller::Ready& one : ready) {
        for (auto most = random() % 3; most > 0; --most) {
            if (one.index < field.pairs.size() &&
                field.at(one.index).first.try_recv().has_value()) {
                ++received;
            }
        }
    }
}

#ifndef _WIN32
// In a process of its own, because libzmq closes what earlier tests opened when it gets to it. The
// sockets are connected by inproc: connections to be accepted take descriptors too.
const Scenario counts_descriptors("descriptors of a poller are counted", [] {
    const Context context;
    std::vector<Connected> pairs;
    for (int i = 0; i < 8; ++i) {
        pairs.emplace_back(context, SocketType::pair, SocketType::pair);
    }
    if (pairs.front().first.poll(ZMQ_POLLIN, 1ms) != 0) {  // this thread has its wake handle now
        return 1;
    }
    const std::size_t before = count_descriptors();
    {
        Poller poller;
        // It grows while it is polled: the first looks do without a queue.
        for (const Connected& pair : pairs) {
            poller.set(pair.first, ZMQ_POLLIN);
            if (!poller.poll(1ms).empty()) {
                return 2;
            }
        }
        if (count_descriptors() != before + (zmqpp::detail::KernelQueue::exists ? 1 : 0)) {
            return 3;
        }
    }
    return count_descriptors() == before ? 0 : 4;
});
#endif

}  // namespace

TEST_CASE("A poller of many sockets finds every message, whoever uses the sockets meanwhile")
{
    const Context context;
    Field field(context, 48);
    Poller poller;
    field.watch_all(poller);
    std::atomic<int> received{0};
    std::atomic<bool> stop{false};
    auto sender = in_thread([&] { send_in_bursts(field, received, stop); });
    auto disturber = in_thread([&] { disturb(field, stop, 1); });
    std::minstd_rand random(3);
    while (received < messages) {
        const auto ready = poller.poll(patience);
        if (ready.empty()) {
            break;
        }
        receive_some(field, ready, random, received);
    }
    stop = true;
    sender.get();
    disturber.get();
    CHECK(received == messages);
}

TEST_CASE("Several pollers of the same sockets, and several threads in one, all see what is ready")
{
    const Context context;
    Field field(context, 40);
    Connected end(context, SocketType::pair, SocketType::pair);
    Poller pollers[2];
    for (Poller& poller : pollers) {
        field.watch_all(poller);
        CHECK(poller.set(end.first, ZMQ_POLLIN) == field.pairs.size());
    }
    std::atomic<int> received{0};
    std::atomic<bool> stop{false};
    std::vector<std::future<bool>> receivers;
    for (unsigned i = 0; i < 4; ++i) {
        receivers.push_back(in_thread([&, i] {
            std::minstd_rand random(i);
            for (;;) {
                const auto ready = pollers[i % 2].poll(patience);
                if (ready.empty()) {
                    return false;
                }
                if (ready.back().index == field.pairs.size()) {  // and it stays: for all to see
                    return true;
                }
                receive_some(field, ready, random, received);
            }
        }));
    }
    auto disturber = in_thread([&] { disturb(field, stop, 2); });
    auto sender = in_thread([&] { send_in_bursts(field, received, stop); });
    CHECK(eventually([&] { return received == messages; }, stress_time() + 10 * patience));
    stop = true;
    sender.get();
    disturber.get();
    end.second.send("end");
    for (auto& receiver : receivers) {
        CHECK(receiver.get());
    }
}

TEST_CASE("Sockets may come, go and be closed while a poller of many waits for them")
{
    const Context context;
    Field field(context, 20);
    Poller poller;
    field.watch_all(poller);
    std::atomic<int> received{0};
    std::atomic<bool> stop{false};
    auto comings_and_goings = in_thread([&] {
        int round = 0;
        for (; !stop; ++round) {
            Connected guest(context, SocketType::pair, SocketType::pair);
            poller.set(guest.first, ZMQ_POLLIN);
            guest.second.send("guest");
            static_cast<void>(guest.first.events());
            if (round % 3 == 0) {
                guest.first.close();
            }
            CHECK(poller.remove(guest.first));
        }
        return round;
    });
    auto sender = in_thread([&] { send_in_bursts(field, received, stop); });
    std::minstd_rand random(5);
    while (received < messages) {
        try {
            const auto ready = poller.poll(patience);
            if (ready.empty()) {
                break;
            }
            receive_some(field, ready, random, received);
        } catch (const zmqpp::SocketClosed&) {
            continue;  // a guest was closed before it was removed
        }
    }
    stop = true;
    sender.get();
    CHECK(comings_and_goings.get() > 0);
    CHECK(received == messages);
    CHECK(poller.size() == field.pairs.size());
}

#ifndef _WIN32
TEST_CASE("A poller that was polled takes one descriptor, and gives it back")
{
    const Ended ended = in_process("descriptors of a poller are counted");
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
}
#endif

#ifndef _WIN32
TEST_CASE("A child of fork() that drops its parent's poller closes no file of its own")
{
    const Context context;
    Field field(context, 8);
    auto poller = std::make_unique<Poller>();
    field.watch_all(*poller);
    for (int i = 0; i < 5; ++i) {
        CHECK(poller->poll(1ms).empty());
    }
    const Ended ended = in_child([&] {
        // One of them gets the number of the parent's queue, where that is not the child's too.
        std::vector<int> files(64);
        for (int& file : files) {
            file = ::dup(STDERR_FILENO);
        }
        poller.reset();
        return std::all_of(files.begin(), files.end(),
                           [](int file) { return ::fcntl(file, F_GETFD) != -1; })
                   ? 0
                   : 1;
    });
    CHECK(ended.status == 0);
    CHECK(ended.errors == "");
}
#endif

TEST_CASE(
    "A socket whose handle others have is looked at by every poll, also if it is lent while polled")
{
    const Context context;
    Field field(context, 8);
    Poller poller;
    field.watch_all(poller);
    for (int i = 0; i < 5; ++i) {
        CHECK(poller.poll(1ms).empty());
    }
    for (int round = 0; round < 100; ++round) {
        Connected& pair = field.at(static_cast<std::size_t>(round));
        void* const handle = pair.first.handle();
        pair.second.send("x");
        int events = 0;  // the signal is used up, unknown to us
        std::size_t size = sizeof events;
        CHECK(eventually([&] {
            return zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) == 0 &&
                   (events & ZMQ_POLLIN) != 0;
        }));
        const auto ready = poller.poll(patience);
        REQUIRE(ready.size() == 1);
        CHECK(ready[0].index == static_cast<std::size_t>(round) % field.pairs.size());
        static_cast<void>(pair.first.recv());
        CHECK(poller.try_poll().empty());
    }
}
