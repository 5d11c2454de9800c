"""Security: CURVE and PLAIN over TCP, keys, and Z85."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zmqpp
from zmqpp import DEALER, PULL, PUSH, REP, ROUTER
from zmqpp.monitor import recv_monitor_message

needs_curve = pytest.mark.skipif(not zmqpp.has("curve"), reason="libzmq was built without CURVE")


@pytest.fixture
def authenticator(context):
    """Answers all questions about who may connect (ZAP), as `answers` says by credentials."""
    answers = {}
    questions = []
    handler = context.socket(REP, rcvtimeo=50)
    handler.bind("inproc://zeromq.zap.01")

    def work():
        try:
            while True:
                version, request, *question, mechanism = handler.recv_multipart(timeout=-1)[:6]
                credentials = []
                questions.append((mechanism, question, credentials))
                handler.send_multipart([version, request, *answers[mechanism], b""])
        except zmqpp.SocketClosed:
            pass

    thread = threading.Thread(target=work)
    thread.start()
    yield answers
    handler.close()
    thread.join()


# --- CURVE ---


@needs_curve
def test_keypairs():
    """A key pair is two different keys of 40 characters, new each time."""
    public, secret = zmqpp.curve_keypair()
    assert len(public) == len(secret) == 40
    assert len({public, secret, *zmqpp.curve_keypair()}) == 4
    assert len(zmqpp.z85_decode(public)) == 32


@needs_curve
@pytest.mark.parametrize("kind", [bytes, bytearray, lambda key: key.decode()])
def test_public_of_secret(kind):
    """curve_public() finds the public key of a secret one, given as bytes or str."""
    public, secret = zmqpp.curve_keypair()
    assert zmqpp.curve_public(kind(secret)) == public


@needs_curve
@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        (b"short", zmqpp.ZMQError, "40 characters of Z85, not 5"),
        ("x" * 41, zmqpp.ZMQError, "40 characters of Z85, not 41"),
        (b"\x01" * 40, zmqpp.ZMQError, r"curve_public\(\)"),
        (5, TypeError, "not int"),
    ],
)
def test_public_of_what_is_no_key(key, error, text):
    """curve_public() refuses what is no secret key."""
    with pytest.raises(error, match=text):
        zmqpp.curve_public(key)


def curve_server(open_socket, kind, keys, **options):
    return open_socket(kind, curve_server=True, curve_secretkey=keys[1], **options)


def curve_client(open_socket, kind, server_key, **options):
    public, secret = zmqpp.curve_keypair()
    return open_socket(
        kind, curve_serverkey=server_key, curve_publickey=public, curve_secretkey=secret, **options
    )


@needs_curve
@pytest.mark.parametrize("transport_", ["tcp", "ipc"])
def test_curve(open_socket, unique_endpoint, transport_):
    """A client that knows the server's key talks to it, both ways, encrypted."""
    if not zmqpp.has(transport_) and transport_ == "ipc":
        pytest.skip("no ipc here")
    keys = zmqpp.curve_keypair()
    server = curve_server(open_socket, ROUTER, keys)
    client = curve_client(open_socket, DEALER, keys[0])
    assert server.mechanism == client.mechanism == zmqpp.CURVE
    client.connect(server.bind(unique_endpoint(transport_)))
    for size in (0, 1, 100_000):
        client.send_multipart([b"x" * size, b"there"])
        identity, *parts = server.recv_multipart()
        assert parts == [b"x" * size, b"there"]
        server.send_multipart([identity, b"and back"])
        assert client.recv() == b"and back"


@needs_curve
def test_curve_with_the_wrong_key(open_socket):
    """A client with another server's key is refused at the handshake."""
    server = curve_server(open_socket, PULL, zmqpp.curve_keypair())
    client = curve_client(open_socket, PUSH, zmqpp.curve_keypair()[0], reconnect_ivl=-1)
    failures = (
        zmqpp.EVENT_HANDSHAKE_FAILED_PROTOCOL
        | zmqpp.EVENT_HANDSHAKE_FAILED_NO_DETAIL
        | zmqpp.EVENT_HANDSHAKE_SUCCEEDED
    )
    with server.get_monitor_socket(failures) as monitor:
        client.connect(server.bind("tcp://127.0.0.1:*"))
        event = recv_monitor_message(monitor, timeout=5000)
    assert event.event == zmqpp.EVENT_HANDSHAKE_FAILED_PROTOCOL
    assert event.value == zmqpp.PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC


