// Threads of our own. They never touch a GIL, never handle signals, and never keep the process from
// ending.
#pragma once

#include <exception>
#include <thread>
#include <utility>

#ifndef _WIN32
#include <pthread.h>
#include <csignal>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Runs `work` in a new thread. False if the system has none left.
template <class Work> [[nodiscard]] bool run_in_background(Work work)
{
#ifndef _WIN32
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    bool started = true;
    try {
        std::thread(std::move(work)).detach();
    } catch (const std::exception&) {
        started = false;
    }
#ifndef _WIN32
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
    return started;
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
