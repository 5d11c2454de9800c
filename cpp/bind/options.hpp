// Python values as option values, for sockets and contexts alike.
#pragma once

#include <Python.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
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
    struct Rows {  // from 1 on; 0 is none
        short to_read;
        short to_write;
    };
    static constexpr std::size_t numbers = 128;  // too few would not compile
    static constexpr auto index = [] {
        std::array<Rows, numbers> made{};
        for (std::size_t i = 0; i < std::size(table); ++i) {
            Rows& rows = made[static_cast<std::size_t>(table[i].id)];
            // libzmq gave number 3 of contexts to two options, one to read and one to write.
            if (table[i].readable() || rows.to_read == 0) {
                rows.to_read = static_cast<short>(i + 1);
            }
            if (table[i].writable() || rows.to_write == 0) {
                rows.to_write = static_cast<short>(i + 1);
            }
        }
        return made;
    }();
    const auto number = static_cast<std::size_t>(id);
    const Rows rows = number < numbers ? index[number] : Rows{};
    const short row = for_writing ? rows.to_write : rows.to_read;
    return row == 0 ? nullptr : &table[row - 1];
}

// The docstring of an option's attribute, "bytes: What it is. Takes str | Buffer | None.": what it reads
// as and, if that is not all, what it may be set to. The stub is made from it.
[[nodiscard]] std::string describe(const OptionRow& row);

// AttributeErrors for the wrong direction. False with the error set.
bool require_readable(const OptionRow& row);
bool require_writable(const OptionRow& row);

}  // namespace zmqpp::binding
