"""fork(): the child is told that what it inherited is not its own, and the parent notices nothing."""

from __future__ import annotations

import os
import sys

import pytest

from subprocess_runner import FORKING, run_python

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork()")


FORK = """
    from promptness import assert_prompt

    def in_child(work):
        '''Runs `work` in a forked child; its return code, 77 for an exception.'''
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            code = 77
            try:
                code = work() or 0
            except BaseException:
                import traceback
                traceback.print_exc()
            finally:
                os._exit(code)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
            time.sleep(0.005)
        os.kill(child, signal.SIGABRT)
        raise AssertionError("the child hangs")

    def refused(call):
        def seconds():
            start = time.monotonic()
            try:
                result = call()
            except zmqpp.ForkError:
                return time.monotonic() - start
            raise AssertionError(f"no ForkError, but {result!r}")

        assert_prompt(seconds, 0.01, runs=1)
"""


def test_inherited_objects_are_refused() -> None:
    """In the child, every use of an inherited socket or context raises ForkError, at once."""
    run_python(
        FORK
        + """
    from blocking_calls import DEAD

    context = zmqpp.Context()
    socket, peer = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
    peer.connect(socket.bind("tcp://127.0.0.1:*"))
    peer.send(b"for the parent")
    poller = zmqpp.Poller()
    poller.register(socket, zmqpp.POLLIN)
    monitor = peer.get_monitor_socket()
    push = context.socket(zmqpp.PUSH)
    push.connect(DEAD)
    tracker = push.send(bytes(100000), copy=False, track=True)
    endpoint = peer.endpoints[0]

    uses = [
        lambda: socket.send(b"x"), lambda: socket.send_multipart([b"x", b"y"]),
        lambda: socket.send(bytes(100000), copy=False), lambda: socket.send(zmqpp.Message(b"x")),
        lambda: socket.recv(), lambda: socket.recv_multipart(), lambda: socket.recv(copy=False),
        lambda: socket.recv(zmqpp.DONTWAIT), lambda: socket.recv(timeout=0),
        lambda: socket.try_recv(), lambda: socket.recv_into(bytearray(9)), lambda: next(iter(socket)),
        lambda: socket.poll(), lambda: socket.poll(100), lambda: socket.poll(0),
        lambda: poller.poll(), lambda: poller.poll(0), lambda: zmqpp.select([socket], [], []),
        lambda: zmqpp.zmq_poll([(socket, zmqpp.POLLIN)]),
        lambda: socket.bind("inproc://a"), lambda: socket.connect("inproc://a"),
        lambda: peer.disconnect(endpoint), lambda: socket.unbind(endpoint),
        lambda: socket.rcvhwm, lambda: setattr(socket, "rcvhwm", 1), lambda: socket.events,
        lambda: socket.get_monitor_socket(), lambda: peer.disable_monitor(),
        lambda: monitor.recv_multipart(),
        lambda: socket.fileno(), lambda: zmqpp.proxy(socket, peer),
        lambda: zmqpp.proxy_steerable(socket, peer, None, peer),
        lambda: socket.close(), lambda: socket.close(linger=0),
        lambda: context.socket(zmqpp.PAIR), lambda: context.term(), lambda: context.term(0),
        lambda: context.destroy(), lambda: context.destroy(linger=0), lambda: context.shutdown(),
        lambda: context.__exit__(None, None, None), lambda: context.__exit__(ValueError, None, None),
        lambda: context.max_sockets, lambda: context.get(zmqpp.IO_THREADS),
        lambda: setattr(context, "max_msgsz", 1), lambda: context.sockets,
        lambda: tracker.wait(), lambda: tracker.wait(1),
    ]

    def child():
        for number, use in enumerate(uses):
            try:
                refused(use)
            except AssertionError as error:
                raise AssertionError(f"use {number}: {error}")
        repr(socket), repr(context), socket.closed, context.closed, tracker.done  # do no harm

    assert in_child(child) == 0
    assert socket.recv(timeout=5000) == b"for the parent"
    context.destroy(linger=0)
        """,
        options=FORKING,
    )


