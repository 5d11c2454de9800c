// Places of other code to which a context's handle was written: an object of another binding, which
// believes that it owns what it points at. They are looked at, because such code may end the context, and
// emptied when the context ends here. The mutex of ContextState guards this; the other code takes no lock.
// Whether there is any such place can be asked without it.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

namespace zmqpp {
inline namespace v1 {
namespace detail {

class LentHandles {
public:
    [[nodiscard]] bool is_any() const noexcept { return is_any_; }

    void lend(void** place, void* handle)
    {
        places_.push_back(place);  // first: it may throw
        is_any_ = true;
        *place = handle;
    }

    // What else may be there by now is not ours to take.
    void take_back(void** place, const void* handle) noexcept
    {
        places_.erase(std::remove(places_.begin(), places_.end(), place), places_.end());
        is_any_ = !places_.empty();
        empty(place, handle);
    }

    // Who ends a context empties the place, and who moves it elsewhere is going to end it.
    [[nodiscard]] bool is_taken(const void* handle) const noexcept
    {
        return std::any_of(places_.begin(), places_.end(),
                           [handle](void** place) { return *place != handle; });
    }

    // The handle leads nowhere from now on: a null one is an error to libzmq, and not a crash.
    void revoke(const void* handle) noexcept
    {
        for (void** place : places_) {
            empty(place, handle);
        }
        places_.clear();
        is_any_ = false;
    }

private:
    static void empty(void** place, const void* handle) noexcept
    {
        if (*place == handle) {
            *place = nullptr;
        }
    }

    std::vector<void**> places_;
    std::atomic<bool> is_any_{false};
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
