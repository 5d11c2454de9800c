// The only spelling of giving up the GIL.
//
// Not py::gil_scoped_release: when the interpreter ends, a daemon thread that takes the GIL back is
// unwound by CPython, and an unwind that meets a destructor which takes the GIL back aborts the
// process. So the GIL is given up and taken back in plain code, and whatever is alive on the stack
// meanwhile must be C++ alone: no py::object, whose destructor would count references without it.
#pragma once

#include <Python.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "zmqpp/core/thread_id.hpp"

namespace zmqpp::binding {

// The interpreter has ended, and nothing of it may be touched any more (bind_exit.cpp).
inline std::atomic<bool> python_is_gone{false};

// It ends or has ended: only the thread that ends it may still take the GIL.
[[nodiscard]] inline bool python_is_ending()
{
#if PY_VERSION_HEX >= 0x030D0000
    return python_is_gone || Py_IsFinalizing() != 0;
#else
    return python_is_gone || _Py_IsFinalizing() != 0;
#endif
}

// Where threads wait that the interpreter has left behind, until the process is gone. Nothing wakes
// them, and their objects stay as they are: they hold no lock.
[[noreturn]] inline void stay_for_ever()
{
    for (;;) {
        std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

// Who ends the interpreter, or a process that leaves without that (bind_exit.cpp), and goes on.
inline std::atomic<ThreadId> last_thread{no_thread};

// Before an error is raised, with the GIL: what a thread that was left behind is told of the end of its
// sockets is not worth a traceback.
inline void stay_if_left_behind()
{
    if (python_is_gone && this_thread_id() != last_thread) {
        PyEval_SaveThread();
        stay_for_ever();
    }
}

// The state of a thread that is inside without_gil(), for the signal handlers to run with.
inline thread_local PyThreadState* released_thread = nullptr;

// Runs `call` without the GIL. What it throws or returns comes out with the GIL held again.
template <class Call> auto without_gil(Call&& call)
{
    using Result = std::invoke_result_t<Call>;
    // A void result travels as a bool, so that there is one path for both.
    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> result;
    std::exception_ptr failure;

    // Who has the GIL to give up while the interpreter ends is the thread that ends it.
    const bool is_last = python_is_ending();
    released_thread = PyEval_SaveThread();
    try {
        if constexpr (std::is_void_v<Result>) {
            call();
        } else {
            result.emplace(call());
        }
    } catch (const std::exception&) {  // and not the unwinding of a thread that ends, which passes
        failure = std::current_exception();
    }
    PyThreadState* thread = std::exchange(released_thread, nullptr);
    if (!is_last && python_is_ending()) {
        stay_for_ever();
    }
    PyEval_RestoreThread(thread);  // a daemon thread that waits here may still be ended here

    if (failure) {
        std::rethrow_exception(failure);
    }
    if constexpr (!std::is_void_v<Result>) {
        return std::move(*result);
    }
}

// Lets the other threads run now and then in a loop over many messages: the GIL is held while they go in
// and out, because that is cheaper than giving it up, but not for much longer than the interpreter would
// let a thread have it (5 ms).
class Pauses {
public:
    void after(std::size_t messages)
    {
        if (messages >= next_) {
            next_ = messages + messages_between;
            without_gil([] {});
        }
    }

private:
    static constexpr std::size_t messages_between = 16 * 1024;

    std::size_t next_ = messages_between;
};

// The core's interrupt hook: runs Python's signal handlers in the middle of a wait. False if one of
// them raised; the exception stays set in the thread until without_gil() has returned.
inline bool run_signal_handlers()
{
    if (released_thread == nullptr || python_is_gone) {
        return true;  // a thread of C++, which runs no Python handlers, or one left behind
    }
    PyEval_RestoreThread(released_thread);
    const bool go_on = PyErr_CheckSignals() == 0;
    released_thread = PyEval_SaveThread();  // again: a handler may have waited itself
    return go_on;
}

}  // namespace zmqpp::binding
