// ZeroMQ's constants as enums of Python's standard library. Each is made when it is first asked for:
// making all of them, and importing enum for it, takes longer than everything else of the import.
#include "bind.hpp"

#include <array>
#include <string>

#include "constants.hpp"

namespace zmqpp::binding {
namespace {

// The class, by a call of Python. Another thread may make it at the same time: then the first one counts.
py::handle made(Enum& description)
{
    if (description.made == nullptr) {
        py::list members;
        for (const Member& member : description.members) {
            members.append(py::make_tuple(member.name, member.value));
        }
        py::object made = py::module_::import("enum").attr(description.base)(
            description.name, members, py::arg("module") = "zmqpp.constants");
        made.attr("__doc__") = description.doc;
        for (const Member& member : description.members) {
            if (member.doc != nullptr) {
                made.attr(member.name.c_str()).attr("__doc__") = member.doc;
            }
        }
        if (description.made == nullptr) {
            description.made = made.release().ptr();
        }
    }
    return description.made;
}

py::object constant(const std::string& name)
{
    for (Enum& description : all_enums()) {
        if (name == description.name) {
            return py::reinterpret_borrow<py::object>(made(description));
        }
        for (const Member& member : description.members) {
            if (name == description.flat_name(member)) {
                return made(description).attr(member.name.c_str());
            }
        }
    }
    throw py::attribute_error("module 'zmqpp' has no attribute '" + name + "'");
}

py::typing::Tuple<py::str, py::ellipsis> names_of_socket_options()
{
    py::list names;
#define ZMQPP_SOCKET_OPTION(name, id, kind, access, effect, since, doc) names.append(#name);
#define ZMQPP_DRAFT_SOCKET_OPTION(name, id, kind, access, effect, since, doc) names.append(#name);
#define ZMQPP_SOCKET_OPTION_NUMBER(name, id, doc) names.append(#name);
#define ZMQPP_SOCKET_OPTION_ALIAS(alias, name) names.append(#alias);
#include "zmqpp/core/socket_options.def"
    return names;
}

}  // namespace

PyObject* socket_type_member(SocketType type)
{
    static std::array<PyObject*, 32> members{};  // each is asked for once, and kept for ever
    PyObject*& member = members.at(static_cast<std::size_t>(type));
    if (member == nullptr) {
        member = constant("SocketType")(static_cast<int>(type)).release().ptr();
    }
    Py_INCREF(member);
    return member;
}

void bind_constants(py::module_& m)
{
    m.def("constant", &constant, py::arg("name"),
          "A constant by its flat name, EVENT_CLOSED, or an enum by its own, Event. Raises "
          "AttributeError.");
    m.attr("EVENT_ALL") = static_cast<int>(Event::all);
    m.def("socket_options", &names_of_socket_options,
          "The options of sockets, as attributes have them.");
}

}  // namespace zmqpp::binding
