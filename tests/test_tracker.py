"""MessageTracker: when libzmq is done with memory that was lent to it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

import zmqpp
from zmqpp import PUB, PULL, PUSH, SUB, XPUB, Message

BIG = b"x" * 100_000


@pytest.fixture
def stuck(open_socket):
    """A PUSH whose messages stay where they are: nobody is at the other end."""
    push = open_socket(PUSH)
    push.connect("tcp://127.0.0.1:1")
    return push


def test_no_tracker_without_asking(link):
    """send() returns None unless track is True."""
    _, push = link(PULL, PUSH)
    assert push.send(BIG, copy=False) is None
    assert push.send_multipart([BIG], copy=False) is None


def test_copied_data_is_done_at_once(stuck):
    """What was copied can be changed at once, and the tracker says so."""
    for tracker in (
        stuck.send(BIG, track=True),
        stuck.send(b"small", copy=False, track=True),
        stuck.send_multipart([b"small", BIG], track=True),
    ):
        assert isinstance(tracker, zmqpp.MessageTracker)
        assert tracker.done is True
        tracker.wait()


def test_lent_data_is_done_when_received(link, transport, wait_until):
    """Lent data is done when the last peer has it, and not before."""
    pull, push = link(PULL, PUSH, transport)
    tracker = push.send(BIG, copy=False, track=True)
    message = pull.recv(copy=False)
    if transport == "inproc":  # the very memory that was lent
        assert not tracker.done
    assert message.bytes == BIG
    del message
    tracker.wait(timeout=5)
    assert tracker.done


def test_a_tracker_covers_every_part(link):
    """The tracker of a multipart message is done when all of its parts are."""
    pull, push = link(PULL, PUSH)
    tracker = push.send_multipart([BIG, b"small", BIG], copy=False, track=True)
    first, _, last = pull.recv_multipart(copy=False)
    del first
    assert not tracker.done
    del last
    tracker.wait(timeout=5)
    assert tracker.done


def test_a_tracker_covers_every_subscriber(open_socket, link, wait_until):
    """Data sent to many subscribers is done when the last of them has it."""
    pub, first = link(XPUB, SUB)
    pub.xpub_verbose = True
    second = open_socket(SUB)
    second.connect(pub.endpoints[0])
    for sub in (first, second):
        sub.subscribe("x")
        assert pub.recv() == b"\x01x"
    tracker = pub.send(BIG, copy=False, track=True)
    messages = [sub.recv(copy=False) for sub in (first, second)]
    messages.pop()
    assert not tracker.done
    messages.pop()
    tracker.wait(timeout=5)


def test_nobody_wants_it(open_socket):
    """Data published to nobody is done at once."""
    pub = open_socket(PUB)
    tracker = pub.send(BIG, copy=False, track=True)
    tracker.wait(timeout=5)
    assert tracker.done


def test_a_failed_send_gives_the_data_back(open_socket):
    """Data whose sending failed is free to be changed."""
    data = bytearray(BIG)
    push = open_socket(PUSH)
    with pytest.raises(zmqpp.Again):
        push.send(data, zmqpp.DONTWAIT, copy=False)
    push.poll(0)  # any call lets go of what libzmq gave back
    with pytest.raises(zmqpp.Again):
        push.send(b"", zmqpp.DONTWAIT)
    data.clear()


def test_closing_gives_the_data_back(stuck):
    """Data that was never sent is given back when its socket is closed without linger."""
    tracker = stuck.send(BIG, copy=False, track=True)
    assert not tracker.done
    stuck.close(linger=0)
    tracker.wait(timeout=5)
    assert tracker.done


@pytest.mark.parametrize("timeout", [0.02, timedelta(milliseconds=20)])
def test_running_out_of_time(stuck, timeout):
    """wait() takes seconds, or a timedelta, and raises NotDone when they have passed."""
    tracker = stuck.send(BIG, copy=False, track=True)
    start = time.monotonic()
    with pytest.raises(zmqpp.NotDone, match="libzmq still uses the message") as caught:
        tracker.wait(timeout)
    assert 0.02 <= time.monotonic() - start < 2
    assert isinstance(caught.value, TimeoutError)
    with pytest.raises(zmqpp.NotDone):
        tracker.wait(timeout=0)


@pytest.mark.parametrize("timeout", [-1, None, 60])
def test_waiting_in_another_thread(link, timeout):
    """wait() in one thread ends when another lets go of the message; negative and None are for ever."""
    pull, push = link(PULL, PUSH)
    tracker = push.send(BIG, copy=False, track=True)
    messages = [pull.recv(copy=False)]
    thread = threading.Thread(target=tracker.wait, args=(timeout,))
    thread.start()
    assert thread.is_alive()
    messages.clear()
    thread.join(5)
    assert not thread.is_alive()


def test_bad_timeouts(stuck):
    """A timeout that is no time is refused."""
    tracker = stuck.send(BIG, copy=False, track=True)
    with pytest.raises(TypeError, match="a timeout is a number or a timedelta, not str"):
        tracker.wait("soon")


@pytest.mark.parametrize(
    "made", [Message, lambda data: Message(data).fast_copy(), lambda data: Message(Message(data))]
)
@pytest.mark.parametrize("multipart", [True, False])
def test_sending_a_message_that_lends(link, made, multipart):
    """The tracker of a send covers the memory lent to the Messages that were sent."""
    pull, push = link(PULL, PUSH)
    message = made(BIG)
    assert message.tracker is None
    if multipart:
        tracker = push.send_multipart([b"head", message], track=True)
        assert pull.recv() == b"head"
    else:
        tracker = push.send(message, track=True)
    del message
    assert not tracker.done
    with pytest.raises(zmqpp.NotDone):
        tracker.wait(0.01)
    received = pull.recv(copy=False)
    assert not tracker.done
    del received
    tracker.wait(timeout=5)
    assert tracker.done


def test_tracker_of_a_message(link):
    """A Message made with track=True has a tracker, which covers each time it is sent."""
    pull, push = link(PULL, PUSH)
    message = Message(BIG, track=True)
    tracker = message.tracker
    assert isinstance(tracker, zmqpp.MessageTracker)
    push.send(message)
    del message
    assert not tracker.done
    received = pull.recv(copy=False)
    assert not tracker.done
    del received
    tracker.wait(timeout=5)
    assert Message(b"x", track=True).tracker.done
