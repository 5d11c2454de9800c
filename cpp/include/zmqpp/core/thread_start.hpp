// What libzmq needs when the first socket of a context starts its threads. It aborts the process where
// the system refuses something, so it is tried here first, on a thread of ours.
//
// The mutex of the context guards it.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <set>
#include <string>
#include <thread>

#include "constants.hpp"
#include "error.hpp"

#ifndef _WIN32
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

class ThreadStart {
public:
    // More can have no use, and a system that has no thread left makes libzmq abort.
    static constexpr int most_io_threads = 1024;

    // libzmq has accepted this value of an option.
    void note(ContextOption option, int value)
    {
        switch (option) {
        case ContextOption::io_threads: io_threads_ = value; break;
        case ContextOption::thread_sched_policy: policy_ = value; break;
        case ContextOption::thread_priority: priority_ = value; break;
        case ContextOption::thread_affinity_cpu_add: processors_.insert(value); break;
        case ContextOption::thread_affinity_cpu_remove: processors_.erase(value); break;
        default: break;
        }
    }

    // Before the first socket is opened. Throws what libzmq would have aborted for.
    void try_out() const
    {
        // Each thread has two files, and so has the one that closes sockets; the socket has one.
        require_room_for_files(2 * io_threads_ + 3, "Context.socket(), the first with io_threads=" +
                                                        std::to_string(io_threads_));
#ifndef _WIN32
        if (policy_ != unset || priority_ != unset || !processors_.empty()) {
            require_scheduling();
        }
#endif
    }

private:
    static constexpr int unset = -1;

#ifndef _WIN32
    void require_scheduling() const
    {
        const char* refused = nullptr;
        int code = 0;
        std::thread([&] { code = apply(refused); }).join();
        if (code != 0) {
            fail(code, std::string("Context.") + refused,
                 ", says the system to the I/O threads; their options are" + describe());
        }
    }

    // The same calls in the same order as libzmq's threads make.
    int apply(const char*& refused) const
    {
        int policy = 0;
        sched_param parameters{};
        refused = "thread_sched_policy";
        if (const int code = pthread_getschedparam(pthread_self(), &policy, &parameters)) {
            return code;
        }
        policy = policy_ == unset ? policy : policy_;
        const bool is_realtime = policy == SCHED_FIFO || policy == SCHED_RR;
        if (priority_ != unset) {
            refused = "thread_priority";
            parameters.sched_priority = is_realtime ? priority_ : 0;
        }
        if (const int code = pthread_setschedparam(pthread_self(), policy, &parameters)) {
            return code;
        }
        if (priority_ != unset && !is_realtime) {
            errno = EPERM;  // libzmq takes a result of -1 for a failure, whatever it is
            if (::nice(-20) == -1) {
                return errno;
            }
        }
#ifdef __linux__
        if (!processors_.empty()) {
            refused = "thread_affinity_cpu_add";
            cpu_set_t set;
            CPU_ZERO(&set);
            for (const int processor : processors_) {
                CPU_SET(static_cast<std::size_t>(processor), &set);
            }
            return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
        }
#endif
        return 0;
    }

    [[nodiscard]] std::string describe() const
    {
        std::string text;
        if (policy_ != unset) {
            text += " thread_sched_policy=" + std::to_string(policy_);
        }
        if (priority_ != unset) {
            text += " thread_priority=" + std::to_string(priority_);
        }
        for (const int processor : processors_) {
            text += " thread_affinity_cpu_add=" + std::to_string(processor);
        }
        return text;
    }
#endif

    int io_threads_ = 1;
    int policy_ = unset;
    int priority_ = unset;
    std::set<int> processors_;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
