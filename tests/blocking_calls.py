"""Every call that can block, ready to be made.

Each function takes a context and a timeout in milliseconds, None for none, and returns a call that
nothing will satisfy, and the socket it waits for.
"""

from __future__ import annotations

import atexit
import functools
import socket as plain
from typing import Any, Callable, Optional

import zmqpp

Call = Callable[[], Any]
Maker = Callable[[zmqpp.Context, Optional[float]], "tuple[Call, zmqpp.Socket]"]

_refusing = plain.socket()
_refusing.bind(("127.0.0.1", 0))  # and no listen(): whoever connects is refused
atexit.register(_refusing.close)

#: Where nobody listens, and nobody else will.
DEAD = f"tcp://127.0.0.1:{_refusing.getsockname()[1]}"


def recv(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    return functools.partial(socket.recv, timeout=timeout), socket


def recv_multipart(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.DEALER)
    return functools.partial(socket.recv_multipart, timeout=timeout), socket


def recv_into(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    return functools.partial(socket.recv_into, bytearray(10), timeout=timeout), socket


def recv_by_option(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL, rcvtimeo=-1 if timeout is None else timeout)
    return socket.recv, socket


def send(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PUSH)
    return functools.partial(socket.send, b"nobody is there", timeout=timeout), socket


def send_multipart(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PUSH)
    return functools.partial(
        socket.send_multipart, [b"nobody", b"is there"], timeout=timeout
    ), socket


def send_by_option(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PUSH, sndtimeo=-1 if timeout is None else timeout)
    return functools.partial(socket.send, b"nobody is there"), socket


def poll(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    return functools.partial(socket.poll, timeout), socket


def poller_poll(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    poller = zmqpp.Poller()
    poller.register(socket, zmqpp.POLLIN)
    return functools.partial(poller.poll, timeout), socket


def zmq_poll(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    return functools.partial(zmqpp.zmq_poll, [(socket, zmqpp.POLLIN)], timeout), socket


def select(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    seconds = None if timeout is None else timeout / 1000
    return functools.partial(zmqpp.select, [socket], [], [], seconds), socket


def term(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PULL)
    return functools.partial(context.term, -1 if timeout is None else timeout), socket


def tracker_wait(context: zmqpp.Context, timeout: float | None) -> tuple[Call, zmqpp.Socket]:
    socket = context.socket(zmqpp.PUSH)
    socket.connect(DEAD)
    tracker = socket.send(bytes(zmqpp.COPY_THRESHOLD), copy=False, track=True)
    assert tracker is not None
    return functools.partial(tracker.wait, None if timeout is None else timeout / 1000), socket


def proxy(context: zmqpp.Context, timeout: float | None = None) -> tuple[Call, zmqpp.Socket]:
    assert timeout is None
    front, back = context.socket(zmqpp.ROUTER), context.socket(zmqpp.DEALER)
    return functools.partial(zmqpp.proxy, front, back), back


def iteration(context: zmqpp.Context, timeout: float | None = None) -> tuple[Call, zmqpp.Socket]:
    assert timeout is None
    socket = context.socket(zmqpp.PULL)
    return functools.partial(next, iter(socket)), socket


TIMED: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        recv, recv_multipart, recv_into, recv_by_option, send, send_multipart, send_by_option,
        poll, poller_poll, zmq_poll, select, term, tracker_wait,
    )
}  # fmt: skip
ALL: dict[str, Maker] = {**TIMED, "proxy": proxy, "iteration": iteration}
