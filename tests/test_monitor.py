"""Monitoring: the events of a socket's connections."""

from __future__ import annotations

import errno
import os
import threading
import time

import pytest

import zmqpp
from subprocess_runner import run_python
from zmqpp import (
    EVENT_ACCEPTED,
    EVENT_ALL,
    EVENT_BIND_FAILED,
    EVENT_CONNECT_DELAYED,
    EVENT_CONNECT_RETRIED,
    EVENT_CONNECTED,
    EVENT_DISCONNECTED,
    EVENT_HANDSHAKE_SUCCEEDED,
    EVENT_LISTENING,
    EVENT_MONITOR_STOPPED,
    PAIR,
    PULL,
    PUSH,
    Monitor,
    MonitorEvent,
)
from zmqpp.monitor import parse_monitor_message, recv_monitor_message


@pytest.fixture
def watch(open_socket):
    """Opens a monitor of a socket; closed after the test."""
    readers = []

    def watch(socket, events=EVENT_ALL):
        readers.append(socket.get_monitor_socket(events))
        readers[-1].rcvtimeo = 5000
        return readers[-1]

    yield watch
    for reader in readers:
        reader.close()


def events_until(reader, last):
    """The events that a monitor tells of, up to one of the kind `last`."""
    events = [recv_monitor_message(reader)]
    while events[-1].event != last:
        events.append(recv_monitor_message(reader))
    return events


def test_the_life_of_a_connection(open_socket, watch):
    """A connection is listened for, accepted, agreed on and lost, at both ends, with its endpoint."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    server, client = watch(pull), watch(push)
    endpoint = pull.bind("tcp://127.0.0.1:*")
    push.connect(endpoint)
    happened = events_until(server, EVENT_HANDSHAKE_SUCCEEDED)
    assert [event.event for event in happened] == [
        EVENT_LISTENING,
        EVENT_ACCEPTED,
        EVENT_HANDSHAKE_SUCCEEDED,
    ]
    assert {event.endpoint for event in happened} == {endpoint}
    assert happened[0].value > 0  # the descriptor that listens
    events = [event.event for event in events_until(client, EVENT_HANDSHAKE_SUCCEEDED)]
    assert EVENT_CONNECTED in events
    push.close()
    assert events_until(server, EVENT_DISCONNECTED)[-1].endpoint == endpoint
    assert events_until(client, EVENT_MONITOR_STOPPED)


def test_only_some_events(open_socket, watch):
    """A monitor tells of the events it was asked for, and of no others."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    reader = watch(pull, EVENT_ACCEPTED | EVENT_DISCONNECTED)
    push.connect(pull.bind("tcp://127.0.0.1:*"))
    assert recv_monitor_message(reader).event == EVENT_ACCEPTED
    push.close()
    assert recv_monitor_message(reader).event == EVENT_DISCONNECTED


def test_nobody_answers(open_socket, watch):
    """A connection that is refused is delayed and tried again after some milliseconds."""
    push = open_socket(PUSH, reconnect_ivl=10)
    reader = watch(push, EVENT_CONNECT_DELAYED | EVENT_CONNECT_RETRIED)
    push.connect("tcp://127.0.0.1:1")
    assert recv_monitor_message(reader).event == EVENT_CONNECT_DELAYED
    retried = events_until(reader, EVENT_CONNECT_RETRIED)[-1]
    assert 0 < retried.value <= 20


def test_a_failed_bind(open_socket, watch):
    """A bind that fails brings its errno, and raises the same error as without a monitor."""
    endpoint = open_socket(PULL).bind("tcp://127.0.0.1:*")
    pull = open_socket(PULL)
    reader = watch(pull, EVENT_BIND_FAILED)
    with pytest.raises(zmqpp.AddressInUse):
        pull.bind(endpoint)
    event = recv_monitor_message(reader)
    assert (event.event, event.value) == (EVENT_BIND_FAILED, errno.EADDRINUSE)
    assert endpoint.endswith(event.endpoint)  # libzmq leaves the transport out


def test_an_endpoint_of_ones_own(open_socket, unique_endpoint):
    """monitor() publishes at an inproc endpoint that a PAIR connects to; monitor(None) stops."""
    pull, reader = open_socket(PULL), open_socket(PAIR)
    address = unique_endpoint()
    pull.monitor(address, EVENT_LISTENING)
    reader.connect(address)
    pull.bind("tcp://127.0.0.1:*")
    assert recv_monitor_message(reader).event == EVENT_LISTENING
    pull.monitor(None)
    pull.monitor(None)
    pull.bind("tcp://127.0.0.1:*")
    with pytest.raises(zmqpp.Timeout):
        recv_monitor_message(reader, timeout=20)


