"""A poller over many sockets of which one is ready: one send, one poll and one receive a step."""

from __future__ import annotations

import importlib
import resource

from clock import per_second
from sockets import pair, payload
from task import Task


def measure(library: str, task: Task) -> float:
    """Steps per second."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    zmq = importlib.import_module(library)
    context = zmq.Context()
    if 2 * task.sockets > 1000:  # a context has 1,023 unless told otherwise
        context.set(zmq.MAX_SOCKETS, 2 * task.sockets + 10)
    pairs = [pair(zmq, context, task, f"pair-{n}") for n in range(task.sockets)]
    poller = zmq.Poller()
    for _, receiver in pairs:
        poller.register(receiver, zmq.POLLIN)
    data, turn = payload(task), 0

    def repeat(times: int) -> None:
        nonlocal turn
        poll = poller.poll
        for _ in range(times):
            turn = (turn + 1) % len(pairs)
            pairs[turn][0].send(data)
            poll(1000)[0][0].recv()

    repeat(len(pairs))  # everyone has been ready once
    return per_second(repeat, task.seconds)
