// A socket on plain libzmq, and how it sends and receives: copying in and out as Python must, or not.
// Sockets and contexts are never closed: a process ends when its figure is printed.
#pragma once

#include <poll.h>
#include <unistd.h>
#include <zmq.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "task.hpp"

inline void check(bool ok, const char* what)
{
    if (!ok) {
        std::fprintf(stderr, "%s: %s\n", what, zmq_strerror(zmq_errno()));
        std::_Exit(EXIT_FAILURE);
    }
}

// Calls again what a signal interrupted.
template <class Call> int uninterrupted(Call&& call)
{
    int rc = call();
    while (rc < 0 && zmq_errno() == EINTR) {
        rc = call();
    }
    return rc;
}

class Peer {
public:
    Peer(void* context, int type, const Task& task)
        : socket_(zmq_socket(context, type)),
          data_(task.size),
          room_(task.size),
          parts_(task.parts),
          copies_(task.copies),
          waits_outside_(task.waits_outside)
    {
        check(socket_ != nullptr, "zmq_socket");
        if (waits_outside_) {
            std::size_t length = sizeof descriptor_;
            check(zmq_getsockopt(socket_, ZMQ_FD, &descriptor_, &length) == 0, "zmq_getsockopt");
            check(pipe(wake_) == 0, "pipe");
        }
        set(ZMQ_LINGER, 0);
        if (task.size >= std::size_t{1} << 20) {
            set(ZMQ_SNDHWM, 16);
            set(ZMQ_RCVHWM, 16);
        }
    }

    void* handle() const { return socket_; }

    void set(int option, int value) const
    {
        check(zmq_setsockopt(socket_, option, &value, sizeof value) == 0, "zmq_setsockopt");
    }

    std::string bind(const std::string& transport, const std::string& name = "benchmark") const
    {
        const char* folder = std::getenv("TMPDIR");
        const std::string place =
            transport == "inproc" ? name
            : transport == "ipc"  ? std::string(folder != nullptr ? folder : "/tmp") + "/" + name
                                  : "127.0.0.1:*";
        check(zmq_bind(socket_, (transport + "://" + place).c_str()) == 0, "zmq_bind");
        char endpoint[256];
        std::size_t length = sizeof endpoint;
        check(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, endpoint, &length) == 0, "zmq_getsockopt");
        return endpoint;
    }

    void connect(const std::string& endpoint) const
    {
        check(zmq_connect(socket_, endpoint.c_str()) == 0, "zmq_connect");
    }

    void send()
    {
        for (int part = 1; part <= parts_; ++part) {
            const int flags = part < parts_ ? ZMQ_SNDMORE : 0;
            if (copies_) {
                const int sent = uninterrupted(
                    [&] { return zmq_send(socket_, data_.data(), data_.size(), flags); });
                check(sent >= 0, "zmq_send");
            } else {
                zmq_msg_t message;
                zmq_msg_init_data(
                    &message, data_.data(), data_.size(), [](void*, void*) {}, nullptr);
                check(uninterrupted([&] { return zmq_msg_send(&message, socket_, flags); }) >= 0,
                      "zmq_msg_send");
            }
        }
    }

    void recv()
    {
        for (int part = 0; part < parts_; ++part) {
            if (copies_) {
                const int received = uninterrupted([&] { return receive_copy(); });
                check(received == static_cast<int>(room_.size()), "zmq_recv");
            } else {
                zmq_msg_t message;
                zmq_msg_init(&message);
                check(uninterrupted([&] { return zmq_msg_recv(&message, socket_, 0); }) >= 0,
                      "zmq_msg_recv");
                zmq_msg_close(&message);
            }
        }
    }

private:
    int receive_copy()
    {
        if (!waits_outside_) {
            return zmq_recv(socket_, room_.data(), room_.size(), 0);
        }
        int received;
        while ((received = zmq_recv(socket_, room_.data(), room_.size(), ZMQ_DONTWAIT)) < 0 &&
               zmq_errno() == EAGAIN) {
            // The second is what another thread would write to, to end the wait.
            pollfd items[] = {{descriptor_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
            poll(items, 2, -1);
        }
        return received;
    }

    void* socket_;
    std::vector<char> data_;
    std::vector<char> room_;
    int parts_;
    bool copies_;
    bool waits_outside_;
    int descriptor_ = -1;
    int wake_[2] = {-1, -1};
};

// Two PAIR sockets, connected over inproc: the first sends, the second receives.
inline std::pair<Peer, Peer> connected_pair(void* context, const Task& task,
                                            const std::string& name)
{
    std::pair<Peer, Peer> pair{Peer(context, ZMQ_PAIR, task), Peer(context, ZMQ_PAIR, task)};
    pair.second.connect(pair.first.bind("inproc", name));
    return pair;
}