def test_get_monitor_socket_at_an_endpoint(open_socket, unique_endpoint):
    """get_monitor_socket() may be told the endpoint to use."""
    pull = open_socket(PULL)
    address = unique_endpoint()
    with pull.get_monitor_socket(EVENT_LISTENING, addr=address) as reader:
        assert reader.endpoints == [address]
        pull.bind("tcp://127.0.0.1:*")
        assert recv_monitor_message(reader, timeout=5000).event == EVENT_LISTENING


def test_stopping(open_socket, watch):
    """disable_monitor() ends a monitor, which says so if it was asked for all events."""
    pull = open_socket(PULL)
    reader = watch(pull)
    pull.disable_monitor()
    pull.disable_monitor()
    assert recv_monitor_message(reader).event == EVENT_MONITOR_STOPPED


@pytest.mark.parametrize("first", ["socket", "reader"])
def test_either_may_be_closed_first(open_socket, watch, first):
    """The socket and its monitor may be closed in any order, with events under way."""
    for _ in range(10):
        pull, push = open_socket(PULL), open_socket(PUSH)
        reader = watch(pull)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        for socket in (pull, reader) if first == "socket" else (reader, pull):
            socket.close()
        assert reader.closed
        assert pull.closed


def test_a_second_monitor_takes_over(open_socket, watch):
    """A socket has one monitor: a second one, of other events, ends the first."""
    pull = open_socket(PULL)
    old = watch(pull)
    new = watch(pull, EVENT_LISTENING)
    pull.bind("tcp://127.0.0.1:*")
    assert recv_monitor_message(new).event == EVENT_LISTENING
    assert events_until(old, EVENT_MONITOR_STOPPED)


def test_the_same_monitor_again(open_socket, unique_endpoint):
    """get_monitor_socket() gives the same socket, while that is open and asked for the same."""
    pull = open_socket(PULL)
    reader = pull.get_monitor_socket(EVENT_LISTENING)
    assert pull.get_monitor_socket(EVENT_LISTENING) is reader
    pull.bind("tcp://127.0.0.1:*")
    assert recv_monitor_message(reader, timeout=5000).event == EVENT_LISTENING
    other = pull.get_monitor_socket(EVENT_ALL)
    assert other is not reader
    elsewhere = pull.get_monitor_socket(EVENT_ALL, addr=unique_endpoint())
    assert elsewhere not in (reader, other)
    pull.disable_monitor()
    last = pull.get_monitor_socket(EVENT_ALL)
    assert last is not elsewhere
    last.close()
    again = pull.get_monitor_socket(EVENT_ALL)
    assert not again.closed
    for socket in (reader, other, elsewhere, again):
        socket.close()


def test_a_name_that_is_taken(open_socket, unique_endpoint):
    """A monitor at a name that somebody has is refused, at once."""
    address = unique_endpoint()
    other, pull = open_socket(PULL), open_socket(PULL)
    other.bind(address)
    with pytest.raises(zmqpp.AddressInUse):
        pull.monitor(address)
    elsewhere = unique_endpoint()
    with other.get_monitor_socket(addr=elsewhere):
        began = time.monotonic()
        with pytest.raises(zmqpp.AddressInUse):
            pull.monitor(elsewhere)
        assert time.monotonic() - began < 1.5
    for _ in range(20):  # its own
        pull.monitor(elsewhere + "-again")


# --- Monitor ---


