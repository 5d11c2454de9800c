"""A thread sends a message to itself and receives it: what a library costs, without any waiting.

With several threads each has sockets of its own, or all share the same two (`shared`); the value is
then the sum of what they do.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from typing import Any

from clock import per_second, repeat_until
from sockets import pair, payload
from task import MissingError, Task


def steps(sender: Any, receiver: Any, task: Task) -> Callable[[int], None]:
    """Sends and receives as many messages as it is told."""
    data = payload(task)
    if task.batch:
        if not hasattr(type(sender), "send_many"):
            raise MissingError("Socket.send_many")
        messages = [data] * task.batch

        def in_batches(times: int) -> None:
            send_many, recv_many = sender.send_many, receiver.recv_many
            for _ in range(times):
                send_many(messages)
                left = task.batch
                while left:
                    left -= len(recv_many(left))

        return in_batches
    if task.parts > 1:
        parts = [data] * task.parts

        def multipart(times: int) -> None:
            send_multipart, recv_multipart = sender.send_multipart, receiver.recv_multipart
            for _ in range(times):
                send_multipart(parts)
                recv_multipart()

        return multipart

    if task.depth > 1:

        def in_a_row(times: int) -> None:
            send, recv = sender.send, receiver.recv
            for _ in range(times):
                for _ in range(task.depth):
                    send(data)
                for _ in range(task.depth):
                    recv()

        return in_a_row

    def one_by_one(times: int) -> None:
        send, recv = sender.send, receiver.recv
        for _ in range(times):
            send(data)
            recv()

    return one_by_one


def measure(library: str, task: Task) -> float:
    """Messages per second, sent and received."""
    zmq = importlib.import_module(library)
    context = zmq.Context()
    names = ["shared"] * task.threads if task.shared else [f"{n}" for n in range(task.threads)]
    sockets = {name: pair(zmq, context, task, name) for name in dict.fromkeys(names)}
    repeats = [steps(*sockets[name], task) for name in names]
    for repeat in repeats:
        repeat(1)
    messages = task.batch or task.depth
    if task.threads == 1:
        return messages * per_second(repeats[0], task.seconds)
    done: list[int] = []
    start = 0.0

    def begin() -> None:
        nonlocal start
        start = time.perf_counter()

    together = threading.Barrier(task.threads, begin)

    def run(repeat: Callable[[int], None]) -> None:
        together.wait()
        done.append(repeat_until(repeat, start + task.seconds))

    threads = [threading.Thread(target=run, args=[repeat], daemon=True) for repeat in repeats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < task.threads:
        raise RuntimeError("a thread failed")
    return messages * sum(done) / (time.perf_counter() - start)
