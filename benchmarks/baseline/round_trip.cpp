// One side asks, the other sends the message back: REQ and REP, or two PAIR sockets.
#include <algorithm>
#include <numeric>

#include "clock.hpp"
#include "two_sides.hpp"

namespace {

// How long each round trip took, as "pPERCENTAGE": microseconds.
std::string distribution(std::vector<double>& taken)
{
    std::sort(taken.begin(), taken.end());
    std::string text;
    std::vector<double> percentages(100);
    std::iota(percentages.begin(), percentages.end(), 0.0);
    percentages.insert(percentages.end(), {99.5, 99.9, 100.0});
    const auto last = static_cast<double>(taken.size() - 1);
    for (const double percentage : percentages) {
        const double us = taken[static_cast<std::size_t>(percentage / 100 * last)] * 1e6;
        char entry[64];
        std::snprintf(entry, sizeof entry, "\"p%g\": %.3f", percentage, us);
        text += (text.empty() ? "" : ", ") + std::string(entry);
    }
    return text;
}

}  // namespace

void round_trip(const Task& task)
{
    const bool reqrep = task.pattern == "reqrep";
    two_sides(
        task, reqrep ? ZMQ_REQ : ZMQ_PAIR, reqrep ? ZMQ_REP : ZMQ_PAIR,
        [&](Peer& peer, const Line&) {
            const auto ask = [&] {
                peer.send();
                peer.recv();
            };
            ask();
            if (!task.latency) {
                return Measurement{per_second(task.seconds, ask), ""};
            }
            std::vector<double> taken;
            double total = 0;
            while (total < task.seconds) {
                const auto before = Clock::now();
                ask();
                taken.push_back(seconds_between(before, Clock::now()));
                total += taken.back();
            }
            return Measurement{static_cast<double>(taken.size()) / total, distribution(taken)};
        },
        [](Peer& peer, const Line&) {
            for (;;) {
                peer.recv();
                peer.send();
            }
        });
}
