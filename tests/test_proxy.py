"""proxy, proxy_steerable and device: carrying messages between sockets."""

from __future__ import annotations

import struct
import sys
import threading
import time

import pytest

import zmqpp
from subprocess_runner import FORKING, run_python
from zmqpp import DEALER, PAIR, PUB, PULL, PUSH, REP, REQ, ROUTER, SUB, XPUB, XSUB

# Seconds in which a proxy ends; mostly it takes some milliseconds.
PROMPTLY = 1.0


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


# --- the end, in every state ---


class Line:
    """A source, a proxy of PULL and PUSH with capture and control, and a sink; in one of the STATES."""

    def __init__(self, state, unique_endpoint):
        self.context = zmqpp.Context(linger=0, sndhwm=1, rcvhwm=1)
        self.front, self.back = self.context.socket(PULL), self.context.socket(PUSH)
        self.capture, self.control = self.context.socket(PUSH), self.context.socket(PAIR)
        self.source, self.sink = self.context.socket(PUSH), self.context.socket(PULL)
        self.watcher, self.commander = self.context.socket(PULL), self.context.socket(PAIR)
        self.source.connect(self.front.bind(unique_endpoint()))
        self.commander.connect(self.control.bind(unique_endpoint()))
        self.capture.connect(self.watcher.bind(unique_endpoint()))
        if state != "without a peer":
            self.sink.connect(self.back.bind(unique_endpoint()))
        self.state, self.over = state, threading.Event()
        self.threads = []

    def begin(self, is_running):
        """Brings about the state, of a proxy that has been started."""
        if self.state == "paused":
            self.commander.send(b"PAUSE")
        if self.state != "idle":
            self.run(lambda: self.source.send(b"x", timeout=5))
        if self.state in ("flooded", "capture full"):
            self.run(lambda: self.sink.recv(timeout=5))
        if self.state in ("flooded", "full"):
            self.run(lambda: self.watcher.recv(timeout=5))
        self.over.wait(0.1)
        assert is_running()

    def run(self, step):
        def loop():
            while not self.over.is_set():
                try:
                    step()
                except zmqpp.Timeout:
                    pass
                except zmqpp.ZMQError:
                    return

        self.threads.append(threading.Thread(target=loop))
        self.threads[-1].start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(10)
        self.context.destroy(linger=0)


STATES = ["idle", "without a peer", "full", "capture full", "paused", "flooded"]


@pytest.fixture(params=STATES)
def line(request, unique_endpoint):
    """A line whose proxy is not started yet, in each state in turn."""
    line = Line(request.param, unique_endpoint)
    yield line
    line.end()


