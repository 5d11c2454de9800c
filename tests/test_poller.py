"""Poller, zmq_poll and select: waiting for many sockets and file descriptors."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import time
import weakref
from datetime import timedelta

import pytest

import zmqpp
from zmqpp import PAIR, POLLERR, POLLIN, POLLOUT, PULL, PUSH, Poller

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be polled there")


@pytest.fixture
def pipe():
    """Both ends of a pipe, as descriptors. A test that closes one takes it out of the list: by the end of
    the test its number may be somebody else's."""
    ends = list(os.pipe())
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def peers():
    """Two connected sockets of the operating system."""
    a, b = socket.socketpair()
    with a, b:
        yield a, b


# --- registering ---


def test_register_modify_unregister(open_socket):
    """`sockets` lists what is registered, with its flags; `in` and len() know it too."""
    poller = Poller()
    first, second = open_socket(PAIR), open_socket(PAIR)
    poller.register(first)
    poller.register(second, POLLIN)
    assert poller.sockets == [(first, POLLIN | POLLOUT), (second, POLLIN)]
    assert first in poller
    assert len(poller) == 2
    poller.modify(first, POLLOUT)
    poller.register(second, POLLIN | POLLOUT)
    assert poller.sockets == [(first, POLLOUT), (second, POLLIN | POLLOUT)]
    poller.unregister(first)
    assert poller.sockets == [(second, POLLIN | POLLOUT)]
    assert first not in poller
    assert repr(poller) == "<zmqpp.Poller: 1 registered>"


def test_flags_of_nothing(open_socket):
    """Registering for nothing unregisters."""
    poller = Poller()
    pair = open_socket(PAIR)
    poller.register(pair, 0)
    assert pair not in poller
    poller.register(pair)
    poller.register(pair, flags=0)
    assert pair not in poller


def test_unregister_what_is_not_there(open_socket):
    """Unregistering what is not registered is a KeyError that names it."""
    with pytest.raises(KeyError, match="PAIR socket> is not registered"):
        Poller().unregister(open_socket(PAIR))


@pytest.mark.parametrize("thing", ["text", None, 1.5, object()])
def test_what_cannot_be_polled(thing):
    """Whatever is no socket and has no descriptor is a TypeError."""
    poller = Poller()
    for call in (poller.register, poller.unregister, lambda thing: thing in poller):
        with pytest.raises(TypeError, match=f"fileno.*not {type(thing).__name__}"):
            call(thing)


def test_handles_on_the_same_socket(link):
    """Two handles on one socket are one entry."""
    pull, push = link(PULL, PUSH)
    poller = Poller()
    poller.register(pull, POLLIN)
    poller.register(zmqpp.Socket.shadow(pull), POLLIN)
    assert len(poller) == 1
    push.send(b"x")
    assert poller.poll() == [(pull, POLLIN)]


# --- sockets ---


def test_ready_sockets(link):
    """poll() returns the sockets that are ready, with what they are ready for, and no others."""
    pull, push = link(PULL, PUSH)
    idle, _ = link(PULL, PUSH)
    poller = Poller()
    for socket_ in (idle, pull, push):
        poller.register(socket_)
    assert poller.poll(0) == [(push, POLLOUT)]
    push.send(b"x")
    assert dict(poller.poll()) == {pull: POLLIN, push: POLLOUT}
    poller.modify(push, POLLIN)
    assert poller.poll(5000) == [(pull, POLLIN)]
    pull.recv()
    assert poller.poll(0) == []


def test_both_directions(pair):
    """A socket that can be read and written is ready for both, in one entry."""
    a, b = pair
    poller = Poller()
    poller.register(a)
    poller.register(b, POLLIN)
    b.send(b"x")
    a.poll(5000)
    a.send(b"y")
    b.poll(5000)
    assert poller.poll(5000) == [(a, POLLIN | POLLOUT), (b, POLLIN)]


def test_readiness_stays(link):
    """A message that is there is reported by every poll until it is received."""
    pull, push = link(PULL, PUSH)
    poller = Poller()
    poller.register(pull, POLLIN)
    push.send(b"one")
    push.send(b"two")
    for _ in range(3):
        assert poller.poll(5000) == [(pull, POLLIN)]
    pull.recv()
    assert poller.poll(5000) == [(pull, POLLIN)]
    pull.recv()
    assert poller.poll(0) == []


def test_a_message_wakes_it(link, transport):
    """A poll without a timeout waits until a message comes."""
    pull, push = link(PULL, PUSH, transport)
    poller = Poller()
    poller.register(pull, POLLIN)
    timer = threading.Timer(0.03, push.send, (b"x",))
    timer.start()
    assert poller.poll() == [(pull, POLLIN)]
    timer.join()


