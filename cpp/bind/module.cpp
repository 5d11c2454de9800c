// The index of the extension module, and nothing else. Order: a type before the first signature that
// mentions it.
#include "bind.hpp"

PYBIND11_MODULE(_core, m)
{
    m.attr("__version__") = ZMQPP_VERSION;
    m.doc() = "The compiled half of zmqpp: the C++ core as Python sees it.";

    bind_errors(m);
    bind_constants(m);
    bind_version(m);
    bind_security(m);
    bind_tracker(m);
    bind_message(m);
    bind_context(m);
    bind_socket(m);
    bind_poller(m);
    bind_proxy(m);
    bind_monitor(m);
    bind_exit(m);
}
