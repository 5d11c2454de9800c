// The border itself: how an extension module finds zmqpp, what it takes over from it, and how objects and
// calls cross. Included by <zmqpp/python.hpp>.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "../capi.h"
#include "../core.hpp"
#include "../failure.hpp"

#if PYBIND11_VERSION_MAJOR == 2 && PYBIND11_VERSION_MINOR < 10
#error "<zmqpp/python.hpp> needs pybind11 2.10 or newer"
#endif

namespace zmqpp {
inline namespace v1 {
namespace python {

// Imports zmqpp. From here on this module shares what there is once in a process, waits give up the GIL,
// and errors are Python's. Call it when the module is initialised, or when an embedded interpreter has
// started; the GIL is held. Throws pybind11::error_already_set, an ImportError, if zmqpp is missing or was
// built from other headers than this module.
void import_core();

namespace detail {

// Of this module: null until zmqpp was imported.
inline const zmqpp_capi* table = nullptr;

[[nodiscard]] inline const zmqpp_capi& api()
{
    if (table == nullptr || table->is_loaded == 0) {
        import_core();
    }
    return *table;
}

inline const zmqpp_context* give(const Context& context)
{
    return reinterpret_cast<const zmqpp_context*>(&context);
}
inline const zmqpp_socket* give(const Socket& socket)
{
    return reinterpret_cast<const zmqpp_socket*>(&socket);
}

// A new reference from the table, or the error that it has set.
[[nodiscard]] inline pybind11::object require(PyObject* object)
{
    if (object == nullptr) {
        throw pybind11::error_already_set();
    }
    return pybind11::reinterpret_steal<pybind11::object>(object);
}

// Python's exception inside the one of the core's that it became in call(). Not pybind11's error_already_set:
// dropping that takes the GIL, which a thread of C++ may not get any more when the interpreter ends.
class Original {
public:
    explicit Original(const pybind11::error_already_set& error)
        : kept_(api().object_keep(error.value().ptr()), table->object_drop)
    {
        if (kept_ == nullptr) {
            throw pybind11::error_already_set();
        }
        if (error.trace()) {
            PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
        }
    }

    // With the GIL. False if its interpreter has ended.
    [[nodiscard]] bool restore() const
    {
        PyObject* value = api().object_kept(kept_.get());
        if (value == nullptr) {
            return false;
        }
        PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value));
        Py_INCREF(type);
        Py_INCREF(value);
        PyErr_Restore(type, value, PyException_GetTraceback(value));
        return true;
    }

private:
    std::shared_ptr<zmqpp_kept> kept_;
};

template <class Kind> class FromPython : public Kind, public Original {
public:
    FromPython(const Kind& kind, const Original& original) : Kind(kind), Original(original) {}
};

// Python's exception for the core's; pybind11 calls it for what functions of this module throw.
inline void translate(std::exception_ptr thrown)
{
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const Error& error) {
        const auto* original = dynamic_cast<const Original*>(&error);
        if (original != nullptr && original->restore()) {
            return;
        }
        const zmqpp_failure failure = zmqpp::detail::to_failure(error);
        api().raise_failure(&failure);
    }
}

// The core's interrupt hook. A handler's exception travels through C++ as such, and not as one of zmqpp's
// that a loop over errors would take for the end of a socket.
inline bool run_signal_handlers()
{
    if (table->is_loaded == 0 || table->run_signal_handlers() != 0) {
        return true;
    }
    const PyGILState_STATE state = PyGILState_Ensure();
    const pybind11::error_already_set raised;
    PyGILState_Release(state);
    throw raised;
}

// What this module links must be the libzmq that zmqpp has loaded. The paths may differ for one that is
// the same, and then a context of ours is one of theirs.
inline void require_one_libzmq(const zmqpp_capi& found)
{
    if (library_path() == found.libzmq_path) {
        return;
    }
    void* probe = zmq_ctx_new();
    zmqpp_context* borrowed = found.context_borrow(probe);
    found.context_release(borrowed);
    zmq_ctx_term(probe);
    if (borrowed == nullptr) {
        throw pybind11::import_error("this module is linked to another copy of libzmq (" +
                                     library_path() + ") than zmqpp (" + found.libzmq_path +
                                     "): link it to zmqpp::core of find_package(zmqpp)");
    }
}

[[nodiscard]] inline Context instance()
{
    zmqpp_context* shared = table->context_instance();
    if (shared == nullptr) {
        zmqpp_failure failure;
        table->last_failure(&failure);
        zmqpp::detail::throw_failure(failure);
    }
    Context context = *reinterpret_cast<const Context*>(shared);
    table->context_release(shared);
    return context;
}

}  // namespace detail

inline void import_core()
{
    const zmqpp_capi* found = zmqpp_import();
    if (found == nullptr) {
        throw pybind11::error_already_set();
    }
    const std::string ours = zmqpp::detail::core_layout();
    if (ours != found->core_layout) {
        throw pybind11::import_error(
            "this module was built from headers of zmqpp with the layout " + ours + ", and zmqpp " +
            found->zmqpp_version + " has the layout " + found->core_layout +
            ": build the module again with the headers in zmqpp.get_include()");
    }
    detail::require_one_libzmq(*found);
    static const WaitHooks around_waits{found->leave_python, found->come_back_to_python};
    detail::table = found;
    using Places = PerProcess<zmqpp::detail::SleepingPlaces>;
    Places::share(*static_cast<Places::Place*>(found->shared_place()));
    instance_hook() = detail::instance;
    interrupt_hook() = detail::run_signal_handlers;
    wait_hooks() = &around_waits;
    pybind11::register_local_exception_translator(detail::translate);
}

// The object that stands for a context or a socket in Python, and a zmqpp.Message. With the GIL.
[[nodiscard]] inline pybind11::object to_python(const Context& context)
{
    return detail::require(detail::api().context_to_python(detail::give(context)));
}
[[nodiscard]] inline pybind11::object to_python(const Socket& socket)
{
    return detail::require(detail::api().socket_to_python(detail::give(socket)));
}
[[nodiscard]] inline pybind11::object to_python(Message&& message)
{
    return detail::require(detail::api().message_to_python(message.raw()));
}

// A message of a zmqpp.Message or any bytes-like object. Many bytes are shared: the object stays as it is
// until the last message with them is gone, in whatever thread that happens. Throws error_already_set.
[[nodiscard]] inline Message to_message(pybind11::handle object)
{
    Message message;
    if (detail::api().message_of(object.ptr(), message.raw()) != 0) {
        throw pybind11::error_already_set();
    }
    return message;
}

// Calls a function of Python's. Errors of zmqpp come out as the core's exceptions, which are Python's own
// again where they come back to Python, others as error_already_set. With the GIL.
template <class... Arguments>
pybind11::object call(pybind11::handle function, Arguments&&... arguments)
{
    try {
        return function(std::forward<Arguments>(arguments)...);
    } catch (const pybind11::error_already_set& error) {
        zmqpp_failure failure;
        if (detail::api().failure_in(error.value().ptr(), &failure) == 0 &&
            failure.kind != ZMQPP_NO_FAILURE) {
            const detail::Original original(error);
            zmqpp::detail::with_exception(failure, [&](const auto& exception) {
                throw detail::FromPython<std::decay_t<decltype(exception)>>(exception, original);
            });
        }
        PyErr_Clear();
        throw;
    }
}

}  // namespace python
}  // namespace v1
}  // namespace zmqpp
