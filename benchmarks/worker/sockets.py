"""Sockets as every library gets them, and the two sides of a connection."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Any

from task import MissingError, Task

LARGE = 1 << 20
#: Of large messages, so that a queue of them does not fill the memory; others keep the default.
LARGE_HWM = 16
#: Until the process ends: a collected context may wait for its sockets, and that is not measured.
KEPT: list[Any] = []


def open_socket(zmq: Any, context: Any, socket_type: int, task: Task) -> Any:
    socket = context.socket(socket_type)
    KEPT.append((context, socket))
    socket.setsockopt(zmq.LINGER, 0)
    if task.size >= LARGE:
        socket.setsockopt(zmq.SNDHWM, LARGE_HWM)
        socket.setsockopt(zmq.RCVHWM, LARGE_HWM)
    if task.spin:
        if not hasattr(type(socket), "spin"):
            raise MissingError("Socket.spin")
        socket.spin = task.spin
    return socket


def payload(task: Task) -> bytes:
    """What is sent. Not zeros, for which a system may have no memory of their own."""
    return b"x" * task.size


def bind(zmq: Any, socket: Any, transport: str, name: str = "benchmark") -> str:
    """Binds, and returns where another socket can connect to."""
    if transport == "inproc":
        endpoint = f"inproc://{name}"
    elif transport == "ipc":
        endpoint = f"ipc://{tempfile.gettempdir()}/{name}-{os.getpid()}"
    else:
        endpoint = "tcp://127.0.0.1:*"
    socket.bind(endpoint)
    if transport == "tcp":
        last = socket.getsockopt(zmq.LAST_ENDPOINT)
        endpoint = last.rstrip(b"\0").decode() if isinstance(last, bytes) else last
    return endpoint


def pair(zmq: Any, context: Any, task: Task, name: str = "pair") -> tuple[Any, Any]:
    """Two PAIR sockets, connected over inproc: one sends, the other receives."""
    sender, receiver = (open_socket(zmq, context, zmq.PAIR, task) for _ in range(2))
    receiver.connect(bind(zmq, sender, "inproc", name))
    return sender, receiver


class Line:
    """A pipe on which one side tells the other a word, also from a process to another."""

    def __init__(self) -> None:
        self.ends = os.pipe()

    def tell(self, word: str) -> None:
        os.write(self.ends[1], word.encode())

    def hear(self) -> str:
        return os.read(self.ends[0], 1000).decode()


def compute_beside() -> None:
    """Starts a thread that computes in pure Python and never waits."""

    def compute() -> None:
        number = 0
        while True:
            number += 1

    threading.Thread(target=compute, daemon=True).start()