@needs_curve
def test_curve_and_a_client_without(open_socket):
    """A client without CURVE does not get through to a server that has it."""
    server = curve_server(open_socket, PULL, zmqpp.curve_keypair())
    client = open_socket(PUSH, reconnect_ivl=-1)
    with server.get_monitor_socket(zmqpp.EVENT_HANDSHAKE_FAILED_PROTOCOL) as monitor:
        client.connect(server.bind("tcp://127.0.0.1:*"))
        client.send(b"in the clear")
        event = recv_monitor_message(monitor, timeout=5000)
    assert event.value == zmqpp.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
    assert server.try_recv() is None


@needs_curve
@pytest.mark.parametrize("status", [b"200", b"400"])
def test_curve_and_an_authenticator(open_socket, authenticator, status):
    """An authenticator lets a client in, whose messages then have its name, or refuses it."""
    authenticator[b"CURVE"] = [status, b"because", b"ada"]
    keys = zmqpp.curve_keypair()
    server = curve_server(open_socket, PULL, keys, zap_domain="global")
    client = curve_client(open_socket, PUSH, keys[0], reconnect_ivl=-1)
    with client.get_monitor_socket(
        zmqpp.EVENT_HANDSHAKE_FAILED_AUTH | zmqpp.EVENT_HANDSHAKE_SUCCEEDED
    ) as monitor:
        client.connect(server.bind("tcp://127.0.0.1:*"))
        client.send(b"hello")
        event = recv_monitor_message(monitor, timeout=5000)
    if status == b"200":
        assert event.event == zmqpp.EVENT_HANDSHAKE_SUCCEEDED
        assert server.recv(copy=False).get("User-Id") == "ada"
    else:
        assert (event.event, event.value) == (zmqpp.EVENT_HANDSHAKE_FAILED_AUTH, 400)
        assert server.try_recv() is None


# --- PLAIN ---


@pytest.mark.parametrize("status", [b"200", b"400"])
def test_plain(open_socket, authenticator, status):
    """PLAIN sends a name and a password, which an authenticator accepts or refuses."""
    authenticator[b"PLAIN"] = [status, b"because", b"ada"]
    server = open_socket(PULL, plain_server=True)
    client = open_socket(PUSH, plain_username="ada", plain_password="secret", reconnect_ivl=-1)
    assert server.mechanism == client.mechanism == zmqpp.PLAIN
    with client.get_monitor_socket(
        zmqpp.EVENT_HANDSHAKE_FAILED_AUTH | zmqpp.EVENT_HANDSHAKE_SUCCEEDED
    ) as monitor:
        client.connect(server.bind("tcp://127.0.0.1:*"))
        client.send(b"hello")
        event = recv_monitor_message(monitor, timeout=5000)
    if status == b"200":
        assert event.event == zmqpp.EVENT_HANDSHAKE_SUCCEEDED
        assert server.recv(copy=False).get("User-Id") == "ada"
    else:
        assert (event.event, event.value) == (zmqpp.EVENT_HANDSHAKE_FAILED_AUTH, 400)
        assert server.try_recv() is None


# --- Z85 ---


@given(st.binary(max_size=40).map(lambda data: data * 4))
def test_z85_round_trip(data):
    """What z85_encode() makes of bytes, z85_decode() makes bytes of again."""
    text = zmqpp.z85_encode(data)
    assert len(text) == len(data) // 4 * 5
    assert zmqpp.z85_decode(text) == data
    assert zmqpp.z85_decode(text.decode()) == data


def test_z85_example():
    """The example in the specification of Z85 comes out as it should."""
    assert zmqpp.z85_encode(bytes.fromhex("864FD26FB559F75B")) == b"HelloWorld"
    assert zmqpp.z85_decode("HelloWorld") == bytes.fromhex("864FD26FB559F75B")


@pytest.mark.parametrize(
    ("function", "value", "error", "text"),
    [
        ("z85_encode", b"abc", zmqpp.ZMQError, "multiple of 4, not 3"),
        ("z85_encode", 5, TypeError, "not int"),
        ("z85_decode", "abc", zmqpp.ZMQError, "multiple of 5, not 3"),
        ("z85_decode", "\x01bcde", zmqpp.ZMQError, "not Z85 text"),
        ("z85_decode", "ab\x00de", zmqpp.ZMQError, "not Z85 text"),
        ("z85_decode", "a cde", zmqpp.ZMQError, "not Z85 text"),
        ("z85_decode", b"\xff" * 5, zmqpp.ZMQError, "not Z85 text"),
        ("z85_decode", "ä" * 5, zmqpp.ZMQError, "not Z85 text"),
        ("z85_decode", None, TypeError, "not NoneType"),
    ],
)
def test_bad_z85(function, value, error, text):
    """What is no Z85, or cannot become it, is refused with the reason."""
    with pytest.raises(error, match=f"{function}.*{text}"):
        getattr(zmqpp, function)(value)
