"""Fixtures: contexts and sockets that end with their test, endpoints of their own, waits with an end.

A test whose socket stays open fails, and one that waits for a message fails after a few seconds: the
sockets of `open_socket` and `link` have timeouts.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, Callable

import pytest

import zmqpp

PATIENCE_MS = 5000
TRANSPORTS = ["inproc", "tcp"] if sys.platform == "win32" else ["inproc", "tcp", "ipc"]

OpenSocket = Callable[..., zmqpp.Socket]
Link = Callable[..., "tuple[zmqpp.Socket, zmqpp.Socket]"]
UniqueEndpoint = Callable[..., str]
WaitUntil = Callable[..., Any]

_numbers = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the stress tests the time that they are told to take."""
    seconds = float(os.environ.get("ZMQPP_STRESS_SECONDS", "0"))
    for item in items:
        if seconds and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(60 + 5 * seconds))


# A shell that runs tests in its background has them ignore Ctrl-C, and the programs they start too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def context() -> Iterator[zmqpp.Context]:
    """A context of the test's own. No socket may be open in it at the end."""
    context = zmqpp.Context()
    yield context
    if context.closed:
        return
    left = [f"{socket!r}, created at {socket.origin}" for socket in context.sockets]
    try:
        context.destroy(linger=0)
    except zmqpp.Timeout:  # within a second, which is little on a busy machine
        context.term(timeout=20_000)
    assert not left, "the test left sockets open"


@pytest.fixture
def open_socket(context: zmqpp.Context) -> Iterator[OpenSocket]:
    """Opens sockets like Context.socket(), with timeouts, and closes them after the test."""
    opened: list[zmqpp.Socket] = []

    def open_socket(socket_type: int, **options: Any) -> zmqpp.Socket:
        options = {"rcvtimeo": PATIENCE_MS, "sndtimeo": PATIENCE_MS, **options}
        opened.append(context.socket(socket_type, **options))
        return opened[-1]

    yield open_socket
    for socket in opened:
        socket.close(linger=0)


@pytest.fixture
def unique_endpoint() -> Iterator[UniqueEndpoint]:
    """An endpoint for bind(), of a transport, that nobody else uses."""
    folders: list[str] = []

    def unique_endpoint(transport: str = "inproc") -> str:
        if transport == "tcp":
            return "tcp://127.0.0.1:*"
        if transport == "ipc":
            if not folders:  # not pytest's own: its paths are too long for a Unix socket
                folders.append(tempfile.mkdtemp(prefix="zmqpp-"))
            return f"ipc://{os.path.join(folders[0], str(next(_numbers)))}"
        return f"{transport}://test-{next(_numbers)}"

    yield unique_endpoint
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def link(open_socket: OpenSocket, unique_endpoint: UniqueEndpoint) -> Link:
    """Opens two sockets and connects the second to the first. Options are for both."""

    def link(
        bound: int, connected: int, transport: str = "inproc", **options: Any
    ) -> tuple[zmqpp.Socket, zmqpp.Socket]:
        a = open_socket(bound, **options)
        b = open_socket(connected, **options)
        b.connect(a.bind(unique_endpoint(transport)))
        return a, b

    return link


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    """Each transport in turn."""
    return str(request.param)


@pytest.fixture
def pair(link: Link, transport: str) -> tuple[zmqpp.Socket, zmqpp.Socket]:
    """Two connected PAIR sockets, over each transport in turn."""
    return link(zmqpp.PAIR, zmqpp.PAIR, transport)


@pytest.fixture(scope="session")
def wait_until() -> WaitUntil:
    """Waits for a condition, and returns its value; the test fails if it does not come true in time."""

    def wait_until(condition: Callable[[], Any], timeout: float = 5.0) -> Any:
        deadline = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                pytest.fail(f"waited {timeout} s in vain")
            time.sleep(0.001)

    return wait_until
