"""Sending and receiving, in every form."""

from __future__ import annotations

import array
import ctypes
import json
import mmap
import re
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zmqpp
from zmqpp import DEALER, DONTWAIT, NOBLOCK, PAIR, POLLIN, POLLOUT, PULL, PUSH, REP, ROUTER, SNDMORE


def mapped(data):
    memory = mmap.mmap(-1, len(data))
    memory[:] = data
    return memory


DATA = b"12345678" * 4
BYTES_LIKE = {
    "bytes": DATA,
    "bytearray": bytearray(DATA),
    "memoryview": memoryview(DATA),
    "slice": memoryview(b"--" + DATA + b"--")[2:-2],
    "two dimensions": memoryview(DATA).cast("B", (4, 8)),
    "array": array.array("I", DATA),
    "ctypes": (ctypes.c_char * len(DATA)).from_buffer(bytearray(DATA)),
    "mmap": mapped(DATA),
    "Message": zmqpp.Message(DATA),
}


@pytest.fixture
def pipe(link):
    """A PULL and the PUSH that feeds it."""
    return link(PULL, PUSH)


def in_a_moment(call):
    """Runs `call` in another thread, when this one is likely to be waiting."""
    timer = threading.Timer(0.03, call)
    timer.start()
    return timer


# --- data ---


@pytest.mark.parametrize("kind", BYTES_LIKE)
@pytest.mark.parametrize("copy", [True, False])
def test_bytes_like_data(pair, kind, copy):
    """Anything bytes-like can be sent, alone or as a part, with and without a copy."""
    a, b = pair
    b.copy_threshold = 0
    b.send(BYTES_LIKE[kind], copy=copy)
    assert a.recv() == DATA
    b.send_multipart([BYTES_LIKE[kind], b"next"], copy=copy)
    assert a.recv_multipart() == [DATA, b"next"]


@pytest.mark.parametrize("size", [0, 1, 29, 30, 33, 34, 8191, 8192, 65535, 65536, 1_000_000])
def test_sizes(pair, size):
    """Messages of every size arrive as they were, around each of libzmq's own limits."""
    a, b = pair
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    for copy in (True, False):
        b.send(data, copy=copy)
        assert a.recv(copy=True) == data
        b.send(data, copy=copy)
        received = a.recv(copy=False)
        assert isinstance(received, zmqpp.Message)
        assert received.bytes == data


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        ("text", TypeError, r"takes bytes, not str: encode it"),
        (None, TypeError, "bytes-like objects and Messages, not NoneType"),
        (5, TypeError, "not int"),
        ([b"x"], TypeError, "not list"),
        (memoryview(b"abcd")[::2], BufferError, "contiguous"),
    ],
)
def test_what_cannot_be_sent(pipe, data, error, text):
    """Whatever is not bytes-like is refused with a text that says so, and nothing is sent."""
    pull, push = pipe
    with pytest.raises(error, match=text):
        push.send(data)
    with pytest.raises(error, match=text):
        push.send(data, copy=False)
    with pytest.raises(error, match=text):
        push.send_multipart([b"before", data])
    assert pull.try_recv() is None


def test_order_is_kept(pair):
    """Messages arrive in the order they were sent."""
    a, b = pair
    for number in range(500):
        b.send(b"%d" % number)
    assert [int(a.recv()) for _ in range(500)] == list(range(500))


