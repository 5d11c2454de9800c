// The index of the extension module, and nothing else. Order: a type before the first signature that
// mentions it.
#include "bind.hpp"

PYBIND11_MODULE(_core, m)
{
    namespace binding = zmqpp::binding;

    m.attr("__version__") = ZMQPP_VERSION;
    m.doc() = "The compiled half of zmqpp: the C++ core as Python sees it.";

    binding::bind_errors(m);
    binding::bind_constants(m);
    binding::bind_version(m);
    binding::bind_security(m);
    binding::bind_tracker(m);
    binding::bind_message(m);
    binding::bind_context(m);
    binding::bind_socket(m);
    binding::bind_poller(m);
    binding::bind_proxy(m);
    binding::bind_monitor(m);
    binding::bind_faces(m);
    binding::bind_capi(m);
    binding::bind_exit(m);
}
