#include "bind.hpp"

#include "errors.hpp"
#include "gil.hpp"
#include "timeout.hpp"
#include "zmqpp/core/tracker.hpp"

using namespace zmqpp::binding;  // NOLINT: this file's own names

void bind_tracker(py::module_& m)
{
    py::class_<zmqpp::Tracker>(m, "MessageTracker",
                               "Tells when libzmq is done with the memory of a message that was sent "
                               "without a copy. It covers every part of the message.")
        .def_property_readonly("done", &zmqpp::Tracker::done,
                               "Whether all of the message's buffers may be changed again.")
        .def(
            "wait",
            [](const zmqpp::Tracker& tracker, const py::handle timeout) {
                const auto deadline = to_deadline_or(timeout.ptr(), seconds,
                                                     [] { return zmqpp::Deadline::never(); });
                if (!deadline) {
                    throw py::error_already_set();
                }
                if (!without_gil([&] { return tracker.wait(*deadline); })) {
                    set_error(error_classes.not_done, EAGAIN,
                              "MessageTracker.wait(): libzmq still uses the message");
                    throw py::error_already_set();
                }
            },
            py::arg("timeout") = -1,
            "Waits until `done`, at most `timeout` seconds (a timedelta will do; negative or None: for "
            "ever). Raises NotDone if that was not enough.");
}
