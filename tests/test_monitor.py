"""Monitoring: the events of a socket's connections."""

from __future__ import annotations

import errno

import pytest

import zmqpp
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
    """A socket has one monitor: a second one ends the first."""
    pull = open_socket(PULL)
    old = watch(pull)
    new = watch(pull)
    pull.bind("tcp://127.0.0.1:*")
    assert recv_monitor_message(new).event == EVENT_LISTENING
    assert events_until(old, EVENT_MONITOR_STOPPED)


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
