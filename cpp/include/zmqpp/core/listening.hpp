// Descriptors that a program makes and hands over to bind(), by the option use_fd. libzmq takes whatever
// it is given, and aborts the process in its I/O thread if that does not listen.
#pragma once

#include <zmq.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "error.hpp"
#include "fork.hpp"

#ifndef _WIN32
#include <sys/socket.h>
#include <sys/stat.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

#ifdef _WIN32
class HandOver {
public:
    HandOver(void*, const std::string&, const std::string&) {}
    void keep() const noexcept {}
};
#else

// The hand-over to one bind(), which takes it back unless it is told to keep it.
class HandOver {
public:
    // Throws if `handle`, about to be bound to a tcp or ipc endpoint, has a use_fd that is not fit.
    HandOver(void* handle, const std::string& endpoint, const std::string& operation)
    {
        const bool is_ipc = endpoint.rfind("ipc://", 0) == 0;
        int descriptor = -1;
        std::size_t size = sizeof descriptor;
        if ((is_ipc || endpoint.rfind("tcp://", 0) == 0) &&
            zmq_getsockopt(handle, ZMQ_USE_FD, &descriptor, &size) == 0 && descriptor != -1) {
            require_listening(descriptor, is_ipc, operation);
            take(descriptor, operation);
        }
    }
    HandOver(const HandOver&) = delete;
    HandOver& operator=(const HandOver&) = delete;
    ~HandOver()
    {
        if (is_new_ && !kept_) {
            Taken& taken = per_process<Taken>();
            const std::lock_guard<std::mutex> guard(taken.mutex);
            taken.descriptors.erase(descriptor_);
        }
    }

    void keep() noexcept { kept_ = true; }

private:
    // libzmq closes what it took, and the same again, for a second bind(), would be closed twice. A
    // number may come back as another socket, which has another inode.
    struct Taken {
        std::mutex mutex;
        std::set<std::pair<int, ino_t> > descriptors;
    };

    void take(int descriptor, const std::string& operation)
    {
        struct stat status{};
        ::fstat(descriptor, &status);
        descriptor_ = {descriptor, status.st_ino};
        Taken& taken = per_process<Taken>();
        const std::lock_guard<std::mutex> guard(taken.mutex);
        is_new_ = taken.descriptors.insert(descriptor_).second;
        if (!is_new_) {
            refuse(descriptor, EBUSY, operation, "was bound before; hand over a duplicate (dup)");
        }
    }

    static void require_listening(int descriptor, bool is_ipc, const std::string& operation)
    {
        const auto option = [descriptor](int name, int& value) {
            socklen_t size = sizeof value;
            return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0;
        };
        int type = 0;
        if (!option(SO_TYPE, type)) {
            const int code = errno;
            refuse(descriptor, code, operation, "is not an open socket");
        }
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
        const int family = address.ss_family;
        if (type != SOCK_STREAM || (family == AF_UNIX) != is_ipc ||
            (!is_ipc && family != AF_INET && family != AF_INET6)) {
            refuse(descriptor, EINVAL, operation,
                   is_ipc ? "is not a Unix stream socket" : "is not a TCP socket");
        }
#ifdef SO_ACCEPTCONN
        int listens = 0;
        if (!option(SO_ACCEPTCONN, listens) || listens == 0) {
            refuse(descriptor, EINVAL, operation, "does not listen: call listen() on it first");
        }
#endif
    }

    [[noreturn]] static void refuse(int descriptor, int code, const std::string& operation,
                                    const std::string& why)
    {
        fail(code, operation + ": use_fd " + std::to_string(descriptor) + " " + why);
    }

    std::pair<int, ino_t> descriptor_;
    bool is_new_ = false;
    bool kept_ = false;
};

#endif

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
