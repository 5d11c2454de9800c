// The class of contexts that Python sees, for the files that take and give them.
#pragma once

#include "bind.hpp"

#include "zmqpp/core/context.hpp"

namespace zmqpp::binding {

// A context with what only Python needs to know of it.
struct BoundContext : Context {
    explicit BoundContext(Context context) : Context(std::move(context)) {}
    // A second handle, which does not stand for the context.
    BoundContext(const BoundContext& other) : Context(other) {}
    BoundContext& operator=(const BoundContext&) = delete;
    ~BoundContext()
    {
        if (state()->face.handle == this) {
            state()->face = {};
        }
    }
};

}  // namespace zmqpp::binding
