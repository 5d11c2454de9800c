// A thread sends a message to itself and receives it; several threads have sockets of their own.
#include <numeric>
#include <thread>

#include "clock.hpp"
#include "peer.hpp"
#include "shapes.hpp"

void one_thread(const Task& task)
{
    void* context = zmq_ctx_new();
    std::vector<double> rates(static_cast<std::size_t>(task.threads));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        threads.emplace_back([&, i] {
            auto [sender, receiver] = connected_pair(context, task, std::to_string(i));
            const auto in_a_row = [&, &sender = sender, &receiver = receiver] {
                for (int sent = 0; sent < task.depth; ++sent) {
                    sender.send();
                }
                for (int received = 0; received < task.depth; ++received) {
                    receiver.recv();
                }
            };
            rates[i] = task.depth * per_second(task.seconds, in_a_row);
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    finish(std::accumulate(rates.begin(), rates.end(), 0.0));
}
