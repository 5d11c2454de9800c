"""Borrowed contexts and sockets: they end nothing, see the end, and must be of the same libzmq."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

import pytest

import zmqpp
from subprocess_runner import run_python

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="loads libzmq by its path")

# Sockets that another user of our libzmq owns, by ctypes.
FOREIGN = """
    import ctypes

    libzmq = ctypes.CDLL(zmqpp.build_info()["libzmq_path"])
    for name in ("zmq_ctx_new", "zmq_socket"):
        getattr(libzmq, name).restype = ctypes.c_void_p
    pointer = ctypes.c_void_p
    owner = libzmq.zmq_ctx_new()
"""


class Copy:
    """Another copy of the libzmq that zmqpp uses, loaded beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "libzmq-copy.so"
        shutil.copy(str(zmqpp.build_info()["libzmq_path"]), self.path)
        self.library = ctypes.CDLL(str(self.path))
        for name in ("zmq_ctx_new", "zmq_socket"):
            getattr(self.library, name).restype = ctypes.c_void_p
        self.context = self.library.zmq_ctx_new()
        self.socket = self.library.zmq_socket(ctypes.c_void_p(self.context), int(zmqpp.PAIR))

    def close(self) -> None:
        self.library.zmq_close(ctypes.c_void_p(self.socket))
        self.library.zmq_ctx_term(ctypes.c_void_p(self.context))


@POSIX_ONLY
def test_objects_of_another_libzmq_are_refused(context: zmqpp.Context, tmp_path: Path) -> None:
    """A handle that another copy of libzmq made is refused with an error that names both copies."""
    copy = Copy(tmp_path)
    try:
        with pytest.raises(zmqpp.StateError, match="no open context of libzmq") as caught:
            zmqpp.Context.shadow(copy.context)
        for word in ("another copy of libzmq", str(copy.path), zmqpp.zmq_version()):
            assert word in str(caught.value)
        with pytest.raises(zmqpp.StateError, match=r"no open socket of libzmq .*another copy"):
            zmqpp.Socket.shadow(copy.socket, context)
    finally:
        copy.close()


@pytest.mark.parametrize("address", ["1", "8", "2**40", "2**48 - 16", "id(object())", "id(type)"])
def test_what_is_no_object_of_libzmq_is_refused(address: str) -> None:
    """An address at which there is no context, no socket or nothing at all does not crash the process."""
    run_python(
        """
        address = eval(sys.argv[1])
        context = zmqpp.Context()
        for borrow, kind in [
            (lambda: zmqpp.Context.shadow(address), "context"),
            (lambda: zmqpp.Socket.shadow(address, context), "socket"),
        ]:
            try:
                borrow()
            except zmqpp.StateError as error:
                assert f"no open {kind}" in str(error), error
            else:
                raise AssertionError("borrowed")
        """,
        address,
    )


def test_contexts_are_no_sockets(context: zmqpp.Context) -> None:
    """A context's address is not taken for a socket's, nor the other way round."""
    with context.socket(zmqpp.PAIR) as pair:
        with pytest.raises(zmqpp.StateError, match="no open context"):
            zmqpp.Context.shadow(pair.underlying)
        with pytest.raises(zmqpp.StateError, match="no open socket"):
            zmqpp.Socket.shadow(context.underlying, context)


@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:1", 1.5, None, b"x"])
def test_what_has_no_address_is_refused(context: zmqpp.Context, wrong: object) -> None:
    """What is neither an address nor an object with one raises a TypeError that says what it is."""
    name = type(wrong).__name__
    with pytest.raises(TypeError, match=rf"Context\.shadow\(\) takes .*, not {name}"):
        zmqpp.Context.shadow(wrong)
    with pytest.raises(TypeError, match=rf"Socket\.shadow\(\) takes .*, not {name}"):
        zmqpp.Socket.shadow(wrong, context)


@POSIX_ONLY
def test_a_borrowed_context_works_and_sees_its_end() -> None:
    """In a context that other code owns, sockets of both sides talk, and its end is the owner's."""
    run_python(
        FOREIGN
        + """
    context = zmqpp.Context.shadow(owner)
    theirs = libzmq.zmq_socket(pointer(owner), int(zmqpp.PUSH))
    pull = context.socket(zmqpp.PULL)
    pull.bind("inproc://theirs")
    assert libzmq.zmq_connect(pointer(theirs), b"inproc://theirs") == 0
    assert libzmq.zmq_send(pointer(theirs), b"hello", 5, 0) == 5
    assert pull.recv(timeout=5000) == b"hello"

    for end in (context.term, context.destroy, context.shutdown):
        try:
            end()
        except zmqpp.StateError as error:
            assert "borrowed" in str(error)
        else:
            raise AssertionError("ended")

    ends = []

    def wait():
        try:
            pull.recv()
        except zmqpp.ContextTerminated:
            ends.append("recv")
        pull.close()

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.05)
    libzmq.zmq_close(pointer(theirs))
    assert libzmq.zmq_ctx_term(pointer(owner)) == 0  # waits for pull to be closed
    thread.join()
    assert ends == ["recv"]
    try:
        context.socket(zmqpp.PULL)
    except zmqpp.ContextTerminated:
        pass
    else:
        raise AssertionError("opened a socket in a context that is gone")
    """
    )


@POSIX_ONLY
def test_a_borrowed_socket_works_and_is_not_closed() -> None:
    """A socket that other code owns can be used and waited for, and only its owner closes it."""
    run_python(
        FOREIGN
        + """
    theirs = libzmq.zmq_socket(pointer(owner), int(zmqpp.PULL))
    context = zmqpp.Context.shadow(owner)
    pull = zmqpp.Socket.shadow(theirs, context)
    assert pull.socket_type == zmqpp.PULL
    endpoint = pull.bind("tcp://127.0.0.1:*")
    push = context.socket(zmqpp.PUSH)
    push.connect(endpoint)
    push.send(b"one")
    assert pull.recv(timeout=5000) == b"one"
    try:
        pull.close()
    except zmqpp.StateError as error:
        assert "borrowed" in str(error)
    else:
        raise AssertionError("closed")
    del pull
    gc.collect()
    push.send(b"two")
    buffer = ctypes.create_string_buffer(8)
    assert libzmq.zmq_recv(pointer(theirs), buffer, 8, 0) == 3
    assert buffer.value == b"two"
    push.close()
    libzmq.zmq_close(pointer(theirs))
    assert libzmq.zmq_ctx_term(pointer(owner)) == 0
    """
    )


@POSIX_ONLY
def test_dropped_borrowers_leave_the_owner_alone() -> None:
    """Borrowers that are collected, in any order, and their sockets, do not end the owner's context."""
    run_python(
        FOREIGN
        + """
    for _ in range(20):
        context = zmqpp.Context.shadow(owner)
        again = zmqpp.Context.shadow(context)
        sockets = [c.socket(zmqpp.PUSH, linger=0) for c in (context, again)]
        for socket in sockets:
            socket.connect("tcp://127.0.0.1:1")
            socket.send(b"never")
            socket.close()
        del context, again, socket, sockets
    gc.collect()
    alive = zmqpp.Context.shadow(owner).socket(zmqpp.PAIR)
    alive.close()
    assert libzmq.zmq_ctx_term(pointer(owner)) == 0
    """
    )
