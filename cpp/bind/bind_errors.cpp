// The exception classes, and the one place that turns C++ exceptions into them.
#include "bind.hpp"

#include <array>

#include "errors.hpp"
#include "gil.hpp"
#include "zmqpp/core/error.hpp"
#include "zmqpp/core/interrupt.hpp"
#include "zmqpp/failure.hpp"

namespace zmqpp::binding {

ErrorClasses error_classes;

namespace {

// The class for each kind of the core's exceptions: a zmqpp_failure_kind.
std::array<PyObject*, ZMQPP_NOT_SUPPORTED + 1> classes_by_kind{};

// "worker-3 (140213)": Python's name for a thread, where it has one.
std::string name_thread(unsigned long long id)
{
    py::object threads = py::module_::import("threading").attr("enumerate")();
    for (const py::handle thread : threads) {
        const py::object ident = thread.attr("ident");
        if (!ident.is_none() && ident.cast<unsigned long long>() == id) {
            return thread.attr("name").cast<std::string>();
        }
    }
    return "a thread of C++ (" + std::to_string(id) + ")";
}

PyObject* set_thread_error(const ThreadError& error)
{
    std::string text = error.what();
    try {
        text += " (held by " + name_thread(error.holder()) + ", called from " +
                name_thread(error.caller()) + ")";
    } catch (const py::error_already_set&) {
        PyErr_Clear();  // the names are a courtesy
    }
    return set_error(classes_by_kind[ZMQPP_THREAD_ERROR], error.code(), text);
}

}  // namespace

PyObject* set_error(PyObject* error_class, int code, const std::string& text)
{
    PyObject* arguments = Py_BuildValue("(is)", code, text.c_str());
    if (arguments != nullptr) {
        PyErr_SetObject(error_class, arguments);
        Py_DECREF(arguments);
    }
    return nullptr;
}

PyObject* set_error_from_exception()
{
    stay_if_left_behind();
    try {
        throw;
    } catch (const Interrupted&) {
        return nullptr;  // the signal handler's own exception is set already
    } catch (const ThreadError& error) {
        return set_thread_error(error);
    } catch (const Error& error) {
        return set_error(classes_by_kind[zmqpp::detail::kind_of(error)], error.code(),
                         error.what());
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

int kind_of_error(PyObject* exception)
{
    for (std::size_t kind = classes_by_kind.size() - 1; kind != ZMQPP_NO_FAILURE; --kind) {
        if (PyErr_GivenExceptionMatches(exception, classes_by_kind[kind]) != 0) {
            return static_cast<int>(kind);  // the first kind, the base of the others, comes last
        }
    }
    return ZMQPP_NO_FAILURE;
}

void bind_errors(py::module_& m)
{
    static constexpr WaitHooks around_waits{leave_python, come_back_to_python};
    zmqpp::interrupt_hook() = run_signal_handlers;
    zmqpp::wait_hooks() = &around_waits;

    const auto make = [&m](const char* name, const char* doc,
                           std::initializer_list<PyObject*> bases) {
        py::tuple all(bases.size());
        std::size_t i = 0;
        for (PyObject* base : bases) {
            all[i++] = py::reinterpret_borrow<py::object>(base);
        }
        const std::string qualified = std::string("zmqpp.") + name;
        PyObject* made = PyErr_NewExceptionWithDoc(qualified.c_str(), doc, all.ptr(), nullptr);
        if (made == nullptr) {
            throw py::error_already_set();
        }
        m.attr(name) = py::handle(made);
        return made;  // one reference is kept for ever
    };

    PyObject* base =
        make("ZMQError",
             "A failure of ZeroMQ: errno and strerror, which names the operation and the "
             "object it failed on.",
             {PyExc_OSError});
    error_classes.zmq_error = classes_by_kind[ZMQPP_ERROR] = base;
    error_classes.again =
        make("Again", "The call would have had to wait (EAGAIN).", {base, PyExc_BlockingIOError});
    error_classes.timeout = classes_by_kind[ZMQPP_TIMEOUT] =
        make("Timeout", "The time given to a call, or by an option, ran out.",
             {error_classes.again, PyExc_TimeoutError});
    classes_by_kind[ZMQPP_CONTEXT_TERMINATED] =
        make("ContextTerminated",
             "The context was shut down or terminated, before or during the call "
             "(ETERM).",
             {base});
    classes_by_kind[ZMQPP_SOCKET_CLOSED] = make(
        "SocketClosed", "The socket was closed, before or during the call (ENOTSOCK).", {base});
    classes_by_kind[ZMQPP_STATE_ERROR] =
        make("StateError",
             "The call does not fit the state: REQ and REP take turns, an option comes too "
             "late, a borrower tries to end what it does not own (EFSM).",
             {base});
    classes_by_kind[ZMQPP_THREAD_ERROR] =
        make("ThreadError",
             "Another thread is in the middle of a message on this socket; both threads are "
             "named.",
             {base});
    classes_by_kind[ZMQPP_FORK_ERROR] =
        make("ForkError", "The object was made before fork() and is used in the child.", {base});
    classes_by_kind[ZMQPP_HOST_UNREACHABLE] =
        make("HostUnreachable",
             "No peer has the routing id that the message is for (EHOSTUNREACH).", {base});
    classes_by_kind[ZMQPP_ADDRESS_IN_USE] =
        make("AddressInUse", "The endpoint is bound already (EADDRINUSE).", {base});
    classes_by_kind[ZMQPP_NOT_SUPPORTED] =
        make("NotSupported", "The linked libzmq cannot do it: too old, or built without it.",
             {base, PyExc_NotImplementedError});
    error_classes.message_too_long = make(
        "MessageTooLong",
        "The message does not fit into the buffer; it is not lost, but in the attribute `frame`.",
        {base});
    py::setattr(error_classes.message_too_long, "__annotations__",
                py::dict(py::arg("frame") = "zmqpp._core.Message"));
    error_classes.not_done = make("NotDone", "A MessageTracker's messages are still in use.",
                                  {base, PyExc_TimeoutError});
    make("ZMQBindError", "bind_to_random_port() found no free port.", {base});

    error_classes.option_too_late =
        make("OptionTooLateWarning",
             "An option was set after bind() or connect() that only later ones heed.",
             {PyExc_UserWarning});

    py::register_local_exception_translator([](std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const zmqpp::Error&) {
            set_error_from_exception();
        }
    });
}

}  // namespace zmqpp::binding
