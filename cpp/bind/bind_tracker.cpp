#include "bind.hpp"

#include "arguments.hpp"
#include "buffer.hpp"
#include "errors.hpp"
#include "fastcall.hpp"
#include "gil.hpp"
#include "timeout.hpp"
#include "zmqpp/core/tracker.hpp"

namespace zmqpp::binding {
namespace {

// Also lets go of the buffers, so that their owners can resize them at once.
bool is_done(const zmqpp::Tracker& tracker)
{
    const bool done = tracker.done();
    if (done) {
        release_returned_buffers();
    }
    return done;
}

}  // namespace

void bind_tracker(py::module_& m)
{
    py::class_<zmqpp::Tracker> type(
        m, "MessageTracker",
        "Tells when libzmq is done with the memory of a message that was sent "
        "without a copy. It covers every part of the message.");
    require_init(type);
    type.def_property_readonly("done", &is_done,
                               "Whether all of the message's buffers may be changed again.")
        .def(
            "wait",
            [](const zmqpp::Tracker& tracker, argument::OptionalTime timeout) {
                const auto deadline = to_deadline_or(timeout.object, seconds,
                                                     [] { return zmqpp::Deadline::never(); });
                if (!deadline) {
                    throw py::error_already_set();
                }
                if (!without_gil([&] { return tracker.wait(*deadline); })) {
                    set_error(error_classes.not_done, EAGAIN,
                              "MessageTracker.wait(): libzmq still uses the message");
                    throw py::error_already_set();
                }
                release_returned_buffers();
            },
            py::arg("timeout") = -1,
            "Waits until `done`, at most `timeout` seconds (a timedelta will do; negative or None: "
            "for "
            "ever). Raises NotDone if that was not enough.");
}

}  // namespace zmqpp::binding
