// The options of sockets and contexts as typed constants, made from the two tables (*.def): setting
// one to a value of the wrong type, or reading one that is write-only, does not compile.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "deadline.hpp"
#include "wake.hpp"

namespace zmqpp {
inline namespace v1 {

// What libzmq stores under an option.
enum class Kind {
    integer,       // int
    boolean,       // int, 0 or 1
    milliseconds,  // int; -1 and 0 have meanings of their own
    int64,
    uint64,
    text,        // NUL-terminated
    bytes,       // any bytes
    key,         // CURVE key: 32 bytes, or 40 characters of Z85
    descriptor,  // int, or SOCKET on Windows
};

enum class Access { read_write, read_only, write_only };

// Whether what is set holds for the connections that are there, or for those that are made later.
enum class Effect { now, later };

// One row of a table, for code that meets options at run time.
struct OptionRow {
    const char* name;
    int id;
    Kind kind;
    Access access;
    Effect effect;
    int since;  // libzmq's version number that has it: see Version::number
    bool draft;
    const char* doc;

    [[nodiscard]] constexpr bool readable() const { return access != Access::write_only; }
    [[nodiscard]] constexpr bool writable() const { return access != Access::read_only; }
};

// What a program reads and writes for each kind, and what travels to libzmq.
template <Kind kind> struct OptionValue;

template <class T> struct PlainValue {
    using Value = T;
    using Argument = T;
    using Wire = T;
    static Wire to_wire(Argument value) { return value; }
    static Value from_wire(Wire wire) { return wire; }
};
template <> struct OptionValue<Kind::integer> : PlainValue<int> {};
template <> struct OptionValue<Kind::int64> : PlainValue<std::int64_t> {};
template <> struct OptionValue<Kind::uint64> : PlainValue<std::uint64_t> {};
template <> struct OptionValue<Kind::descriptor> : PlainValue<Descriptor> {};
template <> struct OptionValue<Kind::boolean> {
    using Value = bool;
    using Argument = bool;
    using Wire = int;
    static Wire to_wire(Argument value) { return value ? 1 : 0; }
    static Value from_wire(Wire wire) { return wire != 0; }
};
template <> struct OptionValue<Kind::milliseconds> {
    using Value = std::chrono::milliseconds;
    using Argument = std::chrono::milliseconds;
    using Wire = int;
    static Wire to_wire(Argument value) { return option_milliseconds(value); }
    static Value from_wire(Wire wire) { return Value(wire); }
};
struct StringValue {
    using Value = std::string;
    using Argument = std::string_view;
};
template <> struct OptionValue<Kind::text> : StringValue {};
template <> struct OptionValue<Kind::bytes> : StringValue {};
template <> struct OptionValue<Kind::key> : StringValue {};

[[nodiscard]] constexpr bool is_string(Kind kind)
{
    return kind == Kind::text || kind == Kind::bytes || kind == Kind::key;
}

// Bytes that libzmq wants or gives for a kind that is not a string.
[[nodiscard]] constexpr std::size_t wire_size(Kind kind)
{
    return kind == Kind::int64 || kind == Kind::uint64 ? 8
           : kind == Kind::descriptor                  ? sizeof(Descriptor)
                                                       : sizeof(int);
}

// Tags that keep the options of sockets and contexts apart.
struct OfSocket {};
struct OfContext {};

template <class Owner, Kind option_kind, Access option_access> struct Option {
    static constexpr Kind kind = option_kind;
    static constexpr Access access = option_access;
    using Value = typename OptionValue<kind>::Value;
    using Argument = typename OptionValue<kind>::Argument;

    OptionRow row;
};

// Options of sockets: option::linger, option::rcvhwm ...
namespace option {
#define ZMQPP_SOCKET_OPTION(name, id, kind, access, effect, since, doc) \
    inline constexpr Option<OfSocket, Kind::kind, Access::access> name{ \
        {#name, id, Kind::kind, Access::access, Effect::effect, since, false, doc}};
#define ZMQPP_DRAFT_SOCKET_OPTION(name, id, kind, access, effect, since, doc) \
    inline constexpr Option<OfSocket, Kind::kind, Access::access> name{       \
        {#name, id, Kind::kind, Access::access, Effect::effect, since, true, doc}};
#include "socket_options.def"
}  // namespace option

// Options of contexts: context_option::io_threads ...
namespace context_option {
#define ZMQPP_CONTEXT_OPTION(name, id, kind, access, since, doc)         \
    inline constexpr Option<OfContext, Kind::kind, Access::access> name{ \
        {#name, id, Kind::kind, Access::access, Effect::now, since, false, doc}};
#define ZMQPP_DRAFT_CONTEXT_OPTION(name, id, kind, access, since, doc)   \
    inline constexpr Option<OfContext, Kind::kind, Access::access> name{ \
        {#name, id, Kind::kind, Access::access, Effect::now, since, true, doc}};
#include "context_options.def"
}  // namespace context_option

// The tables again, to walk through.
inline constexpr OptionRow socket_options[] = {
#define ZMQPP_SOCKET_OPTION(name, id, kind, access, effect, since, doc) option::name.row,
#define ZMQPP_DRAFT_SOCKET_OPTION(name, id, kind, access, effect, since, doc) option::name.row,
#include "socket_options.def"
};
inline constexpr OptionRow context_options[] = {
#define ZMQPP_CONTEXT_OPTION(name, id, kind, access, since, doc) context_option::name.row,
#define ZMQPP_DRAFT_CONTEXT_OPTION(name, id, kind, access, since, doc) context_option::name.row,
#include "context_options.def"
};

}  // namespace v1
}  // namespace zmqpp
