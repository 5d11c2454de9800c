"""The tests of gozmq, the Go binding that zmqpp set out from, one for one and under their names.

Then the four things that its test suite says it never tested, and the test of memory that it found
too expensive to run.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path

import pytest

import zmqpp
from zmqpp import (
    DEALER,
    DONTWAIT,
    EVENT_CONNECTED,
    EVENT_DISCONNECTED,
    NOBLOCK,
    PAIR,
    POLLIN,
    POLLOUT,
    PUB,
    PULL,
    PUSH,
    REP,
    REQ,
    ROUTER,
    STREAM,
    SUB,
    XPUB,
    XSUB,
)

# --- zmq_test.go ---


def test_version():
    """libzmq is at least as new as the oldest one that is supported."""
    assert zmqpp.zmq_version_info() >= (4, 2, 0)


def test_create_destroy_context():
    """Contexts can be made and ended, one after the other."""
    for _ in range(2):
        context = zmqpp.Context()
        context.term()
        assert context.closed


def test_context_io_threads():
    """A context has one I/O thread unless told otherwise."""
    with zmqpp.Context() as context:
        assert context.io_threads == 1


def test_context_set_io_threads():
    """The number of I/O threads can be set before the first socket."""
    with zmqpp.Context() as context:
        context.io_threads = 2
        assert context.io_threads == 2


def test_socket_connect():
    """connect() works; of a malformed endpoint it is EINVAL, of a closed socket ENOTSOCK."""
    with zmqpp.Context() as context:
        socket = context.socket(REP)
        socket.connect("tcp://127.0.0.1:23456")
        with pytest.raises(zmqpp.ZMQError) as caught:
            socket.connect("a malformed address")
        assert caught.value.errno == zmqpp.EINVAL
        socket.close()
        with pytest.raises(zmqpp.SocketClosed) as caught:
            socket.connect("tcp://127.0.0.1:23456")
        assert caught.value.errno == zmqpp.ENOTSOCK


def test_bind_to_loop_back(open_socket):
    """A socket binds to the loopback interface."""
    assert open_socket(REP).bind("tcp://127.0.0.1:*").startswith("tcp://127.0.0.1:")


def test_set_sock_opt_int(open_socket):
    """An int option reads as it was set."""
    socket = open_socket(REQ)
    socket.setsockopt(zmqpp.LINGER, 42)
    assert socket.getsockopt(zmqpp.LINGER) == 42


def test_set_sock_opt_string(open_socket):
    """A topic is subscribed to and unsubscribed from, by option and by method."""
    socket = open_socket(SUB)
    socket.bind("tcp://127.0.0.1:*")
    socket.setsockopt(zmqpp.SUBSCRIBE, "TEST")
    socket.subscribe("TEST")
    socket.unsubscribe("TEST")


def test_multipart(open_socket):
    """A message of two parts arrives as such at a server in another thread."""
    received = []
    server = open_socket(REP)

    def serve():
        received.extend(server.recv_multipart())

    thread = threading.Thread(target=serve)
    client = open_socket(REQ)
    client.connect(server.bind("tcp://127.0.0.1:*"))
    thread.start()
    client.send_multipart([b"part1", b"part2"])
    thread.join()
    assert received == [b"part1", b"part2"]


def test_poll(open_socket):
    """One thread serves three sockets by polling, in whichever order the clients come."""
    servers = [open_socket(REP) for _ in range(3)]
    endpoints = [server.bind("tcp://127.0.0.1:*") for server in servers]
    served = []

    def serve():
        poller = zmqpp.Poller()
        for server in servers:
            poller.register(server, POLLIN)
        while len(served) < 3:
            for server, events in poller.poll(5000):
                assert events == POLLIN
                server.recv()
                server.send(b"")
                served.append(servers.index(server))

    thread = threading.Thread(target=serve)
    thread.start()
    for number in (1, 2, 0):
        client = open_socket(REQ)
        client.connect(endpoints[number])
        client.send(b"request data")
        assert client.recv() == b""
    thread.join()
    assert served == [1, 2, 0]


def test_device(open_socket):
    """A STREAMER device carries an empty message from PUSH to PULL."""
    front, back = open_socket(PULL), open_socket(PUSH)
    source, target = open_socket(PUSH), open_socket(PULL)
    source.connect(front.bind("tcp://127.0.0.1:*"))
    target.connect(back.bind("tcp://127.0.0.1:*"))
    errors = []

    def run():
        try:
            zmqpp.device(zmqpp.STREAMER, front, back)
        except zmqpp.ZMQError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    source.send(b"")
    assert target.recv() == b""
    front.close()
    thread.join()
    assert [type(error) for error in errors] == [zmqpp.SocketClosed]


def test_zmq_error_str(open_socket):
    """The text of an error has libzmq's own words for its number."""
    words = "Operation cannot be accomplished in current state"
    assert zmqpp.strerror(zmqpp.EFSM) == words
    with pytest.raises(zmqpp.StateError, match=words):
        open_socket(REP).send(b"out of turn")


