"""Signal handlers that raise, a thousand times a second, in the middle of sending and receiving.

Python runs handlers in the main thread: between two instructions of the program, or inside a call of
zmqpp that waits. An exception that is raised inside such a call comes out of it before anything was
received or sent, so nothing is lost, nothing is sent twice and nothing is torn.

Between two instructions it may come when a call has returned and its result has no name yet. That is so
for every call in Python, and no library can help it:
- in `message = socket.recv()` the message was received, and the program never sees it;
- `socket.send(message)` has sent it although the statement raised; to send it again sends it twice.
That is one message at most for each exception. A program that cannot have it lets its handlers take a
note and return, or sends and receives in a thread other than the main one, where no handler runs, or
leaves no instruction between the call and the place for its result, as the first two tests do:
`received.extend(iter(socket.recv, None))`.
"""

from __future__ import annotations

import os
import sys

import pytest

from subprocess_runner import run_python

#: The stress tests run longer when asked to.
SECONDS = float(os.environ.get("ZMQPP_STRESS_SECONDS", "0.4"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no interval timers")

ENDPOINTS = pytest.mark.parametrize("endpoint", ["inproc://hit", "tcp://127.0.0.1:*"])

HAMMER = """
    from itertools import count, repeat

    class Hit(Exception):
        pass

    def handler(number, frame):
        global armed
        if armed:
            armed = False  # once an attempt, so that its end is not hit
            raise Hit

    def hammer(work, *arguments):
        '''Calls `work` all the time, and hits it a thousand times a second; how many hits there were.'''
        global armed
        hits = 0
        end = time.monotonic() + float(sys.argv[2])
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        while time.monotonic() < end:
            try:
                try:
                    armed = True
                    work(*arguments)
                finally:
                    armed = False
            except Hit:  # outside: the line that disarms may be hit as well
                hits += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert hits > 20, hits
        return hits

    armed = False
    signal.signal(signal.SIGALRM, handler)
    gc.disable()  # finalizers are Python code, which handlers may interrupt
    context = zmqpp.Context()
    a, b = context.socket(zmqpp.PAIR, hwm=10), context.socket(zmqpp.PAIR, hwm=10)
    b.connect(a.bind(sys.argv[1]))

    def start(work):
        def guarded():
            try:
                work()
            except (zmqpp.ContextTerminated, zmqpp.SocketClosed):
                pass

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread

    def take_a_rest(number):
        '''Of a peer, so that the one who is hit has to wait for it.'''
        if number % 7 == 0:
            time.sleep(0.0003)
"""


def run(code: str, endpoint: str, *arguments: object) -> None:
    """Runs a test's part of the program above."""
    run_python(HAMMER + code, endpoint, SECONDS, *arguments, timeout=SECONDS + 40)


@pytest.mark.parametrize("how", ["recv", "recv_multipart", "recv_into"])
@ENDPOINTS
def test_a_receive_loses_nothing(endpoint: str, how: str) -> None:
    """Every message that was sent is returned by a receive, whatever number of them were interrupted."""
    run(
        """
    room = bytearray(2000)
    # No instruction of the program is between a receive and the place of its result.
    results, sent_for, result_of = {
        "recv": (lambda: iter(a.recv, None), lambda i: [b"%d" % i], lambda i: b"%d" % i),
        "recv_multipart": (lambda: iter(a.recv_multipart, None), lambda i: [b"%d" % i] * 3,
                           lambda i: [b"%d" % i] * 3),
        "recv_into": (lambda: map(a.recv_into, repeat(room)), lambda i: [bytes(i % 2000)],
                      lambda i: i % 2000),
    }[sys.argv[3]]
    sent, received = [], []

    def send():
        for i in count():
            b.send_multipart(sent_for(i))
            sent.append(i)
            take_a_rest(i)

    thread = start(send)
    hammer(lambda: received.extend(results()))
    b.close()
    thread.join()
    while a.poll(200):
        received.append(next(results()))
    assert len(received) - len(sent) in (0, 1), (len(received), len(sent))
    assert received == [result_of(i) for i in range(len(received))]
    context.destroy(linger=0)
        """,
        endpoint,
        how,
    )


@ENDPOINTS
def test_a_send_that_raises_has_sent_nothing(endpoint: str) -> None:
    """What arrives is what a send has returned for, whatever number of them were interrupted."""
    run(
        """
    arrived, sent = [], []

    def take():
        while True:
            arrived.append(b.recv_multipart())
            take_a_rest(len(arrived))

    def send():
        # One None is added for each send that has returned.
        numbers = map(b"%d".__mod__, count(len(sent)))
        sent.extend(map(a.send_multipart, zip(numbers, repeat(bytes(10000)))))

    thread = start(take)
    hammer(send)
    deadline = time.monotonic() + 20
    while len(arrived) < len(sent) and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)  # for what should not come
    b.close()
    thread.join()
    assert arrived == [[b"%d" % i, bytes(10000)] for i in range(len(sent))]
    context.destroy(linger=0)
        """,
        endpoint,
    )


@ENDPOINTS
def test_no_message_is_torn(endpoint: str) -> None:
    """Messages of many parts stay whole, when sends, receives and the lines around them are hit."""
    run(
        """
    def echo():
        while True:
            b.send_multipart(b.recv_multipart())

    def is_whole(parts):
        return len(parts) == 20 and parts[0] == parts[19] and parts[1:19] == [b"part"] * 18

    def attempt():
        serial = next(serials)
        word = b"%d" % serial
        a.send_multipart([word, *[b"part"] * 18, word])
        try:
            parts = a.recv_multipart(timeout=20)
        except zmqpp.Timeout:
            return
        assert is_whole(parts), parts
        whole.append(serial)

    serials, whole = count(), []
    thread = start(echo)
    hammer(attempt)
    while a.poll(100):
        assert is_whole(a.recv_multipart())
    assert len(whole) > 20, len(whole)
    context.destroy(linger=0)
    thread.join()
        """,
        endpoint,
    )


@ENDPOINTS
def test_a_statement_loses_one_message_at_most(endpoint: str) -> None:
    """Receiving statements lose one message at most for each exception, and keep the order."""
    run(
        """
    received, sent = [], []

    def send():
        for i in count():
            b.send(b"%d" % i)
            sent.append(i)
            take_a_rest(i)

    def receive():
        while True:
            message = a.recv()
            received.append(int(message))

    thread = start(send)
    hits = hammer(receive)
    b.close()
    thread.join()
    while a.poll(200):
        received.append(int(a.recv()))
    assert received == sorted(set(received)), "twice or out of order"
    lost = max(received[-1] + 1, len(sent)) - len(received)
    assert lost <= hits, (lost, hits)
    context.destroy(linger=0)
        """,
        endpoint,
    )


@ENDPOINTS
def test_a_statement_sends_one_message_twice_at_most(endpoint: str) -> None:
    """Sends that are repeated because they raised send one message twice at most for each exception."""
    run(
        """
    number, arrived = 0, []

    def take():
        while True:
            arrived.append(int(b.recv_multipart()[0]))
            take_a_rest(len(arrived))

    def send():
        global number
        while True:
            a.send_multipart([b"%d" % number, bytes(10000)])
            number += 1

    thread = start(take)
    hits = hammer(send)
    a.send_multipart([b"-1"])
    deadline = time.monotonic() + 20
    while arrived[-1:] != [-1] and time.monotonic() < deadline:
        time.sleep(0.005)
    b.close()
    thread.join()
    assert arrived.pop() == -1
    assert arrived == sorted(arrived), "out of order"
    assert set(arrived) >= set(range(number)), "lost"
    twice = len(arrived) - len(set(arrived))
    assert twice <= hits, (twice, hits)
    context.destroy(linger=0)
        """,
        endpoint,
    )