def test_inherited_objects_go_in_silence() -> None:
    """In the child, inherited objects are collected and left behind without a word or a wait."""
    run_python(
        FORK
        + """
    import warnings

    warnings.simplefilter("always", ResourceWarning)

    class Owner:
        pass

    def make():
        owner = Owner()
        owner.myself = owner
        owner.context = zmqpp.Context()
        owner.sockets = [owner.context.socket(kind) for kind in (zmqpp.PUB, zmqpp.REQ, zmqpp.ROUTER)]
        owner.sockets[0].bind("tcp://127.0.0.1:*")
        owner.sockets[1].connect("tcp://127.0.0.1:1")
        owner.sockets[1].send(bytes(100000), copy=False)
        owner.poller = zmqpp.Poller()
        owner.poller.register(owner.sockets[0])
        owner.message = zmqpp.Message(bytes(100000), copy=False)
        return owner

    owners = [make() for _ in range(5)]

    def child():
        start = time.monotonic()
        owners.clear()
        gc.collect()
        zmqpp.Context.instance()
        assert time.monotonic() - start < 0.5

    assert in_child(child) == 0

    child = os.fork()  # and one that ends like any program
    if child:
        assert os.waitpid(child, 0)[1] == 0
        for owner in owners:
            assert not owner.context.closed and not owner.sockets[0].closed
            owner.context.destroy(linger=0)
        """,
        options=FORKING,
        timeout=10,
    )


def test_a_fresh_context_works_in_the_child() -> None:
    """In the child, a new context and Context.instance() work, zero-copy and exit included."""
    run_python(
        FORK
        + """
    inherited = zmqpp.Context.instance()
    used = inherited.socket(zmqpp.PUSH)
    used.bind("inproc://before")
    data = bytearray(100000)
    for _ in range(3):  # leaves buffers behind that the parent's libzmq has
        with zmqpp.Context() as context, context.socket(zmqpp.PUB) as pub:
            pub.send(data, copy=False)

    def talk(context):
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        lent = bytearray(b"x" * 200000)
        tracker = push.send_multipart([b"head", lent], copy=False, track=True)
        head, body = pull.recv_multipart(copy=False, timeout=5000)
        assert bytes(head) == b"head" and len(body) == 200000
        tracker.wait(5)
        lent.append(1)  # is no longer pinned
        got = []
        thread = threading.Thread(target=lambda: got.append(pull.recv(timeout=5000)))
        thread.start()
        time.sleep(0.02)
        push.send(b"wake up")
        thread.join()
        assert got == [b"wake up"]
        push.close()
        pull.close()

    def child():
        assert zmqpp.Context.instance() is not inherited
        assert zmqpp.Context.instance() is zmqpp.Context.instance()
        for context in (zmqpp.Context.instance(), zmqpp.Context()):
            talk(context)
            context.term(5000)
        assert in_child(grandchild) == 0
        with zmqpp.Context() as context:
            talk(context)

    def grandchild():
        with zmqpp.Context() as context:
            talk(context)

    talk(zmqpp.Context())
    assert in_child(child) == 0
    talk(inherited)
    assert zmqpp.Context.instance() is inherited
    assert not used.closed
    used.close()
        """,
        options=FORKING,
    )


def test_the_parent_is_undisturbed() -> None:
    """Children that are born and die, and use what they inherited, do not disturb the parent's traffic."""
    run_python(
        FORK
        + """
    context = zmqpp.Context()
    push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
    push.connect(pull.bind("tcp://127.0.0.1:*"))
    got = []
    receiver = threading.Thread(target=lambda: got.extend(pull.recv() for _ in range(6000)))
    receiver.start()

    def send():
        for i in range(6000):
            push.send(b"%d" % i)
            if i % 100 == 0:
                time.sleep(0.003)

    sender = threading.Thread(target=send)
    sender.start()

    def child():
        for call in (lambda: push.send(b"from the child"), pull.recv, pull.close, context.term):
            refused(call)

    forks = 0
    while sender.is_alive():
        assert in_child(child) == 0
        forks += 1
    sender.join()
    receiver.join(10)
    assert forks > 3
    assert got == [b"%d" % i for i in range(6000)]
    context.destroy()
        """,
        options=FORKING,
    )


