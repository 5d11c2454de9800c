// Knowing that fork() happened. libzmq's threads do not exist in the child and its descriptors are
// shared with the parent, so an inherited handle must not be touched there, not even to close it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "error.hpp"

#ifndef _WIN32
#include <pthread.h>
#endif

namespace zmqpp {
inline namespace v1 {

// How many forks lie between the first process and this one.
[[nodiscard]] inline const std::atomic<unsigned>& fork_generation()
{
    static std::atomic<unsigned> generation{0};
#ifndef _WIN32
    // pthread_atfork runs in the child before fork() returns: no call can see a stale number.
    [[maybe_unused]] static const int registered = pthread_atfork(
        nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
#endif
    return generation;
}

// The process an object was made in. It keeps a pointer to the counter of the library that made it:
// two libraries in one process, both built from these headers, may have counted differently.
class Birthplace {
public:
    Birthplace()
        : generation_(&fork_generation()), born_(generation_->load(std::memory_order_relaxed))
    {
    }

    // True in a child of the process that made the object.
    [[nodiscard]] bool is_foreign() const noexcept
    {
        return generation_->load(std::memory_order_relaxed) != born_;
    }

    void require_home(const char* operation, const char* what) const
    {
        if (is_foreign()) {
            fail_abroad(operation, what);
        }
    }

private:
    [[noreturn]] ZMQPP_SELDOM static void fail_abroad(const char* operation, const char* what)
    {
        throw ForkError(std::string(operation) + ": this " + what +
                        " was made before fork(); make a new context in the child process");
    }

    const std::atomic<unsigned>* generation_;
    unsigned born_;
};

// The one T of this process, or rather of this library in it: two libraries that are built from these
// headers and hide their symbols have one each, unless one takes over the other's place. A child of fork()
// gets a fresh one, because another thread of its parent may have been inside the old one when the child
// was born. Never destroyed: threads may still use it while static objects go.
template <class T> class PerProcess {
public:
    struct Home {
        T object;
        Birthplace birthplace;
    };
    using Place = std::atomic<Home*>;

    [[nodiscard]] static T& get()
    {
        Place& current = place();
        Home* home = current.load(std::memory_order_acquire);
        while (home == nullptr || home->birthplace.is_foreign()) {
            auto fresh = std::make_unique<Home>();
            if (current.compare_exchange_strong(home, fresh.get())) {
                home = fresh.release();
            }
        }
        return home->object;
    }

    [[nodiscard]] static Place& place() { return *shared_place().load(std::memory_order_acquire); }
    // From here on the T is the other library's, unless this one has begun to use its own.
    static void share(Place& others)
    {
        if (place().load(std::memory_order_acquire) == nullptr) {
            shared_place().store(&others, std::memory_order_release);
        }
    }

private:
    static std::atomic<Place*>& shared_place()
    {
        static Place own{nullptr};
        static std::atomic<Place*> shared{&own};
        return shared;
    }
};

template <class T> [[nodiscard]] T& per_process() { return PerProcess<T>::get(); }

}  // namespace v1
}  // namespace zmqpp
