// Which libzmq this is: the one these headers were compiled against and the one that runs.
// Any thread; never fails.
#pragma once

#include <zmq.h>

#include <string>

#include "error.hpp"

namespace zmqpp {
inline namespace v1 {

struct Version {
    int major;
    int minor;
    int patch;

    // 40304 for 4.3.4: how the option table writes "since".
    [[nodiscard]] constexpr int number() const { return major * 10000 + minor * 100 + patch; }

    [[nodiscard]] static constexpr Version of(int number)
    {
        return {number / 10000, number / 100 % 100, number % 100};
    }

    [[nodiscard]] std::string to_string() const
    {
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    }
};

// The libzmq that is loaded (zmq_version).
[[nodiscard]] inline Version library_version()
{
    Version version{};
    zmq_version(&version.major, &version.minor, &version.patch);
    return version;
}

// The zmq.h this was compiled with.
[[nodiscard]] constexpr Version header_version()
{
    return {ZMQ_VERSION_MAJOR, ZMQ_VERSION_MINOR, ZMQ_VERSION_PATCH};
}

// A place inside the loaded libzmq, to find its file by.
[[nodiscard]] inline const void* library_address()
{
    return reinterpret_cast<const void*>(&zmq_version);
}

// Whether the loaded libzmq has a capability: "ipc", "pgm", "tipc", "norm", "curve", "gssapi",
// "draft", "WS", "WSS" ... (zmq_has).
[[nodiscard]] inline bool has(const char* capability) { return zmq_has(capability) == 1; }

#ifdef ZMQ_BUILD_DRAFT_API
inline constexpr bool compiled_with_drafts = true;
#else
inline constexpr bool compiled_with_drafts = false;
#endif

// Whether draft sockets, options and calls work: compiled in here, and in the loaded libzmq.
[[nodiscard]] inline bool has_drafts() { return compiled_with_drafts && has("draft"); }

// Throws NotSupported unless the loaded libzmq is new enough and has drafts where they are needed.
inline void require_library(const std::string& what, int since, bool draft)
{
    const Version running = library_version();
    if (running.number() < since) {
        throw NotSupported(what + " needs libzmq " + Version::of(since).to_string() +
                           "; this is libzmq " + running.to_string());
    }
    if (draft && !has("draft")) {
        throw NotSupported(what + " is a draft of libzmq; this libzmq " + running.to_string() +
                           " was built without drafts (-DENABLE_DRAFTS=ON)");
    }
}

}  // namespace v1
}  // namespace zmqpp