def test_arguments_as_in_pyzmq(pipe):
    """flags, copy and track may be given by position, the rest by name only."""
    pull, push = pipe
    assert isinstance(push.send(b"a", 0, False, True), zmqpp.MessageTracker)
    assert pull.recv(0, False, False).bytes == b"a"
    push.send_multipart([b"b"], 0, True, False)
    assert pull.recv_multipart(0, True, False) == [b"b"]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s: s.send(), r"send\(\) is missing the argument 'data'"),
        (lambda s: s.send(b"", 0, True, False, None, None, 5), "at most 6 positional"),
        (lambda s: s.send(b"", data=b""), "two values for the argument 'data'"),
        (lambda s: s.send(b"", wait=5), "unexpected keyword argument 'wait'"),
        (lambda s: s.recv(0, True, False, 5), "at most 3 positional"),
        (lambda s: s.recv(flags="x"), "integer"),
        (lambda s: s.send(b"", flags=1.5), "integer"),
        (lambda s: s.try_recv(flags=0), "unexpected keyword argument 'flags'"),
        (lambda s: s.recv_into(), r"recv_into\(\) is missing the argument 'buffer'"),
    ],
)
def test_wrong_arguments(open_socket, call, text):
    """Arguments that do not fit are a TypeError naming the method and the argument."""
    with pytest.raises(TypeError, match=text):
        call(open_socket(PAIR))


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda s, number: s.send(b"", number), "send(): flags"),
        (lambda s, number: s.send_multipart([b""], flags=number), "send_multipart(): flags"),
        (lambda s, number: s.recv(number), "recv(): flags"),
        (lambda s, number: s.recv_into(bytearray(1), nbytes=number), "recv_into(): nbytes"),
        (lambda s, number: s.recv_many(number), "recv_many(): max"),
        (lambda s, number: s.recv_many_multipart(number), "recv_many_multipart(): max"),
        (lambda s, number: s.poll(0, number), "poll(): flags"),
        (lambda s, number: s.get(number), "get(): option"),
        (lambda s, number: s.set(number, 0), "set(): option"),
        (lambda s, number: s.context.get(number), "get(): option"),
    ],
)
def test_wrong_numbers(open_socket, call, parameter):
    """What is no integer, or does not fit, is refused by the name of the method and the parameter."""
    socket = open_socket(PAIR)
    with pytest.raises(TypeError, match=rf"^{re.escape(parameter)} is float, not an integer$"):
        call(socket, 1.0)
    for number in (1 << 40, -1 << 100):
        with pytest.raises(
            OverflowError, match=rf"^{re.escape(parameter)} is {number}, which does not fit$"
        ):
            call(socket, number)


def test_draft_addressing(open_socket):
    """routing_id and group say that they need drafts, where there are none."""
    if zmqpp.DRAFT_API:
        pytest.skip("this build has drafts")
    socket = open_socket(DEALER)
    for keyword in ({"routing_id": 1}, {"group": "g"}):
        with pytest.raises(zmqpp.NotSupported, match=f"{next(iter(keyword))} is a draft"):
            socket.send(b"", **keyword)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(st.lists(st.binary(max_size=100), min_size=1, max_size=5), max_size=5))
def test_any_messages(pipe, messages):
    """Whatever messages are sent, of whatever parts, the same are received."""
    pull, push = pipe
    for message in messages:
        push.send_multipart(message)
    assert [pull.recv_multipart() for _ in messages] == messages


# --- messages of many parts ---


@pytest.mark.parametrize(
    "parts",
    [
        [b"a", b"b"],
        (b"a", b"b"),
        (part for part in (b"a", b"b")),
        iter([b"a", b"b"]),
        {b"a": 1, b"b": 2},
        [zmqpp.Message(b"a"), bytearray(b"b")],
    ],
    ids=["list", "tuple", "generator", "iterator", "dict", "mixed"],
)
def test_iterables_of_parts(pipe, parts):
    """send_multipart() takes any iterable of parts."""
    pull, push = pipe
    push.send_multipart(parts)
    assert pull.recv_multipart() == [b"a", b"b"]


@pytest.mark.parametrize("parts", [[b""], [b"", b""], [b"x"], [b"%d" % i for i in range(1000)]])
def test_number_of_parts(pair, parts):
    """One part, empty parts and very many arrive as they are."""
    a, b = pair
    b.send_multipart(parts)
    assert a.recv_multipart() == parts


def test_no_parts(pipe):
    """A message without parts is a ValueError."""
    with pytest.raises(ValueError, match="at least one part"):
        pipe[1].send_multipart([])
    with pytest.raises(ValueError, match="at least one part"):
        pipe[1].send_multipart(iter(()))


@pytest.mark.parametrize("parts", [b"ab", "ab", bytearray(b"ab"), 5, None])
def test_parts_are_an_iterable(pipe, parts):
    """One piece of bytes or text is no iterable of parts, and neither is a number."""
    with pytest.raises(TypeError, match=r"send_multipart\(\) takes an iterable of parts"):
        pipe[1].send_multipart(parts)


def test_a_failing_generator_sends_nothing(pipe):
    """When the iterable of parts raises, nothing was sent, and the next message is whole."""

    def parts():
        yield b"one"
        raise KeyError("no more")

    pull, push = pipe
    with pytest.raises(KeyError, match="no more"):
        push.send_multipart(parts())
    push.send_multipart([b"next"])
    assert pull.recv_multipart() == [b"next"]


