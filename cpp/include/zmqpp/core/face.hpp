// The object that stands for a context or a socket in another language.
#pragma once

namespace zmqpp {
inline namespace v1 {
namespace detail {

// In which of the language's lives it was made: a host may end an interpreter and start another. That
// language guards it.
struct Face {
    void* object = nullptr;
    unsigned life = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
