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
#include <thread>
#include <utility>

#include "zmqpp/core/interrupt.hpp"
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

// How many interpreters this process has had. A thread that comes back to another than it left stays.
inline std::atomic<unsigned> python_lives{0};

// Before an error is raised, with the GIL: what a thread that was left behind is told of the end of its
// sockets is not worth a traceback.
inline void stay_if_left_behind()
{
    if (python_is_gone && this_thread_id() != last_thread) {
        PyEval_SaveThread();
        stay_for_ever();
    }
}

// A thread that has given up the GIL.
struct Departure {
    PyThreadState* thread = nullptr;  // for the signal handlers to run with; null: it has not
    unsigned life = 0;
    bool is_last = false;  // who has the GIL to give up while the interpreter ends is who ends it
};
inline thread_local Departure departure;

ZMQPP_INLINE void give_up_gil()
{
    const bool is_last = python_is_ending();
    departure = {PyEval_SaveThread(), python_lives, is_last};
}

ZMQPP_INLINE void take_gil_back()
{
    const Departure from = std::exchange(departure, {});
    if (from.life != python_lives || (!from.is_last && python_is_ending())) {
        stay_for_ever();
    }
    PyEval_RestoreThread(from.thread);  // a daemon thread that waits here may still be ended here
}

// Runs `call` without the GIL. What it throws or returns comes out with the GIL held again.
template <class Call> ZMQPP_INLINE auto without_gil(Call&& call)
{
    give_up_gil();
    return zmqpp::detail::run_and_then(call, [](bool /*failed*/) { take_gil_back(); });
}

// Lets the other threads run now and then in a loop over many messages: the GIL is held while they go in
// and out, because that is cheaper than giving it up, but not for much longer than the interpreter would
// let a thread have it (5 ms).
class Pauses {
public:
    static constexpr std::size_t messages_between = 16 * 1024;

    void after(std::size_t messages)
    {
        if (messages >= next_) {
            next_ = messages + messages_between;
            without_gil([] {});
        }
    }

private:
    std::size_t next_ = messages_between;
};

// Whether this thread has the GIL now. Not PyGILState_Check(), which says yes to everybody as soon as there
// are subinterpreters.
[[nodiscard]] inline bool has_gil()
{
    if (python_is_gone) {
        return false;
    }
    PyThreadState* mine = PyGILState_GetThisThreadState();  // null in a thread of C++
#if PY_VERSION_HEX >= 0x030D0000
    return mine != nullptr && PyThreadState_GetUnchecked() == mine;
#else
    return mine != nullptr && _PyThreadState_UncheckedGet() == mine;
#endif
}

// The core's hooks around a wait: code that waits with the GIL, an extension module's for one, gives it up.
// If it gave it up by means of its own, such as py::gil_scoped_release, it must not come to take it back
// when the interpreter ends: that aborts. So a failure, which is how it learns of the end, stays here.
inline char gave_up_elsewhere;

inline void* leave_python()
{
    if (departure.thread != nullptr) {
        return nullptr;  // our own methods do that before they wait
    }
    if (has_gil()) {
        give_up_gil();
        return &departure;
    }
    const bool is_pythons = !python_is_gone && PyGILState_GetThisThreadState() != nullptr;
    return is_pythons ? &gave_up_elsewhere : nullptr;
}

inline void come_back_to_python(void* left, int failed)
{
    if (left == &departure) {
        take_gil_back();
    } else if (failed != 0 && python_is_ending() && this_thread_id() != last_thread) {
        stay_for_ever();
    }
}

// The core's interrupt hook: runs Python's signal handlers in the middle of a wait. False if one of
// them raised; the exception stays set in the thread until it has the GIL again.
inline bool run_signal_handlers()
{
    if (python_is_gone) {
        return true;
    }
    const bool is_ours = departure.thread != nullptr;
    // Of this thread no more: a handler has the GIL, and may wait itself.
    const Departure from = std::exchange(departure, {});
    // An extension module may have given up the GIL by means of its own.
    PyThreadState* thread = is_ours ? from.thread : PyGILState_GetThisThreadState();
    if (thread == nullptr || (is_ours && from.life != python_lives)) {
        departure = from;
        return true;  // a thread of C++, which runs no Python handlers, or one left behind
    }
    PyEval_RestoreThread(thread);
    const bool go_on = PyErr_CheckSignals() == 0;
    PyEval_SaveThread();
    departure = from;
    return go_on;
}

}  // namespace zmqpp::binding