def test_fork_while_other_threads_are_in_zmqpp() -> None:
    """A child born while other threads hold locks of zmqpp neither hangs nor crashes."""
    run_python(
        FORK
        + """
    context = zmqpp.Context()
    end = threading.Event()

    def work():
        while not end.is_set():
            with zmqpp.Context() as own, own.socket(zmqpp.PAIR) as a, own.socket(zmqpp.PAIR) as b:
                b.connect(a.bind("inproc://a"))
                poller = zmqpp.Poller()
                poller.register(b, zmqpp.POLLIN)
                for _ in range(20):
                    a.send(bytes(70000), copy=False)
                    poller.poll(1)
                    b.recv()
                    b.poll(0.1)
            zmqpp.Context.instance().sockets
            shared.rcvhwm, repr(shared)
            poller = zmqpp.Poller()
            poller.register(shared)
            poller.poll(0)

    shared = context.socket(zmqpp.PAIR)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()

    def child():
        refused(lambda: shared.send(b"x"))
        repr(shared), repr(context), shared.closed, context.closed
        with zmqpp.Context() as own, own.socket(zmqpp.PAIR) as a, own.socket(zmqpp.PAIR) as b:
            b.connect(a.bind("inproc://a"))
            a.send(bytes(70000), copy=False)
            assert len(b.recv(timeout=1000)) == 70000
        gc.collect()

    for _ in range(40):
        assert in_child(child) == 0
    end.set()
    for thread in threads:
        thread.join()
    context.destroy(linger=0)
        """,
        options=FORKING,
    )


@pytest.mark.parametrize("call", ["recv", "poll", "poller_poll", "send", "term"])
def test_fork_in_a_signal_handler(call: str) -> None:
    """A child that is born in a signal handler, in the middle of a wait, gets a ForkError from it."""
    run_python(
        FORK
        + """
    from blocking_calls import ALL

    context = zmqpp.Context()
    wait, socket = ALL[sys.argv[1]](context, None)
    children = []
    parent = os.getpid()

    def handler(number, frame):
        children.append(os.fork())

    def close_after_it():
        while not children:
            time.sleep(0.01)
        time.sleep(0.05)
        socket.close()

    signal.signal(signal.SIGALRM, handler)
    # Started before the alarm is set: a child that is born in start() would wait for a thread that it
    # does not have.
    threading.Thread(target=close_after_it).start()
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        wait()
    except zmqpp.ForkError:
        os._exit(0 if os.getpid() != parent else 1)
    except zmqpp.SocketClosed:
        pass
    if os.getpid() != parent:
        os._exit(2)
    assert os.waitpid(children[0], 0)[1] == 0
    context.destroy(linger=0)
        """,
        call,
        options=FORKING,
        timeout=10,
    )


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="counts descriptors in /proc")
def test_other_programs_inherit_nothing() -> None:
    """A program that is started by one with open sockets gets none of its descriptors, and disturbs nothing."""
    run_python(
        """
    import subprocess, tempfile

    def descriptors_of_a_program():
        count = [sys.executable, "-c", "import os; print(len(os.listdir('/proc/self/fd')))"]
        how = {"close_fds": False, "stdout": subprocess.PIPE, "check": True}
        return [
            int(subprocess.run(count, preexec_fn=first, **how).stdout) for first in (None, lambda: None)
        ]

    before = descriptors_of_a_program()
    with zmqpp.Context() as context, tempfile.TemporaryDirectory(prefix="zmqpp-") as folder:
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        pull.bind(f"ipc://{folder}/a")
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        monitor = push.get_monitor_socket()
        poller = zmqpp.Poller()
        poller.register(pull, zmqpp.POLLIN)
        assert poller.poll(10) == []
        push.send(b"before")
        assert descriptors_of_a_program() == before
        push.send(b"after")
        assert [pull.recv(timeout=5000) for _ in range(2)] == [b"before", b"after"]
        """,
        options=FORKING,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork()")
def test_the_version_is_known_in_the_child() -> None:
    """What has to do with no object works in the child as ever."""
    run_python(
        FORK
        + """
    def child():
        assert zmqpp.zmq_version_info() >= (4, 2)
        if zmqpp.has("curve"):
            assert len(zmqpp.curve_keypair()[0]) == 40
        assert bytes(message) == b"inherited" and message.buffer.tobytes() == b"inherited"

    message = zmqpp.Message(b"inherited")
    zmqpp.Context().socket(zmqpp.PAIR).close()
    assert in_child(child) == 0
        """,
        options=FORKING,
    )
