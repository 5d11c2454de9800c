// The casters of contexts and sockets, which are handles. Included by <zmqpp/python.hpp>.
#pragma once

#include <memory>
#include <utility>

#include "border.hpp"

namespace zmqpp {
inline namespace v1 {
namespace python {
namespace detail {

// What a handle is in Python: the name of its class, and where it is inside an object of that; null with a
// TypeError for others.
template <class Handle> struct InPython;
template <> struct InPython<Context> {
    static constexpr auto name = pybind11::detail::const_name("zmqpp.Context");
    static Context* find(PyObject* object)
    {
        return reinterpret_cast<Context*>(api().context_in(object));
    }
};
template <> struct InPython<Socket> {
    static constexpr auto name = pybind11::detail::const_name("zmqpp.Socket");
    static Socket* find(PyObject* object)
    {
        return reinterpret_cast<Socket*>(api().socket_in(object));
    }
};

// What the casters of contexts and sockets share: a pointer to the handle in Python's object.
template <class Handle> class HandleCaster {
public:
    static constexpr auto name = InPython<Handle>::name;

    bool load(pybind11::handle source, bool convert)
    {
        if (source.is_none()) {
            handle_ = nullptr;
            return convert;  // for pointers, if no other overload takes it; it cannot be a reference
        }
        object_ = pybind11::reinterpret_borrow<pybind11::object>(source);
        handle_ = InPython<Handle>::find(source.ptr());
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
    static pybind11::handle cast(const Handle* handle, pybind11::return_value_policy policy,
                                 pybind11::handle /*parent*/)
    {
        const std::unique_ptr<const Handle> owned(
            policy == pybind11::return_value_policy::take_ownership ? handle : nullptr);
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
    Handle* handle_ = nullptr;
    pybind11::object object_;  // that has it, which may be an item that was made for us
};

// A handle of C++'s own, which needs no GIL and outlives Python's object.
template <class Handle> class SharedHandleCaster {
public:
    static constexpr auto name = InPython<Handle>::name;

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

}  // namespace detail
}  // namespace python
}  // namespace v1
}  // namespace zmqpp

namespace pybind11 {
namespace detail {

template <>
class type_caster<zmqpp::Context> : public zmqpp::python::detail::HandleCaster<zmqpp::Context> {};
template <>
class type_caster<zmqpp::Socket> : public zmqpp::python::detail::HandleCaster<zmqpp::Socket> {};
template <>
class type_caster<std::shared_ptr<zmqpp::Context>>
    : public zmqpp::python::detail::SharedHandleCaster<zmqpp::Context> {};
template <>
class type_caster<std::shared_ptr<zmqpp::Socket>>
    : public zmqpp::python::detail::SharedHandleCaster<zmqpp::Socket> {};

}  // namespace detail
}  // namespace pybind11
