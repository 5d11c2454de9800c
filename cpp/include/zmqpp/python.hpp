// zmqpp for extension modules and embedding programs in C++ with pybind11: contexts, sockets and messages
// cross the border between the languages as what they are.
//
//     #include <zmqpp/python.hpp>
//
//     PYBIND11_MODULE(echo, m)
//     {
//         zmqpp::python::import_core();
//         m.def("answer", [](zmqpp::Socket& socket) { socket.send(socket.recv()); });
//     }
//
// Functions take and return
//     Context, Socket                 also by reference, pointer and shared_ptr: the very one that Python has.
//                                     What C++ returns is the same object in Python each time.
//     const Message&                  the message in Python's object, or a view of any bytes-like object
//     Message, Message&, Message&&    one of its own with the same bytes: what Python has stays as it is
//     std::vector<Message>            a list of them
// and many bytes are shared, never copied: do not change what Python may read.
//
// Calls that wait give up the GIL while they do, whoever called them, so functions need no call guard; and
// signal handlers of Python run meanwhile. Errors of the core arrive in Python as zmqpp's classes, and those
// in C++ through call().
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capi.h"
#include "core.hpp"
#include "failure.hpp"

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

inline const Context& from(const zmqpp_context* context)
{
    return *reinterpret_cast<const Context*>(context);
}
inline const zmqpp_context* give(const Context& context)
{
    return reinterpret_cast<const zmqpp_context*>(&context);
}
inline const zmqpp_socket* give(const Socket& socket)
{
    return reinterpret_cast<const zmqpp_socket*>(&socket);
}

[[noreturn]] inline void throw_last()
{
    zmqpp_failure failure;
    table->last_failure(&failure);
    zmqpp::detail::throw_failure(failure);
}

// Python's exception for the core's; pybind11 calls it for what functions of this module throw.
inline void translate(std::exception_ptr thrown)
{
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const Error& error) {
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

[[nodiscard]] inline Context instance()
{
    zmqpp_context* shared = table->context_instance();
    if (shared == nullptr) {
        throw_last();
    }
    Context context = from(shared);
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
    PyObject* object = detail::api().context_to_python(detail::give(context));
    if (object == nullptr) {
        throw pybind11::error_already_set();
    }
    return pybind11::reinterpret_steal<pybind11::object>(object);
}
[[nodiscard]] inline pybind11::object to_python(const Socket& socket)
{
    PyObject* object = detail::api().socket_to_python(detail::give(socket));
    if (object == nullptr) {
        throw pybind11::error_already_set();
    }
    return pybind11::reinterpret_steal<pybind11::object>(object);
}
[[nodiscard]] inline pybind11::object to_python(Message&& message)
{
    PyObject* object = detail::api().message_to_python(message.raw());
    if (object == nullptr) {
        throw pybind11::error_already_set();
    }
    return pybind11::reinterpret_steal<pybind11::object>(object);
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

// Calls a function of Python's. Errors of zmqpp come out as the core's exceptions, others as
// error_already_set. With the GIL.
template <class... Arguments>
pybind11::object call(pybind11::handle function, Arguments&&... arguments)
{
    try {
        return function(std::forward<Arguments>(arguments)...);
    } catch (const pybind11::error_already_set& error) {
        zmqpp_failure failure;
        if (detail::api().failure_in(error.value().ptr(), &failure) == 0 &&
            failure.kind != ZMQPP_NO_FAILURE) {
            zmqpp::detail::throw_failure(failure);
        }
        PyErr_Clear();
        throw;
    }
}

namespace detail {

// What the casters of contexts and sockets share: a pointer to the handle in Python's object.
template <class Handle> class HandleCaster {
public:
    bool load(pybind11::handle source, bool /*convert*/)
    {
        if (source.is_none()) {
            handle_ = nullptr;
            return true;  // for pointers; a reference cannot be made of it
        }
        handle_ = find(source.ptr(), static_cast<Handle*>(nullptr));
        if (handle_ == nullptr) {
            PyErr_Clear();  // pybind11 says which types the function takes
        }
        return handle_ != nullptr;
    }

    static pybind11::handle cast(const Handle& handle, pybind11::return_value_policy /*policy*/,
                                 pybind11::handle /*parent*/)
    {
        return to_python(handle).release();
    }
    static pybind11::handle cast(const Handle* handle, pybind11::return_value_policy /*policy*/,
                                 pybind11::handle /*parent*/)
    {
        return handle == nullptr ? pybind11::none().release() : to_python(*handle).release();
    }

    template <class T> using cast_op_type = pybind11::detail::cast_op_type<T>;
    explicit operator Handle*() { return handle_; }
    explicit operator Handle&()
    {
        if (handle_ == nullptr) {
            throw pybind11::reference_cast_error();
        }
        return *handle_;
    }

private:
    static Context* find(PyObject* object, Context* /*kind*/)
    {
        return reinterpret_cast<Context*>(api().context_in(object));
    }
    static Socket* find(PyObject* object, Socket* /*kind*/)
    {
        return reinterpret_cast<Socket*>(api().socket_in(object));
    }

    Handle* handle_ = nullptr;
};

// A handle of C++'s own, which needs no GIL and outlives Python's object.
template <class Handle> class SharedHandleCaster {
public:
    bool load(pybind11::handle source, bool convert)
    {
        HandleCaster<Handle> caster;
        if (!caster.load(source, convert)) {
            return false;
        }
        const auto* handle = static_cast<Handle*>(caster);
        handle_ = handle == nullptr ? nullptr : std::make_shared<Handle>(*handle);
        return true;
    }
    static pybind11::handle cast(const std::shared_ptr<Handle>& handle,
                                 pybind11::return_value_policy policy, pybind11::handle parent)
    {
        return HandleCaster<Handle>::cast(handle.get(), policy, parent);
    }

    template <class T> using cast_op_type = pybind11::detail::movable_cast_op_type<T>;
    explicit operator std::shared_ptr<Handle>*() { return &handle_; }
    explicit operator std::shared_ptr<Handle>&() { return handle_; }
    explicit operator std::shared_ptr<Handle>&&() && { return std::move(handle_); }

private:
    std::shared_ptr<Handle> handle_;
};

// What a function's parameter of type T gets from the caster of messages.
template <class T>
using MessageParameter = std::conditional_t<
    std::is_pointer_v<std::remove_reference_t<T>>, std::remove_reference_t<T>,
    std::conditional_t<std::is_const_v<std::remove_reference_t<T>>, const Message&,
                       std::conditional_t<std::is_lvalue_reference_v<T>, Message&, Message&&>>>;

}  // namespace detail
}  // namespace python
}  // namespace v1
}  // namespace zmqpp

