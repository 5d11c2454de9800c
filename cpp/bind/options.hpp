// Python values as option values, for sockets and contexts alike.
#pragma once

#include <Python.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "zmqpp/core/option.hpp"

namespace zmqpp::binding {

// What libzmq takes for a value: eight bytes hold every number, and the string holds the rest.
struct WireValue {
    std::uint64_t number = 0;
    std::string text;
    bool reset = false;  // None: back to libzmq's own value
    bool is_text = false;
    std::size_t size = 0;

    [[nodiscard]] const void* data() const
    {
        return reset ? nullptr : is_text ? static_cast<const void*>(text.data()) : &number;
    }
};

// False with a TypeError or ValueError set, naming the option, if the value does not fit its kind.
bool to_wire(PyObject* value, const OptionRow& row, WireValue& wire);

// A linger given to a call: as the option takes it, and the same errors.
[[nodiscard]] std::optional<std::chrono::milliseconds> to_linger(PyObject* value);

// The row of a number; nullptr if the table has none. From an index that the compiler makes:
// looking through the table took 5 instructions a row, beside some 850 that set() takes without.
template <const auto& table> [[nodiscard]] const OptionRow* find_option(int id, bool for_writing)
{
    static constexpr std::size_t numbers = 128;  // too few would not compile
    static constexpr auto rows = [] {
        std::array<std::array<const OptionRow*, 2>, numbers> found{};
        for (const OptionRow& row : table) {
            const auto number = static_cast<std::size_t>(row.id);
            // libzmq gave number 3 of contexts to two options, one to read and one to write.
            for (const bool writing : {false, true}) {
                const bool fits = writing ? row.writable() : row.readable();
                if (fits || found[number][writing ? 1 : 0] == nullptr) {
                    found[number][writing ? 1 : 0] = &row;
                }
            }
        }
        return found;
    }();
    const auto number = static_cast<std::size_t>(id);
    return number < numbers ? rows[number][for_writing ? 1 : 0] : nullptr;
}

// The docstring of an option's attribute, "bytes: What it is. Takes str | Buffer | None.": what it reads
// as and, if that is not all, what it may be set to. The stub is made from it.
[[nodiscard]] std::string describe(const OptionRow& row);

// AttributeErrors for the wrong direction. False with the error set.
bool require_readable(const OptionRow& row);
bool require_writable(const OptionRow& row);

}  // namespace zmqpp::binding
