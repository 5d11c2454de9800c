// The operating system's word for the calling thread: pthread_self, which is what Python calls
// threading.get_ident(), so that errors can name threads of both languages.
#pragma once

#ifdef _WIN32
#include <winsock2.h>  // before windows.h, which includes the old one otherwise

#include <windows.h>
#else
#include <pthread.h>

#include <cstdint>
#endif

namespace zmqpp {
inline namespace v1 {

using ThreadId = unsigned long long;
inline constexpr ThreadId no_thread = 0;

[[nodiscard]] inline ThreadId this_thread_id() noexcept
{
#ifdef _WIN32
    return ::GetCurrentThreadId();
#else
    return static_cast<ThreadId>((std::uintptr_t)::pthread_self());  // NOLINT: pointer or integer
#endif
}

}  // namespace v1
}  // namespace zmqpp