def test_a_bad_part_sends_nothing(pipe):
    """When a part in the middle is bad, nothing was sent, and the next message is whole."""
    pull, push = pipe
    with pytest.raises(TypeError):
        push.send_multipart([b"one", "two", b"three"])
    push.send_multipart([b"next"])
    assert pull.recv_multipart() == [b"next"]


def test_parts_as_messages(pair):
    """recv_multipart(copy=False) gives a Message per part, which know whether more follow."""
    a, b = pair
    b.send_multipart([b"a", b"b", b"c"])
    parts = a.recv_multipart(copy=False)
    assert [part.bytes for part in parts] == [b"a", b"b", b"c"]
    assert [part.more for part in parts] == [True, True, False]


def test_part_by_part(pair):
    """SNDMORE sends a message part by part; recv() gets its parts one by one, until not rcvmore."""
    a, b = pair
    b.send(b"one", SNDMORE)
    b.send(b"two", flags=SNDMORE | DONTWAIT)
    b.send(b"three")
    b.send(b"next")
    assert a.recv() == b"one"
    assert a.rcvmore is True
    assert a.recv() == b"two"
    assert a.rcvmore is True
    assert a.recv() == b"three"
    assert a.rcvmore is False
    assert a.recv() == b"next"


def test_the_rest_of_a_message(pair):
    """recv_multipart() after recv() gets the parts that are left."""
    a, b = pair
    b.send_multipart([b"envelope", b"", b"body"])
    assert a.recv() == b"envelope"
    assert a.recv_multipart() == [b"", b"body"]


def test_more_parts_to_come(pair):
    """send_multipart() with SNDMORE leaves the message open for more parts."""
    a, b = pair
    b.send_multipart([b"a", b"b"], SNDMORE)
    assert a.try_recv() is None
    b.send_multipart([b"c"])
    assert a.recv_multipart() == [b"a", b"b", b"c"]


# --- into a buffer ---


@pytest.mark.parametrize(
    "buffer",
    [bytearray(8), memoryview(bytearray(8)), array.array("I", [0, 0]), mmap.mmap(-1, 8)],
    ids=["bytearray", "memoryview", "array", "mmap"],
)
def test_recv_into(pipe, buffer):
    """recv_into() writes the message into a buffer and returns its size."""
    pull, push = pipe
    push.send(b"abcdef")
    assert pull.recv_into(buffer) == 6
    assert bytes(memoryview(buffer).cast("B")[:8]) == b"abcdef\0\0"


def test_recv_into_some_bytes(pipe):
    """nbytes is how much of the buffer may be used; 0 is all of it."""
    pull, push = pipe
    buffer = bytearray(8)
    push.send(b"abc")
    assert pull.recv_into(buffer, nbytes=3) == 3
    push.send(b"ABCDEFGH")
    assert pull.recv_into(buffer, nbytes=0) == 8
    assert buffer == b"ABCDEFGH"
    push.send(b"")
    assert pull.recv_into(bytearray()) == 0


@pytest.mark.parametrize("nbytes", [0, 4])
def test_recv_into_too_small_a_buffer(pipe, nbytes):
    """A message that does not fit is not lost: MessageTooLong has it, and says both sizes."""
    pull, push = pipe
    push.send(b"abcdef")
    buffer = bytearray(5)
    limit = nbytes or len(buffer)
    with pytest.raises(zmqpp.MessageTooLong, match=f"has 6 bytes, the buffer {limit}") as caught:
        pull.recv_into(buffer, nbytes=nbytes)
    assert caught.value.frame.bytes == b"abcdef"
    assert caught.value.errno == zmqpp.EMSGSIZE
    assert buffer == bytes(5)


@pytest.mark.parametrize("nbytes", [-1, 6])
def test_recv_into_impossible_nbytes(pipe, nbytes):
    """nbytes outside the buffer is a ValueError, and no message is taken."""
    pull, push = pipe
    push.send(b"abc")
    with pytest.raises(ValueError, match=f"nbytes is {nbytes}, the buffer has 5 bytes"):
        pull.recv_into(bytearray(5), nbytes=nbytes)
    assert pull.recv() == b"abc"


