"""<zmqpp/python.hpp>: what is passed between C++ and Python is the same socket, context and memory."""

from __future__ import annotations

import errno
import gc
import os
import sys
import threading
import time
import weakref
from typing import Any

import pytest

import zmqpp
from hybrid_modules import hybrid_module
from subprocess_runner import FORKING, PRELUDE, run_python

casters: Any = hybrid_module("hybrid_casters")

MUCH = 100_000


@pytest.fixture
def context() -> Any:
    with zmqpp.Context() as context:
        yield context


@pytest.fixture
def pair(context: Any) -> Any:
    with context.socket(zmqpp.PAIR) as a, context.socket(zmqpp.PAIR) as b:
        a.bind("inproc://pair")
        b.connect("inproc://pair")
        yield a, b


# --- identity -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["same", "same_by_pointer", "same_shared"])
def test_what_comes_back_is_the_same_object(context: Any, way: str) -> None:
    """A socket or context that C++ returns is the object that Python has."""
    with context.socket(zmqpp.PAIR) as socket:
        assert getattr(casters, way)(socket) is socket
        assert getattr(casters, way)(context) is context


def test_subclasses_keep_their_objects(context: Any) -> None:
    """That holds for objects of subclasses too."""

    class Named(zmqpp.Socket):
        name = "mine"

    with context.socket(zmqpp.PAIR, Named) as socket:
        assert casters.same(socket) is socket
        assert casters.same(socket).name == "mine"


def test_sockets_of_cpp_are_sockets(context: Any) -> None:
    """What C++ opens is a zmqpp.Socket with all its methods, the same one each time, in the same context."""
    socket = casters.open(context, zmqpp.PULL)
    assert type(socket) is zmqpp.Socket
    assert socket.context is context
    assert context.sockets == [socket]
    assert context.sockets[0] is socket
    assert casters.same(socket) is socket
    with socket, context.socket(zmqpp.PUSH) as push:
        push.connect(socket.bind("tcp://127.0.0.1:*"))
        push.send_string("text")
        assert socket.recv_string(timeout=5000) == "text"
    assert socket.closed


def test_contexts_of_cpp_are_contexts() -> None:
    """What C++ makes is a zmqpp.Context; a borrowed handle of it is a context that cannot end it."""
    context = casters.make_context()
    assert type(context) is zmqpp.Context
    assert casters.same(context) is context
    with context.socket(zmqpp.PAIR) as socket:
        assert socket.context is context
        assert casters.borrowed(context) is context
        assert casters.sockets(context) == 1
    context.term()

    alone = casters.make_borrowed()
    with pytest.raises(zmqpp.StateError, match="borrowed"):
        alone.term()


def test_the_shared_context_is_one() -> None:
    """Context::instance() in C++ is Context.instance() in Python, also after that was terminated."""
    assert casters.instance() is zmqpp.Context.instance()
    zmqpp.Context.instance().term()
    assert casters.instance() is zmqpp.Context.instance()
    assert not casters.instance().closed


def test_objects_end_and_come_anew(context: Any) -> None:
    """When Python has dropped a socket that C++ keeps, it gets another object, of the same socket."""
    socket = context.socket(zmqpp.PUSH)
    pull = context.socket(zmqpp.PULL)
    pull.bind("inproc://kept")
    socket.connect("inproc://kept")
    gone = weakref.ref(socket) if hasattr(socket, "__weakref__") else lambda: None
    keeper = casters.Keeper(socket)
    del socket
    gc.collect()  # no ResourceWarning: C++ has it
    assert gone() is None
    keeper.send(b"still open")
    assert pull.recv(timeout=5000) == b"still open"
    again = keeper.socket()
    assert keeper.socket() is again
    again.send(b"and here")
    assert pull.recv(timeout=5000) == b"and here"
    again.close()
    with pytest.raises(zmqpp.SocketClosed):
        keeper.send(b"x")
    keeper.drop()
    assert keeper.socket() is None
    pull.close()


