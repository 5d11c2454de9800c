"""Message: its bytes in place, who may write to them, its metadata, and sending it again."""

from __future__ import annotations

import array
import copy
import gc
import pickle

import pytest

import zmqpp
from zmqpp import DEALER, PAIR, PULL, PUSH, ROUTER, Message

DATA = b"0123456789" * 20


# --- making one ---


def test_frame_is_message():
    """Frame is pyzmq's word for Message."""
    assert zmqpp.Frame is zmqpp.Message


@pytest.mark.parametrize(
    "data", [b"", DATA, bytearray(DATA), memoryview(DATA), array.array("B", DATA), Message(DATA)]
)
@pytest.mark.parametrize("copying", [None, True, False])
def test_of_data(data, copying):
    """A message has the bytes of anything bytes-like, copied or lent."""
    message = Message(data, copy=copying, copy_threshold=0)
    assert message.bytes == bytes(data)
    assert len(message) == len(data)


def test_of_nothing():
    """A message of nothing is empty."""
    message = Message()
    assert message.bytes == b""
    assert len(message) == 0
    assert message.more is False
    assert message.tracker is None


def test_of_a_size():
    """Message(size=) is memory to be filled in."""
    message = Message(size=10)
    memoryview(message)[:] = b"ABCDEFGHIJ"
    assert message.bytes == b"ABCDEFGHIJ"
    assert len(Message(size=0)) == 0


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"data": "text"}, TypeError, r"Message\(\) takes bytes, not str"),
        ({"data": 5}, TypeError, "not int"),
        ({"data": b"x", "size": 3}, TypeError, "data or size, not both"),
        ({"size": -1}, TypeError, "size"),
    ],
)
def test_bad_arguments(arguments, error, text):
    """A message of what is not bytes-like is refused with a text that says so."""
    with pytest.raises(error, match=text):
        Message(**arguments)


def test_lent_data_is_pinned():
    """Data that is lent cannot be resized by its owner as long as the message lives."""
    data = bytearray(DATA)
    message = Message(data, copy_threshold=0)
    with pytest.raises(BufferError):
        data.extend(b"more")
    data[0:1] = b"!"  # what is lent is the memory itself
    assert message.bytes[:1] == b"!"
    del message
    zmqpp.Message(b"any call of ours lets go of it")
    data.extend(b"more")


def test_small_data_is_copied():
    """Data below copy_threshold, COPY_THRESHOLD unless told otherwise, is copied."""
    data = bytearray(zmqpp.COPY_THRESHOLD - 1)
    message = Message(data)
    data[0:1] = b"!"
    assert message.bytes[:1] == b"\0"
    data.extend(b"more")


# --- its bytes ---


def test_bytes_in_place():
    """buffer, memoryview() and bytes() are of the same bytes, with the same length."""
    message = Message(DATA)
    for view in (memoryview(message), message.buffer):
        assert (view.format, view.ndim, view.nbytes) == ("B", 1, len(DATA))
        assert view == DATA
        assert view.obj is message
    assert bytes(message) == message.bytes == DATA
    assert bytearray(message) == DATA


def test_equality():
    """Messages are equal to messages and bytes of the same content, and hash like bytes."""
    message = Message(DATA)
    assert message == Message(DATA)
    assert message == DATA
    assert message == bytearray(DATA)
    assert message != Message(b"other")
    assert message != "text"
    assert message != 5
    assert hash(message) == hash(DATA)
    assert message in {DATA}


def test_repr():
    """repr() shows the beginning, and the size of what is longer."""
    assert repr(Message(b"short")) == "<zmqpp.Message(b'short')>"
    assert repr(Message(DATA)) == "<zmqpp.Message(b'012345678901'... 200 bytes)>"


def test_views_outlive_everything(unique_endpoint, transport):
    """A view of a received message stays good after message, socket and context are gone."""
    with zmqpp.Context() as context:
        with context.socket(PULL, rcvtimeo=5000) as pull, context.socket(PUSH) as push:
            push.connect(pull.bind(unique_endpoint(transport)))
            push.send(DATA * 100)
            view = memoryview(pull.recv(copy=False))
    del context, pull, push
    gc.collect()
    assert view == DATA * 100


# --- who may write ---


def test_what_came_over_a_wire_is_writable(link):
    """A message that came over a wire is this program's alone: its views can be written."""
    pull, push = link(PULL, PUSH, "tcp")
    push.send(DATA)
    message = pull.recv(copy=False)
    memoryview(message)[0] = ord("!")
    assert message.bytes[:1] == b"!"


def test_what_came_inproc_is_read_only(link):
    """A message that came inproc may be the sender's memory itself: its views are read-only."""
    pull, push = link(PULL, PUSH)
    push.copy_threshold = 0
    data = bytes(DATA)
    push.send(data, copy=False)
    message = pull.recv(copy=False)
    assert memoryview(message).readonly
    with pytest.raises(TypeError):
        memoryview(message)[0] = 0
    assert data == DATA


