// The end of the interpreter. Contexts that nobody ended are abandoned with at most a second, in all,
// for their unsent messages; threads blocked in them stay asleep until the process is gone.
#include "bind.hpp"

#include "buffer.hpp"
#include "errors.hpp"
#include "gil.hpp"
#include "zmqpp/core/context.hpp"

using namespace zmqpp::binding;  // NOLINT: this file's own names

namespace {

constexpr std::chrono::milliseconds patience{1000};

void end()
{
    begin_ending();
    stop_releasing_buffers();
    without_gil([] { return zmqpp::finish(patience); });
}

}  // namespace

void bind_exit(py::module_& m)
{
    m.def("_end", &end, "Runs at interpreter exit.");
    py::module_::import("atexit").attr("register")(m.attr("_end"));
}