def test_one_object_for_all_threads(context: Any) -> None:
    """Threads that ask for the object of a socket of C++'s in the same moment get the same one."""
    keeper = casters.Keeper(casters.open(context, zmqpp.PAIR))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(100):
            barrier, objects = threading.Barrier(2), []

            def ask(barrier: Any = barrier, objects: Any = objects) -> None:
                barrier.wait()
                objects.append(keeper.socket())

            threads = [threading.Thread(target=ask) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert objects[0] is objects[1]
    finally:
        sys.setswitchinterval(interval)
    objects[0].close()


def test_an_owner_stands_for_a_socket_before_a_borrower(context: Any) -> None:
    """A borrowed handle that came first does not keep the owner's object from being the same each time."""
    keeper = casters.Keeper(casters.open(context, zmqpp.PAIR))
    (borrower,) = zmqpp.Context.shadow(context).sockets
    owner = keeper.socket()
    assert keeper.socket() is owner
    assert borrower == owner
    owner.close()


def test_wrong_types(context: Any) -> None:
    """Other objects are refused with the types that a function takes."""
    for wrong in (1, "text", b"bytes", context, None):
        with pytest.raises(TypeError, match=r"zmqpp\.Socket"):
            casters.takes_reference(wrong)
    with pytest.raises(TypeError, match=r"zmqpp\.Message"):
        casters.take("text")
    with pytest.raises(TypeError, match=r"list\[zmqpp\.Message\]"):
        casters.total([b"x", 1])
    assert casters.same_by_pointer(None) is None
    assert casters.which(None) == "none"
    assert "takes_reference(arg0: zmqpp.Socket) -> str" in casters.takes_reference.__doc__


# --- messages -----------------------------------------------------------------------------------


def test_messages_are_not_copied() -> None:
    """C++ sees the bytes of a Message where they are, and Python those of C++'s."""
    message = casters.make_message(MUCH, "x")
    assert type(message) is zmqpp.Message
    assert message.bytes == b"x" * MUCH
    assert casters.address(message) == casters.address_of_own(message)
    assert casters.address(casters.same_message(message)) == casters.address(message)
    small = zmqpp.Message(b"small")
    assert casters.address(small) == casters.address(small)


@pytest.mark.parametrize("kind", [bytes, bytearray, lambda data: memoryview(bytearray(data))])
def test_bytes_like_objects_are_messages(kind: Any) -> None:
    """Whatever has the buffer protocol is a message, and much of it is not copied."""
    import ctypes

    for size in (0, 5, MUCH):
        assert casters.take(kind(bytes(size))) == size
    data = kind(bytes(MUCH))
    if not isinstance(data, bytes):
        memory = ctypes.addressof(ctypes.c_char.from_buffer(data))
        assert casters.address(data) == casters.address_of_own(data) == memory


def test_arrays_cross_without_a_copy(pair: Any) -> None:
    """A NumPy array goes to C++ and comes from there in the same memory, directly and by inproc."""
    numpy = pytest.importorskip("numpy")
    a, b = pair
    array = numpy.arange(MUCH, dtype=numpy.float64)
    memory = array.ctypes.data
    assert casters.address(array) == memory
    a.send(array, copy=False)
    received = casters.recv(b)
    assert casters.address(received) == memory
    casters.send(b, array)
    back = numpy.frombuffer(a.recv(copy=False, timeout=5000), dtype=numpy.float64)
    assert back.ctypes.data == memory
    assert (back == array).all()
    made = casters.make_message(MUCH, "y")
    assert numpy.frombuffer(made, dtype=numpy.uint8).ctypes.data == casters.address(made)


def test_memory_stays_flat() -> None:
    """100 MB cross 20 times in both directions, and the process does not grow by one of them."""
    pytest.importorskip("numpy")
    code = """
        import numpy, resource, hybrid_casters as casters
        array = numpy.ones(100_000_000, dtype=numpy.uint8)
        with zmqpp.Context() as context:
            a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
            a.bind("inproc://pair"); b.connect("inproc://pair")
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for i in range(20):
                assert casters.address(array) == array.ctypes.data
                casters.send(a, array)
                back = numpy.frombuffer(casters.recv(b), dtype=numpy.uint8)
                assert back.ctypes.data == array.ctypes.data and back[-1] == 1
                b.send(array, copy=False)
                assert casters.address(casters.recv(a)) == array.ctypes.data
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            a.close(), b.close()
        assert grown < 50_000, grown
    """
    run_python(code)


def test_cpp_may_do_with_its_own_what_it_likes(pair: Any) -> None:
    """A function that changes, keeps or sends its message does not touch Python's."""
    a, b = pair
    for data in (b"short", b"x" * MUCH):
        message = zmqpp.Message(data)
        view = memoryview(message)
        assert casters.overwrite(message) == "changed"
        assert casters.take(message) == len(data)
        casters.send(a, message)
        assert b.recv(timeout=5000) == data
        assert message.bytes == data
        assert view == data


def test_lent_objects_are_held() -> None:
    """What is lent cannot be resized while C++ has it, and is free again afterwards."""
    data = bytearray(MUCH)
    with zmqpp.Context() as context:
        with context.socket(zmqpp.PUSH) as push, context.socket(zmqpp.PULL) as pull:
            pull.bind("inproc://lent")
            push.connect("inproc://lent")
            casters.send(push, data)
            with pytest.raises(BufferError):
                data.append(1)
            assert pull.recv(timeout=5000) == bytes(MUCH)
    casters.take(b"x" * MUCH)  # any call lets go of what came back
    data.append(1)


def test_what_is_only_read_comes_back_at_once() -> None:
    """What a function does not keep is free again when it returns, in any thread."""
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(50):
                data = bytearray(MUCH)
                casters.address(data)
                data.append(1)
                casters.total([data, data])
                data.append(1)
        except BufferError as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join(20)
    assert not failures


def test_results_of_python_may_be_shared() -> None:
    """C++ makes messages of what a Python function returns, also if others have that object too."""
    constant, many = b"constant", [b"a", b"b"]
    assert casters.size_by_call(lambda: constant) == 8
    assert casters.total_by_call(lambda: many) == 2
    assert casters.maybe_by_call(lambda: constant)
    assert not casters.maybe_by_call(lambda: None)


def test_lists_of_messages(pair: Any) -> None:
    """A vector of messages is a list in Python, of Messages and bytes-like objects; order and bytes stay."""
    a, b = pair
    back = casters.reversed([b"a", zmqpp.Message(b"b"), bytearray(b"c")])
    assert [message.bytes for message in back] == [b"c", b"b", b"a"]
    assert casters.total((b"ab", b"c")) == 3
    assert casters.reversed([]) == []
    casters.send_multipart(a, [b"a", b"", b"x" * MUCH])
    assert b.recv_multipart(timeout=5000) == [b"a", b"", b"x" * MUCH]
    b.send_multipart([b"a", b"b"])
    assert [(part.bytes, part.more) for part in casters.recv_multipart(a)] == [
        (b"a", True),
        (b"b", False),
    ]
    assert casters.maybe(True).bytes == b"there"
    assert casters.maybe(False) is None
    assert casters.recv_for(a, 1) is None


# --- errors -------------------------------------------------------------------------------------

KINDS = [
    "Timeout",
    "ContextTerminated",
    "SocketClosed",
    "StateError",
    "ThreadError",
    "ForkError",
    "HostUnreachable",
    "AddressInUse",
    "NotSupported",
]


@pytest.mark.parametrize("kind", [*KINDS, "ZMQError"])
def test_errors_of_cpp_are_pythons(kind: str) -> None:
    """Each exception of the core arrives as zmqpp's class of the same name, with code and words."""
    with pytest.raises(zmqpp.ZMQError) as caught:
        casters.fail(kind)
    assert type(caught.value) is getattr(zmqpp, kind)
    assert caught.value.errno
    assert caught.value.strerror


@pytest.mark.parametrize(
    ("kind", "code_of_its_own"),
    [
        ("Timeout", errno.EAGAIN),
        ("ContextTerminated", zmqpp.ETERM),
        ("SocketClosed", errno.ENOTSOCK),
        ("StateError", zmqpp.EFSM),
        ("AddressInUse", errno.EADDRINUSE),
    ],
)
def test_errors_of_python_are_cpps(kind: str, code_of_its_own: int) -> None:
    """And the other way round, when C++ calls Python."""

    def fails() -> None:
        raise getattr(zmqpp, kind)(77, "words")

    name, code, words = casters.caught(fails)
    assert (name, words) == (kind, "words")
    assert code == code_of_its_own


class OwnTimeout(zmqpp.Timeout):
    """A program's own."""


@pytest.mark.parametrize(
    "error_class",
    [zmqpp.Again, zmqpp.MessageTooLong, OwnTimeout, *(getattr(zmqpp, kind) for kind in KINDS)],
)
def test_errors_of_python_come_back(context: Any, error_class: type[zmqpp.ZMQError]) -> None:
    """What Python raised and C++ let pass is the very exception in Python again, traceback and all."""
    raised = [error_class(77, "words")]

    def fails() -> None:
        raise raised[0]

    for _ in range(2):
        with pytest.raises(zmqpp.ZMQError) as caught:
            casters.size_by_call(fails)
        assert caught.value is raised[0]
        assert caught.traceback[-1].name == "fails"
    casters.drop_elsewhere(fails)
    alive = weakref.ref(raised[0])
    raised.pop().__traceback__ = None
    del caught
    context.socket(zmqpp.PAIR).close()  # lets go of what was dropped meanwhile
    gc.collect()
    assert alive() is None


def test_other_errors_pass_through() -> None:
    """What is not zmqpp's stays what it is."""
    with pytest.raises(ZeroDivisionError):
        casters.caught(lambda: 1 // 0)
    assert casters.caught(lambda: None) == ("nothing", 0, "")


def test_errors_name_what_failed(context: Any) -> None:
    """The words are the core's, as if Python had made the call."""
    with casters.open(context, zmqpp.REQ) as req:
        with pytest.raises(zmqpp.StateError, match=r"recv\(\) on REQ socket.*must alternate"):
            casters.recv(req)
    with pytest.raises(zmqpp.SocketClosed, match="this REQ socket is closed"):
        casters.recv(req)
    with casters.open(context, zmqpp.PAIR):
        with pytest.raises(zmqpp.Timeout, match=r"created at .*hybrid_casters\.cpp"):
            casters.term(context, 1)


# --- threads ------------------------------------------------------------------------------------


def test_spinning_gives_up_the_gil(pair: Any) -> None:
    """So does one that spins before it sleeps."""
    a, b = pair
    b.spin = 100_000
    received = []
    thread = threading.Thread(target=lambda: received.append(casters.recv(b).bytes))
    thread.start()
    time.sleep(0.005)
    a.send(b"word")
    thread.join(10)
    assert received == [b"word"]


@pytest.mark.parametrize("way", ["recv", "recv_released"])
def test_waits_give_up_the_gil(pair: Any, way: str) -> None:
    """A C++ function that waits for a message, without a word about the GIL, lets Python run."""
    a, b = pair
    received = []
    thread = threading.Thread(target=lambda: received.append(getattr(casters, way)(b).bytes))
    thread.start()
    time.sleep(0.05)  # it waits now, and we are here
    a.send(b"word")
    thread.join(10)
    assert received == [b"word"]


def test_closing_wakes_the_other_language(pair: Any) -> None:
    """close() in one language ends the wait of the other with SocketClosed."""
    a, b = pair
    for receive, close, socket in (
        (casters.recv, zmqpp.Socket.close, a),
        (zmqpp.Socket.recv, casters.close, b),
    ):
        failures: list[BaseException] = []

        def wait(receive: Any = receive, socket: Any = socket, failures: Any = failures) -> None:
            try:
                receive(socket)
            except zmqpp.SocketClosed as error:
                failures.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.05)
        close(socket)
        thread.join(10)
        assert len(failures) == 1


def check_whole(messages: list[list[bytes]]) -> None:
    assert all(len(parts) == 2 and parts[0] == parts[1] for parts in messages)


def test_cpp_threads_feed_python(context: Any) -> None:
    """Threads of C++ send by inproc to a socket of Python's: each message arrives, and whole."""
    with context.socket(zmqpp.PULL) as pull:
        pull.bind("inproc://fed")
        producers = casters.Producers(context, "inproc://fed", 4, 5000)
        received: list[list[bytes]] = []
        while len(received) < 20_000:
            received += pull.recv_many_multipart(1000, timeout=10_000)
        producers.join()
        check_whole(received)
        assert sorted(int(parts[0]) for parts in received) == sorted([*range(5000)] * 4)


def test_both_languages_share_one_socket(context: Any) -> None:
    """Threads of both languages send on one socket at once, and no message is torn or lost."""
    with context.socket(zmqpp.PULL) as pull, context.socket(zmqpp.PUSH) as push:
        pull.bind("inproc://shared")
        push.connect("inproc://shared")
        producers = casters.Producers(push, 2, 5000)

        def send() -> None:
            for i in range(5000):
                push.send_multipart([b"%d" % i] * 2)

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        received: list[list[bytes]] = []
        while len(received) < 20_000:
            received += pull.recv_many_multipart(1000, timeout=10_000)
        producers.join()
        for thread in threads:
            thread.join()
        check_whole(received)
        assert sorted(int(parts[0]) for parts in received) == sorted([*range(5000)] * 4)


def test_ending_the_context_ends_cpp_threads() -> None:
    """Threads of C++ that wait in a context leave it when Python destroys it."""
    context = zmqpp.Context()
    pull = context.socket(zmqpp.PULL)
    pull.rcvhwm = 1
    pull.bind("inproc://full")
    producers = casters.Producers(context, "inproc://full", 3, 100_000)
    assert pull.recv_multipart(timeout=5000)
    context.destroy(linger=0)
    producers.join()


def test_monitors_of_both_languages(context: Any) -> None:
    """Monitors that C++ and Python open in one context do not get into each other's way."""
    with context.socket(zmqpp.REP) as a, context.socket(zmqpp.REP) as b:
        theirs = casters.monitor(a)
        with zmqpp.Monitor(b) as ours:
            a.bind("tcp://127.0.0.1:*")
            b.bind("tcp://127.0.0.1:*")
            assert zmqpp.monitor.recv_monitor_message(theirs, timeout=5000).event == (
                zmqpp.Event.LISTENING
            )
            assert next(iter(ours)).event == zmqpp.Event.LISTENING
        theirs.close()


# --- signals, forks, mismatches -----------------------------------------------------------------

USES_CASTERS = PRELUDE + "import hybrid_casters as casters\n"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("way", ["recv", "recv_released", "recv_swallowing"])
def test_signals_interrupt_cpp(way: str) -> None:
    """Handlers run while C++ waits; what one raises ends the wait, even in a loop that ignores errors."""
    code = f"""
        ran = []
        def handler(number, frame):
            ran.append(number)
            if len(ran) == 3:
                raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, handler)
        with zmqpp.Context() as context, context.socket(zmqpp.PULL) as pull:
            pull.bind("inproc://never")
            signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            try:
                casters.{way}(pull)
            except KeyboardInterrupt:
                print("interrupted after", len(ran))
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    """
    assert run_python(code, prelude=USES_CASTERS) == "interrupted after 3\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork() -> None:
    """A child of fork() gets ForkError from C++ for a socket of its parent's, and can make its own."""
    code = """
        context = zmqpp.Context()
        pull = casters.open(context, zmqpp.PULL)
        time.sleep(0.1)  # a sanitizer's allocator is locked now and then while libzmq's threads start
        child = os.fork()
        if child == 0:
            try:
                casters.recv(pull)
            except zmqpp.ForkError:
                own = zmqpp.Context()
                casters.open(own, zmqpp.PULL).close()
                own.term()
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        context.destroy()
    """
    run_python(code, prelude=USES_CASTERS, options=FORKING)


@pytest.mark.parametrize("way", ["recv", "recv_released"])
def test_exit_while_cpp_waits(way: str) -> None:
    """The process ends in silence when a daemon thread waits in C++, whoever gave up its GIL."""
    code = f"""
        pull = zmqpp.Context().socket(zmqpp.PULL)
        pull.bind("inproc://never")
        threading.Thread(target=casters.{way}, args=(pull,), daemon=True).start()
        time.sleep(0.05)
    """
    assert run_python(code, prelude=USES_CASTERS) == ""


def test_dev_mode() -> None:
    """Python's own checks (-X dev) find nothing in what crosses the border."""
    code = """
        with zmqpp.Context() as context, context.socket(zmqpp.PULL) as pull:
            pull.bind("inproc://x")
            producers = casters.Producers(context, "inproc://x", 2, 100)
            assert len([pull.recv_multipart(timeout=5000) for _ in range(200)]) == 200
            producers.join()
            with casters.open(context, zmqpp.PUSH) as push:
                push.connect("inproc://x")
                casters.send(push, bytearray(100_000))
                assert len(casters.recv(pull)) == 100_000
            for kind in ("Timeout", "StateError"):
                try:
                    casters.fail(kind)
                except zmqpp.ZMQError:
                    pass
    """
    run_python(code, prelude=USES_CASTERS, options=("-X", "dev", "-W", "error"))