namespace pybind11 {
namespace detail {

template <>
class type_caster<zmqpp::Context> : public zmqpp::python::detail::HandleCaster<zmqpp::Context> {
public:
    static constexpr auto name = const_name("zmqpp.Context");
};
template <>
class type_caster<std::shared_ptr<zmqpp::Context>>
    : public zmqpp::python::detail::SharedHandleCaster<zmqpp::Context> {
public:
    static constexpr auto name = const_name("zmqpp.Context");
};
template <>
class type_caster<zmqpp::Socket> : public zmqpp::python::detail::HandleCaster<zmqpp::Socket> {
public:
    static constexpr auto name = const_name("zmqpp.Socket");
};
template <>
class type_caster<std::shared_ptr<zmqpp::Socket>>
    : public zmqpp::python::detail::SharedHandleCaster<zmqpp::Socket> {
public:
    static constexpr auto name = const_name("zmqpp.Socket");
};

template <> class type_caster<zmqpp::Message> {
public:
    static constexpr auto name = const_name("zmqpp.Message");

    bool load(handle source, bool convert)
    {
        const auto& api = zmqpp::python::detail::api();
        theirs_ = reinterpret_cast<const zmqpp::Message*>(api.message_in(source.ptr()));
        if (theirs_ != nullptr) {
            return true;
        }
        PyErr_Clear();
        if (!convert || PyObject_CheckBuffer(source.ptr()) == 0) {
            return false;
        }
        own_ = zmqpp::python::to_message(source);
        return true;
    }

    static handle cast(zmqpp::Message&& message, return_value_policy /*policy*/, handle /*parent*/)
    {
        return zmqpp::python::to_python(std::move(message)).release();
    }
    static handle cast(const zmqpp::Message& message, return_value_policy policy, handle parent)
    {
        return cast(message.copy(), policy, parent);
    }
    static handle cast(const zmqpp::Message* message, return_value_policy policy, handle parent)
    {
        return message == nullptr ? none().release() : cast(*message, policy, parent);
    }

    template <class T> using cast_op_type = zmqpp::python::detail::MessageParameter<T>;
    explicit operator const zmqpp::Message&() { return theirs_ == nullptr ? own_ : *theirs_; }
    explicit operator const zmqpp::Message*() { return theirs_ == nullptr ? &own_ : theirs_; }
    explicit operator zmqpp::Message&() { return own(); }
    explicit operator zmqpp::Message*() { return &own(); }
    explicit operator zmqpp::Message&&() { return std::move(own()); }

private:
    zmqpp::Message& own()
    {
        if (theirs_ != nullptr) {
            own_ = std::exchange(theirs_, nullptr)->copy();
        }
        return own_;
    }

    const zmqpp::Message* theirs_ = nullptr;  // in the object, which the caller keeps
    zmqpp::Message own_;
};

template <> class type_caster<std::vector<zmqpp::Message>> {
public:
    static constexpr auto name = const_name("list[zmqpp.Message]");

    bool load(handle source, bool convert)
    {
        if (!isinstance<list>(source) && !isinstance<tuple>(source)) {
            return false;
        }
        const auto items = reinterpret_borrow<sequence>(source);
        messages_.reserve(items.size());
        for (const object& item : items) {
            make_caster<zmqpp::Message> message;
            if (!message.load(item, convert)) {
                return false;
            }
            messages_.push_back(cast_op<zmqpp::Message&&>(std::move(message)));
        }
        return true;
    }

    static handle cast(std::vector<zmqpp::Message>&& messages, return_value_policy /*policy*/,
                       handle /*parent*/)
    {
        list all(messages.size());
        std::size_t i = 0;
        for (zmqpp::Message& message : messages) {
            all[i++] = zmqpp::python::to_python(std::move(message));
        }
        return all.release();
    }
    static handle cast(const std::vector<zmqpp::Message>& messages, return_value_policy policy,
                       handle parent)
    {
        std::vector<zmqpp::Message> twins;
        for (const zmqpp::Message& message : messages) {
            twins.push_back(message.copy());
        }
        return cast(std::move(twins), policy, parent);
    }

    template <class T> using cast_op_type = movable_cast_op_type<T>;
    explicit operator std::vector<zmqpp::Message>*() { return &messages_; }
    explicit operator std::vector<zmqpp::Message>&() { return messages_; }
    explicit operator std::vector<zmqpp::Message>&&() && { return std::move(messages_); }

private:
    std::vector<zmqpp::Message> messages_;
};

}  // namespace detail
}  // namespace pybind11