def test_zmq_error_comparison(open_socket):
    """An error compares with libzmq's number for it, and is caught by class."""
    with pytest.raises(zmqpp.StateError) as caught:
        open_socket(REQ).recv()
    assert caught.value.errno == zmqpp.EFSM


# --- zmq_3_x_test.go ---


def carry_a_request(open_socket, captured):
    with zmqpp.Context() as context:
        sockets = [context.socket(ROUTER), context.socket(DEALER)]
        client, server, watcher = open_socket(REQ), open_socket(REP), open_socket(PULL)
        client.connect(sockets[0].bind("tcp://127.0.0.1:*"))
        server.connect(sockets[1].bind("tcp://127.0.0.1:*"))
        if captured:
            sockets.append(context.socket(PUSH))
            watcher.connect(sockets[2].bind("tcp://127.0.0.1:*"))

        def run():
            with pytest.raises(zmqpp.ContextTerminated):
                zmqpp.proxy(*sockets)

        thread = threading.Thread(target=run)
        thread.start()
        client.send(b"")
        assert server.recv() == b""
        if captured:
            assert watcher.recv_multipart()[-1] == b""
        context.shutdown()
        thread.join(5)
        assert not thread.is_alive()


def test_proxy(open_socket):
    """A proxy carries a request, with a copy for a third socket, until its context ends."""
    carry_a_request(open_socket, captured=True)


def test_proxy_no_capture(open_socket):
    """A proxy needs no third socket."""
    carry_a_request(open_socket, captured=False)


def test_socket_set_sock_opt_string_nil(open_socket):
    """None clears the TCP filters that were set, for what is bound from then on."""
    server = open_socket(REP)
    server.tcp_accept_filter = "127.0.0.1"
    server.tcp_accept_filter = "192.0.2.1"
    open_ = server.bind("tcp://127.0.0.1:*")
    with pytest.warns(zmqpp.OptionTooLateWarning):  # it does not shut the first
        server.tcp_accept_filter = None
        server.tcp_accept_filter = "192.0.2.2"
    shut = server.bind("tcp://127.0.0.1:*")
    let_in, shut_out = open_socket(REQ), open_socket(REQ)
    let_in.connect(open_)
    shut_out.connect(shut)
    shut_out.send(b"ignored")
    let_in.send(b"served")
    assert server.recv() == b"served"
    server.send(b"")
    assert let_in.recv() == b""
    with pytest.raises(zmqpp.Timeout):
        server.recv(timeout=50)


def test_monitor(open_socket, unique_endpoint):
    """A monitor tells within a second that a peer was connected, and that it has gone."""
    sink, source, monitor = open_socket(PULL), open_socket(PUSH), open_socket(PAIR)
    events = unique_endpoint()
    source.monitor(events, EVENT_CONNECTED | EVENT_DISCONNECTED)
    monitor.connect(events)
    source.connect(sink.bind("tcp://127.0.0.1:*"))
    first = zmqpp.monitor.recv_monitor_message(monitor, timeout=1000)
    assert first.event == EVENT_CONNECTED
    sink.close()
    second = zmqpp.monitor.recv_monitor_message(monitor, timeout=1000)
    assert second.event == EVENT_DISCONNECTED


# --- what it says it never tested ---


@pytest.mark.parametrize(
    ("server_type", "client_type"),
    [
        (REP, REQ),
        (REP, DEALER),
        (ROUTER, REQ),
        (ROUTER, DEALER),
        (ROUTER, ROUTER),
        (DEALER, DEALER),
        (PULL, PUSH),
        (PUSH, PULL),
        (XPUB, SUB),
        (XPUB, XSUB),
        (PUB, SUB),
        (PAIR, PAIR),
    ],
    ids=lambda kind: kind.name,
)
def test_various_socket_types(
    open_socket, unique_endpoint, wait_until, transport, server_type, client_type
):
    """Every pair of socket types that belong together exchanges a message, over every transport."""
    server = open_socket(server_type)
    client = open_socket(client_type, **({"routing_id": "c"} if client_type == ROUTER else {}))
    if server_type == ROUTER and client_type == ROUTER:
        server.router_mandatory = True
    client.connect(server.bind(unique_endpoint(transport)))
    if client_type == SUB:
        client.subscribe("")
    elif client_type == XSUB:
        client.send(b"\x01")
    if server_type in (PUB, XPUB):
        assert wait_until(lambda: server.send(b"hello") or client.try_recv()) == b"hello"
        return
    if server_type == ROUTER and client_type == ROUTER:

        def send():
            try:
                server.send_multipart([b"c", b"hello"])
            except zmqpp.HostUnreachable:  # the connection is on its way
                return False
            return True

        wait_until(send)
        assert client.recv_multipart()[-1] == b"hello"
        return
    sender, receiver = (server, client) if server_type == PUSH else (client, server)
    parts = [b"", b"hello"] if (server_type, client_type) == (REP, DEALER) else [b"hello"]
    sender.send_multipart(parts)
    assert receiver.recv_multipart()[-1] == b"hello"


