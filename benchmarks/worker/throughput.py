"""PUSH sends as fast as it can to PULL; what PULL receives counts."""

from __future__ import annotations

from typing import Any

from clock import per_second
from sockets import Line, payload
from task import MissingError, Task


def types(zmq: Any, task: Task) -> tuple[int, int]:
    return zmq.PULL, zmq.PUSH


def measured(zmq: Any, socket: Any, task: Task, go: Line) -> float:
    """Messages per second, from the go signal after one message until the last."""
    if task.batch:
        if not hasattr(type(socket), "recv_many"):
            raise MissingError("Socket.recv_many")
        return many(socket, task, go)
    recv = socket.recv_multipart if task.parts > 1 else socket.recv
    options = {} if task.recv_copy else {"copy": False}

    def plain(times: int) -> None:
        for _ in range(times):
            recv()

    def optional(times: int) -> None:
        for _ in range(times):
            recv(**options)

    recv()
    go.tell("go")
    return per_second(optional if options else plain, task.seconds)


def many(socket: Any, task: Task, go: Line) -> float:
    socket.recv()
    recv_many, received = socket.recv_many, 0

    def in_batches(times: int) -> None:
        nonlocal received
        for _ in range(times):
            received += len(recv_many(task.batch))

    go.tell("go")
    calls = 0

    def counted(times: int) -> None:
        nonlocal calls
        in_batches(times)
        calls += times

    calls_per_second = per_second(counted, task.seconds)
    return calls_per_second * received / calls


def partner(zmq: Any, socket: Any, task: Task, go: Line) -> None:
    data = payload(task)
    message: Any = [data] * task.parts if task.parts > 1 else data
    send = socket.send_multipart if task.parts > 1 else socket.send
    options = {} if task.send_copy else {"copy": False}
    send(message)
    go.hear()
    if task.batch:
        messages, send_many = [data] * task.batch, socket.send_many
        while True:
            send_many(messages)
    if options:
        while True:
            send(message, **options)
    while True:
        send(message)
