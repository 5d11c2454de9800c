"""The process always ends, in silence, whatever threads, sockets and messages it leaves behind."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import zmqpp
from promptness import assert_prompt
from subprocess_runner import PRELUDE, run_python

#: The stress tests run longer when asked to.
STRESS_SECONDS = float(os.environ.get("ZMQPP_STRESS_SECONDS", "2"))

# Threads blocked in everything that blocks, left behind by the main thread.
LEFT_BEHIND = """
    from blocking_calls import ALL

    ready = threading.Semaphore(0)

    def block(name):
        context = zmqpp.Context()
        call, socket = ALL[name](context, None)
        ready.release()
        call()

    del ALL["tracker_wait"]  # has an unsent message, which the exit waits a second for
    names = list(ALL)
    for i in range(50):
        threading.Thread(target=block, args=(names[i % len(names)],), daemon=True).start()
    for i in range(50):
        ready.acquire()
    time.sleep(0.05)
"""


@pytest.mark.parametrize("run", range(max(5, int(4 * STRESS_SECONDS))))
def test_daemon_threads_blocked_in_everything(run: int) -> None:
    """Daemon threads blocked in any call do not keep the process from ending, nor make it say a word."""
    run_python(LEFT_BEHIND + "    print(len(threading.enumerate()))", timeout=10)


@pytest.mark.parametrize("run", range(5))
def test_daemon_threads_that_come_and_go(run: int) -> None:
    """Daemon threads that enter and leave calls all the time end with the process, in silence."""
    run_python(
        """
        context = zmqpp.Context()

        def work(number):
            socket = context.socket(zmqpp.PAIR)
            peer = context.socket(zmqpp.PAIR)
            peer.connect(socket.bind(f"inproc://{number}"))
            poller = zmqpp.Poller()
            poller.register(socket, zmqpp.POLLIN)
            ready.release()
            while True:
                socket.poll(0.3)
                poller.poll(0.3)
                peer.send(b"x")
                socket.recv()
                try:
                    socket.recv(timeout=0.3)
                except zmqpp.Timeout:
                    pass
                zmqpp.Context().term()

        ready = threading.Semaphore(0)
        for i in range(20):
            threading.Thread(target=work, args=(i,), daemon=True).start()
        for i in range(20):
            ready.acquire()
        time.sleep(0.05)
        """,
        timeout=10,
    )


@pytest.mark.parametrize(
    ("end", "returncode"),
    [("sys.exit(7)", 7), ("os._exit(7)", 7), ("raise SystemExit(7)", 7), ("os.abort()", -6)],
)
def test_how_the_program_ends_is_its_own_business(end: str, returncode: int) -> None:
    """The ways to end a process work as ever, with threads blocked in zmqpp, and fast."""
    if sys.platform == "win32" and returncode < 0:
        pytest.skip("Windows has no return code for it")
    code = f"{LEFT_BEHIND}    print(time.monotonic(), flush=True)\n    {end}"

    def seconds() -> float:
        output = run_python(code, returncode=returncode, silent=returncode >= 0)
        return time.monotonic() - float(output.split()[0])

    assert_prompt(seconds, 1, runs=1)


def test_an_uncaught_exception_is_reported() -> None:
    """An exception that ends the program is shown and nothing else, whatever is open."""
    output = run_python(
        LEFT_BEHIND + "    raise ValueError('the reason')", timeout=10, returncode=1, silent=False
    )
    assert output.startswith("Traceback")
    assert output.rstrip().endswith("ValueError: the reason")
    assert output.count("Traceback") == 1


UNSENT = """
    from blocking_calls import DEAD

    context = zmqpp.Context()
    socket = context.socket(zmqpp.PUSH)
    socket.connect(DEAD)
    socket.send(b"never sent")
    socket.send(bytes(100000), copy=False)
"""


# A CURVE client that has the wrong key of its server: the handshake fails, again and again.
MISMATCH = """
    context = zmqpp.Context()
    public, secret = zmqpp.curve_keypair()
    server = context.socket(
        zmqpp.PULL, curve_server=True, curve_publickey=public, curve_secretkey=secret
    )
    mine, my_secret = zmqpp.curve_keypair()
    socket = context.socket(
        zmqpp.PUSH, curve_serverkey=mine, curve_publickey=mine, curve_secretkey=my_secret
    )
    monitor = server.get_monitor_socket(zmqpp.EVENT_HANDSHAKE_FAILED_PROTOCOL)
    socket.connect(server.bind("tcp://127.0.0.1:*"))
    socket.send(b"never sent")
    assert monitor.poll(20000), "the handshake does not fail"
