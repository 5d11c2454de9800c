// The end of a socket: on purpose, by close(), or because nobody has a handle any more, and how long its
// unsent messages get. Included by socket_state.hpp.
#pragma once

#include <zmq.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "reaper.hpp"
#include "socket_state.hpp"

namespace zmqpp {
inline namespace v1 {
namespace detail {

// Nobody waits (waiters hold a reference). zmq_close may block on a monitor: the reaper does it.
inline SocketState::~SocketState()
{
    if (birthplace_.is_foreign() || handle_ == nullptr || !owned_) {
        return;
    }
    monitored_.end(*context_, handle_);  // first: a socket that this one watches may wait for that
    stop_watching();
    context_->note_closing(serial_);
    choose_last_linger(handle_, [](int set) { return set; });
    give_up_names(handle_);
    Reaper::instance().close(handle_);
    context_->forget_socket(serial_);
}

template <class Choose> void SocketState::set_linger(Choose&& choose)
{
    const std::lock_guard<Lock> guard(lock_);
    if (handle_ != nullptr) {
        choose_last_linger(handle_, choose);
    }
}

template <class Choose> void SocketState::close(Choose&& choose)
{
    birthplace_.require_home("Socket.close()", "socket");
    if (!owned_) {
        throw StateError("Socket.close(): this socket is borrowed; only its owner may close it");
    }
    stop_watching();
    void* handle = nullptr;
    {
        const std::lock_guard<Lock> guard(lock_);
        handle = handle_.exchange(nullptr);
        registrations_.note_closing();
        if (handle != nullptr) {
            choose_last_linger(handle, choose);
            monitored_.end(*context_, handle);
            context_->note_closing(serial_);
            give_up_names(handle);
        }
        waiters_.wake_all();
    }
    if (handle != nullptr) {
        zmq_close(handle);
        context_->forget_socket(serial_);
    }
}

template <class Choose> void SocketState::choose_linger(void* handle, Choose&& choose) noexcept
{
    int linger = -1;
    std::size_t size = sizeof linger;
    zmq_getsockopt(handle, ZMQ_LINGER, &linger, &size);
    linger = (std::max)(choose(linger), -1);
    zmq_setsockopt(handle, ZMQ_LINGER, &linger, sizeof linger);
}

// For the end. A SUB has sent nothing but subscriptions, which are of no use any more; when its
// publisher goes at the same time, libzmq would wait with them for another.
template <class Choose>
void SocketState::choose_last_linger(void* handle, Choose&& choose) const noexcept
{
    choose_linger(handle, [&](int set) { return type_ == SocketType::sub ? 0 : choose(set); });
}

// libzmq closes in the background; the inproc names must be free for others at once.
inline void SocketState::give_up_names(void* handle) noexcept
{
    for (const Endpoint& endpoint : endpoints) {
        if (endpoint.bound && is_inproc(endpoint.asked)) {
            context_->unbind_inproc(endpoint.asked,
                                    [&] { return zmq_unbind(handle, endpoint.asked.c_str()); });
        }
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace zmqpp
