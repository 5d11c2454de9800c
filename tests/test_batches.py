"""Batches: many messages in one call, in order, each whole, and none of them lost on the way."""

from __future__ import annotations

import array
import gc
import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zmqpp
from batches import SEVERAL, SINGLE, Batches, numbers
from conftest import PATIENCE_MS, Link
from zmqpp import POLLIN, PULL, PUSH, REP, REQ, SNDMORE

BIG = 100_000  # bytes, enough to be lent by default
#: Around what is lent, what a turn takes, and libzmq's own limits.
SIZES = [0, 1, 33, 34, 30_000, 32_767, 32_768, 32_769, 131_071, 131_072, 131_073, 300_000]


@pytest.fixture(params=[SINGLE, SEVERAL], ids=["single", "multipart"])
def batches(request: pytest.FixtureRequest) -> Batches:
    """Messages of one part, and of several."""
    batches = request.param
    assert isinstance(batches, Batches)
    return batches


@pytest.fixture
def pipe(link: Link, transport: str) -> tuple[zmqpp.Socket, zmqpp.Socket]:
    """A PULL and the PUSH that feeds it, with room for any batch, over each transport in turn."""
    return link(PULL, PUSH, transport, hwm=0)


# --- what arrives ---


@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_order_is_kept(link: Link, transport: str, batches: Batches, most: int) -> None:
    """All messages of a batch arrive, in their order, however few are received at a time."""
    pull, push = link(PULL, PUSH, transport, hwm=0)
    assert batches.send(push, numbers(1000)) is None
    assert batches.recv_all(pull, 1000, most) == numbers(1000)
    assert pull.try_recv() is None


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sizes=st.lists(st.sampled_from(SIZES) | st.integers(0, 300), max_size=40),
    most=st.integers(1, 50),
    copies=st.tuples(st.booleans(), st.booleans()),
)
def test_any_sizes(pipe: Any, sizes: list[int], most: int, copies: tuple[bool, bool]) -> None:
    """Whatever sizes follow each other, lent or copied, the same bytes arrive."""
    a, b = pipe
    messages = [(b"%d-" % i * (size // 2 + 1))[:size] for i, size in enumerate(sizes)]
    b.send_many(messages, copy=copies[0])
    received: list[bytes] = []
    while len(received) < len(messages):
        received += map(bytes, a.recv_many(most, copy=copies[1]))
    assert received == messages


@pytest.mark.parametrize(
    "make",
    [list, tuple, iter, dict.fromkeys, lambda messages: (m for m in messages)],
    ids=["list", "tuple", "iterator", "dict", "generator"],
)
def test_any_iterable(link: Link, make: Any) -> None:
    """The messages of a batch come from any iterable."""
    pull, push = link(PULL, PUSH)
    push.send_many(make(numbers(300)))
    assert SINGLE.recv_all(pull, 300) == numbers(300)
    push.send_many_multipart(make([(b"a", b"b"), (b"c",)]))
    assert pull.recv_many_multipart(9) == [[b"a", b"b"], [b"c"]]


def test_an_empty_batch(link: Link, batches: Batches) -> None:
    """A batch of nothing sends nothing, and its tracker has nothing to wait for."""
    pull, push = link(PULL, PUSH)
    assert batches.send(push, []) is None
    tracker = batches.send(push, iter(()), track=True, copy=False)
    assert tracker is not None
    assert tracker.done
    assert pull.poll(10) == 0


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("size", [40, BIG])
def test_kinds_of_messages(link: Link, batches: Batches, size: int, copy: bool) -> None:
    """A batch takes whatever send() takes, mixed, and a Message may be sent again."""
    pull, push = link(PULL, PUSH)
    data = (b"0123456789" * size)[:size]
    message = zmqpp.Message(data)
    kinds: list[Any] = [
        data, bytearray(data), memoryview(data), memoryview(b"-" + data)[1:], message, message,
        array.array("I", data), type("Bytes", (bytes,), {})(data), b"small", b"",
    ]  # fmt: skip
    batches.send(push, kinds, copy=copy)
    assert batches.recv_all(pull, len(kinds)) == [data] * 8 + [b"small", b""]
    assert message.bytes == data


def test_messages_without_a_copy(link: Link) -> None:
    """With copy=False a batch is received as Message objects."""
    pull, push = link(PULL, PUSH)
    push.send_many([b"small", bytes(BIG)])
    received = pull.recv_many(2, copy=False)
    assert [type(message) for message in received] == [zmqpp.Message] * 2
    assert [message.bytes for message in received] == [b"small", bytes(BIG)]
    push.send_many_multipart([[b"a", b"b"]])
    (parts,) = pull.recv_many_multipart(2, copy=False)
    assert [(part.bytes, part.more) for part in parts] == [(b"a", True), (b"b", False)]


# --- what cannot be sent ---


class Alien:
    """What is no message, in an object that only one test holds."""


BAD: list[tuple[str, Any, str]] = [
    *(("send_many", bad, "bytes-like") for bad in ("text", None, 7, [b"nested"], Alien())),
    *(
        ("send_many_multipart", bad, "a list or tuple of parts")
        for bad in (b"x", "text", None, {b"set"}, Alien())
    ),
]


@pytest.mark.parametrize(("method", "bad", "wanted"), BAD)
def test_a_bad_message_sends_nothing(link: Link, method: str, bad: Any, wanted: str) -> None:
    """What is no message is a TypeError that names its place, before anything is sent."""
    pull, push = link(PULL, PUSH)
    good = [b"good" if method == "send_many" else [b"good", b"parts"]] * 200
    count = sys.getrefcount(bad)
    shared = not isinstance(bad, Alien)  # the interpreter's other threads count None too
    text = rf"{method}\(\): message 200 is {type(bad).__name__}, not {wanted}; none was sent"
    with pytest.raises(TypeError, match=text):
        getattr(push, method)([*good, bad, good[0]])
    assert shared or sys.getrefcount(bad) == count
    push.send(b"next")
    assert pull.recv_many_multipart(9) == [[b"next"]]


@pytest.mark.parametrize("messages", [b"ab", "ab", bytearray(b"ab"), 5, None])
def test_messages_are_an_iterable(link: Link, batches: Batches, messages: Any) -> None:
    """Bytes, text or a number are no batch; and when an iterable raises, nothing was sent."""
    pull, push = link(PULL, PUSH)
    with pytest.raises(TypeError, match="iterable"):
        (push.send_many_multipart if batches.multipart else push.send_many)(messages)
    with pytest.raises(ZeroDivisionError):
        push.send_many(b"%d" % (1 // (9 - i)) for i in range(20))
    with pytest.raises(ZeroDivisionError):
        push.send_many_multipart([b"%d" % (1 // (9 - i))] for i in range(20))
    assert pull.poll(10) == 0


@pytest.mark.parametrize("bad", [[b"half", 7], (b"half", "text"), []], ids=["int", "str", "none"])
def test_bad_parts_send_nothing(link: Link, bad: Any) -> None:
    """A message with a part that is none, or without parts, is found before anything is sent too."""
    pull, push = link(PULL, PUSH)
    with pytest.raises((TypeError, ValueError)) as caught:
        push.send_many_multipart([[b"good", b"parts"], bad])
    assert pull.poll(10) == 0
    assert "send_many_multipart(): message 1 " in str(caught.value)


def test_a_failure_in_the_middle_says_how_far(link: Link) -> None:
    """What proves bad when its bytes are asked for is not begun, and `sent` counts those before it."""
    pull, push = link(PULL, PUSH)
    strided = memoryview(b"abcd")[::2]
    with pytest.raises(BufferError) as caught:
        push.send_many([b"1", b"2", strided, b"3"])
    assert caught.value.sent == 2  # type: ignore[attr-defined]
    with pytest.raises(BufferError) as caught:
        push.send_many_multipart([[b"4"], [b"half", strided]])
    assert caught.value.sent == 1  # type: ignore[attr-defined]
    push.send(b"next")
    assert pull.recv_many_multipart(9) == [[b"1"], [b"2"], [b"4"], [b"next"]]


@pytest.mark.parametrize("size", [10, BIG])
def test_a_req_sends_one(link: Link, size: int) -> None:
    """Where a second message is out of turn, StateError says so, and that one was sent."""
    rep, req = link(REP, REQ)
    with pytest.raises(zmqpp.StateError, match=r"^.*send_many\(\) on REQ socket") as caught:
        req.send_many([b"?" * size] * 3)
    assert caught.value.sent == 1  # type: ignore[attr-defined]
    assert rep.recv_many(9) == [b"?" * size]


# --- no room, nothing there ---


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("size", [10, BIG])
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_no_room_says_how_many_went(
    link: Link, batches: Batches, transport: str, size: int, copy: bool
) -> None:
    """When time runs out, Timeout has in `sent` how many messages arrive, and no other does.

    The option sndtimeo is the default for the time.
    """
    pull, push = link(PULL, PUSH, transport, hwm=5, sndtimeo=50)
    messages = [b"%d " % i + bytes(size) for i in range(2000)]
    repeated = itertools.islice(itertools.cycle(messages), 1_000_000 if size == 10 else 2000)
    start = time.monotonic()
    with pytest.raises(zmqpp.Timeout, match="no peer has room") as caught:
        batches.send(push, repeated, timeout=50 if copy else None, copy=copy)
    assert time.monotonic() - start >= 0.05
    sent = caught.value.sent  # type: ignore[attr-defined]
    assert sent > 0
    for i in range(sent):
        assert batches.recv(pull, 1) == [messages[i % 2000]]
    assert pull.poll(20) == 0


def test_a_waiting_sender_goes_on(link: Link, transport: str, batches: Batches) -> None:
    """A batch that waits for room goes on whenever the receiver makes some."""
    pull, push = link(PULL, PUSH, transport, hwm=3)
    messages = [bytes([i % 251]) * (BIG if i % 10 == 0 else 10) for i in range(1500)]
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(batches.send, push, messages, timeout=4 * PATIENCE_MS)
        assert batches.recv_all(pull, len(messages), 2) == messages
        sending.result(PATIENCE_MS)


@pytest.mark.parametrize("method", ["send_many", "send_many_multipart"])
def test_a_list_that_changes_during_the_wait(link: Link, method: str) -> None:
    """What is sent is what the list had when the call began, whatever becomes of it meanwhile."""
    pull, push = link(PULL, PUSH, hwm=3)
    wanted = [[message] for message in numbers(500)]
    given: list[Any] = [*wanted] if method == "send_many_multipart" else numbers(500)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(getattr(push, method), given, timeout=4 * PATIENCE_MS)
        received = [pull.recv_multipart()]  # from here on it waits, again and again
        given.clear()
        given.extend([42] * 10_000)
        received += [pull.recv_multipart() for _ in wanted[1:]]
        sending.result(PATIENCE_MS)
    assert received == wanted
    assert pull.poll(20) == 0


def test_at_most_max(link: Link, batches: Batches) -> None:
    """What is beyond `max` stays, and is received next."""
    pull, push = link(PULL, PUSH)
    batches.send(push, numbers(300))
    assert batches.recv(pull, 1) == numbers(1)
    assert batches.recv(pull, 199) == numbers(200)[1:]
    assert batches.recv(pull, 1000) == numbers(300)[200:]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1025])
@pytest.mark.parametrize("method", ["recv_many", "recv_many_multipart"])
def test_a_batch_is_a_list_like_any_other(link: Link, method: str, count: int) -> None:
    """It can grow and shrink, holds nothing but what came, and takes little more room than that."""
    pull, push = link(PULL, PUSH, hwm=0)
    push.send_many(numbers(count))
    batch = getattr(pull, method)(10_000)
    several = method.endswith("multipart")
    wanted: list[Any] = [[number] if several else number for number in numbers(count)]
    assert batch == wanted
    assert sys.getsizeof(batch) <= sys.getsizeof([]) + 8 * max(16, 4 * count)
    batch += batch
    gc.collect()
    assert batch == wanted + wanted
    del batch[1:]
    assert batch == wanted[:1]


@pytest.mark.parametrize("copy", [True, False])
def test_only_the_first_is_waited_for(link: Link, batches: Batches, copy: bool) -> None:
    """A call waits until one message comes, and not until there are `max`."""
    pull, push = link(PULL, PUSH)
    with ThreadPoolExecutor(1) as pool:
        for _ in range(20):
            waiting = pool.submit(batches.recv, pull, 1000, timeout=PATIENCE_MS)
            batches.send(push, [b"one"], copy=copy)
            assert waiting.result() == [b"one"]


@pytest.mark.parametrize(
    ("most", "error"),
    [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("3", TypeError), (None, TypeError)],
)
def test_wrong_max(link: Link, most: Any, error: type[Exception]) -> None:
    """`max` is an int of at least 1, or nothing is received."""
    pull, push = link(PULL, PUSH)
    push.send(b"kept")
    for recv in (pull.recv_many, pull.recv_many_multipart):
        with pytest.raises(error, match="max" if error is ValueError else "integer"):
            recv(most)
    assert pull.recv() == b"kept"


@pytest.mark.parametrize("timeout", [0, 20, timedelta(milliseconds=20), None])
def test_nothing_there(link: Link, batches: Batches, timeout: Any) -> None:
    """When no message comes in time, a call raises Timeout; the option rcvtimeo is the default."""
    pull, _ = link(PULL, PUSH)
    pull.rcvtimeo = 20
    start = time.monotonic()
    with pytest.raises(zmqpp.Timeout, match="no message has come"):
        batches.recv(pull, 5, timeout=timeout)
    assert timeout == 0 or time.monotonic() - start >= 0.02


# --- messages of several parts ---


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("before", [0, 3, 128, 200])
def test_a_message_of_several_parts_stays_the_next(
    link: Link, transport: str, before: int, copy: bool
) -> None:
    """recv_many() stops before a message of several parts, which recv_multipart() gets whole."""
    pull, push = link(PULL, PUSH, transport)
    parts = [b"a", bytes(BIG), b"c"]
    push.send_many(numbers(before))
    push.send_multipart(parts)
    push.send(b"after")
    received: list[bytes] = []
    while len(received) < before:
        received += map(bytes, pull.recv_many(1000, copy=copy))
    assert received == numbers(before)
    for _ in range(2):
        with pytest.raises(zmqpp.StateError, match=r"has 3 parts, so recv_multipart\(\) must"):
            pull.recv_many(1000, copy=copy)
    assert pull.poll(0) == POLLIN
    assert not pull.rcvmore
    assert pull.recv_multipart() == parts
    assert pull.recv_many(1000) == [b"after"]


def test_in_the_middle_of_a_message(link: Link, batches: Batches) -> None:
    """A batch is refused while a message is sent or received part by part, and works after it."""
    pull, push = link(PULL, PUSH)
    push.send(b"1", SNDMORE)
    with pytest.raises(zmqpp.StateError, match="in the middle of a message; send") as caught:
        batches.send(push, [b"torn"])
    assert caught.value.sent == 0  # type: ignore[attr-defined]
    push.send(b"2")
    batches.send(push, [b"3"])
    assert pull.recv() == b"1"
    with pytest.raises(zmqpp.StateError, match="in the middle of a message; receive"):
        pull.recv_many(5)
    assert pull.recv() == b"2"
    assert batches.recv(pull, 5) == [b"3"]
