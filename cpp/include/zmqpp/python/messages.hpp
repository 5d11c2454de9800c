// The casters of messages and of lists of them. Included by <zmqpp/python.hpp>.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "border.hpp"

namespace zmqpp {
inline namespace v1 {
namespace python {
namespace detail {

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

// A message is no object that pybind11 would have to move out of Python's: the caster makes one.
template <> struct move_always<zmqpp::Message, void> : std::false_type {};
template <> struct move_always<std::optional<zmqpp::Message>, void> : std::false_type {};
template <> struct move_always<std::vector<zmqpp::Message>, void> : std::false_type {};
template <> struct move_if_unreferenced<std::vector<zmqpp::Message>, void> : std::false_type {};

template <> class type_caster<zmqpp::Message> {
public:
    static constexpr auto name = const_name("zmqpp.Message");

    type_caster() = default;
    type_caster(type_caster&&) = default;
    type_caster& operator=(type_caster&&) = default;
    // Written out to give a lent object back at once, and not when Python next comes by.
    ~type_caster()
    {
        if (lent_) {
            own_ = zmqpp::Message();
            zmqpp::python::detail::api().release_shared();
        }
    }

    bool load(handle source, bool convert)
    {
        const auto& api = zmqpp::python::detail::api();
        theirs_ = reinterpret_cast<const zmqpp::Message*>(api.message_in(source.ptr()));
        if (theirs_ != nullptr) {
            object_ = reinterpret_borrow<object>(source);
            return true;
        }
        PyErr_Clear();
        if (!convert || PyObject_CheckBuffer(source.ptr()) == 0) {
            return false;
        }
        own_ = zmqpp::python::to_message(source);
        lent_ = true;
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

    const zmqpp::Message* theirs_ = nullptr;
    object object_;  // that has it
    zmqpp::Message own_;
    bool lent_ = false;
};

template <> class type_caster<std::vector<zmqpp::Message>> {
public:
    static constexpr auto name = const_name("list[zmqpp.Message]");

    type_caster() = default;
    type_caster(type_caster&&) = default;
    type_caster& operator=(type_caster&&) = default;
    ~type_caster()
    {
        if (!messages_.empty()) {  // as above
            messages_.clear();
            zmqpp::python::detail::api().release_shared();
        }
    }

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
