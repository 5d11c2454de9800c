"""Errors: the tree of classes, and for each of them a situation that raises it."""

from __future__ import annotations

import copy
import errno
import os
import pickle
import socket
import subprocess
import sys
import threading
import warnings

import pytest

import zmqpp
from zmqpp import DEALER, DONTWAIT, PAIR, PULL, PUSH, REP, ROUTER, SNDMORE, SUB, errors

CLASSES = {
    name: getattr(errors, name)
    for name in errors.__all__
    if isinstance(getattr(errors, name), type)
}


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        ("ZMQError", [OSError]),
        ("Again", [zmqpp.ZMQError, BlockingIOError]),
        ("Timeout", [zmqpp.Again, TimeoutError]),
        ("ContextTerminated", [zmqpp.ZMQError]),
        ("SocketClosed", [zmqpp.ZMQError]),
        ("StateError", [zmqpp.ZMQError]),
        ("ThreadError", [zmqpp.ZMQError]),
        ("ForkError", [zmqpp.ZMQError]),
        ("HostUnreachable", [zmqpp.ZMQError]),
        ("AddressInUse", [zmqpp.ZMQError]),
        ("NotSupported", [zmqpp.ZMQError, NotImplementedError]),
        ("MessageTooLong", [zmqpp.ZMQError]),
        ("NotDone", [zmqpp.ZMQError, TimeoutError]),
        ("ZMQBindError", [zmqpp.ZMQError]),
        ("OptionTooLateWarning", [UserWarning]),
    ],
)
def test_the_tree(error, bases):
    """Each class is what its place in the tree says, has a docstring and its public name."""
    kind = CLASSES[error]
    for base in bases:
        assert issubclass(kind, base)
    assert kind.__module__ == "zmqpp"
    assert kind.__qualname__ == error
    assert kind.__doc__.endswith(".")
    assert error in errors.__doc__


def test_words_of_pyzmq():
    """pyzmq's other names for the same classes are there."""
    assert zmqpp.ZMQBaseError is zmqpp.ZMQError
    assert zmqpp.ZMQVersionError is zmqpp.NotSupported


# --- a situation for each ---


def again(open_socket, unique_endpoint):
    open_socket(PULL).recv(DONTWAIT)


def timeout(open_socket, unique_endpoint):
    open_socket(PUSH).send(b"x", timeout=1)


def context_terminated(open_socket, unique_endpoint):
    with zmqpp.Context() as context, context.socket(SUB) as socket:
        context.shutdown()
        socket.recv()


def socket_closed(open_socket, unique_endpoint):
    socket = open_socket(DEALER)
    socket.close()
    socket.send(b"x")


def state_error(open_socket, unique_endpoint):
    open_socket(REP).send(b"x")


def thread_error(open_socket, unique_endpoint):
    a, b = open_socket(PAIR), open_socket(PAIR)
    b.connect(a.bind(unique_endpoint()))
    thread = threading.Thread(target=b.send, args=(b"begun", SNDMORE), name="beginner")
    thread.start()
    thread.join()
    b.send(b"torn")


def host_unreachable(open_socket, unique_endpoint):
    router = open_socket(ROUTER, router_mandatory=True)
    router.bind("inproc://error-host")
    router.send_multipart([b"nobody", b"x"])


def address_in_use(open_socket, unique_endpoint):
    endpoint = open_socket(PULL).bind(unique_endpoint())
    open_socket(PULL).bind(endpoint)


def not_supported(open_socket, unique_endpoint):
    open_socket(PULL).send(b"x")


def message_too_long(open_socket, unique_endpoint):
    a, b = open_socket(PAIR), open_socket(PAIR)
    b.connect(a.bind(unique_endpoint()))
    b.send(b"too long")
    a.recv_into(bytearray(3))


def not_done(open_socket, unique_endpoint):
    push = open_socket(PUSH)
    push.connect("tcp://127.0.0.1:1")
    push.send(b"x" * 100_000, copy=False, track=True).wait(0.001)


def zmq_bind_error(open_socket, unique_endpoint):
    port = open_socket(PULL).bind("tcp://127.0.0.1:*").port
    open_socket(PULL).bind_to_random_port("tcp://127.0.0.1", port, port + 1, 1)


