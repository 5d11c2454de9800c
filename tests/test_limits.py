"""Limits: sockets and files run out with an error that names the limit, and nothing aborts."""

from __future__ import annotations

import os

import pytest

import zmqpp
from subprocess_runner import run_python

resource = pytest.importorskip("resource", reason="the limits are POSIX's")

STRESS_SECONDS = float(os.environ.get("ZMQPP_STRESS_SECONDS", "3"))

# use_up(free) opens files until the process may open no more than `free`, and returns them.
FILES = """
    import errno, resource

    def use_up(free, limit=200):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, HARD))
        files = []
        try:
            while True:
                files.append(os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            assert error.errno == errno.EMFILE
        for _ in range(free):
            os.close(files.pop())
        return files

    HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
"""


def test_sockets_are_many(context: zmqpp.Context) -> None:
    """A context takes as many sockets as libzmq can have, unless it is told otherwise."""
    assert context.max_sockets == context.get(zmqpp.SOCKET_LIMIT) > 5000


def test_five_thousand_sockets() -> None:
    """5,000 sockets of one context work, when the process may open as many files."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 6000:
        pytest.skip("this machine allows too few files")
    run_python(
        """
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with zmqpp.Context() as context:
            pull = context.socket(zmqpp.PULL)
            pull.bind("inproc://all")
            pushers = [context.socket(zmqpp.PUSH) for _ in range(5000)]
            for number, push in enumerate(pushers):
                push.connect("inproc://all")
                push.send(b"%d" % number)
            received = {int(pull.recv(timeout=5000)) for _ in pushers}
            assert received == set(range(5000))
        """,
        timeout=60,
    )


def test_too_few_files_for_five_thousand_sockets() -> None:
    """Sockets that the process has no files for raise an error that names that limit."""
    output = run_python(
        FILES
        + """
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, HARD))
    context = zmqpp.Context()
    sockets = [context.socket(zmqpp.PULL)]
    sockets[0].poll(1)  # this thread has its wake handle
    try:
        for _ in range(5000):
            sockets.append(context.socket(zmqpp.PULL))
    except zmqpp.ZMQError as error:
        assert error.errno == errno.EMFILE
        print(error)
    assert 900 < len(sockets) < 1000
    sockets.pop().close()
    time.sleep(0.1)
    context.socket(zmqpp.PULL).close()
    context.destroy(linger=0)
    """
    )
    assert "Context.socket" in output
    assert "the 1000 files that this process may open are open; see `ulimit -n`" in output


@pytest.mark.parametrize("free", range(9))
def test_out_of_files(free: int) -> None:
    """With few files left, or none, every call works or raises EMFILE naming the limit."""
    run_python(
        FILES
        + """
    free = int(sys.argv[1])
    context = zmqpp.Context()
    pull = context.socket(zmqpp.PULL)
    endpoint = pull.bind("tcp://127.0.0.1:*")
    folder = __import__("tempfile").mkdtemp()
    warm_up = zmqpp.Context.instance().socket(zmqpp.PAIR)

    class Peer:
        def __init__(self):
            self.context = zmqpp.Context()
            self.socket = self.context.socket(zmqpp.PUSH, linger=0)

    def in_thread():
        raised = []

        def poll():
            try:
                pull.poll(1)
            except zmqpp.ZMQError as error:
                raised.append(error)

        thread = threading.Thread(target=poll)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]

    calls = [
        Peer,
        lambda: context.socket(zmqpp.PUSH, linger=0),
        lambda: context.socket(zmqpp.PULL).bind("tcp://127.0.0.1:*"),
        lambda: context.socket(zmqpp.PULL).bind(f"ipc://{folder}/{free}"),
        lambda: context.socket(zmqpp.PULL).bind("inproc://limits%d" % again),
        lambda: context.socket(zmqpp.PUSH, linger=0).connect(endpoint),
        pull.get_monitor_socket,
        lambda: pull.poll(1),
        in_thread,
        lambda: zmqpp.Poller().poll(1),
        lambda: zmqpp.curve_keypair() if zmqpp.has("curve") else None,
        lambda: zmqpp.Context.shadow(context),
    ]
    again = 0
    for call in calls:  # each with the same number of files left, and with those that it kept
        for again in range(2):
            files = use_up(free if not again else 0)
            try:
                kept = call()
            except zmqpp.ZMQError as error:
                assert error.errno == errno.EMFILE, error
                assert "200 files" in str(error), error
            for file in files:
                os.close(file)
    push = context.socket(zmqpp.PUSH)
    push.connect(endpoint)
    push.send(b"still there")
    assert pull.recv(timeout=5000) == b"still there"
    os._exit(0)
    """,
        free,
        options=["-W", "ignore"],
        timeout=60,
    )


def test_peers_that_come_when_files_are_out() -> None:
    """Peers that connect while no file can be opened wait, and are served when one can."""
    run_python(
        FILES
        + """
    import subprocess

    context = zmqpp.Context()
    pull = context.socket(zmqpp.PULL)
    endpoint = pull.bind("tcp://127.0.0.1:*")
    peers = '''if True:
        import sys, zmqpp
        sys.stdin.readline()
        context = zmqpp.Context(linger=10_000)
        for number in range(10):
            push = context.socket(zmqpp.PUSH, reconnect_ivl=50)
            push.connect(sys.argv[1])
            push.send(b"%d" % number)
            push.close()
        context.term()
    '''
    process = subprocess.Popen([sys.executable, "-c", peers, endpoint], stdin=subprocess.PIPE)
    pull.poll(1)  # this thread has its wake handle
    files = use_up(2)
    process.stdin.write(b"now" + bytes([10]))
    process.stdin.flush()
    pull.recv(timeout=20000)
    time.sleep(0.2)
    for file in files:
        os.close(file)
    for _ in range(9):
        pull.recv(timeout=20000)
    assert process.wait(20) == 0
    process.stdin.close()
    context.destroy(linger=0)
    """,
        timeout=60,
    )


@pytest.mark.parametrize("attached", [False, True])
def test_opening_and_closing(attached: bool) -> None:
    """Sockets opened and closed in a loop, faster than libzmq lets go of them, exhaust nothing."""
    run_python(
        """
        end = time.monotonic() + float(sys.argv[1])
        attached = sys.argv[2] == "True"
        context = zmqpp.Context(linger=0)
        pull = context.socket(zmqpp.PULL)
        pull.bind("inproc://one")
        endpoint = pull.bind("tcp://127.0.0.1:*")

        def descriptors():
            return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

        pull.poll(1)  # this thread has its wake handle
        context.socket(zmqpp.PUSH).close()
        before = descriptors()
        count = 0
        while count < 100_000 and time.monotonic() < end:
            socket = context.socket(zmqpp.PUSH)
            if attached:
                socket.connect("inproc://one" if count % 2 else endpoint)
            socket.close()
            count += 1
            pull.poll(0)  # a connection ends when both ends have taken note
        deadline = time.monotonic() + 10
        # Looked at once a turn: libzmq may accept another of the old connections after that.
        while (left := descriptors()) > before and time.monotonic() < deadline:
            pull.poll(10)
        assert left <= before
        assert count > 100
        context.destroy(linger=0)
        """,
        STRESS_SECONDS / 2 if STRESS_SECONDS < 10 else STRESS_SECONDS,
        attached,
        timeout=STRESS_SECONDS + 40,
    )
