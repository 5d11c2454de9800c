"""Danger: chaos. What ZeroMQ promises holds while the network between the peers misbehaves.

ZeroMQ does not send a message twice. What was handed to a connection that breaks, and is on its way, is
lost with it; what still waits in the queue of a socket that connected goes over the next connection. So:

- while the connection stands, however slow, every message that was sent arrives, once, in order;
- when it breaks, a gap may follow, and nothing else: no message arrives twice, none overtakes another,
  none is torn, and after the gap every message arrives again;
- the peers find each other again by themselves, within reconnect_ivl of its being possible;
- close(), term() and every deadline keep their time.

ZMQPP_STRESS_SECONDS makes the traffic last longer.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

import zmqpp
from fault_proxy import FaultProxy
from zmqpp import DEALER, PUB, PULL, PUSH, REP, REQ, ROUTER, SUB

SECONDS = min(float(os.environ.get("ZMQPP_STRESS_SECONDS", "1.2")), 60) / 6
PATIENCE = 20
LIMITS = {"sndhwm": 0, "rcvhwm": 0, "linger": 0, "reconnect_ivl": 10}

BREAKS = {
    "cut": lambda proxy: proxy.cut(),
    "reset": lambda proxy: proxy.reset(),
    "refuse": lambda proxy: proxy.refuse(),
}
SLOWS = {
    "delay": lambda proxy: proxy.delay(0.02),
    "throttle": lambda proxy: proxy.throttle(20_000),
    "freeze": lambda proxy: proxy.freeze(),
}


def port_of(endpoint):
    return int(endpoint.rpartition(":")[2])


class Receiver:
    """Receives numbered messages in a thread, and checks that none is torn."""

    def __init__(self, socket):
        self.socket = socket
        self.numbers = []
        self.torn = []
        self.stopping = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            parts = (
                self.socket.recv_multipart(flags=0, timeout=20) if self.socket.poll(20) else None
            )
            if parts is None:
                continue
            *_, number, again, body = parts
            if number == again and body == number * 20:
                self.numbers.append(int(number))
            else:
                self.torn.append(parts)

    def stop(self):
        self.stopping = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        assert not self.torn
        return self.numbers


def message(number):
    text = str(number).encode()
    return [text, text, text * 20]


@pytest.fixture
def wire(open_socket):
    """Opens two sockets that are connected through a proxy, a receiver on the bound one."""
    ends = []

    def wire(sending, receiving, **options):
        receiver = open_socket(receiving, **LIMITS)
        if receiving == SUB:
            receiver.subscribe(b"")
        proxy = FaultProxy(port_of(receiver.bind("tcp://127.0.0.1:*")))
        sender = open_socket(sending, **{**LIMITS, **options})
        sender.connect(proxy.endpoint)
        collector = Receiver(receiver)
        ends.extend([(collector, proxy)])
        return sender, collector, proxy

    yield wire
    for collector, proxy in ends:
        collector.stopping = True
        collector.thread.join(PATIENCE)
        proxy.close()


def send_until(condition, sender, number):
    """Sends one message after the other until the condition holds; returns the next number."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing arrives"
        sender.send_multipart(message(number), timeout=5000)
        number += 1
        time.sleep(0.001)
    return number


def send_for(seconds, sender, number):
    end = time.monotonic() + seconds
    return send_until(lambda: time.monotonic() > end, sender, number)


PATTERNS = [(PUSH, PULL), (DEALER, ROUTER), (PUB, SUB), (DEALER, DEALER)]


