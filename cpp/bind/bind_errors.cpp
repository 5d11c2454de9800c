// The exception classes, and the one place that turns C++ exceptions into them.
#include "bind.hpp"

#include "errors.hpp"
#include "gil.hpp"
#include "zmqpp/capi.h"
#include "zmqpp/core/error.hpp"
#include "zmqpp/core/interrupt.hpp"

namespace zmqpp::binding {

ErrorClasses error_classes;

namespace {

// Classes for the core's exceptions, in no other order than the tree's.
PyObject* context_terminated;
PyObject* socket_closed;
PyObject* state_error;
PyObject* thread_error;
PyObject* fork_error;
PyObject* host_unreachable;
PyObject* address_in_use;
PyObject* not_supported;

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
    return set_error(thread_error, error.code(), text);
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
    } catch (const Timeout& error) {
        return set_error(error_classes.timeout, error.code(), error.what());
    } catch (const ContextTerminated& error) {
        return set_error(context_terminated, error.code(), error.what());
    } catch (const SocketClosed& error) {
        return set_error(socket_closed, error.code(), error.what());
    } catch (const StateError& error) {
        return set_error(state_error, error.code(), error.what());
    } catch (const ThreadError& error) {
        return set_thread_error(error);
    } catch (const ForkError& error) {
        return set_error(fork_error, error.code(), error.what());
    } catch (const HostUnreachable& error) {
        return set_error(host_unreachable, error.code(), error.what());
    } catch (const AddressInUse& error) {
        return set_error(address_in_use, error.code(), error.what());
    } catch (const NotSupported& error) {
        return set_error(not_supported, error.code(), error.what());
    } catch (const Error& error) {
        return set_error(error_classes.zmq_error, error.code(), error.what());
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
    const std::pair<PyObject*, zmqpp_failure_kind> kinds[] = {
        {error_classes.timeout, ZMQPP_TIMEOUT},
        {context_terminated, ZMQPP_CONTEXT_TERMINATED},
        {socket_closed, ZMQPP_SOCKET_CLOSED},
        {state_error, ZMQPP_STATE_ERROR},
        {thread_error, ZMQPP_THREAD_ERROR},
        {fork_error, ZMQPP_FORK_ERROR},
        {host_unreachable, ZMQPP_HOST_UNREACHABLE},
        {address_in_use, ZMQPP_ADDRESS_IN_USE},
        {not_supported, ZMQPP_NOT_SUPPORTED},
        {error_classes.zmq_error, ZMQPP_ERROR},  // last: the base of the others
    };
    for (const auto& [error_class, kind] : kinds) {
        if (PyErr_GivenExceptionMatches(exception, error_class) != 0) {
            return kind;
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
    error_classes.zmq_error = base;
    error_classes.again =
        make("Again", "The call would have had to wait (EAGAIN).", {base, PyExc_BlockingIOError});
    error_classes.timeout = make("Timeout", "The time given to a call, or by an option, ran out.",
                                 {error_classes.again, PyExc_TimeoutError});
    context_terminated = make("ContextTerminated",
                              "The context was shut down or terminated, before or during the call "
                              "(ETERM).",
                              {base});
    socket_closed = make("SocketClosed",
                         "The socket was closed, before or during the call (ENOTSOCK).", {base});
    state_error =
        make("StateError",
             "The call does not fit the state: REQ and REP take turns, an option comes too "
             "late, a borrower tries to end what it does not own (EFSM).",
             {base});
    thread_error =
        make("ThreadError",
             "Another thread is in the middle of a message on this socket; both threads are "
             "named.",
             {base});
    fork_error =
        make("ForkError", "The object was made before fork() and is used in the child.", {base});
    host_unreachable =
        make("HostUnreachable",
             "No peer has the routing id that the message is for (EHOSTUNREACH).", {base});
    address_in_use = make("AddressInUse", "The endpoint is bound already (EADDRINUSE).", {base});
    not_supported =
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
