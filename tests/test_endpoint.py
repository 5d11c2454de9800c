"""Endpoints: bind and connect, their opposites, the real endpoint, and what is wrong with one."""

from __future__ import annotations

import copy
import pickle
import socket
import sys

import pytest

import zmqpp
from zmqpp import PAIR, PULL, PUSH, REP, REQ


def test_bind_returns_the_real_endpoint(open_socket, unique_endpoint, transport):
    """bind() returns the endpoint as libzmq has it, which is also last_endpoint."""
    pull = open_socket(PULL)
    endpoint = pull.bind(unique_endpoint(transport))
    assert isinstance(endpoint, str)
    assert endpoint == pull.last_endpoint.decode()
    assert endpoint.transport == transport
    assert "*" not in endpoint


@pytest.mark.parametrize("wildcard", ["tcp://127.0.0.1:*", "tcp://127.0.0.1:0"])
def test_wildcard_ports(open_socket, wildcard):
    """Port * and port 0 both become a free port, another one each time."""
    pull = open_socket(PULL)
    first = pull.bind(wildcard)
    second = pull.bind(wildcard)
    assert first.port > 0
    assert second.port > 0
    assert first.port != second.port
    assert pull.endpoints == [first, second]


def test_connect_returns_the_endpoint(link, open_socket, transport):
    """connect() returns where it connected to, and a message arrives there."""
    pull, _ = link(PULL, PUSH, transport)
    push = open_socket(PUSH)
    endpoint = push.connect(pull.endpoints[0])
    assert endpoint == pull.endpoints[0]
    push.send(b"here")
    assert pull.recv() == b"here"


def test_connect_before_bind(open_socket, unique_endpoint):
    """A socket may connect to an endpoint that is bound later; its messages wait."""
    endpoint = unique_endpoint()
    push, pull = open_socket(PUSH), open_socket(PULL)
    push.connect(endpoint)
    push.send(b"early")
    pull.bind(endpoint)
    assert pull.recv() == b"early"


def test_endpoints_lists_what_is_attached(open_socket, unique_endpoint):
    """`endpoints` has the bound and connected endpoints, in order, until they are given up."""
    socket_ = open_socket(PULL)
    assert socket_.endpoints == []
    bound = socket_.bind(unique_endpoint("tcp"))
    connected = socket_.connect(unique_endpoint())
    assert socket_.endpoints == [bound, connected]
    socket_.unbind(bound)
    assert socket_.endpoints == [connected]
    socket_.disconnect(connected)
    assert socket_.endpoints == []


@pytest.mark.parametrize("name", ["asked", "real"])
def test_unbind_by_either_name(open_socket, unique_endpoint, name):
    """unbind() takes the endpoint given to bind(), wildcard and all, or the one returned."""
    pull = open_socket(PULL)
    asked = unique_endpoint("tcp")
    real = pull.bind(asked)
    pull.unbind({"asked": asked, "real": real}[name])
    assert pull.endpoints == []


def test_unbind_stops_accepting(link, open_socket, wait_until, transport):
    """After unbind() the endpoint can be bound by somebody else."""
    pull, _ = link(PULL, PUSH, transport)
    endpoint = pull.endpoints[0]
    pull.unbind(endpoint)
    other = open_socket(PULL)

    def bind():
        try:
            return other.bind(endpoint)
        except zmqpp.AddressInUse:  # libzmq lets go of a TCP port a moment later
            return None

    assert wait_until(bind) == endpoint


def test_disconnect_leaves_the_peer(link):
    """After disconnect() no message goes to that peer."""
    pull, push = link(PULL, PUSH)
    push.send(b"before")
    push.disconnect(pull.endpoints[0])
    with pytest.raises(zmqpp.Again):
        push.send(b"after", zmqpp.DONTWAIT)
    assert pull.recv() == b"before"


def test_bind_in_a_with_statement(open_socket, unique_endpoint, transport):
    """`with socket.bind(...)` unbinds at the end, also when an exception ends it."""
    pull = open_socket(PULL)
    with pull.bind(unique_endpoint(transport)) as endpoint:
        assert pull.endpoints == [endpoint]
    assert pull.endpoints == []
    with pytest.raises(KeyError), pull.bind(unique_endpoint(transport)):
        raise KeyError
    assert pull.endpoints == []


