// Whether a raw handle is what it is said to be: a context or socket of the very libzmq that is loaded
// here. A process may have several (a package brings its own, another was linked in): each takes the
// objects of the other for its own, and crashes. Any thread.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "error.hpp"
#include "fork.hpp"
#include "version.hpp"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#include <unistd.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

// The program or library file that was loaded where `address` is.
struct LoadedFile {
    const void* base = nullptr;  // null if there is none
    std::string path;

    [[nodiscard]] static LoadedFile of(const void* address)
    {
        LoadedFile file;
#ifdef _WIN32
        HMODULE module = nullptr;
        constexpr DWORD how =
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
        if (GetModuleHandleExA(how, static_cast<LPCSTR>(address), &module) != 0) {
            char path[MAX_PATH] = "";
            GetModuleFileNameA(module, path, MAX_PATH);
            file = {module, path};
        }
#else
        Dl_info info{};
        if (dladdr(address, &info) != 0 && info.dli_fbase != nullptr) {
            file = {info.dli_fbase, info.dli_fname == nullptr ? "" : info.dli_fname};
        }
#endif
        return file;
    }
};

// Reads a word of memory that need not be there. False if it is not.
[[nodiscard]] inline bool read_word(const void* address, const void*& word)
{
#ifdef _WIN32
    SIZE_T size = 0;
    return ReadProcessMemory(GetCurrentProcess(), address, &word, sizeof word, &size) != 0;
#else
    // The kernel says EFAULT where we would crash.
    int ends[2];
    if (pipe(ends) != 0) {
        fail(errno, "borrow()");
    }
    constexpr auto size = static_cast<ssize_t>(sizeof word);
    const bool there =
        write(ends[1], address, sizeof word) == size && read(ends[0], &word, sizeof word) == size;
    ::close(ends[0]);
    ::close(ends[1]);
    return there;
#endif
}

// The word in which all contexts of this libzmq are alike, and unlike those of any other: the pointer to
// the virtual functions of a member. Memory that nobody has set may hold old pointers, so it has to be the
// same in several contexts, and to lead to functions of libzmq.
class Landmark {
public:
    Landmark()
    {
        require_room_for_files(16, "borrow()");
        std::array<void*, 4> contexts{};
        for (void*& context : contexts) {
            context = zmq_ctx_new();
        }
        const bool made = std::count(contexts.begin(), contexts.end(), nullptr) == 0;
        void* socket = nullptr;
        if (made) {
            zmq_ctx_set(contexts.front(), ZMQ_IO_THREADS, 0);
            socket = zmq_socket(contexts.front(), ZMQ_PAIR);
        }
        const int code = zmq_errno();
        if (socket != nullptr) {
            library_ = LoadedFile::of(word_at(socket, 0));  // a socket begins with such a pointer
            find_in(contexts);
            zmq_close(socket);
        }
        for (void* context : contexts) {
            zmq_ctx_term(context);
        }
        if (socket == nullptr) {
            fail(code, "borrow()");
        }
    }

    [[nodiscard]] const LoadedFile& library() const { return library_; }

    [[nodiscard]] bool is_in_context(const void* handle) const
    {
        const void* word = nullptr;
        return read_word(static_cast<const char*>(handle) + offset_, word) && word == word_;
    }

    [[nodiscard]] bool is_in_socket(const void* handle) const
    {
        const void* word = nullptr;
        return read_word(handle, word) && LoadedFile::of(word).base == library_.base;
    }

    // The file that `handle` seems to come from, for people.
    [[nodiscard]] static std::string guess_file(const void* handle)
    {
        const void* word = nullptr;
        for (std::size_t at = 0; at < furthest; at += step) {
            if (!read_word(static_cast<const char*>(handle) + at, word)) {
                break;
            }
            const LoadedFile file = LoadedFile::of(word);
            if (file.path.find("zmq") != std::string::npos) {
                return file.path;
            }
        }
        return "";
    }

private:
    static constexpr std::size_t step = sizeof(void*);
    static constexpr std::size_t furthest = 1024;

    void find_in(const std::array<void*, 4>& contexts)
    {
        for (std::size_t at = 0; at < furthest && word_ == nullptr; at += step) {
            const void* word = word_at(contexts.front(), at);
            const bool alike = std::all_of(contexts.begin(), contexts.end(), [&](void* context) {
                return word_at(context, at) == word;
            });
            const void* function = nullptr;
            if (alike && is_in_library(word) && read_word(word, function) &&
                is_in_library(function)) {
                offset_ = at;
                word_ = word;
            }
        }
    }

    [[nodiscard]] bool is_in_library(const void* address) const
    {
        return address != nullptr && LoadedFile::of(address).base == library_.base;
    }

    static const void* word_at(const void* object, std::size_t at)
    {
        const void* word = nullptr;
        std::memcpy(&word, static_cast<const char*>(object) + at, sizeof word);
        return word;
    }

    std::size_t offset_ = 0;
    const void* word_ = nullptr;
    LoadedFile library_;
};

[[noreturn]] inline void refuse_handle(const Landmark& landmark, const void* handle,
                                       const char* operation, const char* kind)
{
    const std::string other = Landmark::guess_file(handle);
    const std::string& ours = landmark.library().path;
    std::string text = std::string(operation) + ": this is no open " + kind + " of libzmq " +
                       library_version().to_string() + " (" + ours + ")";
    if (!other.empty() && other != ours) {
        text +=
            " but one of another copy of libzmq (" + other +
            "), and two copies share nothing; build the other side against the first file, which "
            "is zmqpp.build_info()[\"libzmq_path\"] in Python and comes with zmqpp::core from "
            "find_package(zmqpp) in CMake";
    }
    throw StateError(text);
}

// Throws StateError unless `handle` is an open context (socket) of this libzmq.
inline void require_context(const void* handle, const char* operation)
{
    const auto& landmark = per_process<Landmark>();
    const bool aligned = reinterpret_cast<std::uintptr_t>(handle) % sizeof(void*) == 0;
    if (!aligned || !landmark.is_in_context(handle)) {
        refuse_handle(landmark, handle, operation, "context");
    }
}
inline void require_socket(const void* handle, const char* operation)
{
    const auto& landmark = per_process<Landmark>();
    const bool aligned = reinterpret_cast<std::uintptr_t>(handle) % sizeof(void*) == 0;
    if (!aligned || !landmark.is_in_socket(handle)) {
        refuse_handle(landmark, handle, operation, "socket");
    }
}

}  // namespace detail

// The file of the libzmq that is loaded, which decides much and is hard to see.
[[nodiscard]] inline std::string library_path()
{
    return detail::LoadedFile::of(library_address()).path;
}

}  // namespace v1
}  // namespace zmqpp
