// Arguments that a function looks into itself, instead of having pybind11 convert them. The words for
// their types are what its signature says, and the stub that is made of the signatures.
#pragma once

#include "bind.hpp"

#include <type_traits>

namespace zmqpp::binding {

// Not a py::object, because it may be alive while the GIL is given up (gil.hpp). The caller owns it.
struct Argument {
    PyObject* object = nullptr;

    [[nodiscard]] py::object borrow() const { return py::reinterpret_borrow<py::object>(object); }
};

namespace argument {

using py::detail::const_name;

struct Buffer : Argument {
    static constexpr auto words = const_name("Buffer");
};
struct Text : Argument {
    static constexpr auto words = const_name("str | Buffer");
};
struct OptionalText : Argument {
    static constexpr auto words = const_name("str | Buffer | None");
};
struct Data : Argument {
    static constexpr auto words = const_name("Buffer | zmqpp._core.Message | None");
};
struct Number : Argument {
    static constexpr auto words = const_name("int");
};
struct Time : Argument {
    static constexpr auto words = const_name("float | datetime.timedelta");
};
struct OptionalTime : Argument {
    static constexpr auto words = const_name("float | datetime.timedelta | None");
};
struct Pollable : Argument {
    static constexpr auto words = const_name("zmqpp._core.Socket | int | HasFileno");
};

}  // namespace argument
}  // namespace zmqpp::binding

namespace pybind11::detail {

template <class T>
struct type_caster<T, enable_if_t<std::is_base_of_v<zmqpp::binding::Argument, T>>> {
    PYBIND11_TYPE_CASTER(T, T::words);

    bool load(handle source, bool /*convert*/)
    {
        value.object = source.ptr();
        return true;
    }
};

}  // namespace pybind11::detail
