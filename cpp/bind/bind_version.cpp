#include "bind.hpp"

#include <cctype>
#include <string>

#include "zmqpp/core/provenance.hpp"
#include "zmqpp/core/version.hpp"

namespace zmqpp::binding {
namespace {

// libzmq spells "ipc" and "curve" but "WS" and "WSS": any case will do.
bool has(std::string capability)
{
    for (char& c : capability) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (zmqpp::has(capability.c_str())) {
        return capability != "draft" || zmqpp::compiled_with_drafts;
    }
    for (char& c : capability) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return zmqpp::has(capability.c_str());
}

// A libzmq older than the headers lacks what they promise, and its structs may differ.
void require_matching_library()
{
    const zmqpp::Version header = zmqpp::header_version();
    const zmqpp::Version library = zmqpp::library_version();
    if (library.major != header.major || library.number() < header.number()) {
        throw py::import_error("zmqpp was built for libzmq " + header.to_string() +
                               " and found libzmq " + library.to_string() + " (" +
                               zmqpp::library_path() +
                               "): rebuild zmqpp, or let it find the libzmq it was built for");
    }
}

}  // namespace

void bind_version(py::module_& m)
{
    require_matching_library();
    m.def(
        "zmq_version_info",
        [] {
            const zmqpp::Version version = zmqpp::library_version();
            return py::make_tuple(version.major, version.minor, version.patch);
        },
        "The version of the loaded libzmq as (major, minor, patch) (zmq_version).");
    m.def(
        "zmq_version", [] { return zmqpp::library_version().to_string(); },
        "The version of the loaded libzmq as text (zmq_version).");
    m.def("has", &has, py::arg("capability"),
          "Whether libzmq has a capability: 'ipc', 'curve', 'gssapi', 'pgm', 'norm', 'tipc', 'ws', "
          "'wss', 'draft' (zmq_has).");
    m.def(
        "strerror", [](int code) { return zmqpp::strerror(code); }, py::arg("errnum"),
        "libzmq's words for an errno (zmq_strerror).");
    m.def(
        "zmq_errno", [] { return zmqpp::last_errno(); },
        "The errno of this thread's last failed call of libzmq (zmq_errno).");
    m.def(
        "build_info",
        [] {
            py::typing::Dict<py::str, py::object> info;
            info["libzmq_compiled"] = zmqpp::header_version().to_string();
            info["libzmq_loaded"] = zmqpp::library_version().to_string();
            info["libzmq_path"] = zmqpp::library_path();
            info["drafts"] = zmqpp::has_drafts();
            py::dict capabilities;
            for (const char* name :
                 {"ipc", "curve", "gssapi", "pgm", "norm", "tipc", "ws", "wss"}) {
                capabilities[name] = has(name);
            }
            info["capabilities"] = capabilities;
            return info;
        },
        "What this is built with: versions of libzmq compiled against and loaded, the file it was "
        "loaded from, drafts, capabilities.");
}

}  // namespace zmqpp::binding