@pytest.mark.parametrize("fault", SLOWS)
@pytest.mark.parametrize(("sending", "receiving"), PATTERNS, ids=lambda kind: kind.name)
def test_slow_is_not_lost(wire, wait_until, sending, receiving, fault):
    """While the connection stands, delayed, throttled or frozen for a while, all arrives once, in order."""
    sender, receiver, proxy = wire(sending, receiving)
    start = send_until(lambda: receiver.numbers, sender, 0)  # a PUB drops what it sends before
    for _ in range(2):
        SLOWS[fault](proxy)
        end = send_for(SECONDS / 4, sender, start)
        proxy.heal()
        end = send_for(SECONDS / 8, sender, end)
        wait_until(lambda last=end - 1: receiver.numbers[-1] == last, PATIENCE)
        start = end
    numbers = receiver.stop()
    assert numbers == list(range(numbers[0], end))
    assert proxy.accepted == 1


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize(("sending", "receiving"), PATTERNS, ids=lambda kind: kind.name)
def test_a_break_is_a_gap(wire, wait_until, sending, receiving, fault):
    """When the connection breaks, messages may be missing, but none comes twice, late or torn; then all come."""
    sender, receiver, proxy = wire(sending, receiving)
    number = send_until(lambda: receiver.numbers, sender, 0)
    for _ in range(2):
        number = send_for(SECONDS / 8, sender, number)
        BREAKS[fault](proxy)
        number = send_for(SECONDS / 8, sender, number)
        proxy.heal()
        healed = number
        number = send_until(lambda first=healed: receiver.numbers[-1] >= first, sender, number)
        again = next(n for n in receiver.numbers if n >= healed)
        number = send_for(SECONDS / 8, sender, number)
        wait_until(lambda last=number - 1: receiver.numbers[-1] == last, PATIENCE)
        assert [n for n in receiver.numbers if n >= again] == list(range(again, number))
    numbers = receiver.stop()
    assert all(a < b for a, b in zip(numbers, numbers[1:])), "twice, or out of order"


def test_a_queue_outlives_the_connection(wire, wait_until):
    """What a PUSH queues while nobody is there all goes to whoever comes, in order."""
    sender, receiver, proxy = wire(PUSH, PULL)
    send_until(lambda: receiver.numbers, sender, 0)
    receiver.numbers.clear()
    with sender.get_monitor_socket(zmqpp.EVENT_DISCONNECTED) as monitor:
        proxy.refuse()
        assert monitor.poll(PATIENCE * 1000)
    for number in range(1000, 1500):
        sender.send_multipart(message(number), timeout=1000)
    proxy.heal()
    wait_until(lambda: receiver.numbers and receiver.numbers[-1] == 1499, PATIENCE)
    assert receiver.stop()[-500:] == list(range(1000, 1500))


def test_a_peer_that_starts_again(open_socket, wait_until):
    """A peer that is closed and bound anew gets what is sent to it from then on, without a new connect()."""
    with open_socket(PULL, **LIMITS) as first:
        proxy = FaultProxy(port_of(first.bind("tcp://127.0.0.1:*")))
        with proxy:
            sender = open_socket(PUSH, **LIMITS)
            sender.connect(proxy.endpoint)
            sender.send(b"1", timeout=5000)
            assert first.recv() == b"1"
            with sender.get_monitor_socket(zmqpp.EVENT_DISCONNECTED) as monitor:
                first.close()
                assert monitor.poll(PATIENCE * 1000)
            second = open_socket(PULL, **LIMITS)
            proxy.target = port_of(second.bind("tcp://127.0.0.1:*"))
            sender.send(b"2", timeout=5000)
            assert second.recv(timeout=PATIENCE * 1000) == b"2"


def test_reconnecting_takes_reconnect_ivl(wire, wait_until):
    """A lost connection is there again soon after reconnect_ivl: the median of five is below 250 ms for 20."""
    sender, receiver, proxy = wire(PUSH, PULL, reconnect_ivl=20)
    send_until(lambda: receiver.numbers, sender, 0)
    times = []
    for count in range(1, 6):
        started = time.monotonic()
        proxy.cut()
        wait_until(lambda count=count: proxy.accepted > count, PATIENCE)
        times.append(time.monotonic() - started)
    assert sorted(times)[2] < 0.25, times


