"""proxy, proxy_steerable and device: carrying messages between sockets."""

from __future__ import annotations

import struct
import threading

import pytest

import zmqpp
from zmqpp import DEALER, PAIR, PUB, PULL, PUSH, REP, REQ, ROUTER, SUB, XPUB, XSUB


class Running:
    """A call that goes on in a thread; `result` is what it returned or raised."""

    def __init__(self, call, *arguments):
        self.result = None
        self.thread = threading.Thread(target=self.run, args=(call, arguments))
        self.thread.start()

    def run(self, call, arguments):
        try:
            self.result = call(*arguments)
        except Exception as error:
            self.result = error

    def end(self):
        self.thread.join(5)
        assert not self.thread.is_alive()
        return self.result


@pytest.fixture
def running(context):
    """Runs calls in threads, which the end of the test's sockets must end."""
    calls = []

    def running(call, *arguments):
        calls.append(Running(call, *arguments))
        return calls[-1]

    yield running
    for socket in context.sockets:
        socket.close(linger=0)
    for call in calls:
        call.end()


@pytest.fixture
def broker(open_socket, unique_endpoint):
    """A ROUTER and a DEALER, with a REQ and a REP connected to them."""
    front, back = open_socket(ROUTER), open_socket(DEALER)
    client, server = open_socket(REQ), open_socket(REP)
    client.connect(front.bind(unique_endpoint()))
    server.connect(back.bind(unique_endpoint()))
    return front, back, client, server


def ask(client, server, text):
    client.send(text)
    assert server.recv() == text
    server.send(text + b"!")
    assert client.recv() == text + b"!"


def test_requests_and_replies(broker, running):
    """A proxy between ROUTER and DEALER carries requests one way and replies the other."""
    front, back, client, server = broker
    running(zmqpp.proxy, front, back)
    for number in range(20):
        ask(client, server, b"%d" % number)


def test_multipart_messages(open_socket, unique_endpoint, running):
    """A message of many parts passes a proxy whole."""
    front, back = open_socket(PULL), open_socket(PUSH)
    push, pull = open_socket(PUSH), open_socket(PULL)
    push.connect(front.bind(unique_endpoint()))
    pull.connect(back.bind(unique_endpoint()))
    running(zmqpp.proxy, front, back)
    for number in range(200):
        push.send_multipart([b"%d" % number, b"", b"x" * number])
    for number in range(200):
        assert pull.recv_multipart() == [b"%d" % number, b"", b"x" * number]


def test_subscriptions(open_socket, unique_endpoint, running, wait_until):
    """A proxy between XSUB and XPUB carries subscriptions one way and messages the other."""
    front, back = open_socket(XSUB), open_socket(XPUB)
    pub, sub = open_socket(PUB), open_socket(SUB, subscribe="yes")
    pub.connect(front.bind(unique_endpoint()))
    sub.connect(back.bind(unique_endpoint()))
    running(zmqpp.proxy, front, back)

    def publish():
        pub.send(b"no")
        pub.send(b"yes")
        return sub.try_recv()

    assert wait_until(publish) == b"yes"


def test_capture(broker, running, open_socket, unique_endpoint):
    """The capture socket gets a copy of every message, both ways, with all its parts."""
    front, back, client, server = broker
    capture, watcher = open_socket(PUSH), open_socket(PULL)
    watcher.connect(capture.bind(unique_endpoint()))
    running(zmqpp.proxy, front, back, capture)
    ask(client, server, b"question")
    there, back_again = watcher.recv_multipart(), watcher.recv_multipart()
    assert there[1:] == [b"", b"question"]
    assert back_again == [there[0], b"", b"question!"]


def test_one_socket_to_itself(open_socket, unique_endpoint, running):
    """A proxy whose two sides are one socket sends messages back where they came from."""
    mirror, client = open_socket(DEALER), open_socket(DEALER)
    client.connect(mirror.bind(unique_endpoint()))
    running(zmqpp.proxy, mirror, mirror)
    client.send_multipart([b"hello", b"me"])
    assert client.recv_multipart() == [b"hello", b"me"]


def test_the_sockets_can_still_be_used(broker, running, open_socket):
    """Other threads may bind, read options and watch a proxy's sockets meanwhile."""
    front, back, client, server = broker
    running(zmqpp.proxy, front, back)
    ask(client, server, b"one")
    second = open_socket(REQ)
    second.connect(front.bind("tcp://127.0.0.1:*"))
    assert front.rcvhwm == 1000
    ask(second, server, b"two")


@pytest.mark.parametrize("side", [0, 1])
def test_closing_a_socket_ends_it(broker, running, side):
    """Closing either socket ends the proxy with SocketClosed."""
    call = running(zmqpp.proxy, broker[0], broker[1])
    ask(*broker[2:], b"x")
    broker[side].close()
    assert type(call.end()) is zmqpp.SocketClosed


def test_the_end_of_the_context_ends_it(running):
    """Shutting the context down ends the proxy with ContextTerminated."""
    with zmqpp.Context() as context, context.socket(PULL) as front, context.socket(PUSH) as back:
        call = running(zmqpp.proxy, front, back)
        context.shutdown()
        assert type(call.end()) is zmqpp.ContextTerminated


