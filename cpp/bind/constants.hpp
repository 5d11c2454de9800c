// ZeroMQ's constants: the enums that Python sees, as data.
#pragma once

#include <Python.h>

#include <string>
#include <utility>
#include <vector>

#include "zmqpp/core/constants.hpp"

namespace zmqpp::binding {

struct Member {
    template <class Value>
    Member(std::string member_name, Value member_value, const char* member_doc = nullptr)
        : name(std::move(member_name)), value(static_cast<int>(member_value)), doc(member_doc)
    {
    }

    std::string name;
    int value;
    const char* doc;
};

struct Enum {
    const char* name;
    const char* base;
    const char* prefix;  // of its members' flat names
    const char* doc;
    // A second name for a number becomes an alias of the first, so canonical names come first.
    std::vector<Member> members;
    PyObject* made = nullptr;  // kept for ever

    [[nodiscard]] std::string flat_name(const Member& member) const
    {
        const bool says_enough = member.name.rfind("PROTOCOL_ERROR_", 0) == 0;
        return says_enough ? member.name : prefix + member.name;
    }
};

// In the order in which flat names are looked up: what is in two enums is an option of sockets first.
std::vector<Enum>& all_enums();

// The member of SocketType: a new reference. Throws if it cannot be made.
PyObject* socket_type_member(SocketType type);

}  // namespace zmqpp::binding
