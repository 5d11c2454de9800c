// The only spelling of giving up the GIL.
//
// Not py::gil_scoped_release: when the interpreter ends, a daemon thread that takes the GIL back is
// unwound by CPython, and an unwind that meets a destructor which takes the GIL back aborts the
// process. So the GIL is given up and taken back in plain code, and whatever is alive on the stack
// meanwhile must be C++ alone: no py::object, whose destructor would count references without it.
#pragma once

#include <Python.h>

#include <exception>
#include <optional>
#include <type_traits>

namespace zmqpp::binding {

// The state of a thread that is inside without_gil(), for the signal handlers to run with.
inline thread_local PyThreadState* released_thread = nullptr;

// Runs `call` without the GIL. What it throws or returns comes out with the GIL held again.
template <class Call> auto without_gil(Call&& call)
{
    using Result = std::invoke_result_t<Call>;
    // A void result travels as a bool, so that there is one path for both.
    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> result;
    std::exception_ptr failure;

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
    PyThreadState* thread = released_thread;
    released_thread = nullptr;
    PyEval_RestoreThread(thread);  // a daemon thread may end here when the interpreter does

    if (failure) {
        std::rethrow_exception(failure);
    }
    if constexpr (!std::is_void_v<Result>) {
        return std::move(*result);
    }
}

// The core's interrupt hook: runs Python's signal handlers in the middle of a wait. False if one of
// them raised; the exception stays set in the thread until without_gil() has returned.
inline bool run_signal_handlers()
{
    if (released_thread == nullptr) {
        return true;  // a thread of C++, which runs no Python handlers
    }
    PyEval_RestoreThread(released_thread);
    const bool go_on = PyErr_CheckSignals() == 0;
    released_thread = PyEval_SaveThread();  // again: a handler may have waited itself
    return go_on;
}

}  // namespace zmqpp::binding