@pytest.mark.parametrize("fault", [*BREAKS, "freeze"])
def test_requests_go_on(open_socket, fault):
    """A relaxed, correlating REQ asks again after a timeout, and gets the answer to that very question."""
    rep = open_socket(REP, **LIMITS)
    proxy = FaultProxy(port_of(rep.bind("tcp://127.0.0.1:*")))
    stopping = threading.Event()

    def serve():
        while not stopping.is_set():
            if rep.poll(20):
                rep.send_multipart([b"answer", *rep.recv_multipart()])

    server = threading.Thread(target=serve)
    server.start()
    try:
        with proxy:
            req = open_socket(REQ, **LIMITS, req_relaxed=True, req_correlate=True)
            if fault == "freeze":  # which nothing but a heartbeat notices
                req.heartbeat_ivl, req.heartbeat_timeout = 20, 100
            req.connect(proxy.endpoint)
            answered = missed = 0

            def ask(timeout):
                nonlocal answered, missed
                question = [str(answered + missed).encode(), b"?" * 100]
                req.send_multipart(question, timeout=5000)
                try:
                    assert req.recv_multipart(timeout=timeout) == [b"answer", *question]
                    answered += 1
                    return True
                except zmqpp.Timeout:
                    missed += 1
                    return False

            def ask_until_answered():
                deadline = time.monotonic() + PATIENCE
                while not ask(200):
                    assert time.monotonic() < deadline, "never answered again"

            ask_until_answered()
            for _ in range(3):
                {**BREAKS, **SLOWS}[fault](proxy)
                end = time.monotonic() + SECONDS / 8
                while time.monotonic() < end:
                    ask(20)
                proxy.heal()
                ask_until_answered()
                assert all(ask(5000) for _ in range(20))
    finally:
        stopping.set()
        server.join(PATIENCE)


def test_heartbeats_notice_what_is_half_open(wire):
    """A connection that carries nothing ends after heartbeat_timeout; without heartbeats it stays."""
    quiet, _, quiet_proxy = wire(PUSH, PULL)
    alert, receiver, alert_proxy = wire(PUSH, PULL, heartbeat_ivl=50, heartbeat_timeout=100)
    send_until(lambda: receiver.numbers, alert, 0)
    events = zmqpp.EVENT_DISCONNECTED
    with quiet.get_monitor_socket(events) as nothing, alert.get_monitor_socket(events) as monitor:
        for proxy in quiet_proxy, alert_proxy:
            proxy.freeze()
        started = time.monotonic()
        assert monitor.poll(PATIENCE * 1000)
        assert time.monotonic() - started < 5
        assert not nothing.poll(200)
        alert_proxy.heal()
        known = receiver.numbers[-1]
        number = known + 1_000_000
        send_until(lambda: receiver.numbers[-1] >= number, alert, number)


@pytest.mark.parametrize("fault", [*BREAKS, *SLOWS])
@pytest.mark.parametrize("sending", [PUSH, DEALER, PUB], ids=lambda kind: kind.name)
def test_ends_keep_their_time(sending, fault):
    """close() returns at once and term() within linger, whatever state the connection is in."""
    receiving = {PUSH: PULL, DEALER: ROUTER, PUB: SUB}[sending]
    context, other = zmqpp.Context(), zmqpp.Context()
    with other, other.socket(receiving, linger=0) as receiver:
        if receiving == SUB:
            receiver.subscribe(b"")
        with FaultProxy(port_of(receiver.bind("tcp://127.0.0.1:*"))) as proxy:
            sender = context.socket(sending, sndhwm=0, linger=200, reconnect_ivl=10)
            sender.connect(proxy.endpoint)
            send_until(lambda: receiver.poll(0), sender, 0)
            {**BREAKS, **SLOWS}[fault](proxy)
            for number in range(200):
                sender.send_multipart(message(number), timeout=1000)
            started = time.monotonic()
            sender.close()
            assert time.monotonic() - started < 1
            context.term(timeout=10_000)
            assert time.monotonic() - started < 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts in /proc")
def test_trouble_leaves_nothing_behind():
    """After connections that broke in every way, descriptors and threads are as many as before."""

    def count():
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    def trouble():
        with zmqpp.Context() as context, context.socket(PULL, **LIMITS) as pull:
            with FaultProxy(port_of(pull.bind("tcp://127.0.0.1:*"))) as proxy:
                senders = [context.socket(kind, **LIMITS) for kind in (PUSH, DEALER, REQ, PUSH)]
                for sender in senders:
                    sender.connect(proxy.endpoint)
                end = time.monotonic() + SECONDS / 4
                while time.monotonic() < end:
                    for fault in (*BREAKS.values(), *SLOWS.values()):
                        senders[0].send(b"x", timeout=1000)
                        fault(proxy)
                        time.sleep(0.005)
                        proxy.heal()
                for sender in senders:
                    sender.close()

    trouble()
    before = count()
    for _ in range(3):
        trouble()
    deadline = time.monotonic() + PATIENCE
    while count() > before:
        assert time.monotonic() < deadline, (before, count())
        time.sleep(0.01)
