"""Connections: how many are agreed on, waiting for them, and saying what is the matter."""

from __future__ import annotations

import os
import threading
import time

import pytest

import zmqpp
from blocking_calls import DEAD
from subprocess_runner import FORKING, run_python
from zmqpp import DEALER, EVENT_LISTENING, PULL, PUSH, REP, REQ, ROUTER, STREAM


@pytest.fixture
def watched(open_socket):
    """Opens sockets that know their connections."""

    def watched(kind, **options):
        return open_socket(kind, watch_connections=True, **options)

    return watched


@pytest.mark.parametrize("network", ["tcp", "ipc"])
def test_waiting_for_a_connection(watched, unique_endpoint, network):
    """wait_connected() returns when the handshake is done, at both ends, and says how many are."""
    pull, push = watched(PULL), watched(PUSH)
    assert pull.connections == push.connections == 0
    push.connect(pull.bind(unique_endpoint(network)))
    assert push.wait_connected(timeout=10_000) == 1
    assert pull.wait_connected(1, 10_000) == 1
    assert push.connections == pull.connections == 1


def test_who_is_connected_is_not_lost_on(watched, open_socket, unique_endpoint):
    """A PUSH that has waited for all its peers spreads its first messages over all of them."""
    pulls = [open_socket(PULL) for _ in range(3)]
    push = watched(PUSH, immediate=True)
    for pull in pulls:
        push.connect(pull.bind("tcp://127.0.0.1:*"))
    assert push.wait_connected(timeout=10_000) == 3


def test_waiting_for_so_many(watched, open_socket):
    """With a number, the wait is for so many connections, whoever made them."""
    router = watched(ROUTER)
    endpoint = router.bind("tcp://127.0.0.1:*")
    for number in range(1, 4):
        open_socket(DEALER).connect(endpoint)
        assert router.wait_connected(number, 10_000) == number
    with pytest.raises(zmqpp.Timeout, match=r"ROUTER socket \[tcp.*with 3 of 4 connections$"):
        router.wait_connected(4, 20)
    assert router.wait_connected(0, 0) == 3


def test_without_connections(watched):
    """A socket that is connected nowhere has nothing to wait for."""
    assert watched(PULL).wait_connected(timeout=0) == 0


def test_nobody_is_there(watched):
    """Timeout names the endpoints that are missing, and says that nobody has accepted."""
    push, pull = watched(PUSH, reconnect_ivl=10), watched(PULL)
    push.connect(pull.bind("tcp://127.0.0.1:*"))
    push.connect(DEAD)
    push.wait_connected(1, 10_000)
    began = time.monotonic()
    with pytest.raises(
        zmqpp.Timeout,
        match=f"with 1 of 2 connections; not connected: {DEAD} .nobody has accepted",
    ):
        push.wait_connected(timeout=200)
    assert time.monotonic() - began >= 0.2


def test_the_handshake_fails(watched, open_socket):
    """Timeout says why a handshake fails, if libzmq told."""
    pull = open_socket(PULL, plain_server=True)
    push = watched(PUSH, reconnect_ivl=10)
    push.connect(pull.bind("tcp://127.0.0.1:*"))
    with pytest.raises(zmqpp.Timeout, match="the handshake failed: the security mechanisms differ"):
        push.wait_connected(timeout=300)
    assert push.connections == 0


def test_a_name_for_an_address(watched, open_socket):
    """An endpoint with a name instead of an address is recognised."""
    pull = open_socket(PULL)
    port = pull.bind("tcp://127.0.0.1:*").port
    push = watched(PUSH)
    push.connect(f"tcp://localhost:{port}")
    assert push.wait_connected(timeout=10_000) == 1


def test_lost_and_found(watched, open_socket, wait_until):
    """A connection that is lost is not counted any more, until it is there again."""
    push = watched(PUSH, reconnect_ivl=10)
    pull = open_socket(PULL)
    endpoint = str(pull.bind("tcp://127.0.0.1:*"))
    push.connect(endpoint)
    push.wait_connected(timeout=10_000)
    pull.close(linger=0)
    wait_until(lambda: push.connections == 0)
    with pytest.raises(zmqpp.Timeout, match=r"the connection was lost|nobody has accepted"):
        push.wait_connected(timeout=30)
    again = open_socket(PULL)

    def bind():
        try:
            return again.bind(endpoint)
        except zmqpp.AddressInUse:
            return None

    wait_until(bind)
    assert push.wait_connected(timeout=10_000) == 1


def test_a_stream(watched):
    """A STREAM has nothing to agree on: connected is connected."""
    server, client = watched(STREAM), watched(STREAM)
    client.connect(server.bind("tcp://127.0.0.1:*"))
    assert client.wait_connected(timeout=10_000) == 1
    assert server.wait_connected(1, 10_000) == 1


# --- without watching ---


def test_inproc_needs_nothing(open_socket, unique_endpoint):
    """By inproc, connected is who has a peer that is bound, and no monitor is needed to know."""
    endpoint = unique_endpoint()
    push, pull = open_socket(PUSH), open_socket(PULL)
    push.connect(endpoint)
    assert push.connections == 0
    with pytest.raises(
        zmqpp.Timeout, match=f"0 of 1 connections; not connected: {endpoint} .nobody has bound it"
    ):
        push.wait_connected(timeout=20)
    timer = threading.Timer(0.05, pull.bind, [endpoint])
    timer.start()
    assert push.wait_connected(timeout=10_000) == 1
    timer.join()
    assert push.connections == 1


