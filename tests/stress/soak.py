"""soak.py [SECONDS]: everything at once, for long, and nothing grows.

Threads send, receive, connect, disconnect, watch, lend memory and fork, in a context that lives as long as
the process and in others that come and go. Every few seconds they rest, and the process is measured.

Criteria, between the first rest after the warm-up (a quarter of the time) and the end:

- descriptors and threads: not one more;
- memory (resident): the median of the last quarter of the rests is above that of the first by no more than
  8 MiB or a tenth, whichever is more: allocators give back late;
- every worker got on in every round, and came to its rest within a minute.

SECONDS is 600 unless given, or ZMQPP_SOAK_SECONDS. Ends with 0 if all held, and says what did not.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import os
import random
import statistics
import sys
import threading
import time
import warnings

import zmqpp as zmq

PAGE = os.sysconf("SC_PAGE_SIZE")
REST_WITHIN = 60
MOST_GROWTH = 8 << 20
LIMITS = {"linger": 0, "sndtimeo": 5000, "rcvtimeo": 5000}


def measure():
    """Resident bytes, descriptors and threads of this process."""
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * PAGE
    return resident, len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def settled(seconds=10):
    """The same once what ends in the background has ended: when it stays the same, or after a while."""
    deadline = time.monotonic() + seconds
    best = measure()
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 0.2 and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)
        now = measure()
        if now[1:] < best[1:]:
            quiet_since = time.monotonic()
        best = min(best, now, key=lambda each: each[1:])
    with contextlib.suppress(AttributeError):  # what is free but kept for later is nobody's leak
        ctypes.CDLL(None).malloc_trim(0)
    return (measure()[0], *best[1:])


class Standing:
    """The context that stays, with sockets that all workers may use."""

    def __init__(self):
        self.context = zmq.Context()
        self.router = self.context.socket(zmq.ROUTER, **LIMITS)
        self.endpoint = self.router.bind("tcp://127.0.0.1:*")
        self.router.bind("inproc://standing")
        self.publisher = self.context.socket(zmq.XPUB, **LIMITS)
        self.topics = self.publisher.bind("tcp://127.0.0.1:*")

    def close(self):
        self.context.destroy(linger=0)


# --- the workers: each does one lap of its work ---


def echo(standing):
    """Answers what comes to the standing ROUTER."""
    for _ in range(200):
        if not standing.router.poll(1):
            break
        with contextlib.suppress(zmq.Again):
            standing.router.send_multipart(standing.router.recv_multipart(timeout=0))


def ask(standing):
    """A DEALER that connects, asks, gets the right answers, and goes."""
    endpoint = random.choice([standing.endpoint, "inproc://standing"])
    with standing.context.socket(zmq.DEALER, **LIMITS) as dealer:
        dealer.connect(endpoint)
        questions = [[str(n).encode(), os.urandom(n * 100)] for n in range(20)]
        for question in questions:
            dealer.send_multipart(question)
        answers = [dealer.recv_multipart() for _ in questions]
        assert sorted(answers) == sorted(questions)  # two threads answer, so in any order
        dealer.disconnect(endpoint)


def publish(standing):
    """Subscribers that come, hear something and go."""
    with standing.context.socket(zmq.SUB, **LIMITS) as subscriber:
        subscriber.subscribe(b"topic")
        subscriber.connect(standing.topics)
        while not subscriber.poll(1):
            standing.publisher.send_multipart([b"topic", bytes(1000)])
            while standing.publisher.poll(0):
                standing.publisher.recv(timeout=0)
        assert subscriber.recv_multipart()[0] == b"topic"


def come_and_go(_):
    """A context with threads, traffic and unsent messages, ended in one of all ways."""
    context = zmq.Context(io_threads=random.choice([1, 2]))
    pull = context.socket(zmq.PULL, **LIMITS)
    push = context.socket(zmq.PUSH, **LIMITS)
    push.connect(pull.bind(random.choice(["inproc://x", "tcp://127.0.0.1:*", "ipc://*"])))
    sender = threading.Thread(target=lambda: [push.send(b"x" * n) for n in range(200)])
    sender.start()
    for n in range(200):
        assert len(pull.recv()) == n
    sender.join()
    push.connect("tcp://127.0.0.1:1")
    push.send(b"to nobody", timeout=1000)
    way = random.randrange(3)
    if way == 0:
        pull.close()
        push.close()
        context.term()
    elif way == 1:
        context.destroy(linger=0)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del pull, push, context, sender


def lend(standing):
    """Large messages without copies, both ways, and their memory back."""
    with standing.context.socket(zmq.PAIR, **LIMITS) as a:
        with standing.context.socket(zmq.PAIR, **LIMITS) as b:
            b.connect(a.bind(random.choice(["tcp://127.0.0.1:*", "ipc://*"])))
            trackers = []
            for _ in range(10):
                data = bytearray(os.urandom(100_000))
                trackers.append(b.send(data, copy=False, track=True))
                view = memoryview(a.recv(copy=False))
                assert view == data
            for tracker in trackers:
                tracker.wait(timeout=10)


def watch(standing):
    """Monitors that come and go, read or not, while connections do."""
    with standing.context.socket(zmq.DEALER, **LIMITS) as dealer:
        monitor = dealer.get_monitor_socket()
        dealer.connect(standing.endpoint)
        if random.random() < 0.5:
            assert monitor.poll(5000)
            assert len(monitor.recv_multipart()) == 2
        if random.random() < 0.5:
            monitor.close()
            dealer.disconnect(standing.endpoint)


def fork(standing):
    """A child that uses ZeroMQ of its own, and cannot use its parent's."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            try:
                standing.router.poll(0)
            except zmq.ForkError:
                with zmq.Context() as context, context.socket(zmq.PAIR, **LIMITS) as pair:
                    pair.bind("inproc://child")
                    code = 0
        os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"
    time.sleep(0.05)