def test_many_sockets(link):
    """With many sockets each one that is ready is found, and in the order of registration."""
    pairs = [link(PULL, PUSH) for _ in range(50)]
    poller = Poller()
    for pull, _ in pairs:
        poller.register(pull, POLLIN)
    for number in (7, 48, 0, 23):
        pairs[number][1].send(b"x")
    assert poller.poll(5000) == [(pairs[number][0], POLLIN) for number in (0, 7, 23, 48)]


@pytest.mark.parametrize("timeout", [20, 19.2, timedelta(milliseconds=20)])
def test_timeouts(open_socket, timeout):
    """poll() returns an empty list after its milliseconds, or timedelta, and not before."""
    poller = Poller()
    poller.register(open_socket(PULL), POLLIN)
    start = time.monotonic()
    assert poller.poll(timeout) == []
    assert 0.0192 <= time.monotonic() - start < 2


def test_short_timeouts_wait(open_socket):
    """A timeout below a millisecond is rounded up and not down to nothing."""
    poller = Poller()
    poller.register(open_socket(PULL), POLLIN)
    start = time.monotonic()
    for _ in range(20):
        poller.poll(0.9)
    assert time.monotonic() - start >= 20 * 0.0009


def test_empty_poller():
    """A poller with nothing registered waits its time and returns nothing."""
    start = time.monotonic()
    assert Poller().poll(10) == []
    assert time.monotonic() - start >= 0.01


@pytest.mark.parametrize(("timeout", "error"), [("soon", TypeError), (float("nan"), ValueError)])
def test_bad_timeouts(timeout, error):
    """A timeout that is no time is refused."""
    with pytest.raises(error, match="a timeout"):
        Poller().poll(timeout)


def test_closed_sockets(context):
    """Polling a closed socket raises SocketClosed instead of waiting; it can be unregistered."""
    pull = context.socket(PULL)
    poller = Poller()
    poller.register(pull, POLLIN)
    pull.close()
    with pytest.raises(zmqpp.SocketClosed):
        poller.poll()
    poller.unregister(pull)
    assert poller.poll(0) == []


def test_closing_wakes_it(context):
    """Closing a socket ends the polls that wait for it."""
    pull = context.socket(PULL)
    poller = Poller()
    poller.register(pull, POLLIN)
    timer = threading.Timer(0.03, pull.close)
    timer.start()
    with pytest.raises(zmqpp.SocketClosed):
        poller.poll(5000)
    timer.join()


def test_the_end_of_the_context_wakes_it():
    """Shutting the context down ends the polls of its sockets."""
    with zmqpp.Context() as context, context.socket(PULL) as pull:
        poller = Poller()
        poller.register(pull, POLLIN)
        timer = threading.Timer(0.03, context.shutdown)
        timer.start()
        with pytest.raises(zmqpp.ContextTerminated):
            poller.poll(5000)
        timer.join()


def test_changes_during_a_poll(link):
    """A poll that is under way goes on with what was registered when it began."""
    pull, push = link(PULL, PUSH)
    poller = Poller()
    poller.register(pull, POLLIN)

    def change():
        poller.unregister(pull)
        push.send(b"x")

    timer = threading.Timer(0.03, change)
    timer.start()
    assert poller.poll(5000) == [(pull, POLLIN)]
    assert poller.poll(0) == []
    timer.join()


def test_garbage():
    """A poller that is registered in its own cycle of references is collected."""

    class Mine(Poller):
        pass

    poller = Mine()
    with zmqpp.Context() as context, context.socket(PAIR) as socket_:
        poller.register(socket_)
        poller.itself = poller
        gone = weakref.ref(poller)
        del poller
        gc.collect()
        assert gone() is None


# --- descriptors ---


@posix_only
def test_file_descriptors(pipe, link):
    """Descriptors are polled beside sockets, and come back as numbers."""
    read_end, write_end = pipe
    pull, push = link(PULL, PUSH)
    poller = Poller()
    poller.register(pull, POLLIN)
    poller.register(read_end, POLLIN)
    poller.register(write_end, POLLOUT)
    assert poller.poll(5000) == [(write_end, POLLOUT)]
    poller.unregister(write_end)
    assert poller.poll(0) == []
    os.write(write_end, b"x")
    assert poller.poll() == [(read_end, POLLIN)]
    push.send(b"x")
    assert poller.poll() == [(pull, POLLIN), (read_end, POLLIN)]