def test_backpressure(open_socket, unique_endpoint, running, wait_until):
    """While nobody takes its messages a proxy takes no more; none is lost."""
    front, back = open_socket(PULL, rcvhwm=1), open_socket(PUSH, sndhwm=1)
    push = open_socket(PUSH, sndhwm=1, sndtimeo=50)
    push.connect(front.bind(unique_endpoint()))
    endpoint = back.bind(unique_endpoint())
    running(zmqpp.proxy, front, back)
    sent = 0
    with pytest.raises(zmqpp.Timeout):
        while True:
            push.send(b"%d" % sent)
            sent += 1
    pull = open_socket(PULL)
    pull.connect(endpoint)
    assert [int(pull.recv()) for _ in range(sent)] == list(range(sent))
    push.send(b"room again", timeout=5000)
    assert pull.recv() == b"room again"


@pytest.mark.parametrize("wrong", [None, "socket", 5])
def test_proxies_take_sockets(open_socket, wrong):
    """Whatever is no socket is a TypeError."""
    with pytest.raises(TypeError, match="proxy"):
        zmqpp.proxy(open_socket(PULL), wrong)
    with pytest.raises(TypeError, match="proxy_steerable"):
        zmqpp.proxy_steerable(wrong, open_socket(PUSH))


# --- with commands ---


@pytest.fixture
def steering(link):
    """A control socket for the proxy, and the one that commands it."""
    return link(PAIR, PAIR)


def test_terminate(broker, running, steering):
    """TERMINATE ends the proxy, which returns; the sockets stay open."""
    control, commander = steering
    call = running(zmqpp.proxy_steerable, broker[0], broker[1], None, control)
    ask(*broker[2:], b"x")
    commander.send(b"TERMINATE")
    assert call.end() is None
    assert not broker[0].closed


def test_pause_and_resume(broker, running, steering):
    """A paused proxy carries nothing, until it is resumed; then everything."""
    front, back, client, server = broker
    control, commander = steering
    call = running(zmqpp.proxy_steerable, front, back, None, control)
    ask(client, server, b"one")
    commander.send(b"PAUSE")
    commander.send(b"STATISTICS")  # whose answer says that the pause has begun
    commander.recv_multipart()
    client.send(b"two")
    assert server.poll(30) == 0
    commander.send(b"RESUME")
    assert server.recv() == b"two"
    commander.send(b"TERMINATE")
    assert call.end() is None


def test_statistics(broker, running, steering):
    """STATISTICS is answered by eight counts: messages and bytes, received and sent, of each side."""
    control, commander = steering
    call = running(zmqpp.proxy_steerable, broker[0], broker[1], None, control)
    ask(*broker[2:], b"12345")
    commander.send(b"STATISTICS")
    counts = [struct.unpack("=Q", frame)[0] for frame in commander.recv_multipart()]
    there = 5 + 5  # a routing id, an empty frame and the question
    assert counts == [1, there, 1, there + 1, 1, there + 1, 1, there]
    commander.send(b"TERMINATE")
    assert call.end() is None


@pytest.mark.parametrize(
    ("control_type", "commander_type"), [(PULL, PUSH), (SUB, XPUB), (REP, REQ)]
)
def test_other_control_sockets(broker, running, link, control_type, commander_type):
    """Commands may come by PULL, SUB or REP, which answers each."""
    commander, control = link(commander_type, control_type)
    if control_type == SUB:
        control.subscribe("")
        assert commander.recv() == b"\x01"
    call = running(zmqpp.proxy_steerable, broker[0], broker[1], None, control)
    commander.send(b"PAUSE")
    if control_type == REP:
        assert commander.recv() == b""
    commander.send(b"TERMINATE")
    assert call.end() is None
    if control_type == REP:
        assert commander.recv() == b""


def test_without_control(broker, running):
    """proxy_steerable() without a control socket is proxy()."""
    call = running(zmqpp.proxy_steerable, broker[0], broker[1])
    ask(*broker[2:], b"x")
    broker[0].close()
    assert type(call.end()) is zmqpp.SocketClosed


# --- device ---


@pytest.mark.parametrize(
    ("device_type", "types"),
    [
        (zmqpp.QUEUE, (ROUTER, DEALER, REQ, REP)),
        (zmqpp.FORWARDER, (XSUB, XPUB, PUB, SUB)),
        (zmqpp.STREAMER, (PULL, PUSH, PUSH, PULL)),
    ],
    ids=["QUEUE", "FORWARDER", "STREAMER"],
)
def test_devices(open_socket, unique_endpoint, running, wait_until, device_type, types):
    """device() is a proxy, of each of the three old kinds."""
    front, back, source, target = (open_socket(kind) for kind in types)
    source.connect(front.bind(unique_endpoint()))
    target.connect(back.bind(unique_endpoint()))
    call = running(zmqpp.device, device_type, front, back)
    if device_type == zmqpp.FORWARDER:
        target.subscribe("")
        assert wait_until(lambda: source.send(b"x") or target.try_recv()) == b"x"
    else:
        source.send(b"x")
        assert target.recv() == b"x"
    front.close()
    assert type(call.end()) is zmqpp.SocketClosed


def test_unknown_device(open_socket):
    """A device of another kind is a ValueError."""
    with pytest.raises(ValueError, match="9 is not a valid DeviceType"):
        zmqpp.device(9, open_socket(PULL), open_socket(PUSH))
