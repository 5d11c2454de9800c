// The C API: a table of functions for extension modules in any language, in the capsule _C_API. See
// <zmqpp/capi.h>, which says what each does.
#include "bind.hpp"

#include <new>
#include <string>

#include "buffer.hpp"
#include "capi.hpp"
#include "context.hpp"
#include "errors.hpp"
#include "faces.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "message.hpp"
#include "socket.hpp"
#include "zmqpp/core/layout.hpp"
#include "zmqpp/core/provenance.hpp"

namespace zmqpp::binding {
namespace {

// --- failures: kept for the thread until it asks, as errno is ------------------------------------

thread_local struct {
    zmqpp_failure failure{};
    std::string text;
} last_failed;

void last_failure(zmqpp_failure* failure) { *failure = last_failed.failure; }

PyObject* raise_failure(const zmqpp_failure* failure)
{
    if (failure->kind == ZMQPP_NO_FAILURE) {
        PyErr_SetString(PyExc_SystemError, "zmqpp: no call of this thread has failed");
        return nullptr;
    }
    if (failure->kind == ZMQPP_INTERRUPTED && PyErr_Occurred() == nullptr) {
        PyErr_SetString(PyExc_RuntimeError, failure->text);  // its own error was taken already
        return nullptr;
    }
    try {
        detail::throw_failure(*failure);
    } catch (const std::exception&) {
        return set_error_from_exception();
    }
}

PyObject* raise_last() { return raise_failure(&last_failed.failure); }

int failure_in(PyObject* exception, zmqpp_failure* failure)
{
    *failure = {};
    failure->kind = kind_of_error(exception);
    if (failure->kind == ZMQPP_NO_FAILURE) {
        return 0;
    }
    try {
        const py::handle error(exception);
        const py::object code = error.attr("errno");
        failure->code = code.is_none() ? 0 : code.cast<int>();
        const auto text = py::str(error.attr("strerror")).cast<std::string>();
        failure->text = text.c_str();
        keep_failure(*failure);
        *failure = last_failed.failure;
        return 0;
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return -1;
}

// --- Python objects ---------------------------------------------------------------------------------

// The C++ object in one of the class `Bound`; nullptr with a TypeError.
template <class Bound> Bound* inside(PyObject* object, const char* name)
{
    if (py::isinstance<Bound>(object)) {
        return object_of<Bound>(object);
    }
    PyErr_Format(PyExc_TypeError, "expected a zmqpp.%s, not %s", name, Py_TYPE(object)->tp_name);
    return nullptr;
}

zmqpp_context* context_in(PyObject* object)
{
    return give(static_cast<Context*>(inside<BoundContext>(object, "Context")));
}
zmqpp_socket* socket_in(PyObject* object)
{
    return give(static_cast<Socket*>(inside<BoundSocket>(object, "Socket")));
}

PyObject* context_to_python(const zmqpp_context* context)
{
    return guarded([&] { return face_of(from(context)).release().ptr(); });
}
PyObject* socket_to_python(const zmqpp_socket* socket)
{
    return guarded([&] { return face_of(from(socket)).release().ptr(); });
}

const zmq_msg_t* message_in(PyObject* object)
{
    auto* message = inside<BoundMessage>(object, "Message");
    return message == nullptr ? nullptr : message->raw();
}

int message_of_object(PyObject* object, zmq_msg_t* into)
{
    release_returned_buffers();
    Sending sending;
    sending.copy = false;
    try {
        if (auto message = to_message(object, sending, "zmqpp_capi.message_of()")) {
            new (into) Message(std::move(*message));
            return 0;
        }
    } catch (const std::exception&) {
        set_error_from_exception();
    }
    return -1;
}

PyObject* message_to_python(zmq_msg_t* message)
{
    return guarded([&] { return to_python(std::move(*from(message))); });
}

zmqpp_kept* object_keep(PyObject* object)
{
    try {
        return reinterpret_cast<zmqpp_kept*>(keep(object));
    } catch (const std::exception&) {
        set_error_from_exception();
        return nullptr;
    }
}

PyObject* object_kept(const zmqpp_kept* kept)
{
    return kept_object(reinterpret_cast<const LentBuffer*>(kept));
}

void object_drop(zmqpp_kept* kept)
{
    if (kept != nullptr) {
        drop(reinterpret_cast<LentBuffer*>(kept));
    }
}

zmqpp_capi make_table()
{
    static const std::string layout = detail::core_layout();
    static const std::string path = library_path();
    zmqpp_capi table{};
    table.version = ZMQPP_CAPI_VERSION;
    table.size = sizeof table;
    table.zmqpp_version = ZMQPP_VERSION;
    table.core_layout = layout.c_str();
    table.libzmq_path = path.c_str();
    table.libzmq_version = library_version().number();

    table.context_in = context_in;
    table.socket_in = socket_in;
    table.context_to_python = context_to_python;
    table.socket_to_python = socket_to_python;
    table.message_in = message_in;
    table.message_of = message_of_object;
    table.message_to_python = message_to_python;
    table.release_shared = release_returned_buffers;
    table.object_keep = object_keep;
    table.object_kept = object_kept;
    table.object_drop = object_drop;
    table.raise_last = raise_last;
    table.raise_failure = raise_failure;
    table.failure_in = failure_in;

    table.last_failure = last_failure;
    add_handles(table);

    table.message_init = zmq_msg_init;
    table.message_init_size = zmq_msg_init_size;
    table.message_init_data = zmq_msg_init_data;
    table.message_copy = zmq_msg_copy;
    table.message_move = zmq_msg_move;
    table.message_close = zmq_msg_close;
    table.message_data = zmq_msg_data;
    table.message_size = zmq_msg_size;
    table.message_more = zmq_msg_more;

    table.leave_python = leave_python;
    table.come_back_to_python = come_back_to_python;
    table.run_signal_handlers = [] { return run_signal_handlers() ? 1 : 0; };
    table.shared_place = []() -> void* { return &PerProcess<detail::SleepingPlaces>::place(); };
    return table;
}

zmqpp_capi& table()
{
    static zmqpp_capi only = make_table();
    return only;
}

}  // namespace

void keep_failure(const zmqpp_failure& failure)
{
    last_failed.text = failure.text;
    last_failed.failure = failure;
    last_failed.failure.text = last_failed.text.c_str();
}

void set_capi_loaded(bool is_loaded) { table().is_loaded = is_loaded ? 1 : 0; }

void bind_capi(py::module_& m)
{
    set_capi_loaded(true);
    m.attr("_C_API") = py::capsule(&table(), ZMQPP_CAPI_CAPSULE);
}

}  // namespace zmqpp::binding
