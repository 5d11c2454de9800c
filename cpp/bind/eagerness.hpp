// When to hold the GIL and when to give it up. Giving it up and taking it back costs as much as sending
// and receiving a small message, so what nearly always succeeds at once is done with the GIL held.
//
// A ping-pong between threads is the opposite case. Every receive has to wait, and its try before only
// takes half a microsecond in the kernel. And every send wakes a thread that needs the GIL to go on: if
// the sender has it, that thread goes to sleep again, and both are switched once more than needed. On one
// core that makes three times fewer round trips. So a socket that keeps missing goes straight to the
// wait, and a thread that had to wait for its message sends the answer without the GIL.
//
// All of this is guarded by the GIL.
#pragma once

namespace zmqpp::binding {

// Of a socket: whether a receive tries first.
class Eagerness {
public:
    [[nodiscard]] bool tries() noexcept
    {
        return misses_ < enough_misses || ++waits_ % waits_between_tries == 0;
    }
    void hit() noexcept { misses_ = 0; }
    void missed() noexcept { misses_ += misses_ < enough_misses ? 1 : 0; }

private:
    static constexpr unsigned enough_misses = 2;
    static constexpr unsigned waits_between_tries = 16;

    unsigned misses_ = 0;
    unsigned waits_ = 0;
};

// Of a thread that waits in a receive, for as long as it does.
class WaitingReceiver {
public:
    WaitingReceiver() noexcept
    {
        ++count_;
        answers_ = answers_after_wait;
    }
    ~WaitingReceiver() { --count_; }
    WaitingReceiver(const WaitingReceiver&) = delete;
    WaitingReceiver& operator=(const WaitingReceiver&) = delete;

    // Whether this thread's next send is such an answer, to one of the other threads that wait.
    [[nodiscard]] static bool takes_answer() noexcept
    {
        if (count_ == 0 || answers_ == 0) {
            return false;
        }
        --answers_;
        return true;
    }

private:
    static constexpr unsigned answers_after_wait = 2;

    inline static unsigned count_ = 0;
    inline static thread_local unsigned answers_ = 0;
};

}  // namespace zmqpp::binding
