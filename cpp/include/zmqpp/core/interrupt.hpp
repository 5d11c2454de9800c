// What a host of this library, an interpreter say, has to do with its waits. A signal interrupts one:
// EINTR never leaves the library; the wait calls the host's hook (an interpreter runs its signal handlers
// there) and goes on with what is left of its time, or ends with Interrupted when the hook says so. And
// around a wait the host may give up what others need meanwhile, a GIL for one.
#pragma once

#include <atomic>
#include <exception>
#include <type_traits>
#include <utility>

#include "fork.hpp"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <pthread.h>
#endif

namespace zmqpp {
inline namespace v1 {

// Returns false to end the wait. Called on the waiting thread, with no lock held; may throw.
using InterruptHook = bool (*)();

[[nodiscard]] inline std::atomic<InterruptHook>& interrupt_hook()
{
    static std::atomic<InterruptHook> hook{nullptr};
    return hook;
}

[[nodiscard]] inline bool has_interrupt_hook() noexcept
{
    return interrupt_hook().load(std::memory_order_acquire) != nullptr;
}

// Called on the waiting thread, with no lock held, around whatever may sleep. come_back() gets what leave()
// returned, unless that is null: then there is nothing to do. It is also told whether the wait failed; if
// the host ends meanwhile, it need not return.
struct WaitHooks {
    void* (*leave)();
    void (*come_back)(void* left, int failed);
};

[[nodiscard]] inline std::atomic<const WaitHooks*>& wait_hooks()
{
    static std::atomic<const WaitHooks*> hooks{nullptr};
    return hooks;
}

namespace detail {

// Runs `call`, and then after(failed), whatever became of the call; what it throws or returns comes out in the
// end. In plain code and not by a destructor: when an interpreter ends, it may unwind the thread in after(),
// and an unwind that comes out of a destructor aborts the process.
template <class Call, class After>
ZMQPP_INLINE auto run_and_then(Call&& call, After&& after) -> std::invoke_result_t<Call>
{
    const auto run = [&]() -> std::invoke_result_t<Call> {
        try {
            return call();
        } catch (const std::exception&) {  // not the unwinding of a thread that ends: that passes
            after(true);
            throw;
        }
    };
    if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
        run();
        after(false);
    } else {
        auto result = run();
        after(false);
        return result;
    }
}

}  // namespace detail

// Runs `call`, which may sleep, between the two.
template <class Call> auto between_wait_hooks(Call&& call) -> std::invoke_result_t<Call>
{
    const WaitHooks* hooks = wait_hooks().load(std::memory_order_acquire);
    void* left = hooks == nullptr ? nullptr : hooks->leave();
    if (left == nullptr) {
        return call();
    }
    return detail::run_and_then(call, [&](bool failed) { hooks->come_back(left, failed ? 1 : 0); });
}

namespace detail {

[[nodiscard]] inline bool is_first_thread() noexcept
{
#if defined(__linux__)
    return ::syscall(SYS_gettid) == ::getpid();
#elif defined(__APPLE__)
    return ::pthread_main_np() != 0;
#elif defined(_WIN32)
    return true;
#else
    return false;
#endif
}

}  // namespace detail

// Whether this is the thread on which hosts run their handlers: the process's first. Asked for every wait,
// so it is remembered; but the thread that calls fork() is the first of the child.
[[nodiscard]] inline bool runs_handlers() noexcept
{
    struct Known {
        bool is_asked = false;
        bool is_first = false;
        unsigned generation = 0;
    };
    static thread_local Known known;
    const unsigned generation = fork_generation().load(std::memory_order_relaxed);
    if (!known.is_asked || known.generation != generation) {
        known = {true, detail::is_first_thread(), generation};
    }
    return known.is_first;
}

[[nodiscard]] inline bool go_on_after_interrupt()
{
    const InterruptHook hook = interrupt_hook().load(std::memory_order_acquire);
    return hook == nullptr || hook();
}

}  // namespace v1
}  // namespace zmqpp