"""

needs_curve = pytest.mark.skipif(not zmqpp.has("curve"), reason="libzmq has no CURVE")
UNSENT_FOR_A_REASON = pytest.mark.parametrize(
    "unsent",
    [pytest.param(UNSENT, id="dead"), pytest.param(MISMATCH, id="mismatch", marks=needs_curve)],
)

# How it may be left behind: when nobody asks to close on purpose, the exit waits for a second at most.
WAYS = [
    "pass",
    "del socket",
    "del context",
    "del socket, context; gc.collect()",
    "cycle = [socket]; cycle.append(cycle); del socket, context",
    "socket.close()",
    "sys.exit()",
    "raise SystemExit",
    "socket.linger = -1; socket.close()",
    "socket.linger = -1; del socket, context",
    "threading.Thread(target=lambda: context.destroy(linger=-1), daemon=True).start()",
    "threading.Thread(target=context.socket(zmqpp.PULL).recv, daemon=True).start()",
]


def exit_time(code: str, way: str) -> float:
    """Seconds from the last line of a program, which is `way`, to its end."""
    output = run_python(f"{code}\n    print(time.monotonic(), flush=True)\n    {way}")
    return time.monotonic() - float(output.split()[-1])


@UNSENT_FOR_A_REASON
def test_unsent_messages_do_not_hold_up_the_exit(unsent: str) -> None:
    """A program that has sent a message to nobody ends within two seconds, however it leaves it behind."""

    def slowest() -> float:
        with ThreadPoolExecutor() as pool:
            return max(pool.map(functools.partial(exit_time, unsent), WAYS))

    assert_prompt(slowest, 2, runs=1)


@UNSENT_FOR_A_REASON
@pytest.mark.parametrize(
    ("end", "least", "most"),
    [
        ("context.destroy(linger=300)", 0.25, 1),
        (
            "for each in context.sockets: each.linger = 300; each.close()\n    context.term()",
            0.25,
            1,
        ),
        ("context.destroy(linger=0)", 0, 0.5),
        ("context.__exit__(ValueError, None, None)", 0.5, 1.5),
    ],
    ids=["destroy", "close and term", "no linger", "exception"],
)
def test_an_end_on_purpose_takes_as_long_as_linger(
    unsent: str, end: str, least: float, most: float
) -> None:
    """A context with unsent messages is ended on purpose within linger, and by an exception in a second."""

    def seconds() -> float:
        taken = exit_time(unsent, end)
        assert taken > least
        return taken

    assert_prompt(seconds, most, runs=1)


def test_many_contexts_with_unsent_messages() -> None:
    """The second that the exit may take is for all contexts together."""
    contexts = """
    from blocking_calls import DEAD

    contexts = [zmqpp.Context() for _ in range(20)]
    for context in contexts:
        socket = context.socket(zmqpp.PUSH)
        socket.connect(DEAD)
        socket.send(b"never sent")
    """
    assert_prompt(lambda: exit_time(contexts, "pass"), 2, runs=1)


def test_messages_are_sent_before_the_end(context: zmqpp.Context) -> None:
    """What was sent to a peer that is there arrives, though the program ended right after send()."""
    with context.socket(zmqpp.PULL) as pull:
        endpoint = pull.bind("tcp://127.0.0.1:*")
        for _ in range(5):
            run_python(
                """
                context = zmqpp.Context()
                socket = context.socket(zmqpp.PUSH)
                socket.connect(sys.argv[1])
                for i in range(100):
                    socket.send(b"%d" % i)
                socket.send(bytes(1000000), copy=False)
                """,
                endpoint,
            )
            assert [int(pull.recv(timeout=5000)) for _ in range(100)] == list(range(100))
            assert len(pull.recv(timeout=5000)) == 1000000


@pytest.mark.parametrize("when", ["before", "after"])
def test_exit_handlers_may_use_sockets(when: str) -> None:
    """atexit handlers, also those from before the import, find sockets and threads as they were."""
    output = run_python(
        """
        import atexit, sys, threading

        def say_goodbye():
            push.send(b"goodbye")
            print(pull.recv(timeout=5000))
            with zmqpp.Context() as another:
                another.socket(zmqpp.PAIR).close()
            waiting.close()
            thread.join(5)
            print(thread.is_alive())

        if sys.argv[1] == "before":
            atexit.register(say_goodbye)
        import zmqpp
        if sys.argv[1] == "after":
            atexit.register(say_goodbye)

        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("inproc://a"))
        waiting = context.socket(zmqpp.PULL)

        def wait():
            try:
                waiting.recv()
            except zmqpp.SocketClosed:
                print("closed")

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        """,
        when,
        prelude="",
    )
    assert output.split() == ["b'goodbye'", "closed", "False"]


def test_finalizers_may_use_sockets() -> None:
    """Objects that are destroyed with the interpreter may send and receive while they go."""
    output = run_python(
        """
        class Last:
            def __init__(self):
                self.context = zmqpp.Context()
                self.push = self.context.socket(zmqpp.PUSH)
                self.pull = self.context.socket(zmqpp.PULL)
                self.push.connect(self.pull.bind("inproc://a"))

            def __del__(self, write=os.write):
                self.push.send(b"goodbye, ")
                write(1, self.pull.recv(timeout=1000))
                assert self.pull.poll(10) == 0
                self.push.close()
                self.pull.close()
                self.context.term()

        last = Last()
        last_in_a_cycle = Last()
        last_in_a_cycle.myself = last_in_a_cycle
        """
    )
    assert output == "goodbye, goodbye, "


def test_the_import_may_happen_in_any_thread() -> None:
    """A program whose first import of zmqpp is not in the main thread ends like any other."""
    run_python(
        """
        import threading

        def load():
            global zmqpp
            import zmqpp

        thread = threading.Thread(target=load)
        thread.start()
        thread.join()
        context = zmqpp.Context()
        socket = context.socket(zmqpp.PULL)

        class Last:
            def __del__(self, socket=socket, SocketClosed=zmqpp.SocketClosed):
                socket.close()
                try:
                    socket.recv()
                except SocketClosed:
                    pass

        last = Last()
        threading.Thread(target=socket.recv, daemon=True).start()
        """,
        prelude="",
        timeout=10,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal with os.kill()")
def test_ctrl_c_while_the_exit_waits() -> None:
    """SIGINT in the second that the exit may wait for unsent messages ends the process at once."""
    code = PRELUDE + textwrap.dedent(UNSENT) + "print('the end', flush=True)"

    def seconds() -> float:
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.3)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait(20)
        # Else it came too early, into the ruins of the interpreter, or too late: another try.
        return time.monotonic() - start if process.returncode == -signal.SIGINT else 9

    assert_prompt(seconds, 0.4, runs=1)
