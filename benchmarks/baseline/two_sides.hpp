// Two sides of a connection: the one that is measured here, its partner in a thread or a process.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "peer.hpp"
#include "shapes.hpp"

// A pipe on which one side tells the other a word.
class Line {
public:
    Line() { check(pipe(ends_) == 0, "pipe"); }

    void tell(const std::string& word) const
    {
        check(uninterrupted(
                  [&] { return static_cast<int>(write(ends_[1], word.data(), word.size())); }) > 0,
              "write");
    }

    std::string hear() const
    {
        char word[256];
        const int length =
            uninterrupted([&] { return static_cast<int>(read(ends_[0], word, sizeof word)); });
        check(length > 0, "read");
        return std::string(word, static_cast<std::size_t>(length));
    }

private:
    int ends_[2];
};

struct Measurement {
    double rate;
    std::string details;
};

// `partner(peer, go)` gets what is bound and never returns; `measured(peer, go)` what is connected to it.
template <class Measured, class Partner>
[[noreturn]] void two_sides(const Task& task, int type, int partner_type, Measured&& measured,
                            Partner&& partner)
{
    const Line address;
    const Line go;
    const pid_t child = task.processes == 2 ? fork() : -1;
    if (child == 0) {
        alarm(60);  // a child does not inherit it
    }
    void* context = zmq_ctx_new();
    const auto run_partner = [&] {
        Peer peer(context, partner_type, task);
        address.tell(peer.bind(task.transport));
        partner(peer, go);
    };
    if (child == 0) {
        run_partner();
    }
    if (task.processes == 1) {
        std::thread(run_partner).detach();  // the process ends before what it refers to does
    }
    Peer peer(context, type, task);
    peer.connect(address.hear());
    const Measurement result = measured(peer, go);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
    finish(result.rate, result.details);
}
