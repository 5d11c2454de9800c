"""Batches of several threads: nobody is kept waiting, none is lost, and close() ends them all."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import zmqpp
from batches import SEVERAL, SINGLE, Batches, numbers
from conftest import PATIENCE_MS, Link, OpenSocket
from zmqpp import PAIR, PULL, PUSH

BIG = 100_000  # bytes, enough to be lent


@pytest.fixture(params=[SINGLE, SEVERAL], ids=["single", "multipart"])
def batches(request: pytest.FixtureRequest) -> Batches:
    """Messages of one part, and of several."""
    batches = request.param
    assert isinstance(batches, Batches)
    return batches


def test_close_wakes_a_receiver(open_socket: OpenSocket, batches: Batches) -> None:
    """close() by another thread ends a call that waits for a message with SocketClosed."""
    pull = open_socket(PULL)
    begun = threading.Event()

    def recv() -> None:
        begun.set()
        batches.recv(pull, 5, timeout=-1)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(recv)
        assert begun.wait(5)
        pull.close()
        with pytest.raises(zmqpp.SocketClosed):
            waiting.result(5)


def test_close_wakes_a_sender(link: Link, batches: Batches) -> None:
    """close() by another thread ends a call that waits for room, and what was sent arrives."""
    pull, push = link(PULL, PUSH, hwm=2)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batches.send, push, numbers(1000), timeout=-1)
        assert batches.recv(pull, 1) == numbers(1)
        push.close()
        with pytest.raises(zmqpp.SocketClosed) as caught:
            waiting.result(5)
    sent = caught.value.sent  # type: ignore[attr-defined]
    rest = batches.recv_all(pull, sent - 1) if sent > 1 else []
    assert rest == numbers(sent)[1:]


@pytest.mark.parametrize("messages", [[], [b"x"]])
def test_a_closed_socket(open_socket: OpenSocket, batches: Batches, messages: list[bytes]) -> None:
    """Every call on a closed socket is SocketClosed, also with nothing to send."""
    socket = open_socket(PAIR)
    socket.close()
    with pytest.raises(zmqpp.SocketClosed):
        batches.send(socket, messages)
    with pytest.raises(zmqpp.SocketClosed):
        batches.recv(socket, 1)


def test_a_tracker_covers_the_batch(link: Link, batches: Batches) -> None:
    """The tracker of a batch is done when libzmq has given back the last of what was lent."""
    pull, push = link(PULL, PUSH)
    datas = [bytearray(BIG), bytearray(10), bytearray(BIG)]
    tracker = batches.send(
        push, [*datas, zmqpp.Message(b"x" * BIG), b"small"], copy=False, track=True
    )
    assert tracker is not None
    for _ in datas:
        assert not tracker.done
        batches.recv(pull, 1)
    batches.recv_all(pull, 2)
    tracker.wait(5)
    for data in datas:
        data.append(1)
    copied = batches.send(push, datas, track=True)
    assert copied is not None
    assert copied.done


def test_others_run_meanwhile(link: Link) -> None:
    """While two threads move batches of 100,000 messages, a third makes progress all the time."""
    pull, push = link(PULL, PUSH, hwm=0)
    messages = numbers(100_000)
    rounds, ticks, done = 3, itertools.count(), threading.Event()
    gaps, meanwhile = [0.0], []

    def tick() -> None:
        last = time.monotonic()
        while not done.is_set():
            next(ticks)
            now = time.monotonic()
            last, gaps[0] = now, max(gaps[0], now - last)

    def send() -> None:
        for _ in range(rounds):
            before = next(ticks)
            push.send_many(messages)
            meanwhile.append(next(ticks) - before - 1)

    with ThreadPoolExecutor(3) as pool:
        ticking = pool.submit(tick)
        sending = pool.submit(send)
        received = pool.submit(SINGLE.recv_all, pull, rounds * 100_000, 100_000)
        try:
            sending.result(30)
            assert received.result(30) == messages * rounds
        finally:
            done.set()
        ticking.result(5)
    assert sum(meanwhile) > 0
    assert gaps[0] < 1


@pytest.mark.parametrize("hwm", [0, 20])
def test_two_senders_share_a_socket(link: Link, batches: Batches, hwm: int) -> None:
    """Batches that two threads send through one socket lose nothing, and each keeps its order."""
    pull, push = link(PULL, PUSH, hwm=hwm)
    ours = {prefix: numbers(5000, prefix) for prefix in (b"a", b"b")}

    def send(messages: list[bytes]) -> None:
        for begin in range(0, len(messages), 250):
            batches.send(push, messages[begin : begin + 250], timeout=4 * PATIENCE_MS)

    with ThreadPoolExecutor(2) as pool:
        sending = [pool.submit(send, messages) for messages in ours.values()]
        received = batches.recv_all(pull, 10_000, 300)
        for sender in sending:
            sender.result(5)
    for prefix, messages in ours.items():
        assert [message for message in received if message.startswith(prefix)] == messages