def test_connect_in_a_with_statement(open_socket, unique_endpoint):
    """`with socket.connect(...)` disconnects at the end, unless the socket is closed by then."""
    push = open_socket(PUSH)
    with push.connect(unique_endpoint("inproc")):
        assert len(push.endpoints) == 1
    assert push.endpoints == []
    with push.connect(unique_endpoint("inproc")):
        push.close()


def test_endpoint_is_text_elsewhere(open_socket, unique_endpoint):
    """An endpoint that is pickled or copied is a plain str, without a hold on the socket."""
    endpoint = open_socket(PULL).bind(unique_endpoint())
    for copied in (pickle.loads(pickle.dumps(endpoint)), copy.deepcopy(endpoint), str(endpoint)):
        assert type(copied) is str
        assert copied == endpoint


def test_port_and_transport(open_socket, unique_endpoint):
    """`port` is the number of a TCP endpoint; one without a port says so."""
    pull = open_socket(PULL)
    tcp = pull.bind("tcp://127.0.0.1:*")
    assert tcp == f"tcp://127.0.0.1:{tcp.port}"
    assert tcp.transport == "tcp"
    inproc = pull.bind(unique_endpoint() + ":77")
    with pytest.raises(ValueError, match=r"inproc://.*has no port"):
        _ = inproc.port
    assert isinstance(inproc, zmqpp.Endpoint)


def test_many_endpoints(open_socket, unique_endpoint):
    """A socket may be bound and connected to many endpoints, and gets the messages of all."""
    pull = open_socket(PULL)
    pushes = [open_socket(PUSH) for _ in range(4)]
    for number, push in enumerate(pushes):
        if number % 2:
            push.connect(pull.bind(unique_endpoint("tcp")))
        else:
            pull.connect(push.bind(unique_endpoint()))
        push.send(b"%d" % number)
    assert {pull.recv() for _ in pushes} == {b"0", b"1", b"2", b"3"}


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6(open_socket):
    """IPv6 endpoints work where the option ipv6 is on."""
    server, client = open_socket(REP, ipv6=True), open_socket(REQ, ipv6=True)
    endpoint = server.bind("tcp://[::1]:*")
    assert endpoint.port > 0
    client.connect(endpoint)
    client.send(b"six")
    assert server.recv() == b"six"


# --- random ports ---


def test_bind_to_random_port(open_socket):
    """bind_to_random_port() returns the port it bound."""
    pull = open_socket(PULL)
    port = pull.bind_to_random_port("tcp://127.0.0.1")
    assert pull.endpoints == [f"tcp://127.0.0.1:{port}"]


def test_random_port_in_a_range(open_socket):
    """The port is in the range: from min_port up to but without max_port."""
    first = open_socket(PULL).bind("tcp://127.0.0.1:*").port
    low, high = first + 1, first + 40
    assert low <= open_socket(PULL).bind_to_random_port("tcp://127.0.0.1", low, high, 1000) < high


def test_no_random_port_left(open_socket):
    """When all tried ports are taken, ZMQBindError says where and how many."""
    taken = open_socket(PULL).bind("tcp://127.0.0.1:*").port
    with pytest.raises(zmqpp.ZMQBindError, match=r"tcp://127\.0\.0\.1.*3 tried") as caught:
        open_socket(PULL).bind_to_random_port("tcp://127.0.0.1", taken, taken + 1, max_tries=3)
    assert caught.value.errno == zmqpp.EADDRINUSE


def test_empty_port_range(open_socket):
    """A range without a port is a ValueError."""
    with pytest.raises(ValueError, match="no port from 5000 to 5000"):
        open_socket(PULL).bind_to_random_port("tcp://127.0.0.1", 5000, 5000)


def test_random_port_passes_on_other_errors(open_socket):
    """Whatever is not a taken port is raised at once."""
    with pytest.raises(zmqpp.ZMQError, match="nowhere"):
        open_socket(PULL).bind_to_random_port("nowhere://127.0.0.1", 5000, 6000)