@pytest.mark.parametrize(
    ("buffer", "error"),
    [
        (b"constant", BufferError),
        (memoryview(bytearray(8))[::2], BufferError),
        ("text", TypeError),
        (None, TypeError),
    ],
    ids=["read-only", "not contiguous", "text", "None"],
)
def test_recv_into_what_cannot_be_written(pipe, buffer, error):
    """A buffer that cannot be written is refused, and no message is taken."""
    pull, push = pipe
    push.send(b"abc")
    with pytest.raises(error, match="writable, contiguous buffer"):
        pull.recv_into(buffer)
    assert pull.recv() == b"abc"


def test_recv_into_without_waiting(open_socket):
    """recv_into() has flags and timeout as recv() has."""
    pull = open_socket(PULL)
    with pytest.raises(zmqpp.Again):
        pull.recv_into(bytearray(5), flags=DONTWAIT)
    with pytest.raises(zmqpp.Timeout):
        pull.recv_into(bytearray(5), timeout=1)


# --- text, JSON and forms of one's own ---


@pytest.mark.parametrize("text", ["", "plain", "Übergröße €", "\U0001f600"])
def test_strings(pair, text):
    """Text is sent in UTF-8."""
    a, b = pair
    b.send_string(text)
    assert a.recv_string() == text
    b.send_string(text)
    assert a.recv() == text.encode()


def test_string_encodings(pipe):
    """Text can have another encoding."""
    pull, push = pipe
    push.send_string("Größe", encoding="utf-16")
    assert pull.recv_string(encoding="utf-16") == "Größe"
    push.send_unicode("Größe", encoding="latin-1")
    assert pull.recv_unicode(encoding="latin-1") == "Größe"


def test_what_is_no_text(pipe):
    """send_string() takes str alone, and recv_string() raises for what does not decode."""
    pull, push = pipe
    with pytest.raises(TypeError, match=r"send_string\(\) takes str, not bytes"):
        push.send_string(b"x")
    push.send(b"\xff\xfe")
    with pytest.raises(UnicodeDecodeError):
        pull.recv_string()


@pytest.mark.parametrize("value", [None, 5, "ä", [1, 2.5, None], {"a": {"b": [True]}}])
def test_json(pair, value):
    """JSON arrives as what was sent."""
    a, b = pair
    b.send_json(value)
    assert a.recv_json() == value


def test_json_options(pipe):
    """Other keywords are those of json.dumps() and json.loads()."""
    pull, push = pipe
    push.send_json({"b": 1, "a": 2}, sort_keys=True, timeout=1000)
    assert pull.recv() == b'{"a":2,"b":1}'
    push.send_json(1.5)
    assert pull.recv_json(parse_float=str) == "1.5"
    with pytest.raises(TypeError, match="not JSON serializable"):
        push.send_json(object())
    push.send(b"{")
    with pytest.raises(json.JSONDecodeError):
        pull.recv_json()


def test_serialized(pipe):
    """send_serialized() and recv_serialized() take functions between objects and parts."""
    pull, push = pipe

    def serialize(numbers):
        for number in numbers:
            yield b"%d" % number

    push.send_serialized([1, 2, 3], serialize)
    assert pull.recv_serialized(lambda parts: [int(part) for part in parts]) == [1, 2, 3]
    push.send_serialized([4], serialize, copy=False)
    assert pull.recv_serialized(lambda parts: parts[0].bytes, copy=False) == b"4"


@pytest.mark.parametrize(
    "call",
    [
        lambda s, **wait: s.recv_string(**wait),
        lambda s, **wait: s.recv_json(**wait),
        lambda s, **wait: s.recv_multipart(**wait),
        lambda s, **wait: s.recv_serialized(list, **wait),
        lambda s, **wait: s.recv_into(bytearray(1), **wait),
    ],
)
def test_every_form_can_give_up(open_socket, call):
    """Each way of receiving has DONTWAIT and a timeout."""
    pull = open_socket(PULL)
    with pytest.raises(zmqpp.Again) as caught:
        call(pull, flags=DONTWAIT)
    assert not isinstance(caught.value, zmqpp.Timeout)
    with pytest.raises(zmqpp.Timeout):
        call(pull, timeout=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda s, **wait: s.send(b"", **wait),
        lambda s, **wait: s.send_string("", **wait),
        lambda s, **wait: s.send_json(1, **wait),
        lambda s, **wait: s.send_multipart([b"", b""], **wait),
        lambda s, **wait: s.send_serialized(b"x", lambda x: [x], **wait),
    ],
)
def test_every_form_of_sending_can_give_up(open_socket, call):
    """Each way of sending has DONTWAIT and a timeout."""
    push = open_socket(PUSH)
    with pytest.raises(zmqpp.Again) as caught:
        call(push, flags=DONTWAIT)
    assert not isinstance(caught.value, zmqpp.Timeout)
    with pytest.raises(zmqpp.Timeout):
        call(push, timeout=1)


