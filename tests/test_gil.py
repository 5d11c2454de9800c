"""No blocking call keeps other Python threads from running."""

from __future__ import annotations

import pytest

from blocking_calls import ALL
from subprocess_runner import run_python

MEASURE = """
    from blocking_calls import ALL, DEAD, TIMED

    def progress_beside(call):
        '''How often this thread got on while another was in `call`.'''
        thread = threading.Thread(target=call)
        count = 0
        thread.start()
        while thread.is_alive():
            count += 1
        return count

    def quietly(call):
        try:
            call()
        except (zmqpp.ZMQError, StopIteration):
            pass

    context = zmqpp.Context()
"""


@pytest.mark.parametrize("name", ALL)
def test_blocked_calls_let_others_run(name: str) -> None:
    """While a call blocks, other threads run Python code."""
    run_python(
        MEASURE
        + """
    name = sys.argv[1]
    call, socket = ALL[name](context, 200 if name in TIMED else None)
    if name not in TIMED:
        threading.Timer(0.2, socket.close).start()
    start = time.monotonic()
    count = progress_beside(lambda: quietly(call))
    assert time.monotonic() - start > 0.15
    assert count > 1000, count
    context.destroy(linger=0)
        """,
        name,
    )


@pytest.mark.parametrize("end", ["destroy", "term", "__exit__"])
def test_waiting_for_unsent_messages_lets_others_run(end: str) -> None:
    """While the end of a context waits for unsent messages, other threads run Python code."""
    run_python(
        MEASURE
        + """
    socket = context.socket(zmqpp.PUSH, linger=200)
    socket.connect(DEAD)
    socket.send(b"never sent")
    ends = {
        "destroy": lambda: context.destroy(linger=200),
        "term": lambda: context.term(timeout=200),
        "__exit__": lambda: context.__exit__(None, None, None),
    }
    if sys.argv[1] == "term":
        socket.close()
    start = time.monotonic()
    count = progress_beside(lambda: quietly(ends[sys.argv[1]]))
    assert 0.15 < time.monotonic() - start < 1.5
    assert count > 1000, count
        """,
        end,
    )


def test_close_lets_others_run() -> None:
    """While a thread closes sockets, other threads run Python code."""
    run_python(
        MEASURE
        + """
    end = time.monotonic() + 0.2

    def open_and_close():
        while time.monotonic() < end:
            socket = context.socket(zmqpp.PUSH)
            socket.connect(DEAD)
            socket.send(b"never sent")
            socket.close(linger=0)

    count = progress_beside(open_and_close)
    assert count > 100, count
    context.destroy(linger=0)
        """
    )


def test_a_waiting_thread_holds_no_lock() -> None:
    """What does not block on a socket takes no longer while another thread waits on it."""
    run_python(
        MEASURE
        + """
    a, b = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
    b.connect(a.bind("inproc://a"))
    thread = threading.Thread(target=lambda: a.recv())
    thread.start()
    time.sleep(0.05)
    start = time.monotonic()
    for _ in range(1000):
        a.rcvhwm, a.events, a.closed, repr(a), a.endpoints
    assert time.monotonic() - start < 1
    b.send(b"done")
    thread.join(5)
    assert not thread.is_alive()
    context.destroy(linger=0)
        """
    )
