// zmq_poll over many sockets of which one is ready: one send, one poll and one receive a step.
#include <sys/resource.h>

#include "clock.hpp"
#include "peer.hpp"
#include "shapes.hpp"

void polling(const Task& task)
{
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    void* context = zmq_ctx_new();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 2 * task.sockets + 10);
    std::vector<std::pair<Peer, Peer>> pairs;
    std::vector<zmq_pollitem_t> items;
    for (int i = 0; i < task.sockets; ++i) {
        pairs.push_back(connected_pair(context, task, std::to_string(i)));
        items.push_back({pairs.back().second.handle(), 0, ZMQ_POLLIN, 0});
    }
    std::size_t turn = 0;
    const auto step = [&] {
        turn = (turn + 1) % pairs.size();
        pairs[turn].first.send();
        const int ready = uninterrupted([&] { return zmq_poll(items.data(), task.sockets, 1000); });
        check(ready == 1, "zmq_poll");
        std::size_t found = 0;
        while ((items[found].revents & ZMQ_POLLIN) == 0) {
            ++found;
        }
        pairs[found].second.recv();
    };
    for (int i = 0; i < task.sockets; ++i) {
        step();  // everyone has been ready once
    }
    finish(per_second(task.seconds, step));
}