# --- without waiting ---


def test_dontwait(pipe):
    """DONTWAIT raises Again when nothing is there, and gets what is there."""
    pull, push = pipe
    with pytest.raises(zmqpp.Again, match=r"recv\(\) on PULL socket \[.*no message has come"):
        pull.recv(DONTWAIT)
    push.send(b"x", DONTWAIT)
    assert pull.recv(NOBLOCK) == b"x"


def test_try_recv(pair, wait_until):
    """try_recv() returns a message, or None when nothing is there."""
    a, b = pair
    assert a.try_recv() is None
    assert a.try_recv_multipart() is None
    b.send(b"one")
    assert wait_until(a.try_recv) == b"one"
    b.send(b"two")
    assert wait_until(lambda: a.try_recv(copy=False)).bytes == b"two"
    b.send_multipart([b"a", b"b"])
    assert wait_until(a.try_recv_multipart) == [b"a", b"b"]
    b.send_multipart([b"a", b"b"])
    parts = wait_until(lambda: a.try_recv_multipart(copy=False))
    assert [part.bytes for part in parts] == [b"a", b"b"]
    assert a.try_recv() is None


def test_an_empty_message_is_not_nothing(pipe):
    """try_recv() gives b"" for an empty message, and None for none."""
    pull, push = pipe
    push.send(b"")
    assert pull.try_recv() == b""
    assert pull.try_recv() is None


# --- time ---


@pytest.mark.parametrize("timeout", [30, 29.3, timedelta(milliseconds=30)])
def test_recv_timeouts(open_socket, timeout):
    """recv(timeout=) gives up after its milliseconds, or timedelta, and not before."""
    start = time.monotonic()
    with pytest.raises(zmqpp.Timeout, match="time ran out, no message has come"):
        open_socket(PULL).recv(timeout=timeout)
    assert 0.0293 <= time.monotonic() - start < 2


@pytest.mark.parametrize("timeout", [30, 29.3, timedelta(milliseconds=30)])
def test_send_timeouts(open_socket, timeout):
    """send(timeout=) gives up after its milliseconds, or timedelta, and not before."""
    start = time.monotonic()
    with pytest.raises(zmqpp.Timeout, match="time ran out, no peer has room"):
        open_socket(PUSH).send(b"x", timeout=timeout)
    assert 0.0293 <= time.monotonic() - start < 2


def test_a_timeout_of_nothing(open_socket):
    """timeout=0 does not wait, and is a Timeout all the same."""
    start = time.monotonic()
    with pytest.raises(zmqpp.Timeout):
        open_socket(PULL).recv(timeout=0)
    assert time.monotonic() - start < 1


def test_timeouts_of_options(open_socket):
    """Without a timeout, or with None, rcvtimeo and sndtimeo count."""
    pull, push = open_socket(PULL, rcvtimeo=30), open_socket(PUSH, sndtimeo=30)
    for call in (pull.recv, lambda: pull.recv(timeout=None), lambda: push.send(b"x")):
        start = time.monotonic()
        with pytest.raises(zmqpp.Timeout):
            call()
        assert 0.03 <= time.monotonic() - start < 2


@pytest.mark.parametrize("timeout", [-1, -0.5, timedelta(seconds=-1), float("inf"), 10**15])
def test_waiting_for_ever(pipe, timeout):
    """A negative or endless timeout waits until a message comes, whatever rcvtimeo says."""
    pull, push = pipe
    pull.rcvtimeo = 5
    timer = in_a_moment(lambda: push.send(b"at last"))
    assert pull.recv(timeout=timeout) == b"at last"
    timer.join()


def test_waiting_for_room(open_socket, unique_endpoint):
    """send() waits until a peer has room, and the message arrives whole."""
    push = open_socket(PUSH)
    endpoint = push.bind(unique_endpoint())
    pull = open_socket(PULL)
    timer = in_a_moment(lambda: pull.connect(endpoint))
    push.send_multipart([b"a", b"b"], timeout=5000)
    assert pull.recv_multipart() == [b"a", b"b"]
    timer.join()