def test_what_was_made_of_data_is_read_only():
    """A message made of data may be lent memory: its views are read-only."""
    assert memoryview(Message(DATA)).readonly
    assert memoryview(Message(bytearray(DATA), copy_threshold=0)).readonly


def test_what_is_shared_is_read_only(link):
    """A message shared with another one, or with a socket, is read-only from then on."""
    message = Message(size=1000)
    assert not memoryview(message).readonly
    twin = message.fast_copy()
    assert memoryview(message).readonly
    assert memoryview(twin).readonly
    _, push = link(PULL, PUSH)
    sent = Message(size=1000)
    push.send(sent)
    assert memoryview(sent).readonly


# --- copies ---


@pytest.mark.parametrize("copying", [Message.fast_copy, copy.copy], ids=["fast_copy", "copy"])
def test_copies_share_the_bytes(copying):
    """A copy is another message of the same memory, which lives as long as either."""
    data = bytearray(DATA)
    message = Message(data, copy_threshold=0)
    twin = copying(message)
    del message
    data[0:1] = b"!"
    assert twin.bytes[:1] == b"!"
    with pytest.raises(BufferError):
        data.clear()


def test_messages_cannot_be_pickled():
    """A message does not go to another process as such; its bytes do."""
    with pytest.raises(TypeError, match="Message"):
        pickle.dumps(Message(b"x"))


def test_sending_it_again(link, transport):
    """A message may be sent many times, to many peers, and keeps its bytes."""
    first, second = link(PAIR, PAIR, transport), link(PAIR, PAIR, transport)
    message = Message(DATA)
    for a, b in (first, second, first):
        b.send(message)
        assert a.recv() == DATA
    first[1].send_multipart([message, message])
    assert first[0].recv_multipart() == [DATA, DATA]
    assert message.bytes == DATA


def test_forwarding_what_was_received(link):
    """A received message may be sent on without a copy."""
    (a, b), (c, d) = link(PAIR, PAIR, "tcp"), link(PAIR, PAIR)
    b.send_multipart([b"one", DATA])
    d.send_multipart(a.recv_multipart(copy=False))
    assert c.recv_multipart() == [b"one", DATA]


# --- properties ---


def test_numbered_properties(link):
    """get() of a number is zmq_msg_get: whether parts follow, whether the bytes are shared."""
    a, b = link(PAIR, PAIR, "tcp")
    b.send_multipart([DATA, b"x"])
    head, tail = a.recv_multipart(copy=False)
    assert (head.get(zmqpp.MORE), tail.get(zmqpp.MORE)) == (1, 0)
    assert (head.more, tail.more) == (True, False)
    assert head[zmqpp.MORE] == 1
    twin = head.fast_copy()
    assert twin.get(zmqpp.SHARED) == 1
    assert tail.get(zmqpp.SRCFD) > 0


def test_unknown_number():
    """A property that libzmq does not know is an error that names it."""
    with pytest.raises(zmqpp.ZMQError, match=r"get\(99\)"):
        Message(b"x").get(99)


def test_metadata(link):
    """get() of a name is metadata of the connection: types, identities, addresses."""
    router, dealer = link(ROUTER, DEALER, "tcp")
    dealer.send(b"x")
    for message in router.recv_multipart(copy=False)[1:]:
        assert message.get("Socket-Type") == "DEALER"
        assert message["Peer-Address"] == "127.0.0.1"
        assert message.get("Favourite-Colour") is None


def test_metadata_of_ones_own(open_socket, unique_endpoint):
    """What a peer says of itself with the option metadata arrives with its messages."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    try:
        push.metadata = "X-colour:green"
    except zmqpp.NotSupported:
        pytest.skip("this libzmq was built without it")
    push.connect(pull.bind(unique_endpoint("tcp")))
    push.send(b"x")
    assert pull.recv(copy=False).get("X-colour") == "green"


def test_no_metadata(link):
    """What came inproc, or was made here, has no metadata: None, and no error."""
    pull, push = link(PULL, PUSH)
    push.send(b"x")
    assert pull.recv(copy=False).get("Peer-Address") is None
    assert Message(b"x").get("Socket-Type") is None


def test_draft_properties():
    """routing_id and group are drafts, and say so where there are none."""
    if zmqpp.DRAFT_API:
        pytest.skip("this build has drafts")
    message = Message(b"x")
    for name in ("routing_id", "group"):
        with pytest.raises(zmqpp.NotSupported, match=f"{name} is a draft"):
            getattr(message, name)
        with pytest.raises(zmqpp.NotSupported, match=f"{name} is a draft"):
            message.get(name)
    with pytest.raises(zmqpp.NotSupported, match="routing_id is a draft"):
        message.routing_id = 1
    with pytest.raises(zmqpp.NotSupported, match="group is a draft"):
        message.group = "g"