def test_iterating(open_socket):
    """A Monitor gives the events one by one, until its socket is closed."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    with Monitor(pull, EVENT_ACCEPTED | EVENT_DISCONNECTED) as monitor:
        happened = []
        thread = threading.Thread(target=lambda: happened.extend(monitor))
        thread.start()
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        push.send(b"x")
        assert pull.recv() == b"x"
        pull.close()
        thread.join(10)
        assert monitor.closed
    assert [event.event for event in happened][:1] == [EVENT_ACCEPTED]
    assert EVENT_MONITOR_STOPPED not in [event.event for event in happened]


def test_the_next_event(open_socket):
    """recv() of a Monitor has a timeout, and raises SocketClosed when nothing will come any more."""
    pull = open_socket(PULL)
    monitor = Monitor(pull)
    with pytest.raises(zmqpp.Timeout):
        monitor.recv(timeout=1)
    endpoint = pull.bind("tcp://127.0.0.1:*")
    assert monitor.recv(5000)[::2] == (EVENT_LISTENING, endpoint)
    pull.disable_monitor()
    for _ in range(2):
        with pytest.raises(zmqpp.SocketClosed):
            monitor.recv(5000)
    assert monitor.closed
    assert list(monitor) == []
    monitor.close()


@pytest.mark.parametrize("end", ["monitor", "socket", "context"])
def test_iteration_ends(end):
    """Iterating ends, in every thread, when the monitor or the socket is closed or the context ends."""
    with zmqpp.Context() as context:
        pull = context.socket(PULL)
        monitor = Monitor(pull)
        threads = [threading.Thread(target=list, args=(monitor,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        {"monitor": monitor.close, "socket": pull.close, "context": context.shutdown}[end]()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        monitor.close()


def test_a_new_monitor_ends_the_old(open_socket):
    """A second Monitor of a socket ends the iteration of the first."""
    pull = open_socket(PULL)
    old = Monitor(pull)
    with Monitor(pull, EVENT_LISTENING) as new:
        assert list(old) == []
        pull.bind("tcp://127.0.0.1:*")
        assert new.recv(5000).event == EVENT_LISTENING


@pytest.mark.timeout(400)
def test_closed_in_every_order():
    """Sockets and their monitors end in any order, with traffic: no hang, and nothing is left behind."""
    run_python(
        """
        import itertools
        def descriptors():
            return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        rounds = int(sys.argv[1])
        with zmqpp.Context(linger=0, reconnect_ivl=1) as context:
            server = context.socket(zmqpp.PULL)
            endpoint = str(server.bind("tcp://127.0.0.1:*"))
            stop = threading.Event()
            def traffic():
                try:
                    while not stop.is_set():
                        with context.socket(zmqpp.PUSH) as push:
                            push.connect(endpoint)
                            push.send(b"x")
                            stop.wait(0.001)
                except zmqpp.ContextTerminated:
                    pass  # something failed below
            thread = threading.Thread(target=traffic)
            thread.start()
            def one(kind, order):
                watched = context.socket(zmqpp.PULL)
                at = watched.bind("tcp://127.0.0.1:*")
                peer = context.socket(zmqpp.PUSH)
                if kind == "plain":
                    reader = watched.get_monitor_socket()
                elif kind == "named":
                    reader = watched.get_monitor_socket(addr="inproc://the.same.name")
                else:
                    reader = zmqpp.Monitor(watched)
                peer.connect(at)
                ends = [watched.close, reader.close, peer.close]
                if kind == "plain":
                    ends.append(watched.disable_monitor)
                for end in order:
                    try:
                        ends[end % len(ends)]()
                    except zmqpp.SocketClosed:
                        pass  # disable_monitor() of a closed socket
                watched.close(); reader.close(); peer.close()
            orders = itertools.cycle(itertools.permutations(range(4)))
            kinds = itertools.cycle(["plain", "named", "class", "plain", "class"])
            for number, kind, order in zip(range(100), kinds, orders):
                one(kind, order)
            before = descriptors()
            for number, kind, order in zip(range(rounds), kinds, orders):
                one(kind, order)
            stop.set()
            thread.join()
            deadline = time.monotonic() + 20
            while (left := descriptors()) > before + 40 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert left <= before + 40, (before, left)
            assert [socket for socket in context.sockets if socket != server] == []
            server.close()
        """,
        max(2000, 500 * int(os.environ.get("ZMQPP_STRESS_SECONDS", "1"))),
        options=("-W", "ignore"),
        timeout=300,
    )


def test_waiting_for_events(open_socket, watch):
    """recv_monitor_message() has flags and timeout as recv() has."""
    reader = watch(open_socket(PULL))
    with pytest.raises(zmqpp.Again):
        recv_monitor_message(reader, zmqpp.DONTWAIT)
    with pytest.raises(zmqpp.Timeout):
        recv_monitor_message(reader, timeout=1)


def test_parsing():
    """A monitor's message is an event of 16 bits and a value of 32, and then the endpoint."""
    event = parse_monitor_message([b"\x20\x00\x07\x00\x00\x00", b"tcp://127.0.0.1:5"])
    assert event == MonitorEvent(EVENT_ACCEPTED, 7, "tcp://127.0.0.1:5")
    assert event.event is EVENT_ACCEPTED
    assert (event.value, event.endpoint) == (7, "tcp://127.0.0.1:5")


@pytest.mark.parametrize("parts", [[], [b"x"], [b"12345", b""], [b"123456", b"", b""]])
def test_what_is_no_event(parts):
    """A message that is no monitor's is a ValueError."""
    with pytest.raises(ValueError, match="two parts, the first of 6 bytes"):
        parse_monitor_message(parts)


@pytest.mark.parametrize("address", ["name", "tcp://127.0.0.1:5555"])
def test_bad_addresses(open_socket, address):
    """A monitor's address is of inproc; the error of another names it."""
    with pytest.raises(zmqpp.ZMQError, match=f'monitor\\("{address}"\\).*inproc://'):
        open_socket(PULL).monitor(address)
