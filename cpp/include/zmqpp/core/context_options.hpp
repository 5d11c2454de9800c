// Reading and setting the options of contexts (zmq_ctx_get, zmq_ctx_set). Any thread.
#pragma once

#include <zmq.h>

#include <string>

#include "context_state.hpp"
#include "option.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// libzmq reads these when its threads start, with the first socket, and never again.
[[nodiscard]] inline bool is_for_start(ContextOption option)
{
    switch (option) {
    case ContextOption::io_threads:
    case ContextOption::max_sockets:
    case ContextOption::thread_priority:
    case ContextOption::thread_sched_policy:
    case ContextOption::thread_affinity_cpu_add:
    case ContextOption::thread_affinity_cpu_remove:
    case ContextOption::thread_name_prefix: return true;
    default: return false;
    }
}

inline void set_text([[maybe_unused]] void* handle, const OptionRow& row,
                     [[maybe_unused]] const void* value, [[maybe_unused]] std::size_t size)
{
#ifdef ZMQ_BUILD_DRAFT_API
    check(zmq_ctx_set_ext(handle, row.id, value, size),
          [&] { return std::string("Context.") + row.name; });
#else
    throw NotSupported(std::string("Context.") + row.name +
                       ": text options of contexts are drafts of libzmq; zmqpp was built without "
                       "drafts");
#endif
}

// An option may only be changed while it still has an effect.
inline void set_option(ContextState& context, const OptionRow& row, const void* value,
                       std::size_t size)
{
    const std::string what = std::string("Context.") + row.name;
    context.with_handle(what.c_str(), [&](void* handle) {
        if (context.has_opened() && is_for_start(static_cast<ContextOption>(row.id))) {
            throw StateError(what +
                             ": too late, the context has opened its first socket; give it to the "
                             "constructor");
        }
        if (is_string(row.kind)) {
            set_text(handle, row, value, size);
        } else {
            const int number = *static_cast<const int*>(value);
            if (row.id == ZMQ_IO_THREADS && number > ThreadStart::most_io_threads) {
                throw Error(EINVAL,
                            what + ": at most " + std::to_string(ThreadStart::most_io_threads));
            }
            check(zmq_ctx_set(handle, row.id, number), [&] { return what; });
            context.thread_start.note(static_cast<ContextOption>(row.id), number);
        }
    });
}

[[nodiscard]] inline int get_option(ContextState& context, const OptionRow& row)
{
    const std::string what = std::string("Context.") + row.name;
    return context.with_handle(what.c_str(), [&](void* handle) {
        errno = 0;  // -1 is a value too: thread_sched_policy begins with it
        const int value = zmq_ctx_get(handle, row.id);
        if (value == -1 && zmq_errno() != 0) {
            fail(zmq_errno(), what);
        }
        return value;
    });
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
