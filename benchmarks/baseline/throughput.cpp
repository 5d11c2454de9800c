// PUSH sends as fast as it can to PULL; what PULL receives counts, from a go signal on.
#include "clock.hpp"
#include "two_sides.hpp"

void throughput(const Task& task)
{
    two_sides(
        task, ZMQ_PULL, ZMQ_PUSH,
        [&](Peer& peer, const Line& go) {
            peer.recv();
            go.tell("go");
            return Measurement{per_second(task.seconds, [&] { peer.recv(); }), ""};
        },
        [](Peer& peer, const Line& go) {
            peer.send();
            go.hear();
            for (;;) {
                peer.send();
            }
        });
}
