"""Calls that move no message: options by function and by attribute, and receiving nothing."""

from __future__ import annotations

import importlib
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from clock import per_second
from sockets import pair
from task import MissingError, Task

#: Seconds for which a property is read at a time.
SAMPLE = 1e-4


def measure(library: str, task: Task) -> Any:
    """Calls per second; of `properties`, how many nanoseconds reading each takes."""
    zmq = importlib.import_module(library)
    context = zmq.Context()
    _, socket = pair(zmq, context, task)
    if task.call == "properties":
        return properties(zmq, socket, task.seconds)
    repeat = CALLS[task.call](zmq, socket)
    repeat(1)
    return per_second(repeat, task.seconds)


def get(zmq: Any, socket: Any) -> Callable[[int], None]:
    option = zmq.LINGER

    def repeat(times: int) -> None:
        getsockopt = socket.getsockopt
        for _ in range(times):
            getsockopt(option)

    return repeat


def put(zmq: Any, socket: Any) -> Callable[[int], None]:
    option = zmq.LINGER

    def repeat(times: int) -> None:
        setsockopt = socket.setsockopt
        for _ in range(times):
            setsockopt(option, 0)

    return repeat


def attribute_get(zmq: Any, socket: Any) -> Callable[[int], None]:
    def repeat(times: int) -> None:
        for _ in range(times):
            socket.linger  # noqa: B018  (reading it is what is measured)

    return repeat


def attribute_set(zmq: Any, socket: Any) -> Callable[[int], None]:
    def repeat(times: int) -> None:
        for _ in range(times):
            socket.linger = 0

    return repeat


def again(zmq: Any, socket: Any) -> Callable[[int], None]:
    flag, error = zmq.NOBLOCK, zmq.Again

    def repeat(times: int) -> None:
        recv = socket.recv
        for _ in range(times):
            try:  # noqa: SIM105  (another object a call would be measured too)
                recv(flag)
            except error:
                pass

    return repeat


def try_recv(zmq: Any, socket: Any) -> Callable[[int], None]:
    if not hasattr(type(socket), "try_recv"):
        raise MissingError("Socket.try_recv")

    def repeat(times: int) -> None:
        call = socket.try_recv
        for _ in range(times):
            call()

    return repeat


CALLS = {
    "get": get,
    "set": put,
    "attribute_get": attribute_get,
    "attribute_set": attribute_set,
    "again": again,
    "try_recv": try_recv,
}


def readable(zmq: Any, socket: Any) -> list[str]:
    """The attributes that hold something: options under their names, and the class's own."""
    options = getattr(zmq, "SocketOption", None)
    names = {name for name in dir(socket) if not name.startswith("_")}
    names |= {name.lower() for name in getattr(options, "__members__", ())}
    names = {name for name in names if name.islower()}  # some have each twice
    found = []
    for name in sorted(names):
        try:
            if not callable(getattr(socket, name)):
                found.append(name)
        except (AttributeError, NotImplementedError, OSError, TypeError, ValueError):
            pass  # not to be read, or not in this libzmq
    return found


def properties(zmq: Any, socket: Any, seconds: float) -> dict[str, Any]:
    """Of each property the shortest of its samples, because disturbances only make one longer.

    Each has its turn again and again, so that what disturbs for a while does not meet all samples of one.
    And each is read for as long, so that all have as many samples, whatever they and their neighbours take.
    """
    reads = {}
    for name in readable(zmq, socket):
        scope: dict[str, Any] = {"socket": socket}
        body = "    for _ in range(times):\n        socket." + name
        exec(f"def repeat(times):\n{body}\n", scope)
        times = max(20, int(SAMPLE * per_second(scope["repeat"], SAMPLE)))
        reads[name] = scope["repeat"], times
    taken = dict.fromkeys(reads, math.inf)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, (repeat, times) in reads.items():
            start = time.perf_counter()
            repeat(times)
            taken[name] = min(taken[name], (time.perf_counter() - start) / times * 1e9)
    return {"value": statistics.median(taken.values()), "details": taken}
