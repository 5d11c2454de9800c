"""Who outlives whom does not matter: objects may be dropped, collected and left open in any order."""

from __future__ import annotations

import gc
import time
import warnings
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import zmqpp
from blocking_calls import DEAD
from promptness import assert_prompt
from subprocess_runner import run_python

ATTACHED = [zmqpp.PUB, zmqpp.REQ, zmqpp.ROUTER]


class Owner:
    """Something in a cycle, which only the garbage collector frees."""

    def __init__(self) -> None:
        self.myself = self


@contextmanager
def no_warning() -> Iterator[None]:
    """Fails at any warning, also at those that destructors can only print."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_a_context_dropped_before_its_sockets_lives_on() -> None:
    """Sockets keep their context alive."""
    context = zmqpp.Context()
    gone = weakref.ref(context)
    with context.socket(zmqpp.PUSH) as push, context.socket(zmqpp.PULL) as pull:
        del context
        gc.collect()
        push.connect(pull.bind("inproc://alive"))
        push.send(b"x")
        assert pull.recv(timeout=5000) == b"x"
        again = push.context
        assert again.socket(zmqpp.PAIR).close() is None
        assert len(again.sockets) == 2
    again.term(timeout=5000)
    del again, push, pull
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("main", [True, False], ids=["main thread", "other thread"])
def test_collecting_unsent_messages_does_not_wait(main: bool) -> None:
    """The collection of a cycle with a context, sockets and unsent messages returns at once."""

    def collect() -> float:
        owner = Owner()
        owner.context = zmqpp.Context()  # type: ignore[attr-defined]
        owner.sockets = [  # type: ignore[attr-defined]
            owner.context.socket(zmqpp.PUSH)
            for _ in range(10)  # type: ignore[attr-defined]
        ]
        for socket in owner.sockets:  # type: ignore[attr-defined]
            socket.connect(DEAD)
            socket.send(b"never sent")
            socket.send(bytes(100000), copy=False)
        gone = weakref.ref(owner.context)  # type: ignore[attr-defined]
        del owner, socket
        start = time.monotonic()
        gc.collect()
        taken = time.monotonic() - start
        assert gone() is None
        return taken

    gc.freeze()  # what pytest has collected so far takes its time too
    try:
        with warnings.catch_warnings(), ThreadPoolExecutor(1) as pool:
            warnings.simplefilter("ignore", ResourceWarning)
            assert_prompt(collect if main else lambda: pool.submit(collect).result(), 0.1)
    finally:
        gc.unfreeze()


def test_many_rounds_against_a_dead_peer() -> None:
    """Opening, connecting, sending, closing and terminating waits for nobody, every time."""
    for _ in range(100):
        start = time.monotonic()
        context = zmqpp.Context(linger=0)
        with context.socket(zmqpp.PUSH) as push:
            push.connect(DEAD)
            push.send(b"never sent")
        context.term(timeout=5000)
        assert time.monotonic() - start < 5  # the default linger is 10


def test_an_unclosed_socket_is_named_once() -> None:
    """A ResourceWarning for an unclosed socket says its type, its endpoints and who opened it."""
    context = zmqpp.Context()
    socket = context.socket(zmqpp.REP)
    endpoint = str(socket.bind("tcp://127.0.0.1:*"))
    origin = socket.origin
    with pytest.warns(ResourceWarning) as caught:
        del socket
        gc.collect()
    assert len(caught) == 1
    text = str(caught[0].message)
    assert "unclosed REP socket" in text
    assert endpoint in text
    assert "test_lifetime.py:" in origin
    assert origin in text
    caught.clear()  # a warning knows its source, and keeps it
    with no_warning():
        context.term(timeout=5000)
        del context
        gc.collect()


def test_what_is_closed_goes_without_a_warning() -> None:
    """Sockets that were closed, by themselves or with their context, are collected in silence."""
    with no_warning():
        context = zmqpp.Context()
        owner = Owner()
        owner.sockets = [context.socket(zmqpp.PAIR) for _ in range(3)]  # type: ignore[attr-defined]
        owner.sockets[0].close()  # type: ignore[attr-defined]
        borrowed = zmqpp.Socket.shadow(owner.sockets[1])  # type: ignore[attr-defined]
        del borrowed
        context.destroy()
        del owner, context
        gc.collect()


def test_a_second_handle_keeps_a_socket_open() -> None:
    """A socket is unclosed only when the last of its handles goes."""
    context = zmqpp.Context()
    socket = context.socket(zmqpp.PAIR)
    with no_warning():
        second = zmqpp.Socket(socket)
        del socket
        gc.collect()
        assert not second.closed
    second.close()
    context.term(timeout=5000)


def test_no_warning_when_the_interpreter_ends() -> None:
    """Sockets that a program leaves open when it ends are not complained about."""
    run_python(
        """
        context = zmqpp.Context()
        socket = context.socket(zmqpp.PULL)
        sockets = {i: zmqpp.Context().socket(zmqpp.PUB) for i in range(3)}

        class Owner:
            pass

        owner = Owner()
        owner.myself = owner
        owner.socket = context.socket(zmqpp.REP)
        """,
        options=["-W", "always::ResourceWarning"],
    )


@pytest.mark.parametrize("options", [(), ("-X", "dev", "-W", "ignore::ResourceWarning")])
def test_whatever_is_left_at_the_exit(options: tuple[str, ...]) -> None:
    """Objects left in globals, cycles, threads, closures and tracebacks do no harm at the exit."""
    run_python(
        """
        import asyncio, logging  # with exit handlers and threads of their own

        context = zmqpp.Context()
        in_a_global = context.socket(zmqpp.PUB)
        in_a_global.bind("tcp://127.0.0.1:*")
        in_a_cycle = []
        in_a_cycle.append([context.socket(zmqpp.SUB), in_a_cycle])
        in_a_default = lambda socket=context.socket(zmqpp.PULL): socket
        zmqpp.in_a_module = context.socket(zmqpp.REQ)
        sys.in_sys = zmqpp.Context().socket(zmqpp.REP)
        poller = zmqpp.Poller()
        poller.register(in_a_global)
        in_a_cycle.append(poller)
        messages = [zmqpp.Message(bytes(100000), copy=False), zmqpp.Message(b"x").buffer]

        class Owner:
            def __init__(self):
                self.socket = context.socket(zmqpp.XPUB)
                self.endpoint = self.socket.bind("inproc://owner")

            def __del__(self):
                self.socket.close()

        owner = Owner()
        local = threading.local()
        local.socket = context.socket(zmqpp.PAIR)
        in_a_generator = (message for message in context.socket(zmqpp.PULL))
        threading.Thread(target=lambda: next(in_a_generator), daemon=True).start()
        event = threading.Event()
        threading.Thread(target=lambda s: event.wait(), args=(context.socket(zmqpp.PAIR),), daemon=True).start()
        try:
            socket = context.socket(zmqpp.PULL)
            socket.recv(zmqpp.DONTWAIT)
        except zmqpp.Again as error:
            in_a_traceback = error
        """,
        options=options,
    )


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_block_of_a_context(error: type[BaseException]) -> None:
    """An exception leaves a `with Context()` block soon, as it is, though messages are unsent."""

    def seconds() -> float:
        with pytest.raises(error) as caught, zmqpp.Context() as context:
            socket = context.socket(zmqpp.PUSH)
            socket.connect(DEAD)
            socket.send(b"never sent")
            start = time.monotonic()
            raise error("the reason")
        assert caught.value.__context__ is None
        assert context.closed
        assert socket.closed
        return time.monotonic() - start

    assert_prompt(seconds, 1.2, runs=1)


def test_views_outlive_everything() -> None:
    """A view of a received message is valid after message, socket and context are gone."""
    context = zmqpp.Context()
    push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
    push.connect(pull.bind("tcp://127.0.0.1:*"))
    content = [b"small", bytes(range(256)) * 1000]
    push.send_multipart(content)
    views = [memoryview(part) for part in pull.recv_multipart(copy=False, timeout=5000)]
    push.close()
    pull.close()
    context.term(timeout=5000)
    del push, pull, context
    gc.collect()
    assert [bytes(view) for view in views] == content
    parts = [view[1:3] for view in views]
    del views
    gc.collect()
    assert [bytes(part) for part in parts] == [part[1:3] for part in content]


def test_messages_outlive_their_context(context: zmqpp.Context) -> None:
    """A message may be read, copied and sent in another context after its own is gone."""
    with zmqpp.Context() as first:
        push, pull = first.socket(zmqpp.PUSH), first.socket(zmqpp.PULL)
        push.connect(pull.bind("inproc://first"))
        push.send(bytearray(b"x" * 100000), copy=False)
        message = pull.recv(copy=False, timeout=5000)
    del push, pull, first
    gc.collect()
    with context.socket(zmqpp.PUSH) as push, context.socket(zmqpp.PULL) as pull:
        push.connect(pull.bind("inproc://second"))
        push.send(message)
        assert pull.recv(timeout=5000) == b"x" * 100000
    assert message.bytes == b"x" * 100000


CLASSES = [zmqpp.Context, zmqpp.Socket, zmqpp.Poller, zmqpp.Message, zmqpp.MessageTracker]


@pytest.mark.parametrize("kind", CLASSES[:-1])
def test_a_subclass_must_call_init(kind: type) -> None:
    """A subclass whose __init__ does not call that of its base raises TypeError."""

    def init(self: object) -> None:
        pass

    with pytest.raises(TypeError, match="__init__"):
        type("Forgetful", (kind,), {"__init__": init})()


@pytest.mark.parametrize("kind", [kind.__name__ for kind in CLASSES])
def test_objects_without_init_do_nothing(kind: str) -> None:
    """Whatever is called on an object whose __init__ has not run raises and does not crash."""
    run_python(
        """
        kind = getattr(zmqpp, sys.argv[1])
        context = zmqpp.Context()
        good = context.socket(zmqpp.PAIR)
        poller = zmqpp.Poller()
        blank = kind.__new__(kind)
        arguments = [(), (1,), (b"x",), ("inproc://a",), (blank,), (good,), (blank, 1), (1, b"x"), ([blank],)]
        left_alone = {"__class__", "__new__", "__init_subclass__", "__subclasshook__", "__init__"}
        for name in set(dir(kind)) - left_alone:
            try:
                method = getattr(blank, name)
            except (TypeError, AttributeError):
                continue
            if callable(method):
                for given in arguments:
                    try:
                        method(*given)
                    except Exception:
                        pass
            try:
                setattr(blank, name, 1)
            except Exception:
                pass
        for use in (lambda: good.send(blank), lambda: good.send_multipart([blank]),
                    lambda: zmqpp.proxy(blank, good), lambda: zmqpp.proxy(good, good, blank),
                    lambda: poller.register(blank), lambda: zmqpp.Socket(blank, zmqpp.PAIR),
                    lambda: memoryview(blank), lambda: zmqpp.select([blank], [], [], 0)):
            try:
                use()
            except TypeError:
                pass
            else:
                raise AssertionError("no TypeError")
        gc.collect()
        del blank
        gc.collect()
        good.close()
        context.term()
        """,
        kind,
        options=["-W", "ignore"],
    )


def test_classes_may_be_mixed() -> None:
    """A class that inherits from several of ours is of little use, and does no harm."""
    run_python(
        """
        class Both(zmqpp.Socket, zmqpp.Poller):
            def __init__(self, context):
                zmqpp.Socket.__init__(self, context, zmqpp.PAIR)
                zmqpp.Poller.__init__(self)

        context = zmqpp.Context()
        for _ in range(3):
            try:
                both = Both(context)
                both.poll(0)
                both.send(b"x", zmqpp.DONTWAIT)
            except (TypeError, zmqpp.ZMQError):
                pass
            gc.collect()
            both = None
        """
    )


def test_poller_cycles_are_collected(context: zmqpp.Context) -> None:
    """A poller that is reachable from what is registered with it is collected with it."""

    class MySocket(zmqpp.Socket):
        poller: zmqpp.Poller

    with no_warning():
        socket = context.socket(zmqpp.PAIR, MySocket)
        socket.poller = zmqpp.Poller()
        socket.poller.register(socket, zmqpp.POLLIN)
        socket.poller.poll(0)
        socket.close()
        gone = weakref.ref(socket), weakref.ref(socket.poller)
        del socket
        gc.collect()
        assert gone[0]() is None
        assert gone[1]() is None


def test_subclasses_in_cycles_are_collected() -> None:
    """Contexts and sockets with attributes of their own are collected out of cycles."""

    class MyContext(zmqpp.Context):
        pass

    with no_warning():
        context = MyContext()
        socket = context.socket(zmqpp.PAIR)
        context.__dict__["socket_of_mine"] = socket
        context.__dict__["myself"] = context
        socket.close()
        gone = weakref.ref(context), weakref.ref(socket)
        del context, socket
        gc.collect()
        assert gone[0]() is None
        assert gone[1]() is None


def test_an_endpoint_keeps_its_socket_open(context: zmqpp.Context) -> None:
    """The endpoint that bind() returned can give itself up although the socket has no other name."""
    endpoint = context.socket(zmqpp.PULL).bind("tcp://127.0.0.1:*")
    gc.collect()
    with context.socket(zmqpp.PULL) as other:
        with pytest.raises(zmqpp.AddressInUse):
            other.bind(endpoint)
    (socket,) = context.sockets
    with endpoint:
        pass
    assert socket.endpoints == []
    socket.close()


def test_the_last_handle_may_go_anywhere() -> None:
    """The last handles of sockets and contexts may go in any thread, and in signal handlers."""
    run_python(
        """
        import queue

        pile = queue.Queue()

        def drop():
            while pile.get() is not None:
                pass

        thread = threading.Thread(target=drop)
        thread.start()
        for _ in range(300):
            context = zmqpp.Context()
            socket = context.socket(zmqpp.PUSH)
            pile.put(socket)
            pile.put(context)
            del socket, context
        pile.put(None)
        thread.join(5)
        assert not thread.is_alive()
        """
    )


def test_nothing_is_left_of_a_thousand_rounds() -> None:
    """File descriptors and threads of what was closed or dropped are given back."""
    run_python(
        """
        import pathlib

        def count(kind):
            return len(list(pathlib.Path("/proc/self", kind).iterdir()))

        def settle(kind, most):
            deadline = time.monotonic() + 5
            while count(kind) > most and time.monotonic() < deadline:
                time.sleep(0.01)
            assert count(kind) <= most, (kind, count(kind), most)

        def one_round(closing):
            context = zmqpp.Context()
            a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
            b.connect(a.bind("inproc://a"))
            monitor = a.get_monitor_socket()
            a.send(b"x")
            b.recv()
            if closing:
                context.destroy()

        for i in range(5):
            one_round(i % 2)
        time.sleep(0.1)
        if os.path.exists("/proc/self/fd"):
            fds, threads = count("fd"), count("task")
            for i in range(200):
                one_round(i % 2)
            settle("task", threads)
            settle("fd", fds)
        """
    )


@pytest.mark.parametrize("end", ["close", "disconnect", "destroy", "shutdown"])
def test_connections_to_names_that_nobody_binds(end: str) -> None:
    """Sockets that wait for an inproc name may go, and others bind it afterwards, in any order."""
    run_python(
        """
        import itertools

        kinds = [zmqpp.ROUTER, zmqpp.DEALER, zmqpp.REP, zmqpp.REQ, zmqpp.PAIR, zmqpp.PUSH, zmqpp.SUB]
        for kind, other in itertools.product(kinds, kinds):
            context = zmqpp.Context(linger=0)
            for how_many in (1, 3):
                waiting = [context.socket(kind) for _ in range(how_many)]
                name = f"inproc://{how_many}"
                for socket in waiting:
                    socket.connect(name)
                    socket.events
                if sys.argv[1] == "close":
                    for socket in waiting:
                        socket.close()
                elif sys.argv[1] == "disconnect":
                    try:
                        waiting[0].disconnect(name)
                        waiting[0].events
                    except zmqpp.StateError:
                        assert how_many > 1
                elif sys.argv[1] == "shutdown":
                    context.shutdown()
                    break
                elif sys.argv[1] == "destroy":
                    break
                with context.socket(other) as socket:
                    try:
                        socket.bind(name)
                    except zmqpp.StateError:
                        assert other == zmqpp.PAIR
                    socket.events
            context.destroy(linger=0)
        """,
        end,
    )
