// Room for files. libzmq says EMFILE in some places where the process may open no more files, and aborts
// it in others, so there is a look beforehand: as good as a guard can be while other threads open theirs.
#pragma once

#include <cerrno>
#include <string>
#include <vector>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Whether `count` more files can be opened now.
[[nodiscard]] inline bool is_room_for_files([[maybe_unused]] int count)
{
#ifdef _WIN32
    return true;  // sockets are not counted there
#else
    std::vector<int> opened(2);
    if (pipe(opened.data()) != 0) {
        return errno != EMFILE && errno != ENFILE;
    }
    while (static_cast<int>(opened.size()) < count) {
        const int copy = fcntl(opened.front(), F_DUPFD_CLOEXEC, 0);
        if (copy < 0) {
            break;
        }
        opened.push_back(copy);
    }
    const bool room = static_cast<int>(opened.size()) >= count;
    for (const int descriptor : opened) {
        ::close(descriptor);
    }
    return room;
#endif
}

// What a person should know beside libzmq's words for EMFILE.
[[nodiscard]] inline std::string out_of_files()
{
    std::string limit;
#ifndef _WIN32
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
        limit = std::to_string(files.rlim_cur) + " ";
    }
#endif
    return " (the " + limit + "files that this process may open are open; see `ulimit -n`)";
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
