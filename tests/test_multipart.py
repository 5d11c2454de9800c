"""A message with all its parts is sent and received whole, or not at all, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import zmqpp
from conftest import PATIENCE_MS, Link, OpenSocket
from subprocess_runner import run_python


class Unsendable:
    """Has no bytes."""


class Exploding(bytearray):
    """Raises when it is made ready to be sent."""

    def __len__(self) -> int:
        raise RuntimeError("no length")


def parts_that_fail() -> Iterator[bytes]:
    yield b"one"
    yield b"two"
    raise RuntimeError("no third")


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize(
    "parts",
    [
        [b"good", b"good", "text"],
        [b"good", None],
        [b"good", 7],
        [b"good", Unsendable()],
        [b"good" * 50_000, memoryview(bytes(200_000))[::2]],
        parts_that_fail,
        [b"good", [b"nested"]],
        [b"good", zmqpp.Message.__new__(zmqpp.Message)],
    ],
)
def test_a_bad_part_sends_nothing(link: Link, parts: Any, copy: bool) -> None:
    """When a part cannot be sent, none is, and the next message arrives as it is."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    with pytest.raises((TypeError, RuntimeError, BufferError)):
        push.send_multipart(parts() if callable(parts) else parts, copy=copy)
    push.send_multipart([b"next", b"message"])
    assert pull.recv_multipart() == [b"next", b"message"]
    assert pull.try_recv() is None


def test_no_room_sends_nothing(open_socket: OpenSocket) -> None:
    """A message for which there is no room is not begun, and can be sent later."""
    push, pull = open_socket(zmqpp.PUSH, sndhwm=1), open_socket(zmqpp.PULL, rcvhwm=1)
    parts = [b"one", b"two", bytes(100_000)]
    for copy in (True, False):
        with pytest.raises(zmqpp.Again):
            push.send_multipart(parts, zmqpp.DONTWAIT, copy=copy)
        with pytest.raises(zmqpp.Timeout):
            push.send_multipart(parts, copy=copy, timeout=10)
    push.connect(pull.bind("inproc://room"))
    sent = 0
    while True:
        try:
            push.send_multipart(parts, zmqpp.DONTWAIT)
        except zmqpp.Again:
            break
        sent += 1
    for _ in range(sent):
        assert pull.recv_multipart() == parts
    push.send_multipart(parts, timeout=1000)
    assert pull.recv_multipart() == parts
    assert pull.try_recv() is None


@pytest.mark.parametrize("transport", ["inproc://whole", "tcp://127.0.0.1:*"])
def test_many_threads_interleave_no_parts(transport: str) -> None:
    """Messages that many threads send through one full socket, and receive from one, stay whole."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH, hwm=3), context.socket(zmqpp.PULL, hwm=3)
        push.connect(pull.bind(sys.argv[1]))
        got, failures = [], []

        def send(number):
            for i in range(300):
                word = b"%d:%d" % (number, i)
                push.send_multipart([word] * (1 + i % 7), timeout=10000)

        def receive():
            try:
                while len(got) < 1200:
                    try:
                        parts = pull.recv_multipart(timeout=100)
                    except zmqpp.Timeout:
                        continue
                    number, i = map(int, parts[0].split(b":"))
                    assert parts == [parts[0]] * (1 + i % 7), parts
                    got.append((number, i))
            except BaseException as error:
                failures.append(repr(error))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        threads += [threading.Thread(target=receive) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        assert sorted(got) == [(number, i) for number in range(4) for i in range(300)]
        context.destroy()
        """,
        transport,
    )


def test_recv_multipart_takes_what_recv_left(link: Link) -> None:
    """After recv() has taken the first part, recv_multipart() takes the rest of that message."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    push.send_multipart([b"1", b"2", b"3"])
    push.send_multipart([b"4"])
    assert pull.recv() == b"1"
    assert pull.rcvmore
    assert pull.recv_multipart() == [b"2", b"3"]
    assert not pull.rcvmore
    assert pull.recv_multipart() == [b"4"]


def test_a_message_may_be_sent_in_pieces(link: Link) -> None:
    """send(SNDMORE), send_multipart(SNDMORE) and send() make one message."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    push.send(b"1", zmqpp.SNDMORE)
    push.send_multipart([b"2", b"3"], zmqpp.SNDMORE)
    assert pull.try_recv() is None
    push.send(b"4")
    assert pull.recv_multipart() == [b"1", b"2", b"3", b"4"]