def test_full_peers(link):
    """When all peers are full sending gives up; what was sent is still there, and then there is room."""
    pull, push = link(PULL, PUSH, sndhwm=2, rcvhwm=2)
    sent = 0
    with pytest.raises(zmqpp.Again):
        while True:
            push.send_multipart([b"%d" % sent, b"x"], DONTWAIT)
            sent += 1
    assert sent >= 2
    with pytest.raises(zmqpp.Timeout):
        push.send_multipart([b"lost", b"x"], timeout=1)
    for number in range(sent):
        assert pull.recv_multipart() == [b"%d" % number, b"x"]
    push.send(b"room again")
    assert pull.recv() == b"room again"


def test_a_message_survives_a_failed_send(pipe, open_socket):
    """A Message whose sending failed is unharmed and can be sent again."""
    message = zmqpp.Message(b"unharmed" * 10)
    with pytest.raises(zmqpp.Again):
        open_socket(PUSH).send(message, DONTWAIT)
    assert message.bytes == b"unharmed" * 10
    pull, push = pipe
    push.send(message)
    push.send(message)
    assert [pull.recv(), pull.recv()] == [b"unharmed" * 10] * 2


@pytest.mark.parametrize(
    ("timeout", "error", "text"),
    [
        ("soon", TypeError, "a timeout is a number or a timedelta, not str"),
        ([], TypeError, "not list"),
        (float("nan"), ValueError, "NaN"),
    ],
)
def test_bad_timeouts(open_socket, timeout, error, text):
    """A timeout that is no time is refused, with a text that says what one is."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    for call in (pull.recv, pull.recv_multipart, lambda **wait: push.send(b"", **wait), pull.poll):
        with pytest.raises(error, match=text):
            call(timeout=timeout)


# --- out of turn ---


def test_out_of_turn(link):
    """REQ and REP that do not take turns raise StateError, which tells how they should."""
    rep, req = link(REP, zmqpp.REQ)
    with pytest.raises(zmqpp.StateError, match="must alternate"):
        rep.send(b"nobody asked")
    with pytest.raises(zmqpp.StateError, match="must alternate"):
        req.recv()
    req.send(b"question")
    with pytest.raises(zmqpp.StateError, match="req_relaxed and req_correlate"):
        req.send(b"another")


def test_the_wrong_direction(open_socket):
    """A socket that cannot send or receive at all says so."""
    with pytest.raises(
        zmqpp.NotSupported, match=r"PULL socket: .*this socket type does not do that"
    ):
        open_socket(PULL).send(b"x")
    with pytest.raises(
        zmqpp.NotSupported, match=r"PUSH socket: .*this socket type does not do that"
    ):
        open_socket(PUSH).recv()


def test_unknown_routing_ids(link):
    """A ROUTER drops messages for unknown peers, or raises HostUnreachable if it is mandatory."""
    router, _ = link(ROUTER, DEALER)
    router.send_multipart([b"nobody", b"x"])
    router.router_mandatory = True
    with pytest.raises(zmqpp.HostUnreachable, match=r"send_multipart\(\) on ROUTER socket"):
        router.send_multipart([b"nobody", b"x"])


# --- Socket.poll ---


def test_poll_one_socket(pipe):
    """Socket.poll() says what can be done, at once if something can."""
    pull, push = pipe
    assert pull.poll(0) == 0
    assert push.poll(0, POLLOUT) == POLLOUT
    assert push.poll(0, POLLIN | POLLOUT) == POLLOUT
    push.send(b"x")
    assert pull.poll() == POLLIN
    assert pull.poll(timeout=None, flags=POLLIN) == POLLIN
    assert pull.recv() == b"x"


@pytest.mark.parametrize("timeout", [20, 19.2, timedelta(milliseconds=20)])
def test_poll_one_socket_in_vain(open_socket, timeout):
    """Socket.poll() returns 0 after its milliseconds, and not before."""
    start = time.monotonic()
    assert open_socket(PULL).poll(timeout) == 0
    assert 0.0192 <= time.monotonic() - start < 2


def test_poll_wakes_for_a_message(pipe):
    """Socket.poll() without a timeout waits until a message comes."""
    pull, push = pipe
    timer = in_a_moment(lambda: push.send(b"x"))
    assert pull.poll() == POLLIN
    timer.join()