# --- what is wrong with an endpoint ---


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        ("localhost", "an endpoint is transport://address"),
        ("tcp://127.0.0.1", "the port is missing"),
        ("tcp://127.0.0.1:http", "'http' is not a number"),
        ("tcp://127.0.0.1:65536", "65536 is above 65535"),
        ("tcp://127.0.0.1:70000", "70000 is above 65535"),  # libzmq alone would bind 4464
        ("tcp://no-such-interface:5555", "no interface or address 'no-such-interface'"),
        ("carrier://pigeon", "unknown transport 'carrier'.*tcp, inproc"),
    ],
)
def test_bad_endpoints_are_explained(open_socket, endpoint, text):
    """The error of a bad endpoint names it, the socket's type, and what is wrong with it."""
    with pytest.raises(zmqpp.ZMQError, match=text) as caught:
        open_socket(REP).bind(endpoint)
    assert f'bind("{endpoint}")' in str(caught.value)
    assert "REP socket" in str(caught.value)


def test_port_too_large_for_connect(open_socket):
    """connect() refuses a port above 65535 too, where libzmq would connect to another one."""
    with pytest.raises(zmqpp.ZMQError, match="65537 is above 65535"):
        open_socket(REQ).connect("tcp://127.0.0.1:65537")


@pytest.mark.skipif(sys.platform == "win32", reason="paths are different there")
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/no/such/folder/x", "folder of this path does not exist"),
        ("/tmp/" + "x" * 200, "205 bytes"),
    ],
)
def test_bad_ipc_paths_are_explained(open_socket, path, text):
    """An ipc path that cannot be is explained: a folder that is missing, a path that is too long."""
    with pytest.raises(zmqpp.ZMQError, match=text):
        open_socket(PULL).bind(f"ipc://{path}")


@pytest.mark.parametrize("method", ["bind", "connect"])
@pytest.mark.parametrize("endpoint", [None, 5555, ["tcp://*:1"]])
def test_endpoints_are_text(open_socket, method, endpoint):
    """Anything but text for an endpoint is a TypeError that names the method."""
    with pytest.raises(
        TypeError, match=rf"{method}\(\) takes an endpoint as str, not {type(endpoint).__name__}"
    ):
        getattr(open_socket(PAIR), method)(endpoint)


def test_bytes_will_do(open_socket):
    """An endpoint may be bytes, as last_endpoint has it."""
    pull, push = open_socket(PULL), open_socket(PUSH)
    pull.bind("tcp://127.0.0.1:*")
    push.connect(pull.last_endpoint)
    push.send(b"x")
    assert pull.recv() == b"x"


@pytest.mark.parametrize("transport_", ["inproc", "tcp"])
def test_address_in_use(open_socket, unique_endpoint, transport_):
    """Binding what is bound raises AddressInUse, which names the endpoint."""
    endpoint = open_socket(PULL).bind(unique_endpoint(transport_))
    with pytest.raises(zmqpp.AddressInUse, match=endpoint) as caught:
        open_socket(PULL).bind(endpoint)
    assert caught.value.errno == zmqpp.EADDRINUSE


def test_undoing_what_was_not_done(open_socket):
    """unbind() and disconnect() of an endpoint that is not attached say so."""
    pull = open_socket(PULL)
    with pytest.raises(zmqpp.ZMQError, match="it is not bound there"):
        pull.unbind("tcp://127.0.0.1:9")
    with pytest.raises(zmqpp.ZMQError, match="it is not connected there"):
        pull.disconnect("tcp://127.0.0.1:9")


def test_a_name_of_inproc_is_free_when_its_socket_is_closed(context: zmqpp.Context) -> None:
    """close() gives up what was bound over inproc at once, not when libzmq gets to it."""
    for number in range(500):
        with context.socket(zmqpp.PAIR) as bound, context.socket(zmqpp.PAIR) as connected:
            bound.bind("inproc://again-and-again")
            connected.connect("inproc://again-and-again")
            connected.send(b"%d" % number)
            assert bound.recv(timeout=5000) == b"%d" % number