def test_a_bad_last_piece_can_be_put_right(link: Link) -> None:
    """A piece that cannot be sent leaves a begun message as it is, to be finished."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    push.send(b"1", zmqpp.SNDMORE)
    with pytest.raises(TypeError):
        push.send("text")  # type: ignore[arg-type]
    push.send(b"2")
    assert pull.recv_multipart() == [b"1", b"2"]


@pytest.mark.parametrize("how", ["disconnect", "close"])
def test_a_peer_that_goes_away_in_the_middle(open_socket: OpenSocket, how: str) -> None:
    """What was begun for a peer that is gone is dropped to its end, and no other peer gets a piece."""
    push = open_socket(zmqpp.PUSH, linger=0)
    endpoint = push.bind("tcp://127.0.0.1:*")
    first = open_socket(zmqpp.PULL)
    first.connect(endpoint)
    push.send(b"for anybody")
    assert first.recv() == b"for anybody"
    push.send(b"begun", zmqpp.SNDMORE)
    if how == "close":
        first.close()
    else:
        first.disconnect(endpoint)
    second = open_socket(zmqpp.PULL)
    second.connect(endpoint)
    push.send(b"continued", zmqpp.SNDMORE)
    push.send(b"ended")
    # What libzmq takes before it knows that the first is gone is lost with it, but never torn.
    while not second.poll(10):
        push.send_multipart([b"the next", b"is whole"])
    while second.poll(10):
        assert second.recv_multipart() == [b"the next", b"is whole"]


def test_a_peer_is_not_left_in_the_middle(link: Link, transport: str) -> None:
    """disconnect() is refused while a message is sent or received part by part, and works after it."""
    bound, connected = link(zmqpp.DEALER, zmqpp.DEALER, transport)
    endpoint = connected.endpoints[0]
    bound.send_multipart([b"1", b"2", b"3"])
    assert connected.recv() == b"1"
    with pytest.raises(zmqpp.StateError, match="receive its other parts"):
        connected.disconnect(endpoint)
    assert connected.recv_multipart() == [b"2", b"3"]
    connected.send(b"1", zmqpp.SNDMORE)
    with pytest.raises(zmqpp.StateError, match="send its other parts"):
        connected.disconnect(endpoint)
    connected.send(b"2")
    assert bound.recv_multipart() == [b"1", b"2"]
    connected.disconnect(endpoint)
    assert connected.poll(10) == 0


def test_a_conflating_socket_refuses_parts(open_socket: OpenSocket) -> None:
    """A socket that would keep one part only of a message does not take more."""
    pull = open_socket(zmqpp.PULL, conflate=True)
    push = open_socket(zmqpp.PUSH, conflate=True)
    push.connect(pull.bind("inproc://conflate"))
    for send in (
        lambda: push.send_multipart([b"one", b"two"]),
        lambda: push.send(b"one", zmqpp.SNDMORE),
        lambda: push.send_multipart([b"one"], zmqpp.SNDMORE),
    ):
        with pytest.raises(zmqpp.StateError, match="conflates"):
            send()
    push.send_multipart([b"one"])
    assert pull.recv_multipart() == [b"one"]


def test_parts_for_a_conflating_socket_do_no_harm() -> None:
    """A peer that sends several parts to a socket that keeps one does not bring the process down."""
    run_python(
        """
        context = zmqpp.Context()
        pull, push = context.socket(zmqpp.PULL, conflate=True), context.socket(zmqpp.PUSH)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        end = time.monotonic() + 5
        refused = False

        def send():
            while not refused and time.monotonic() < end:
                try:
                    push.send_multipart([b"a", b"b", b"c"], timeout=100)
                except zmqpp.Again:
                    pass

        thread = threading.Thread(target=send)
        thread.start()
        while not refused and time.monotonic() < end:
            try:
                assert pull.recv_multipart(timeout=1000) == [b"c"]
            except zmqpp.StateError as error:
                assert "several parts" in str(error)
                refused = True
            except zmqpp.Timeout:
                break
        thread.join()
        if refused:
            for receive in (pull.recv, pull.recv_multipart, pull.try_recv):
                try:
                    receive()
                except zmqpp.StateError:
                    pass
                else:
                    raise AssertionError("received a part of a message")
        context.destroy(linger=0)
        """
    )


def test_router_drops_whole_messages(open_socket: OpenSocket) -> None:
    """A ROUTER drops a message to an unknown peer with all its parts, or refuses all of it."""
    router, dealer = open_socket(zmqpp.ROUTER), open_socket(zmqpp.DEALER, routing_id=b"known")
    dealer.connect(router.bind("inproc://router"))
    dealer.send(b"hello")
    assert router.recv_multipart() == [b"known", b"hello"]
    router.send_multipart([b"unknown", b"lost", b"too"])
    router.router_mandatory = True
    with pytest.raises(zmqpp.HostUnreachable):
        router.send_multipart([b"unknown", b"refused", b"too"])
    router.send_multipart([b"known", b"for", b"you"])
    assert dealer.recv_multipart() == [b"for", b"you"]


def test_lists_that_change_while_they_are_sent(link: Link) -> None:
    """Parts come from any iterable; a list that another thread changes meanwhile does no harm."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, hwm=0)
    parts: list[bytes] = [b"x"] * 100
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            parts.append(b"y")
            del parts[50:]
            parts.extend([b"z"] * 100)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            push.send_multipart(parts)
    finally:
        stop.set()
        thread.join()
    for _ in range(300):
        assert len(pull.recv_multipart()) >= 50
    for iterable in (
        (b"1", b"2"),
        iter([b"1", b"2"]),
        (part for part in (b"1", b"2")),
        {b"1": 0, b"2": 0},
    ):
        push.send_multipart(iterable)
        assert pull.recv_multipart() == [b"1", b"2"]
    for empty in ([], ()):
        with pytest.raises(ValueError, match="at least one part"):
            push.send_multipart(empty)


def test_thousands_of_parts(link: Link) -> None:
    """A message may have very many parts."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, "tcp", hwm=1)
    parts = [b"%d" % i for i in range(20_000)]
    push.send_multipart(parts)
    assert pull.recv_multipart() == parts


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("waits", [True, False])
def test_small_and_large_parts_keep_their_order(link: Link, copy: bool, waits: bool) -> None:
    """Parts of any size and number come out in order, those that are there and those waited for."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, "tcp", hwm=0)
    for sizes in ([1] * 40, [10, 100_000, 10], [40_000, 5], [5] * 15 + [33_000] + [7] * 15, [0, 0]):
        parts = [bytes([i]) * size for i, size in enumerate(sizes)]
        if not waits:
            push.send_multipart(parts)
            assert pull.poll(PATIENCE_MS) == zmqpp.POLLIN
            received = pull.recv_multipart(copy=copy)
        else:
            with ThreadPoolExecutor(1) as pool:
                receiving = pool.submit(pull.recv_multipart, copy=copy, timeout=PATIENCE_MS)
                push.send_multipart(parts)
                received = receiving.result(PATIENCE_MS)
        assert [bytes(part) for part in received] == parts