ENDS = {
    "close the frontend": (lambda line: line.front.close(), zmqpp.SocketClosed),
    "close the backend": (lambda line: line.back.close(), zmqpp.SocketClosed),
    "close the capture": (lambda line: line.capture.close(), zmqpp.SocketClosed),
    "shutdown": (lambda line: line.context.shutdown(), zmqpp.ContextTerminated),
    "destroy": (lambda line: line.context.destroy(linger=0), zmqpp.ZMQError),
    "TERMINATE": (lambda line: line.commander.send(b"TERMINATE"), type(None)),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_in_every_state(line, end):
    """Whatever a proxy is doing, it ends within a second of being told, and says why."""
    call = Running(zmqpp.proxy_steerable, line.front, line.back, line.capture, line.control)
    line.begin(call.thread.is_alive)
    act, outcome = ENDS[end]
    began = time.monotonic()
    act(line)
    assert isinstance(call.end(), outcome)
    assert time.monotonic() - began < PROMPTLY


def test_a_proxy_in_the_background_ends_in_every_state(line):
    """stop() ends a Proxy within a second, whatever it is doing; its sockets stay open."""
    if line.state == "paused":
        pytest.skip("a Proxy takes no commands")
    proxy = zmqpp.Proxy(line.front, line.back, line.capture)
    proxy.start()
    line.begin(lambda: proxy.running)
    began = time.monotonic()
    proxy.stop(timeout=10_000)
    assert time.monotonic() - began < PROMPTLY
    assert not proxy.running
    assert not line.front.closed


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not delivered there")
@pytest.mark.parametrize("state", STATES)
def test_ctrl_c_ends_it_in_every_state(state):
    """Ctrl-C ends a proxy of the main thread within a second, whatever it is doing."""
    run_python(
        """
        import itertools
        from test_proxy import Line, PROMPTLY
        numbers = itertools.count()
        line = Line(sys.argv[1], lambda: f"inproc://{next(numbers)}")
        begun = []
        def press():
            line.begin(lambda: True)
            begun.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=press).start()
        try:
            zmqpp.proxy_steerable(line.front, line.back, line.capture, line.control)
        except KeyboardInterrupt:
            assert time.monotonic() - begun[0] < PROMPTLY
        else:
            sys.exit("no KeyboardInterrupt")
        line.end()
        """,
        state,
        timeout=60,
    )


# --- in the background ---


def test_in_the_background(broker):
    """A Proxy runs in a thread of its own, inside a with statement or from start() to stop()."""
    front, back, client, server = broker
    proxy = zmqpp.Proxy(front, back)
    assert not proxy.running
    proxy.stop()
    with proxy:
        assert proxy.running
        with pytest.raises(zmqpp.StateError, match="runs already"):
            proxy.start()
        ask(client, server, b"one")
    assert not proxy.running
    client.send(b"two")
    assert server.poll(30) == 0
    proxy.start()
    assert server.recv() == b"two"
    with pytest.raises(zmqpp.Timeout, match=r"join.*the proxy goes on"):
        proxy.join(timeout=10)
    proxy.stop(timeout=10_000)
    proxy.join()


def test_capture_in_the_background(broker, open_socket, unique_endpoint):
    """A Proxy copies every message to its capture socket, as proxy() does."""
    front, back, client, server = broker
    capture, watcher = open_socket(PUSH), open_socket(PULL)
    watcher.connect(capture.bind(unique_endpoint()))
    with zmqpp.Proxy(front, back, capture):
        ask(client, server, b"question")
        assert watcher.recv_multipart()[1:] == [b"", b"question"]


@pytest.mark.parametrize("end", ["close", "shutdown"])
def test_what_ended_it(end):
    """stop() and join() raise what ended a Proxy, if that was not stop(); so does leaving the with."""
    with zmqpp.Context() as context, context.socket(PULL) as front, context.socket(PUSH) as back:
        error = zmqpp.SocketClosed if end == "close" else zmqpp.ContextTerminated
        proxy = zmqpp.Proxy(front, back)
        with pytest.raises(error), proxy:
            (front.close if end == "close" else context.shutdown)()
            with pytest.raises(error):
                proxy.join(timeout=10_000)
        with pytest.raises(error):
            proxy.stop()
        with pytest.raises(KeyError), proxy:  # it fails again, but there is an error already
            raise KeyError


def test_a_forgotten_proxy(context, wait_until):
    """A Proxy runs no longer than its object lives, and lets go of its sockets then."""
    proxy = zmqpp.Proxy(context.socket(PULL), context.socket(PUSH))
    proxy.start()
    sockets = context.sockets
    for socket in sockets:
        socket.bind("tcp://127.0.0.1:*")
    del proxy
    for socket in sockets:
        socket.close()


@pytest.mark.parametrize("wrong", [None, "socket", 5])
def test_a_proxy_takes_sockets(open_socket, wrong):
    """Whatever is no socket is a TypeError for a Proxy too."""
    with pytest.raises(TypeError):
        zmqpp.Proxy(open_socket(PULL), wrong)
    with pytest.raises(TypeError, match="timeout"):
        zmqpp.Proxy(open_socket(PULL), open_socket(PUSH)).stop("soon")


def test_exit_and_fork_with_a_proxy():
    """A process ends silently while a Proxy carries messages; a child of fork() leaves it alone."""
    run_python(
        """
        context = zmqpp.Context()
        front, back = context.socket(zmqpp.PULL), context.socket(zmqpp.PUSH)
        push, pull = context.socket(zmqpp.PUSH, sndtimeo=0), context.socket(zmqpp.PULL)
        push.connect(front.bind("inproc://front"))
        pull.connect(back.bind("inproc://back"))
        proxy = zmqpp.Proxy(front, back)
        proxy.start()
        for _ in range(500):
            push.send(b"x")
            pull.recv()
        if hasattr(os, "fork"):
            child = os.fork()
            if child == 0:
                try:
                    proxy.stop()
                except zmqpp.ForkError:
                    sys.exit(0)
                sys.exit(1)
            assert os.waitpid(child, 0)[1] == 0
            assert proxy.running
        for _ in range(100):
            push.send(b"x")
        """,
        options=FORKING,
        timeout=60,
    )


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
