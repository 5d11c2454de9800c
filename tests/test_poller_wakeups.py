"""Danger: lost wake-ups. A poll looks at few of its sockets; none that is ready may be missed."""

from __future__ import annotations

import contextlib
import random
import threading
import time

import zmqpp
from zmqpp import PAIR, POLLIN, Poller

MESSAGES = 10_000
PATIENCE = 20_000


class Field:
    """Pairs of sockets, the first of each to be polled, and how many messages were received."""

    def __init__(self, link, count):
        self.pairs = [link(PAIR, PAIR, "tcp" if i % 4 == 0 else "inproc") for i in range(count)]
        self.received = 0
        self.counting = threading.Lock()
        self.stop = threading.Event()

    def poller(self):
        poller = Poller()
        for polled, _ in self.pairs:
            poller.register(polled, POLLIN)
        return poller

    def send_in_bursts(self):
        """Sends little enough that receivers, who must fall asleep, have not always something to do."""
        chosen = random.Random(7)
        sent = 0
        while sent < MESSAGES and not self.stop.is_set():
            for _ in range(min(chosen.randint(1, 8), MESSAGES - sent)):
                chosen.choice(self.pairs)[1].send(b"message")
                sent += 1
            while self.received < sent and not self.stop.is_set():
                time.sleep(0)

    def disturb(self):
        """Uses the polled sockets in ways that use up their signals and take no message."""
        chosen = random.Random(1)
        while not self.stop.is_set():
            polled, peer = chosen.choice(self.pairs)
            what = chosen.randrange(3)
            if what == 0:
                with contextlib.suppress(zmqpp.Again):
                    polled.send(b"x", zmqpp.DONTWAIT)
            elif what == 1:
                assert polled.events & POLLIN in (0, POLLIN)
            else:
                polled.poll(0)
            while peer.try_recv() is not None:
                pass
            time.sleep(0)

    def receive_some(self, ready, chosen):
        """Takes a part of what is there, and leaves the rest to the next poll."""
        for socket, events in ready:
            assert events == POLLIN
            for _ in range(chosen.randrange(3)):
                if socket.try_recv() is not None:
                    with self.counting:
                        self.received += 1


def in_threads(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    return threads


def test_no_message_is_missed(link):
    """A poller of many sockets finds every message, whoever uses the sockets meanwhile."""
    field = Field(link, 40)
    poller = field.poller()
    threads = in_threads(field.send_in_bursts, field.disturb)
    chosen = random.Random(3)
    while field.received < MESSAGES:
        ready = poller.poll(PATIENCE)
        if not ready:
            break
        field.receive_some(ready, chosen)
    field.stop.set()
    for thread in threads:
        thread.join()
    assert field.received == MESSAGES


def test_several_pollers_and_threads(link):
    """Pollers of the same sockets, and threads that share one, all see what is ready until it is taken."""
    field = Field(link, 40)
    end, ender = link(PAIR, PAIR)
    pollers = [field.poller(), field.poller()]
    seen = []

    def receive(poller, chosen):
        while ready := poller.poll(PATIENCE):
            if ready[-1][0] == end:  # and it stays: for all to see
                seen.append(threading.get_ident())
                return
            field.receive_some(ready, chosen)

    for poller in pollers:
        poller.register(end, POLLIN)
    receivers = in_threads(
        *(lambda i=i: receive(pollers[i % 2], random.Random(i)) for i in range(4))
    )
    others = in_threads(field.send_in_bursts, field.disturb)
    others[0].join()
    field.stop.set()
    others[1].join()
    ender.send(b"end")
    for thread in receivers:
        thread.join()
    assert field.received == MESSAGES
    assert len(set(seen)) == 4


def test_changes_while_many_are_polled(link, context):
    """Sockets may be registered, closed and unregistered while other threads poll for many."""
    field = Field(link, 20)
    poller = field.poller()

    def come_and_go():
        while not field.stop.is_set():
            guest = context.socket(PAIR)
            poller.register(guest, POLLIN)
            time.sleep(0)
            guest.close()
            poller.unregister(guest)

    threads = in_threads(field.send_in_bursts, come_and_go)
    chosen = random.Random(5)
    while field.received < MESSAGES:
        try:
            ready = poller.poll(PATIENCE)
        except zmqpp.SocketClosed:  # a guest, before it was unregistered
            continue
        if not ready:
            break
        field.receive_some(ready, chosen)
    field.stop.set()
    for thread in threads:
        thread.join()
    assert field.received == MESSAGES
    assert len(poller) == len(field.pairs)


def test_registering_many(link):
    """What is registered can be changed one by one at will, and keeps its order."""
    field = Field(link, 60)
    poller = field.poller()
    for _ in range(4):
        assert poller.poll(0) == []
    for number in range(0, 60, 3):
        poller.unregister(field.pairs[number][0])
    assert poller.sockets == [(a, POLLIN) for i, (a, _) in enumerate(field.pairs) if i % 3]
    for polled, peer in field.pairs:
        peer.send(b"x")
        polled.poll(5000)
    assert poller.poll(5000) == poller.sockets
    poller.register(field.pairs[0][0], POLLIN)
    assert poller.poll(5000) == poller.sockets
    assert poller.sockets[-1] == (field.pairs[0][0], POLLIN)
