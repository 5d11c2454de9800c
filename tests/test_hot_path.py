"""The hot path: what it lends and copies, its attributes and arguments, spinning."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import zmqpp
from conftest import Link, OpenSocket, WaitUntil
from promptness import assert_prompt
from zmqpp import PAIR, PULL, PUSH, SNDMORE

LENT = 32 * 1024  # bytes of so many and more are lent by default


class Bytes(bytes):
    """Might be anything."""


@pytest.fixture
def pipe(link: Link) -> tuple[zmqpp.Socket, zmqpp.Socket]:
    """A PULL and the PUSH that feeds it."""
    return link(PULL, PUSH)


def content(size: int) -> bytes:
    return (b"%d" % time.monotonic_ns() * (size // 8 + 1))[:size]


# --- bytes that are lent ---


@pytest.mark.parametrize("size", [LENT, LENT + 1, 200_000])
@pytest.mark.parametrize("how", ["send", "send_multipart", "send_many"])
def test_large_bytes_arrive_as_they_are(
    pipe: Any, wait_until: WaitUntil, size: int, how: str
) -> None:
    """From 32 KiB on, recv() by inproc gives the very object that was sent, and every reference ends."""
    pull, push = pipe
    data = content(size)
    before = sys.getrefcount(data)
    for _ in range(3):
        getattr(push, how)(data if how == "send" else [data])
    assert sys.getrefcount(data) == before + 3
    assert pull.recv() is data
    assert pull.recv_multipart()[0] is data
    assert pull.recv_many(1)[0] is data
    wait_until(lambda: sys.getrefcount(data) == before)
    push.send(data)
    assert pull.recv() is data


@pytest.mark.parametrize("size", [2, 100, LENT - 1])
def test_small_bytes_are_copied(pipe: Any, size: int) -> None:
    """Below 32 KiB, what arrives is a copy, and no reference is kept."""
    pull, push = pipe
    data = content(size)
    before = sys.getrefcount(data)
    push.send(data)
    push.send_many([data])
    assert sys.getrefcount(data) == before
    for _ in range(2):
        received = pull.recv()
        assert received == data
        assert received is not data


@pytest.mark.parametrize("kind", [Bytes, bytearray, lambda data: memoryview(bytearray(data))])
@pytest.mark.parametrize("how", ["send", "send_multipart", "send_many"])
def test_what_may_change_is_copied(pipe: Any, kind: Any, how: str) -> None:
    """Other objects than plain bytes are not lent by default: their changes do not arrive."""
    pull, push = pipe
    data = content(100_000)
    source = kind(data)
    before = sys.getrefcount(source)
    getattr(push, how)(source if how == "send" else [source])
    assert sys.getrefcount(source) == before
    if not isinstance(source, bytes):
        source[:] = bytes(100_000)
    received = pull.recv()
    assert type(received) is bytes
    assert received == data


@pytest.mark.parametrize(
    "other",
    [lambda data: data[:-1], lambda data: memoryview(data)[:-1], lambda data: memoryview(data)[1:]],
    ids=["bytes", "beginning", "end"],
)
def test_other_objects_stay_apart(pipe: Any, other: Any) -> None:
    """A part of lent bytes, or equal ones, do not arrive as the object that has the same memory."""
    pull, push = pipe
    data = content(100_000)
    part = other(data)
    for source in (data, part, bytearray(data), data):
        push.send(source, copy=False)
    assert pull.recv() is data
    received = pull.recv()
    assert received == part
    assert received is not data
    assert pull.recv() is not data
    assert pull.recv() is data


def test_a_wire_gives_copies(link: Link, wait_until: WaitUntil) -> None:
    """Lent bytes that go over tcp arrive as other bytes, and come back."""
    pull, push = link(PULL, PUSH, "tcp")
    data = content(100_000)
    before = sys.getrefcount(data)
    push.send(data)
    received = pull.recv()
    assert received == data
    assert received is not data
    wait_until(lambda: sys.getrefcount(data) == before)


@pytest.mark.parametrize(
    ("threshold", "size", "copy", "lends"),
    [
        (100_000, LENT, True, False),
        (100_000, 99_999, False, False),
        (100_000, 100_000, True, True),
        (100_000, 100_000, False, True),
        (0, LENT - 1, True, False),
        (0, LENT, True, True),
        (0, 100, False, True),
    ],
)
def test_copy_threshold(pipe: Any, threshold: int, size: int, copy: bool, lends: bool) -> None:
    """copy_threshold says from where on bytes are lent, by default from 32 KiB at the least."""
    pull, push = pipe
    push.copy_threshold = threshold
    data = content(size)
    before = sys.getrefcount(data)
    push.send(data, copy=copy)
    push.send_many([data], copy=copy)
    assert sys.getrefcount(data) == before + (2 if lends else 0)
    assert pull.recv_many(2) == [data, data]


# --- attributes and arguments ---


def test_hot_attributes(pipe: Any) -> None:
    """closed, type, rcvmore and copy_threshold have the types they say, and follow what happens."""
    pull, push = pipe
    assert (push.closed, pull.rcvmore, pull.copy_threshold) == (False, False, LENT)
    assert pull.type is zmqpp.SocketType.PULL
    assert pull.socket_type is zmqpp.PULL
    push.send(b"1", SNDMORE)
    push.send(b"2")
    assert pull.recv() == b"1"
    assert [pull.rcvmore, pull.recv(), pull.rcvmore] == [True, b"2", False]
    assert {type(pull.rcvmore), type(pull.closed)} == {bool}
    push.close()
    assert [push.closed] == [True]
    assert push.type is zmqpp.PUSH


@pytest.mark.parametrize("name", ["closed", "type", "socket_type", "rcvmore", "underlying"])
def test_read_only_attributes(open_socket: OpenSocket, name: str) -> None:
    """What only reports cannot be set or deleted: an AttributeError that names it."""
    socket = open_socket(PAIR)
    with pytest.raises(AttributeError, match=name):
        setattr(socket, name, 1)
    with pytest.raises(AttributeError, match=name):
        delattr(socket, name)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("1", TypeError),
        (1.0, TypeError),
        (None, TypeError),
        (-1, ValueError),
        (1 << 64, ValueError),
    ],
)
def test_wrong_copy_threshold(open_socket: OpenSocket, value: Any, error: Any) -> None:
    """copy_threshold is a number of bytes, or an error that names it and changes nothing."""
    socket = open_socket(PAIR)
    with pytest.raises(error, match="copy_threshold"):
        socket.copy_threshold = value
    with pytest.raises(TypeError, match="copy_threshold"):
        del socket.copy_threshold
    assert socket.copy_threshold == LENT


@pytest.mark.parametrize(
    ("method", "required", "positional", "optional"),
    [
        ("send", ["data"], 6, "flags"),
        ("recv", [], 3, "copy"),
        ("send_multipart", ["msg_parts"], 4, "track"),
        ("recv_multipart", [], 3, "flags"),
        ("poll", [], 2, "timeout"),
        ("recv_into", ["buffer"], 1, ""),
        ("send_many", ["messages"], 1, ""),
        ("send_many_multipart", ["messages"], 1, ""),
        ("recv_many", ["max"], 1, ""),
        ("recv_many_multipart", ["max"], 1, ""),
    ],
)
def test_wrong_arguments(
    open_socket: OpenSocket, method: str, required: list[str], positional: int, optional: str
) -> None:
    """Arguments that do not fit are a TypeError that names the method and the argument."""
    call = getattr(open_socket(PAIR), method)
    given = [b"" for _ in required]
    with pytest.raises(TypeError, match=rf"^{method}\(\) got an unexpected keyword .* 'wait'$"):
        call(*given, wait=1)
    with pytest.raises(
        TypeError,
        match=rf"^{method}\(\) takes at most {positional} positional arguments \({positional + 1} given",
    ):
        call(*[b""] * (positional + 1))
    for name in required:
        for keywords in ({}, {"timeout": 0}):
            with pytest.raises(
                TypeError, match=rf"^{method}\(\) is missing the argument '{name}'$"
            ):
                call(**keywords)
    for name in filter(None, [*required, optional]):
        with pytest.raises(TypeError, match=rf"^{method}\(\) got two values for .* '{name}'$"):
            call(*[b""] * positional, **{name: b""})


# --- spinning ---


def test_spin_is_a_time(open_socket: OpenSocket) -> None:
    """spin is a number of microseconds, 0 unless told otherwise, and 100,000 at most."""
    socket = open_socket(PAIR)
    assert socket.spin == 0
    for good in (100_000, 1, 0, 50):
        socket.spin = good
        assert socket.spin == good
    for bad in (-1, 100_001, 1 << 40):
        with pytest.raises(
            zmqpp.ZMQError, match=f"spin .*{bad} us is not between 0 and 100,000"
        ) as caught:
            socket.spin = bad
        assert caught.value.errno == zmqpp.EINVAL
    for wrong in ("50", None, 1.5):
        with pytest.raises(TypeError, match=f"spin takes an int, not {type(wrong).__name__}"):
            socket.spin = wrong  # type: ignore[assignment]
    assert socket.spin == 50
    assert open_socket(PAIR, spin=20).spin == 20


@pytest.mark.parametrize("spin", [0, 100, 100_000])
def test_time_runs_out_for_a_spinner(open_socket: OpenSocket, spin: int) -> None:
    """However long a socket spins, its calls end when their time has run out."""
    socket = open_socket(PULL)
    socket.spin = spin

    def measure() -> float:
        start = time.monotonic()
        with pytest.raises(zmqpp.Timeout):
            socket.recv(timeout=30)
        assert socket.poll(1) == 0
        taken = time.monotonic() - start
        assert taken >= 0.031
        return taken

    assert_prompt(measure, limit=0.08)


@pytest.mark.parametrize("method", ["recv", "recv_multipart", "recv_many"])
def test_close_ends_a_spinning_call(open_socket: OpenSocket, method: str) -> None:
    """close() by another thread ends a call that spins, with SocketClosed."""
    for _ in range(5):
        socket = open_socket(PULL)
        socket.spin = 100_000
        begun = threading.Event()
        arguments = [5] if method == "recv_many" else []

        def call(socket: zmqpp.Socket = socket, begun: threading.Event = begun) -> None:
            begun.set()
            getattr(socket, method)(*arguments, timeout=-1)  # noqa: B023

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(call)
            assert begun.wait(5)
            socket.close()
            with pytest.raises(zmqpp.SocketClosed):
                waiting.result(5)


@pytest.mark.parametrize("spin", [0, 50, 1000])
def test_ping_pong(link: Link, transport: str, spin: int) -> None:
    """Two threads that answer each other go on, whether they spin or sleep."""
    a, b = link(PAIR, PAIR, transport)
    a.spin = b.spin = spin

    def answer() -> None:
        for _ in range(300):
            b.send(b.recv())

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answer)
        for i in range(300):
            a.send(b"%d" % i)
            assert a.recv() == b"%d" % i
        answering.result(5)


# --- Context.sockets ---


class Special(zmqpp.Socket):
    """A subclass with a slot of its own."""

    note = "unset"


@pytest.mark.parametrize("socket_class", [zmqpp.Socket, Special])
def test_sockets_are_the_objects(context: zmqpp.Context, socket_class: type[zmqpp.Socket]) -> None:
    """Context.sockets has the very objects that were opened, oldest first, as long as they live."""
    opened = [context.socket(PAIR, socket_class) for _ in range(3)]
    shadow = zmqpp.Socket.shadow(opened[0])
    assert all(a is b for a, b in zip(context.sockets, opened))
    assert context.sockets == opened
    del shadow
    assert [id(socket) for socket in context.sockets] == [id(socket) for socket in opened]
    opened.pop(1).close()
    assert [id(socket) for socket in context.sockets] == [id(socket) for socket in opened]
    for socket in opened:
        socket.close()
    assert context.sockets == []


@pytest.mark.parametrize("socket_class", [zmqpp.Socket, Special])
def test_a_dropped_object_is_replaced(
    context: zmqpp.Context, socket_class: type[zmqpp.Socket]
) -> None:
    """When the object went but another handle lives, Context.sockets has a fresh handle."""
    socket = context.socket(PAIR, socket_class)
    shadow = zmqpp.Socket.shadow(socket)
    del socket
    for _ in range(2):
        (fresh,) = context.sockets
        assert type(fresh) is zmqpp.Socket
        assert fresh is not shadow
        assert fresh == shadow
        assert fresh.type is PAIR
    fresh.close()
    assert shadow.closed
    assert context.sockets == []