def zmq_error(open_socket, unique_endpoint):
    open_socket(REP).bind("tcp://127.0.0.1")


SITUATIONS = {
    "Again": (again, errno.EAGAIN, r"recv\(\) on PULL socket: no message"),
    "Timeout": (timeout, errno.EAGAIN, r"send\(\) on PUSH socket: time ran out"),
    "ContextTerminated": (context_terminated, zmqpp.ETERM, r"recv\(\) on SUB socket.*terminated"),
    "SocketClosed": (socket_closed, zmqpp.ENOTSOCK, r"send\(\): this DEALER socket is closed"),
    "StateError": (
        state_error,
        zmqpp.EFSM,
        r"send\(\) on REP socket: .* \(recv\(\) and send\(\) must",
    ),
    "ThreadError": (
        thread_error,
        errno.EBUSY,
        r"send\(\) on PAIR socket \[inproc://.*in the middle of sending.*called from MainThread",
    ),
    "HostUnreachable": (
        host_unreachable,
        errno.EHOSTUNREACH,
        r"send_multipart\(\) on ROUTER socket \[inproc://error-host\].*the routing id 'nobody'\)",
    ),
    "AddressInUse": (
        address_in_use,
        errno.EADDRINUSE,
        r'bind\("inproc://.*"\) on PULL socket: Address already in use \(by PULL socket .*created at',
    ),
    "NotSupported": (not_supported, errno.ENOTSUP, r"send\(\) on PULL socket: .*this socket type"),
    "MessageTooLong": (
        message_too_long,
        errno.EMSGSIZE,
        r"recv_into\(\) on PAIR socket.*has 8 bytes, the buffer 3",
    ),
    "NotDone": (not_done, errno.EAGAIN, r"MessageTracker\.wait\(\): libzmq still uses"),
    "ZMQBindError": (
        zmq_bind_error,
        errno.EADDRINUSE,
        r"bind_to_random_port\('tcp://127\.0\.0\.1'\): no free port among 1 tried",
    ),
    "ZMQError": (zmq_error, errno.EINVAL, r'bind\("tcp://127\.0\.0\.1"\).*REP.*port is missing'),
}
ELSEWHERE = {
    "ForkError": "test_fork_error",
    "OptionTooLateWarning": "test_an_option_that_comes_too_late",
    "ZMQBaseError": "alias",
    "ZMQVersionError": "alias",
}


def test_every_class_has_a_situation():
    """No class of errors exists that nothing raises."""
    assert {*SITUATIONS, *ELSEWHERE} == set(CLASSES)


@pytest.mark.parametrize("name", SITUATIONS)
def test_situations(open_socket, unique_endpoint, name):
    """The situation raises exactly this class, with its errno, naming operation and object."""
    situation, code, text = SITUATIONS[name]
    with pytest.raises(zmqpp.ZMQError, match=text) as caught:
        situation(open_socket, unique_endpoint)
    error = caught.value
    assert type(error) is CLASSES[name]
    assert error.errno == code
    assert str(error) == f"[Errno {code}] {error.strerror}"


def test_routing_ids_of_any_bytes(open_socket):
    """A routing id that is no text is shown by its digits."""
    router = open_socket(ROUTER, router_mandatory=True)
    with pytest.raises(zmqpp.HostUnreachable, match="the routing id 0x00ff41"):
        router.send_multipart([b"\x00\xffA", b"x"])


def test_who_has_the_port(open_socket):
    """A port in use is said to be so by which socket, or that it is none of ours."""
    holder = open_socket(PULL)
    port = holder.bind("tcp://127.0.0.1:*").port
    with pytest.raises(zmqpp.AddressInUse, match=rf"by PULL socket \[tcp://127.0.0.1:{port}\]"):
        open_socket(PULL).bind(f"tcp://127.0.0.1:{port}")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(zmqpp.AddressInUse, match="by another program"):
            open_socket(PULL).bind(f"tcp://127.0.0.1:{other.getsockname()[1]}")