def test_objects_with_fileno(peers):
    """Objects with fileno() are polled too, and come back as the number of their descriptor."""
    a, b = peers
    poller = Poller()
    poller.register(a, POLLIN)
    assert a in poller
    assert a.fileno() in poller
    assert poller.poll(0) == []
    b.send(b"x")
    assert poller.poll(5000) == [(a.fileno(), POLLIN)]
    poller.modify(a, POLLOUT)
    assert poller.poll(5000) == [(a.fileno(), POLLOUT)]
    poller.unregister(a)
    assert len(poller) == 0


def test_a_descriptor_wakes_it(peers, open_socket):
    """A poll that waits for sockets and descriptors is woken by a descriptor."""
    a, b = peers
    poller = Poller()
    poller.register(open_socket(PULL), POLLIN)
    poller.register(a, POLLIN)
    timer = threading.Timer(0.03, b.send, (b"x",))
    timer.start()
    assert poller.poll() == [(a.fileno(), POLLIN)]
    timer.join()


@posix_only
def test_errors_of_descriptors(pipe):
    """A descriptor whose other end is gone, or that is not open, has POLLERR."""
    import resource

    os.close(pipe.pop())
    (read_end,) = pipe
    poller = Poller()
    poller.register(read_end, POLLIN)
    ((descriptor, events),) = poller.poll(5000)
    assert descriptor == read_end
    assert events & POLLERR
    poller.unregister(read_end)
    not_open = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1
    poller.register(not_open, POLLIN)
    ((descriptor, events),) = poller.poll(5000)
    assert descriptor == not_open
    assert events & POLLERR


# --- zmq_poll ---


def test_zmq_poll(link, peers):
    """zmq_poll() takes (socket or file, flags) pairs and returns those that are ready."""
    pull, push = link(PULL, PUSH)
    a, b = peers
    wanted = [(pull, POLLIN), (push, POLLIN | POLLOUT), (a, POLLIN)]
    assert zmqpp.zmq_poll(wanted, timeout=0) == [(push, POLLOUT)]
    b.send(b"x")
    push.send(b"x")
    assert zmqpp.zmq_poll(wanted) == [(pull, POLLIN), (push, POLLOUT), (a.fileno(), POLLIN)]
    assert zmqpp.zmq_poll([], 0) == []


def test_zmq_poll_of_one_thing_twice(pair):
    """A socket may be in two pairs; each is answered for its own flags."""
    a, b = pair
    b.send(b"x")
    a.poll(5000)
    assert zmqpp.zmq_poll([(a, POLLIN), (a, POLLOUT)]) == [(a, POLLIN), (a, POLLOUT)]


# --- select ---


def test_select(link, peers):
    """select() is the standard library's, for sockets of both kinds, given back as they were given."""
    pull, push = link(PULL, PUSH)
    a, b = peers
    assert zmqpp.select([pull, a], [push, a], [pull, a], 0) == ([], [push, a], [])
    push.send(b"x")
    b.send(b"x")
    assert zmqpp.select([pull, a], [push], []) == ([pull, a], [push], [])
    assert zmqpp.select([a.fileno()], [], [], 5) == ([a.fileno()], [], [])


def test_select_with_one_descriptor_twice(peers):
    """The same file, as object and as number, is answered for each of its places."""
    a, b = peers
    b.send(b"x")
    assert zmqpp.select([a], [a.fileno()], [], 5) == ([a], [a.fileno()], [])
    assert zmqpp.select([a.fileno(), a], [a], [], 5) == ([a.fileno(), a], [a], [])


@posix_only
def test_select_sees_an_end(pipe):
    """A pipe whose writer is gone is readable: reading it finds the end."""
    os.close(pipe.pop())
    (read_end,) = pipe
    assert zmqpp.select([read_end], [], [], 5) == ([read_end], [], [])
    assert os.read(read_end, 1) == b""


@pytest.mark.parametrize("timeout", [0.02, timedelta(milliseconds=20)])
def test_select_takes_seconds(open_socket, timeout):
    """select() takes seconds, or a timedelta, and returns empty lists when they have passed."""
    start = time.monotonic()
    assert zmqpp.select([open_socket(PULL)], [], [], timeout) == ([], [], [])
    assert 0.02 <= time.monotonic() - start < 2


@pytest.mark.parametrize("timeout", [None, -1])
def test_select_for_ever(link, timeout):
    """Without a timeout, or with a negative one, select() waits until something is ready."""
    pull, push = link(PULL, PUSH)
    timer = threading.Timer(0.03, push.send, (b"x",))
    timer.start()
    assert zmqpp.select([pull], [], [], timeout) == ([pull], [], [])
    timer.join()


def test_select_of_what_has_no_descriptor():
    """select() refuses what it cannot wait for."""
    with pytest.raises(TypeError, match=r"fileno.*not str"):
        zmqpp.select(["text"], [], [], 0)
