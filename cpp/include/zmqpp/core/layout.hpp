// What two libraries that are built from these headers must agree on to share contexts and sockets: they
// operate on each other's objects.
#pragma once

#include <string>

#include "context_state.hpp"
#include "message.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Raised when what the libraries share changes without changing in size.
inline constexpr int layout_number = 1;

[[nodiscard]] inline std::string core_layout()
{
#if defined(_GLIBCXX_USE_CXX11_ABI)
    const std::string library = "libstdc++" + std::string(_GLIBCXX_USE_CXX11_ABI ? "11" : "98");
#elif defined(_LIBCPP_ABI_VERSION)
    const std::string library = "libc++" + std::to_string(_LIBCPP_ABI_VERSION);
#elif defined(_MSC_VER)
    const std::string library = "msvc" + std::to_string(_ITERATOR_DEBUG_LEVEL);
#else
    const std::string library = "unknown";
#endif
    return std::to_string(layout_number) + "-" + library + "-" +
           std::to_string(sizeof(ContextState)) + "-" + std::to_string(sizeof(SocketState)) + "-" +
           std::to_string(sizeof(Message)) + "-" + std::to_string(sizeof(Wake)) + "-" +
           std::to_string(sizeof(Enlisted<Lock>)) + "-" + std::to_string(sizeof(Registration)) +
           "-" + std::to_string(sizeof(Publisher)) + "-" + std::to_string(sizeof(SleepingPlaces)) +
           (compiled_with_drafts ? "-drafts" : "");
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
