// Trackers: when libzmq is done with the memory of a message.
#include "testing.hpp"

using namespace testing;  // NOLINT: the tests' own words
using zmqpp::Deadline;
using zmqpp::Tracker;

TEST_CASE("A tracker of nothing is done")
{
    const Tracker tracker;
    CHECK(tracker.done());
    CHECK(tracker.wait(Deadline::now()));
}

TEST_CASE("A tracker is done when the last of its frames is back")
{
    const Tracker tracker;
    const Tracker same = tracker;
    tracker.add();
    tracker.add();
    tracker.release();
    CHECK_FALSE(same.done());
    tracker.release();
    CHECK(same.done());
}

TEST_CASE("Waiting for a tracker ends with its deadline")
{
    const Tracker tracker;
    tracker.add();
    const Stopwatch watch;
    CHECK_FALSE(tracker.wait(50ms));
    CHECK(watch.elapsed() >= 50ms);
    CHECK(watch.elapsed() < 50ms + promptly);
    tracker.release();
}

TEST_CASE("The last release wakes every thread that waits for the tracker")
{
    const Tracker tracker;
    tracker.add();
    std::vector<std::future<bool>> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(in_thread([tracker] { return tracker.wait(patience); }));
    }
    std::this_thread::sleep_for(5ms);
    const Stopwatch watch;
    tracker.release();
    for (auto& thread : waiting) {
        CHECK(thread.get());
    }
    CHECK(watch.elapsed() < promptly);
}

TEST_CASE("A waiter may drop its tracker while the release is still under way")
{
    for (int round = 0; round < 2000; ++round) {
        auto waiting = std::make_unique<Tracker>();
        waiting->add();
        auto thread = in_thread([released = *waiting] { released.release(); });
        CHECK(waiting->wait(patience));
        waiting.reset();
    }
}

TEST_CASE("A tracker covers every frame of a message, until the peer has them all")
{
    const zmqpp::Context context;
    const Connected pair(context, zmqpp::SocketType::pull, zmqpp::SocketType::push);
    zmqpp::Socket pull = pair.first;
    zmqpp::Socket push = pair.second;

    const Tracker tracker;
    std::vector<char> big(200'000, 'x');
    zmqpp::Multipart parts;
    for (int i = 0; i < 2; ++i) {
        tracker.add();
        parts.push_back(zmqpp::Message::adopt(
            big.data(), big.size(),
            [](void*, void* hint) {
                const std::unique_ptr<Tracker> mine(static_cast<Tracker*>(hint));
                mine->release();
            },
            new Tracker(tracker)));
    }
    push.send(std::move(parts));
    CHECK_FALSE(tracker.done());
    auto received = pull.recv_multipart(patience);
    REQUIRE(received.has_value());
    received->pop_back();
    CHECK_FALSE(tracker.done());
    received->pop_back();
    CHECK(tracker.wait(patience));
}
