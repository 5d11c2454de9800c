"""STREAM: raw TCP, to and from programs that know no ZeroMQ."""

from __future__ import annotations

import select
import socket

import pytest

import zmqpp
from zmqpp import STREAM


@pytest.fixture
def server(open_socket):
    """A STREAM socket that listens."""
    server = open_socket(STREAM)
    server.bind("tcp://127.0.0.1:*")
    return server


@pytest.fixture
def connect(server):
    """Connects plain TCP sockets to the server; closed after the test."""
    clients = []

    def connect():
        port = int(server.endpoints[0].rpartition(":")[2])
        clients.append(socket.create_connection(("127.0.0.1", port), timeout=5))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def receive(stream, size):
    """The next `size` bytes that arrive, and who sent them: TCP may deliver them in pieces."""
    data = b""
    while len(data) < size:
        identity, piece = stream.recv_multipart()
        data += piece
    return identity, data


def read(client, size):
    data = b""
    while len(data) < size:
        data += client.recv(size - len(data))
    return data


def test_a_plain_client(server, connect):
    """A plain TCP client is announced, talks both ways, and is announced again when it leaves."""
    client = connect()
    identity, notice = server.recv_multipart()
    assert len(identity) == 5
    assert notice == b""
    client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    assert receive(server, 18) == (identity, b"GET / HTTP/1.0\r\n\r\n")
    server.send_multipart([identity, b"HTTP/1.0 200 OK\r\n\r\n"])
    assert read(client, 19) == b"HTTP/1.0 200 OK\r\n\r\n"
    client.close()
    assert server.recv_multipart() == [identity, b""]


def test_hanging_up(server, connect, wait_until):
    """An empty message to a peer closes its connection, when the socket is next used."""
    client = connect()
    identity, _ = server.recv_multipart()
    server.send_multipart([identity, b"bye"])
    server.send_multipart([identity, b""])
    assert read(client, 3) == b"bye"
    wait_until(lambda: server.poll(0) or select.select([client], [], [], 0)[0])
    assert client.recv(1) == b""


def test_several_clients(server, connect):
    """Each connection has an identity of its own, by which it is answered."""
    clients = {}
    for number in range(3):
        client = connect()
        identity, _ = server.recv_multipart()
        clients[identity] = (client, b"%d" % number)
    assert len(clients) == 3
    for identity, (client, number) in clients.items():
        client.sendall(number)
        assert receive(server, 1) == (identity, number)
    for identity, (_, number) in clients.items():
        server.send_multipart([identity, number * 2])
    for client, number in clients.values():
        assert read(client, 2) == number * 2


def test_a_plain_server(open_socket):
    """A STREAM socket talks to a plain TCP server, by the routing id it has for the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        stream = open_socket(STREAM, connect_routing_id="server")
        stream.connect(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            assert stream.recv_multipart() == [b"server", b""]
            stream.send_multipart([b"server", b"hello"])
            assert read(connection, 5) == b"hello"
            connection.sendall(b"world")
            assert receive(stream, 5) == (b"server", b"world")


def test_much_data(server, connect):
    """What is larger than any buffer arrives whole, in pieces."""
    client = connect()
    identity, _ = server.recv_multipart()
    data = bytes(range(256)) * 4000
    server.send_multipart([identity, data])
    assert read(client, len(data)) == data
    client.settimeout(None)
    sent = 0
    received = b""
    while len(received) < len(data):
        if sent < len(data):
            sent += client.send(data[sent : sent + 65536])
        received += receive(server, 1)[1]
    assert received == data


def test_unknown_peer(server):
    """A message for a connection that is not there is HostUnreachable."""
    with pytest.raises(zmqpp.HostUnreachable, match="STREAM socket"):
        server.send_multipart([b"12345", b"x"])


def test_metadata(server, connect):
    """A message tells the address it came from."""
    connect()
    message = server.recv_multipart(copy=False)[-1]
    assert message.get("Peer-Address") == "127.0.0.1"
