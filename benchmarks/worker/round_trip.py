"""One side asks, the other sends the message back: REQ and REP, or two PAIR sockets."""

from __future__ import annotations

import time
from typing import Any

from clock import per_second
from sockets import Line, payload
from task import Task

QUANTILES = [*range(100), 99.5, 99.9, 100]


def types(zmq: Any, task: Task) -> tuple[int, int]:
    return (zmq.REQ, zmq.REP) if task.pattern == "reqrep" else (zmq.PAIR, zmq.PAIR)


def measured(zmq: Any, socket: Any, task: Task, go: Line) -> Any:
    """Round trips per second; with `latency` also how many microseconds they took, by percentage."""
    send, recv, data = socket.send, socket.recv, payload(task)

    def repeat(times: int) -> None:
        for _ in range(times):
            send(data)
            recv()

    repeat(1)
    if task.latency:
        return latencies(repeat, task)
    return per_second(repeat, task.seconds)


def latencies(repeat: Any, task: Task) -> dict[str, Any]:
    clock, taken = time.perf_counter, []
    start = clock()
    while clock() - start < task.seconds:
        before = clock()
        repeat(1)
        taken.append(clock() - before)
    taken.sort()
    at = {f"p{q:g}": taken[int(q / 100 * (len(taken) - 1))] * 1e6 for q in QUANTILES}
    return {"value": len(taken) / sum(taken), "details": at}


def partner(zmq: Any, socket: Any, task: Task, go: Line) -> None:
    send, recv = socket.send, socket.recv
    while True:
        send(recv())
