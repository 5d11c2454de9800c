// The object that stands for a context or a socket in another language.
#pragma once

namespace zmqpp {
inline namespace v1 {
namespace detail {

// That language guards it. A host may end an interpreter and start another: an object is of one life.
struct Face {
    void* object = nullptr;
    const void* handle = nullptr;  // inside the object, which takes leave when it goes
    unsigned life = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