def test_noblock_mode(link):
    """NOBLOCK, also called DONTWAIT, never waits: for messages, for room, for parts."""
    assert NOBLOCK == DONTWAIT
    pull, push = link(PULL, PUSH, sndhwm=1, rcvhwm=1)
    start = time.monotonic()
    with pytest.raises(zmqpp.Again):
        pull.recv(NOBLOCK)
    with pytest.raises(zmqpp.Again):
        pull.recv_multipart(NOBLOCK)
    with pytest.raises(zmqpp.Again):
        for _ in range(10):
            push.send_multipart([b"a", b"b"], NOBLOCK)
    assert time.monotonic() - start < 2
    assert pull.recv_multipart(NOBLOCK) == [b"a", b"b"]


def test_getting_and_setting_socket_options(open_socket):
    """One option of each kind is read as it was set; test_options.py has all of them."""
    socket = open_socket(DEALER)
    for name, value in [
        ("sndhwm", 7),
        ("immediate", True),
        ("rcvtimeo", 250),
        ("maxmsgsize", 2**40),
        ("affinity", 2**63),
        ("routing_id", b"name"),
        ("socks_proxy", b"localhost:1080"),
    ]:
        setattr(socket, name, value)
        assert getattr(socket, name) == value


@pytest.mark.parametrize("how", ["term", "destroy", "shutdown"])
@pytest.mark.parametrize(
    "kind", [PULL, SUB, REP, DEALER, ROUTER, PAIR, STREAM], ids=lambda k: k.name
)
def test_closing_a_context_underneath_a_socket(how, kind):
    """When its context ends, a socket's calls raise in every thread, and nothing crashes or hangs."""
    context = zmqpp.Context()
    socket = context.socket(kind)
    waiting, ended = threading.Event(), []

    def wait():
        waiting.set()
        with pytest.raises((zmqpp.ContextTerminated, zmqpp.SocketClosed)):
            socket.recv()
        ended.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(5)
    if how == "term":
        with pytest.raises(zmqpp.Timeout, match=f"{kind.name} socket"):
            context.term(timeout=10)
    else:
        getattr(context, how)()
    thread.join(5)
    assert ended
    for call in (socket.recv, lambda: socket.poll(0), lambda: socket.bind("tcp://127.0.0.1:*")):
        with pytest.raises((zmqpp.ContextTerminated, zmqpp.SocketClosed)):
            call()
    socket.close()
    context.term()


# --- what it found too expensive ---


def resident_bytes():
    """The memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


SENDING = {
    "copied": lambda socket, data: socket.send(data),
    "lent": lambda socket, data: socket.send(data, copy=False),
    "tracked": lambda socket, data: socket.send(data, copy=False, track=True),
    "parts": lambda socket, data: socket.send_multipart([b"head", data], copy=False),
    "message": lambda socket, data: socket.send(zmqpp.Message(data)),
}
RECEIVING = {
    "bytes": lambda socket: sum(map(len, socket.recv_multipart())),
    "messages": lambda socket: sum(map(len, socket.recv_multipart(copy=False))),
    "views": lambda socket: sum(
        memoryview(part).nbytes for part in socket.recv_multipart(copy=False)
    ),
}


@pytest.mark.skipif(
    not os.path.exists("/proc/self/statm"), reason="no way to see one's memory here"
)
@pytest.mark.parametrize("receiving", RECEIVING)
@pytest.mark.parametrize("sending", SENDING)
@pytest.mark.parametrize("transport_", ["tcp", "inproc"])
def test_message_memory(link, transport_, sending, receiving):
    """Sending and receiving much data, in every way, leaves no memory behind."""
    pull, push = link(PULL, PUSH, transport_)
    data = bytes(1_000_000)

    def exchange(times):
        for _ in range(times):
            SENDING[sending](push, data)
            assert RECEIVING[receiving](pull) >= len(data)

    exchange(10)  # buffers and caches of the first messages stay
    gc.collect()
    before = resident_bytes()
    exchange(100)
    assert resident_bytes() - before < 20_000_000


@pytest.mark.skipif(
    not os.path.exists("/proc/self/statm"), reason="no way to see one's memory here"
)
def test_message_memory_of_small_messages(link):
    """Very many small messages leave no memory behind either."""
    pull, push = link(PULL, PUSH)

    def exchange(times):
        for _ in range(times):
            push.send(b"x" * 100)
            assert pull.poll(5000, POLLIN | POLLOUT) == POLLIN
            assert len(pull.recv(copy=False)) == 100

    exchange(10_000)
    before = resident_bytes()
    exchange(100_000)
    assert resident_bytes() - before < 5_000_000
