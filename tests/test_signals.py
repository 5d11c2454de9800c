"""Signals: Ctrl-C ends every wait, other handlers do not, and neither deadlines nor messages suffer."""

from __future__ import annotations

import sys

import pytest

import zmqpp
from blocking_calls import ALL, TIMED
from subprocess_runner import run_python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals with os.kill()")

# What a call gives when its time runs out.
WHEN_LATE = {"poll": "0", "poller_poll": "[]", "zmq_poll": "[]", "select": "([], [], [])"}

INTERRUPT = """
    from blocking_calls import ALL, DEAD
    from promptness import assert_prompt

    def interrupted(call):
        '''Seconds until Ctrl-C, pressed when `call` has blocked, has come out of it.'''
        begun, pressed = [], []

        def press():
            while not begun:
                time.sleep(0.001)
            time.sleep(0.02)
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=press)
        thread.start()
        try:
            begun.append(True)
            call()
        except KeyboardInterrupt:
            return time.monotonic() - pressed[0]
        finally:
            thread.join()
        raise AssertionError("the call returned")

    context = zmqpp.Context()
"""


@pytest.mark.parametrize("name", ALL)
def test_ctrl_c_ends_a_wait(name: str) -> None:
    """KeyboardInterrupt comes out of every blocking call at once, and the socket still works."""
    run_python(
        INTERRUPT
        + """
    name = sys.argv[1]
    call, socket = ALL[name](context, None)

    def press():
        global call, socket
        if name == "iteration":  # a generator is over after an exception
            call, socket = ALL[name](context, None)
        return interrupted(call)

    assert_prompt(press)
    if name != "term":
        assert not socket.closed and socket.rcvhwm == 1000
    context.destroy(linger=0)
        """,
        name,
    )


@pytest.mark.parametrize("end", ["destroy", "term", "__exit__"])
def test_ctrl_c_ends_the_wait_for_unsent_messages(end: str) -> None:
    """KeyboardInterrupt comes out of the end of a context that waits for unsent messages."""
    run_python(
        INTERRUPT
        + """
    arguments = [None, None, None] if sys.argv[1] == "__exit__" else []

    def press():
        context = zmqpp.Context()
        socket = context.socket(zmqpp.PUSH)
        socket.connect(DEAD)
        socket.send(b"never sent")
        if sys.argv[1] == "term":
            socket.close()
        return interrupted(lambda: getattr(context, sys.argv[1])(*arguments))

    assert_prompt(press)
        """,
        end,
    )


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_signal_as_the_wait_begins(busy: bool) -> None:
    """A signal in the moment between the last look and the wait is not slept through."""
    run_python(
        """
        import random

        class Hit(Exception):
            pass

        def handler(number, frame):
            raise Hit

        def spin():
            while not done:
                pass

        busy = sys.argv[1] == "True"
        done = []
        if busy:  # takes the GIL in just that moment
            threading.Thread(target=spin, daemon=True).start()
        signal.signal(signal.SIGALRM, handler)
        context = zmqpp.Context()
        socket = context.socket(zmqpp.PULL)
        for _ in range(50 if busy else 500):
            delay = random.uniform(5e-6, 60e-6)
            start = time.monotonic()
            try:
                signal.setitimer(signal.ITIMER_REAL, delay)
                socket.recv()  # and no other signal comes
            except Hit:
                pass
            assert time.monotonic() - start < 5
        done.append(True)
        context.destroy()
        """,
        busy,
    )


def test_ctrl_c_from_outside() -> None:
    """A process that waits in recv() ends with KeyboardInterrupt when it gets SIGINT."""
    output = run_python(
        """
        import subprocess

        child = subprocess.Popen(
            [sys.executable, "-c", '''if True:
                import zmqpp
                with zmqpp.Context() as context, context.socket(zmqpp.PULL) as pull:
                    print("waiting", flush=True)
                    pull.recv()
            '''], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "waiting\\n"
        time.sleep(0.1)
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=5)
        assert child.returncode == -signal.SIGINT, (child.returncode, errors)
        assert errors.rstrip().endswith("KeyboardInterrupt"), errors
        """
    )
    assert output == ""


def test_a_handler_that_returns_lets_the_call_go_on() -> None:
    """After a signal handler that returns, a wait goes on and gives what it waited for."""
    run_python(
        """
        handled = []
        signal.signal(signal.SIGALRM, lambda *_: handled.append(time.monotonic()))
        context = zmqpp.Context()
        a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
        b.connect(a.bind("inproc://a"))
        poller = zmqpp.Poller()
        poller.register(a, zmqpp.POLLIN)

        def send_late():
            while len(handled) < 6:
                time.sleep(0.005)
            b.send(b"late")

        for wait in (a.recv, lambda: a.poll() and a.recv(), lambda: poller.poll() and a.recv(),
                     a.recv_multipart):
            handled.clear()
            thread = threading.Thread(target=send_late)
            thread.start()
            signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            assert wait() in (b"late", [b"late"])
            signal.setitimer(signal.ITIMER_REAL, 0)
            thread.join()
        context.destroy()
        """
    )


