// Calls that move no message: an option read and set, and receiving nothing.
#include "clock.hpp"
#include "peer.hpp"
#include "shapes.hpp"

void calls(const Task& task)
{
    void* context = zmq_ctx_new();
    auto [sender, receiver] = connected_pair(context, task, "calls");
    void* socket = receiver.handle();
    int value = 0;
    std::size_t length = sizeof value;
    if (task.call == "get" || task.call == "attribute_get") {
        finish(
            per_second(task.seconds, [&] { zmq_getsockopt(socket, ZMQ_LINGER, &value, &length); }));
    }
    if (task.call == "set" || task.call == "attribute_set") {
        finish(per_second(task.seconds,
                          [&] { zmq_setsockopt(socket, ZMQ_LINGER, &value, sizeof value); }));
    }
    zmq_msg_t message;
    zmq_msg_init(&message);
    finish(per_second(task.seconds, [&] { zmq_msg_recv(&message, socket, ZMQ_DONTWAIT); }));
}