def test_both_kinds(watched, open_socket, unique_endpoint):
    """Connections of both kinds are counted together."""
    push = watched(PUSH)
    pulls = [open_socket(PULL) for _ in range(2)]
    for pull, transport in zip(pulls, ("inproc", "tcp")):
        push.connect(pull.bind(unique_endpoint(transport)))
    assert push.wait_connected(timeout=10_000) == push.connections == 2


def test_it_must_be_asked_for(open_socket):
    """Without watch_connections, a socket says how to get it."""
    push = open_socket(PUSH)
    push.connect(DEAD)
    assert push.watch_connections is False
    for use in (push.wait_connected, lambda: push.connections):
        with pytest.raises(zmqpp.StateError, match="open the socket with watch_connections"):
            use()
    with pytest.raises(zmqpp.StateError, match="too late"):
        push.watch_connections = True


def test_as_a_default():
    """A context may have it as the default of its sockets, as it has options."""
    with zmqpp.Context(watch_connections=True) as context:
        assert context.watch_connections is True
        pull, push = context.socket(PULL), context.socket(PUSH)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        assert pull.wait_connected(1, 10_000) == push.wait_connected(timeout=10_000) == 1
        with context.socket(PUSH, watch_connections=False) as plain:
            assert plain.watch_connections is False


def test_it_is_the_monitor(watched, unique_endpoint):
    """A socket has one monitor: while it watches its connections, another is refused."""
    pull = watched(PULL)
    for use in (
        pull.get_monitor_socket,
        lambda: pull.monitor(unique_endpoint()),
        lambda: zmqpp.Monitor(pull),
        pull.disable_monitor,
    ):
        with pytest.raises(zmqpp.StateError, match="one monitor, and this one's watches"):
            use()
    pull.watch_connections = False
    with zmqpp.Monitor(pull, EVENT_LISTENING) as monitor:
        pull.bind("tcp://127.0.0.1:*")
        assert monitor.recv(5000).event == EVENT_LISTENING


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"n": -1}, ValueError), ({"n": "one"}, TypeError), ({"timeout": "soon"}, TypeError)],
)
def test_wrong_arguments(watched, arguments, error):
    """What is no number and no time is refused."""
    with pytest.raises(error):
        watched(PUSH).wait_connected(**arguments)


# --- the end ---


@pytest.mark.parametrize("end", ["close", "shutdown"])
@pytest.mark.parametrize("kind", ["tcp", "inproc"])
def test_the_end_wakes_it(unique_endpoint, end, kind):
    """close() ends the wait with SocketClosed, the end of the context with ContextTerminated."""
    with zmqpp.Context() as context:
        push = context.socket(PUSH, watch_connections=kind == "tcp")
        push.connect(DEAD if kind == "tcp" else unique_endpoint())
        raised = []

        def wait():
            with pytest.raises(zmqpp.ZMQError) as caught:
                push.wait_connected(timeout=20_000)
            raised.append(caught.type)

        threads = [threading.Thread(target=wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.05)
        began = time.monotonic()
        if end == "close":
            push.close(linger=0)
        else:
            context.shutdown()
        for thread in threads:
            thread.join(10)
        assert time.monotonic() - began < 2
        error = zmqpp.SocketClosed if end == "close" else zmqpp.ContextTerminated
        assert raised == [error] * 3
        push.close(linger=0)


def test_nothing_is_left(wait_until):
    """Sockets that watch, closed or forgotten, leave no socket behind."""
    with zmqpp.Context() as context:
        for number in range(50):
            pull = context.socket(PULL, watch_connections=True)
            push = context.socket(PUSH, watch_connections=True)
            push.connect(pull.bind("tcp://127.0.0.1:*"))
            if number % 2:
                push.wait_connected(timeout=10_000)
            for socket in (push, pull) if number % 3 else (pull, push):
                socket.close(linger=0)
            assert context.sockets == []
        forgotten = context.socket(REQ, watch_connections=True)
        forgotten.connect(DEAD)
        with pytest.warns(ResourceWarning):
            del forgotten
        wait_until(lambda: context.sockets == [])


def test_destroyed_under_traffic():
    """A context ends while its watched sockets connect and lose connections."""
    for _ in range(20):
        context = zmqpp.Context(linger=0)
        rep = context.socket(REP, watch_connections=True)
        endpoint = rep.bind("tcp://127.0.0.1:*")
        reqs = [context.socket(REQ, watch_connections=True) for _ in range(5)]
        for req in reqs:
            req.connect(endpoint)
        reqs[0].close()
        context.destroy(linger=0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() here")
def test_forks_and_exits():
    """A child of fork() leaves its parent's connections alone, and the process ends without a word."""
    run_python(
        """
        context = zmqpp.Context()
        pull = context.socket(zmqpp.PULL, watch_connections=True)
        push = context.socket(zmqpp.PUSH, watch_connections=True)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        push.wait_connected(timeout=10_000)
        child = os.fork()
        if child == 0:
            try:
                push.wait_connected(timeout=1000)
            except zmqpp.ForkError:
                with zmqpp.Context() as fresh:
                    a = fresh.socket(zmqpp.PULL, watch_connections=True)
                    b = fresh.socket(zmqpp.PUSH, watch_connections=True)
                    b.connect(a.bind("tcp://127.0.0.1:*"))
                    b.wait_connected(timeout=10_000)
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert push.connections == 1
        push.close()
        pull.close()
        """,
        options=FORKING,
        timeout=60,
    )