def test_a_handler_that_raises_ends_the_call() -> None:
    """The exception of a signal handler comes out of the call that it interrupted, as it is."""
    run_python(
        """
        class Alarm(Exception):
            pass

        def handler(number, frame):
            raise Alarm("wake up")

        signal.signal(signal.SIGALRM, handler)
        context = zmqpp.Context()
        socket = context.socket(zmqpp.PULL)
        for call in (socket.recv, socket.poll, lambda: context.term(-1)):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            try:
                call()
            except Alarm as error:
                assert str(error) == "wake up" and error.__context__ is None
            else:
                raise AssertionError("not interrupted")
        context.destroy()
        """
    )


@pytest.mark.parametrize("name", TIMED)
def test_deadlines_hold_under_signals(name: str) -> None:
    """A timeout is as long as it says, however many signals are handled meanwhile."""
    output = run_python(
        """
        from blocking_calls import TIMED
        from promptness import assert_prompt

        handled, outcomes = [], set()
        signal.signal(signal.SIGALRM, lambda *_: handled.append(1))

        def lateness():
            context = zmqpp.Context()
            call, socket = TIMED[sys.argv[1]](context, 100)
            signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
            start = time.monotonic()
            try:
                outcomes.add(str(call()))
            except (TimeoutError, zmqpp.Again) as error:
                outcomes.add(type(error).__name__)
            late = time.monotonic() - start - 0.1
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert late > -0.001, late
            context.destroy(linger=0)
            return late

        assert_prompt(lateness, 0.02, runs=3)
        assert len(handled) > 10
        print(*outcomes)
        """,
        name,
    )
    expected = {**WHEN_LATE, "tracker_wait": "NotDone"}.get(name, "Timeout")
    assert output.strip() == expected


def test_timeouts_are_rounded_up(context: zmqpp.Context) -> None:
    """A timeout of less than a millisecond waits, and 0 does not."""
    import time

    with context.socket(zmqpp.PULL) as socket:
        poller = zmqpp.Poller()
        poller.register(socket, zmqpp.POLLIN)
        for wait in (socket.poll, poller.poll):
            for timeout in (0.2, 0.9, 1.1):
                start = time.perf_counter()
                assert not wait(timeout)
                assert time.perf_counter() - start >= timeout / 1000
            start = time.perf_counter()
            assert not wait(0)
            assert time.perf_counter() - start < 0.5


def test_a_handler_may_use_the_socket_that_waits() -> None:
    """A signal handler may call anything on the socket whose wait it interrupts, and wait itself."""
    run_python(
        """
        context = zmqpp.Context()
        a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
        b.connect(a.bind("inproc://a"))
        got = []

        def handler(number, frame):
            if len(got) == 3:
                b.send(b"for the wait")
            else:
                b.send(b"for the handler")
                got.append(a.recv())
            assert a.poll(5) in (0, 1)

        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.03, 0.03)
        assert a.recv(timeout=5000) == b"for the wait"
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert got == [b"for the handler"] * 3

        def close(number, frame):
            a.close()

        signal.signal(signal.SIGALRM, close)
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        try:
            a.recv()
        except zmqpp.SocketClosed:
            pass
        else:
            raise AssertionError("received from a closed socket")
        context.destroy()
        """
    )


def test_signals_for_other_threads() -> None:
    """A signal that hits a waiting thread other than the main one does not end its wait."""
    run_python(
        """
        handled = []
        signal.signal(signal.SIGUSR1, lambda *_: handled.append(threading.get_ident()))
        context = zmqpp.Context()
        a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
        b.connect(a.bind("inproc://a"))
        got = []
        thread = threading.Thread(target=lambda: got.append(a.recv()))
        thread.start()
        for _ in range(50):
            signal.pthread_kill(thread.ident, signal.SIGUSR1)
            time.sleep(0.002)
        assert thread.is_alive()
        b.send(b"x")
        thread.join(5)
        assert got == [b"x"] and set(handled) == {threading.main_thread().ident}
        context.destroy()
        """
    )


def test_no_call_ever_fails_with_eintr() -> None:
    """Under a thousand signals a second, no call fails, no message is lost and none comes twice."""
    run_python(
        """
        signals = []
        signal.signal(signal.SIGALRM, lambda *_: signals.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        end = time.monotonic() + 1.5
        rounds = 0
        while time.monotonic() < end:
            with zmqpp.Context() as context:
                push = context.socket(zmqpp.PUSH, sndhwm=5)
                pull = context.socket(zmqpp.PULL, rcvhwm=5)
                push.connect(pull.bind("tcp://127.0.0.1:*"))
                poller = zmqpp.Poller()
                poller.register(pull, zmqpp.POLLIN)
                sender = threading.Thread(
                    target=lambda: [push.send_multipart([b"%d" % i, bytes(1000)]) for i in range(200)]
                )
                sender.start()
                for i in range(200):
                    assert pull.poll(5000)
                    assert poller.poll(5000)
                    number, _ = pull.recv_multipart()
                    assert int(number) == i
                sender.join()
                assert push.poll(5000, zmqpp.POLLOUT)
                tracker = push.send(bytes(100000), copy=False, track=True)
                pull.recv(copy=False)
                tracker.wait(5)
                with push.bind("tcp://127.0.0.1:*"), push.get_monitor_socket():
                    pull.connect(push.endpoints[-1])
                rounds += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert rounds > 2 and len(signals) > 300, (rounds, len(signals))
        """
    )
