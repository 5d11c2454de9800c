// proxy() carries messages between two sockets until it is told to stop. It is written on Socket and
// not on zmq_proxy, so that it stops like every other call: by closing a socket, by ending the
// context, by a signal, or by command, whatever it is doing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "poller.hpp"

namespace zmqpp {
inline namespace v1 {

struct ProxyTraffic {
    std::uint64_t received_messages = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t sent_messages = 0;
    std::uint64_t sent_bytes = 0;
};

namespace detail {

// Tells a loop in another thread to stop.
struct StopSignal {
    std::atomic<bool> is_given{false};
    Wake wake;

    void give() noexcept
    {
        is_given = true;
        wake.wake();
    }
};

class ProxyLoop {
public:
    // `stop`, if there is one, outlives the loop.
    ProxyLoop(const Socket& front, const Socket& back, const std::optional<Socket>& capture,
              const std::optional<Socket>& control, const StopSignal* stop = nullptr)
        : front_{front, {}}, back_{back, {}}, capture_(capture), control_(control), stop_(stop)
    {
    }

    void run()
    {
        between_wait_hooks([this] { move_messages(); });  // a busy one may never sleep
    }

private:
    void move_messages()
    {
        while (goes_on()) {
            const bool moved = !paused_ && move_both_ways();
            if (!moved) {
                wait_for_work();
            } else if (Deadline::Clock::now() >= next_signal_check_) {
                // A busy proxy never sleeps, so no wait would notice a Ctrl-C.
                next_signal_check_ = Deadline::Clock::now() + std::chrono::milliseconds(20);
                if (!go_on_after_interrupt()) {
                    throw Interrupted("proxy(): interrupted by a signal handler");
                }
            }
        }
    }

    struct Side {
        Socket socket;
        ProxyTraffic traffic;

        // These types only send, and would say so by an error.
        [[nodiscard]] bool receives() const
        {
            return socket.type() != SocketType::pub && socket.type() != SocketType::push;
        }
    };

    // Unless it is told to stop, by command or by signal.
    bool goes_on()
    {
        ended_ = ended_ || (stop_ != nullptr && stop_->is_given) || (control_ && !obey());
        return !ended_;
    }

    bool move_both_ways()
    {
        bool moved = move(front_, back_);
        if (front_.socket != back_.socket) {
            moved = move(back_, front_) || moved;
        }
        return moved;
    }

    // A burst, so that neither direction starves the other nor the commands. A message is taken
    // only when it can be handed on: one in hand is lost by stopping.
    bool move(Side& from, Side& to)
    {
        constexpr int burst = 100;
        bool moved = false;
        for (int i = 0; i < burst && from.receives() && can_send(to); ++i) {
            std::optional<Multipart> parts = from.socket.try_recv_multipart();
            if (!parts) {
                break;
            }
            moved = true;
            std::uint64_t bytes = 0;
            for (const Message& part : *parts) {
                bytes += part.size();
            }
            ++from.traffic.received_messages;
            from.traffic.received_bytes += bytes;
            if ((capture_ && !copy_to_capture(*parts)) || !hand_on(*parts, to.socket)) {
                break;
            }
            ++to.traffic.sent_messages;
            to.traffic.sent_bytes += bytes;
        }
        return moved;
    }

    [[nodiscard]] bool can_send(const Side& to) const
    {
        return to.socket.events(ZMQ_POLLOUT) != 0 &&
               (!capture_ || capture_->events(ZMQ_POLLOUT) != 0);
    }

    bool copy_to_capture(const Multipart& parts)
    {
        Multipart copies;
        for (const Message& part : parts) {
            copies.push_back(part.copy());
        }
        return hand_on(copies, *capture_);
    }

    // There was room a moment ago, unless another thread took it, or the socket can say no more than
    // that some peer has room (a PUB that drops nothing). False if it was told to stop before that.
    bool hand_on(Multipart& parts, Socket& to)
    {
        bool sent = to.try_send(parts);
        while (!sent && goes_on()) {
            sent = to.send(parts, std::chrono::milliseconds(50));
        }
        return sent;
    }

    // Sleeps until a move is possible again. What is ready already but of no use, because the other
    // side is not, is left out: it would end the sleep at once.
    void wait_for_work()
    {
        int for_front = 0;  // waiting for nothing still notices the end of a socket
        int for_back = 0;
        int for_capture = 0;
        if (!paused_) {
            const int front = front_.socket.events();
            const int back = back_.socket.events();
            const bool capture_full = capture_ && capture_->events(ZMQ_POLLOUT) == 0;
            if (!capture_full && (can_move(front, back) || can_move(back, front))) {
                return;  // since the last look; what is ready now would not be waited for below
            }
            for_front = missing(front, back);
            for_back = missing(back, front);
            for_capture = capture_full && ((front | back) & ZMQ_POLLIN) != 0 ? ZMQ_POLLOUT : 0;
        }
        Poller poller;
        poller.set(front_.socket, for_front);
        if (front_.socket != back_.socket) {
            poller.set(back_.socket, for_back);
        }
        if (capture_) {
            poller.set(*capture_, for_capture);
        }
        if (control_) {
            poller.set(*control_, ZMQ_POLLIN);
        }
        if (stop_ != nullptr) {
            poller.set(stop_->wake.descriptor(), ZMQ_POLLIN);
        }
        static_cast<void>(poller.poll(Deadline::never()));
    }

    static bool can_move(int from, int to)
    {
        return (from & ZMQ_POLLIN) != 0 && (to & ZMQ_POLLOUT) != 0;
    }

    static int missing(int mine, int other)
    {
        const int to_read = (mine & ZMQ_POLLIN) == 0 ? ZMQ_POLLIN : 0;
        const int to_write =
            (other & ZMQ_POLLIN) != 0 && (mine & ZMQ_POLLOUT) == 0 ? ZMQ_POLLOUT : 0;
        return to_read | to_write;
    }

    // Does what the control socket says; false to stop.
    bool obey()
    {
        while (auto command = control_->try_recv_multipart()) {
            const std::string_view word = command->front().view();
            if (word == "PAUSE") {
                paused_ = true;
            } else if (word == "RESUME") {
                paused_ = false;
            }
            if (word == "STATISTICS") {
                answer_with_statistics();
            } else if (control_->type() == SocketType::rep) {
                Message empty;  // a REP that does not answer could not be asked again
                static_cast<void>(control_->try_send(empty));
            }
            if (word == "TERMINATE" || word == "KILL") {
                return false;
            }
        }
        return true;
    }

    void answer_with_statistics()
    {
        if (control_->events(ZMQ_POLLOUT) == 0) {
            return;  // a PULL or SUB has no way to answer
        }
        Multipart answer;
        for (const ProxyTraffic& traffic : {front_.traffic, back_.traffic}) {
            for (const std::uint64_t count : {traffic.received_messages, traffic.received_bytes,
                                              traffic.sent_messages, traffic.sent_bytes}) {
                answer.emplace_back(&count, sizeof count);
            }
        }
        static_cast<void>(control_->try_send(answer));
    }

    Side front_;
    Side back_;
    std::optional<Socket> capture_;
    std::optional<Socket> control_;
    const StopSignal* stop_;
    bool paused_ = false;
    bool ended_ = false;
    Deadline::Clock::time_point next_signal_check_ = Deadline::Clock::now();
};

}  // namespace detail

// Carries messages both ways, with a copy of each to `capture`, until a socket is closed
// (SocketClosed) or the context ends (ContextTerminated). The libzmq call it stands for: zmq_proxy.
inline void proxy(const Socket& front, const Socket& back,
                  const std::optional<Socket>& capture = std::nullopt)
{
    detail::ProxyLoop(front, back, capture, std::nullopt).run();
}

// The same with commands from a PAIR, PULL, SUB or REP: PAUSE, RESUME, TERMINATE, on which it
// returns, and STATISTICS, which it answers with eight frames of 8 bytes in the machine's order:
// messages and bytes received, then sent, by `front`, then by `back` (zmq_proxy_steerable).
inline void proxy_steerable(const Socket& front, const Socket& back,
                            const std::optional<Socket>& capture, const Socket& control)
{
    detail::ProxyLoop(front, back, capture, control).run();
}

}  // namespace v1
}  // namespace zmqpp