def test_an_option_that_comes_too_late(open_socket):
    """An option that only later binds and connects heed gives a warning of its own after the first."""
    push = open_socket(PUSH, rate=50)
    push.immediate = True
    push.connect("tcp://127.0.0.1:1")
    late = r"option immediate of PUSH socket \[tcp://127.0.0.1:1\] is for binds and connects after"
    with pytest.warns(zmqpp.OptionTooLateWarning, match=late) as caught:
        push.immediate = False
    assert caught[0].filename == __file__
    with pytest.warns(zmqpp.OptionTooLateWarning, match="option rate"):
        push.set(zmqpp.RATE, 60)
    assert (push.immediate, push.rate) == (False, 60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        push.linger = 5  # these have an effect at once
        push.sndtimeo = 6
        with pytest.raises(zmqpp.OptionTooLateWarning):
            push.immediate = True
    push.disconnect("tcp://127.0.0.1:1")
    push.immediate = True


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() here")
def test_fork_error():
    """What was made before fork() raises ForkError in the child, and works on in the parent."""
    program = """
import os, zmqpp
context = zmqpp.Context()
socket = context.socket(zmqpp.PAIR)
endpoint = socket.bind("inproc://fork")
child = os.fork()
if child == 0:
    try:
        socket.recv()
    except zmqpp.ForkError as error:
        os.write(1, str(error).encode() + b" ")
        os._exit(error.errno)
    os._exit(0)
_, status = os.waitpid(child, 0)
with context.socket(zmqpp.PAIR) as other:
    other.connect(endpoint)
    other.send(b"parent")
    assert socket.recv() == b"parent"
socket.close()
context.term()
print(os.WEXITSTATUS(status))
"""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "recv()" in ran.stdout
    assert "fork" in ran.stdout
    assert int(ran.stdout.split()[-1]) == errno.EPERM


def test_thread_errors_name_both_threads(open_socket, unique_endpoint):
    """A ThreadError says which thread holds the socket and which one wanted it."""
    a, b = open_socket(PAIR), open_socket(PAIR)
    b.connect(a.bind(unique_endpoint()))
    begun, ended = threading.Event(), threading.Event()

    def begin():
        b.send(b"one", SNDMORE)
        begun.set()
        ended.wait(5)
        b.send(b"two")

    thread = threading.Thread(target=begin, name="beginner")
    thread.start()
    begun.wait(5)
    with pytest.raises(zmqpp.ThreadError, match="held by beginner, called from MainThread"):
        b.send(b"torn")
    ended.set()
    thread.join()
    assert a.recv_multipart() == [b"one", b"two"]
    b.send(b"free again")
    assert a.recv() == b"free again"


# --- as objects ---


def test_made_by_hand():
    """An error may be made of errno and text, as any OSError."""
    error = zmqpp.ZMQError(errno.EINVAL, "for a test")
    assert error.errno == zmqpp.EINVAL
    assert error.strerror == "for a test"
    assert str(error) == f"[Errno {errno.EINVAL}] for a test"


@pytest.mark.parametrize("copying", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_errors_travel(open_socket, copying):
    """An error can be copied and pickled, and stays what it is."""
    with pytest.raises(zmqpp.Timeout) as caught:
        open_socket(PULL).recv(timeout=0)
    twin = copying(caught.value)
    assert type(twin) is zmqpp.Timeout
    assert str(twin) == str(caught.value)
    assert twin.errno == caught.value.errno


def test_as_the_standard_library_catches_them(open_socket):
    """except TimeoutError, BlockingIOError, OSError and NotImplementedError catch ours."""
    pull = open_socket(PULL)
    for standard in (TimeoutError, BlockingIOError, OSError):
        with pytest.raises(standard):
            pull.recv(timeout=0)
    with pytest.raises(BlockingIOError):
        pull.recv(DONTWAIT)
    with pytest.raises(NotImplementedError):
        pull.send(b"x")


def test_strerror():
    """strerror() has libzmq's words for its own numbers, and the system's for the rest."""
    assert zmqpp.strerror(zmqpp.EFSM) == "Operation cannot be accomplished in current state"
    assert zmqpp.strerror(zmqpp.ETERM) == "Context was terminated"
    assert zmqpp.strerror(errno.ENOENT) == os.strerror(errno.ENOENT)


def test_zmq_errno(open_socket):
    """zmq_errno() is the number of this thread's last failed call of libzmq."""
    with pytest.raises(zmqpp.ZMQError):
        open_socket(PULL).bind("tcp://127.0.0.1:x")
    assert zmqpp.zmq_errno() == errno.EINVAL