WORKERS = [echo, echo, ask, ask, publish, come_and_go, lend, watch, fork]


def work(standing, seconds):
    """Lets all workers run for a while; returns what went wrong."""
    wrong = []
    end = time.monotonic() + seconds
    busy = len(WORKERS) - WORKERS.count(echo)  # the others need it until they are done
    lock = threading.Lock()

    def run(worker):
        nonlocal busy
        laps = 0
        try:
            while time.monotonic() < end or (worker is echo and busy > 0):
                worker(standing)
                laps += 1
        except BaseException as error:
            wrong.append(f"{worker.__name__}: {type(error).__name__}: {error}")
        finally:
            if worker is not echo:
                with lock:
                    busy -= 1
        if laps == 0:
            wrong.append(f"{worker.__name__} did not get on")

    threads = [threading.Thread(target=run, args=(each,), daemon=True) for each in WORKERS]
    for thread in threads:
        thread.start()
    deadline = end + REST_WITHIN
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            faulthandler.dump_traceback(all_threads=True)
            return [*wrong, f"a worker did not come to its rest within {REST_WITHIN} s"]
    return wrong


def judge(rests):
    """What the criteria say of the measurements after the warm-up."""
    (_, descriptors, threads), (_, last_descriptors, last_threads) = rests[0], rests[-1]
    quarter = max(1, len(rests) // 4)
    first = statistics.median(rest[0] for rest in rests[:quarter])
    last = statistics.median(rest[0] for rest in rests[-quarter:])
    wrong = []
    if last_descriptors > descriptors:
        wrong.append(f"descriptors grew from {descriptors} to {last_descriptors}")
    if last_threads > threads:
        wrong.append(f"threads grew from {threads} to {last_threads}")
    if last - first > max(MOST_GROWTH, first / 10):
        wrong.append(f"memory grew from {first / 2**20:.1f} to {last / 2**20:.1f} MiB")
    return wrong


def main():
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ZMQPP_SOAK_SECONDS", "600")
    seconds = float(given)
    warnings.simplefilter("ignore", DeprecationWarning)  # Python dislikes forks beside threads
    round_seconds = min(10.0, max(0.5, seconds / 20))
    start = time.monotonic()
    standing = Standing()
    rests, wrong = [], []
    while time.monotonic() - start < seconds and not wrong:
        wrong = work(standing, round_seconds)
        if wrong:
            break
        rest = settled()
        elapsed = time.monotonic() - start
        if elapsed > seconds / 4:
            rests.append(rest)
        print(
            f"{elapsed:7.1f} s  {rest[0] / 2**20:7.1f} MiB  {rest[1]} descriptors  {rest[2]} threads",
            flush=True,
        )
    if not wrong:
        wrong = judge(rests)
        standing.close()
    print("\n".join(wrong) or "nothing grew")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
