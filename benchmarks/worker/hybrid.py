"""PUSH to PULL as in throughput.py, with one of the sides in C++: the module of ../extension."""

from __future__ import annotations

from typing import Any

import throughput
from sockets import Line, payload
from task import MissingError, Task

try:
    import cpp_side
except ImportError as error:
    raise MissingError(f"the module of benchmarks/extension ({error})") from None

types = throughput.types


def measured(zmq: Any, socket: Any, task: Task, go: Line) -> float:
    if task.cpp != "receiver":
        return throughput.measured(zmq, socket, task, go)
    socket.recv()
    go.tell("go")
    return float(cpp_side.received_per_second(socket, task.batch, task.seconds))


def partner(zmq: Any, socket: Any, task: Task, go: Line) -> None:
    if task.cpp != "sender":
        throughput.partner(zmq, socket, task, go)
    socket.send(payload(task))
    go.hear()
    cpp_side.start_sending(socket, payload(task), task.batch)
