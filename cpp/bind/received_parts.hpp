// The parts of one message, on their way from libzmq into a list.
#pragma once

#include "bind.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "message.hpp"

namespace zmqpp::binding {

// Writes its own destructor because a message can fail in the middle. The GIL is held whenever there is
// something to let go of: waits fill `whole()`, and what is made before them is in the list.
class ReceivedParts {
public:
    explicit ReceivedParts(bool copy) : copies_(copy) {}
    ReceivedParts(const ReceivedParts&) = delete;
    ReceivedParts& operator=(const ReceivedParts&) = delete;
    ~ReceivedParts()
    {
        for (std::size_t i = 0; i < made_count_; ++i) {
            Py_XDECREF(made_[i]);
        }
    }

    // Small parts become bytes at once, also while the socket is in use: that runs no Python code and no
    // garbage collector. Moving messages out first would cost as much as receiving them.
    ZMQPP_INLINE void add(Message& part, std::size_t size)
    {
        if (copies_ && later_.empty() && made_count_ < made_.size() &&
            size < default_copy_threshold) {
            made_[made_count_++] = to_bytes(part, size);  // null if there is no memory
        } else {
            later_.push_back(std::move(part));
        }
    }

    // All of a message that was waited for.
    [[nodiscard]] Multipart& whole() { return later_; }

    // A new list, once. Null with an error set if there is no memory.
    PyObject* to_list()
    {
        PyObject* list = PyList_New(static_cast<Py_ssize_t>(made_count_ + later_.size()));
        bool is_whole = list != nullptr;
        for (std::size_t i = 0; is_whole && i < made_count_; ++i) {
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), made_[i]);
            is_whole = std::exchange(made_[i], nullptr) != nullptr;
        }
        for (std::size_t i = 0; is_whole && i < later_.size(); ++i) {
            PyObject* part = convert(later_[i], copies_);
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(made_count_ + i), part);
            is_whole = part != nullptr;
        }
        if (!is_whole) {
            Py_CLEAR(list);
        }
        return list;
    }

private:
    const bool copies_;
    std::size_t made_count_ = 0;
    std::array<PyObject*, 16> made_;  // more come later too
    Multipart later_;
};

}  // namespace zmqpp::binding
