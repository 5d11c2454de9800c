"""One measurement of one library, in a process of its own: what run.py starts again and again.

    python benchmarks/send_receive.py LIBRARY PATTERN TRANSPORT SIZE SECONDS

It prints messages (or round trips) per second. LIBRARY is zmqpp, or a module with pyzmq's names;
nothing here is written for one of them. The patterns:

send_receive  one thread sends by a PUSH and receives from a PULL, one message at a time
round_trip    a REQ in another process asks this REP, which sends the message back
throughput    a PUSH in another process sends as fast as it can; what this PULL receives counts
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

WARM_UP = 10
MOST_BYTES_A_STEP = 1_000_000
#: No measurement takes so long. It is also how a partner ends whose starter is gone.
LIFETIME_S = 60


def per_second(repeat: Callable[[int], None], size: int, seconds: float) -> float:
    """How often a thing can be done in a second, of which `repeat` does as many as it is told.

    The clock is looked at after steps that are long enough for the look not to matter.
    """
    step = max(1, min(1000, MOST_BYTES_A_STEP // size))
    done = 0
    repeat(WARM_UP)
    start = now = time.perf_counter()
    while now - start < seconds:
        repeat(step)
        done += step
        now = time.perf_counter()
    return done / (now - start)


def bind(zmq: Any, socket: Any, transport: str) -> str:
    if transport == "inproc":
        socket.bind("inproc://benchmark")
        return "inproc://benchmark"
    socket.bind("tcp://127.0.0.1:*")
    endpoint = socket.getsockopt(zmq.LAST_ENDPOINT)
    return endpoint.rstrip(b"\0").decode() if isinstance(endpoint, bytes) else endpoint


def send_receive(zmq: Any, context: Any, transport: str, size: int, seconds: float) -> float:
    sender, receiver = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    receiver.connect(bind(zmq, sender, transport))
    data = bytes(size)

    def repeat(times: int) -> None:
        send, recv = sender.send, receiver.recv
        for _ in range(times):
            send(data)
            if len(recv()) != size:
                raise ValueError("a message of another size came back")

    return per_second(repeat, size, seconds)


def round_trip(zmq: Any, context: Any, transport: str, size: int, seconds: float) -> float:
    server = context.socket(zmq.REP)

    def repeat(times: int) -> None:
        send, recv = server.send, server.recv
        for _ in range(times):
            send(recv())

    with Partner(zmq, "asker", bind(zmq, server, transport), size):
        return per_second(repeat, size, seconds)


def throughput(zmq: Any, context: Any, transport: str, size: int, seconds: float) -> float:
    receiver = context.socket(zmq.PULL)

    def repeat(times: int) -> None:
        recv = receiver.recv
        for _ in range(times):
            recv()

    with Partner(zmq, "sender", bind(zmq, receiver, transport), size):
        return per_second(repeat, size, seconds)


class Partner:
    """The other process of a pattern; it goes on until the `with` statement ends."""

    def __init__(self, zmq: Any, pattern: str, endpoint: str, size: int) -> None:
        self.command = [sys.executable, __file__, zmq.__name__, pattern, endpoint, str(size)]

    def __enter__(self) -> None:
        self.process = subprocess.Popen(self.command)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def asker(zmq: Any, context: Any, endpoint: str, size: int) -> None:
    client = context.socket(zmq.REQ)
    client.connect(endpoint)
    data = bytes(size)
    while True:
        client.send(data)
        client.recv()


def sender(zmq: Any, context: Any, endpoint: str, size: int) -> None:
    socket = context.socket(zmq.PUSH)
    socket.connect(endpoint)
    data = bytes(size)
    while True:
        socket.send(data)


def main() -> None:
    watchdog = threading.Timer(LIFETIME_S, os._exit, [1])
    watchdog.daemon = True
    watchdog.start()
    library, pattern, where, size, *seconds = sys.argv[1:]
    zmq = importlib.import_module(library)
    context = zmq.Context()
    result = globals()[pattern](zmq, context, where, int(size), *map(float, seconds))
    print(result, flush=True)
    os._exit(0)  # what a library does at the end is not measured here


if __name__ == "__main__":
    main()
