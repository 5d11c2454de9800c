"""Programs that type checkers must accept, and the types that they must find in them.

Nothing here runs: tests/test_typing.py gives it to mypy.
"""

from __future__ import annotations

import socket as sockets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Optional

from typing_extensions import assert_type

import zmqpp
import zmqpp as zmq


def contexts() -> None:
    with zmqpp.Context() as context:
        assert_type(context, zmqpp.Context)
    context = zmqpp.Context(2, max_sockets=100, linger=0, ipv6=True)
    assert_type(zmqpp.Context.instance(), zmqpp.Context)
    assert_type(zmqpp.Context.shadow(context), zmqpp.Context)
    assert_type(zmqpp.Context.shadow(context.underlying), zmqpp.Context)
    assert_type(context.io_threads, int)
    assert_type(context.ipv6, bool)
    assert_type(context.linger, int)
    assert_type(context.sockopts, dict[str, Any])
    assert_type(context.sockets, list[zmqpp.Socket])
    assert_type(context.closed, bool)
    assert_type(context.get(zmqpp.IO_THREADS), int)
    context.io_threads = 4
    context.linger = timedelta(seconds=1)
    context.rcvtimeo = 100  # a default for sockets
    context.set(zmqpp.MAX_SOCKETS, 10)
    context.setsockopt(zmqpp.LINGER, 0)
    context.shutdown()
    context.term(timeout=1000)
    context.term(timedelta(seconds=1))
    context.destroy(linger=0)


def opening(context: zmqpp.Context) -> None:
    with context.socket(zmqpp.REP) as server:
        assert_type(server, zmqpp.Socket)
    server = context.socket(zmqpp.REP, linger=0, rcvtimeo=timedelta(seconds=5))
    server = context.socket(zmqpp.SocketType.SUB, subscribe="topic")
    server = zmqpp.Socket(context, zmqpp.REP, sndhwm=10)
    assert_type(server.context, zmqpp.Context)
    assert_type(server.socket_type, zmqpp.SocketType)
    assert_type(server.closed, bool)
    assert_type(server.origin, str)
    assert_type(server.underlying, int)
    assert_type(server.fileno(), int)
    assert_type(zmqpp.Socket.shadow(server), zmqpp.Socket)
    assert_type(zmqpp.Socket.shadow(server.underlying, context), zmqpp.Socket)
    server.close()
    server.close(linger=timedelta(milliseconds=10))


class Worker(zmqpp.Socket):
    def work(self) -> bytes:
        return self.recv()


class Workshop(zmqpp.Context):
    _socket_class = Worker


def subclasses(context: zmqpp.Context) -> None:
    worker = context.socket(zmqpp.PULL, Worker, linger=0)
    assert_type(worker, Worker)
    assert_type(worker.work(), bytes)
    with worker as same:
        assert_type(same, Worker)
    assert_type(context.socket(zmqpp.PULL, socket_class=Worker), Worker)
    assert_type(Workshop.instance(), Workshop)
    with Workshop() as workshop:
        assert_type(workshop, Workshop)


def endpoints(server: zmqpp.Socket, client: zmqpp.Socket) -> None:
    endpoint = server.bind("tcp://127.0.0.1:*")
    assert_type(endpoint, zmqpp.Endpoint)
    assert_type(endpoint.port, int)
    assert_type(endpoint.transport, str)
    text: str = endpoint
    with client.connect(text) as connection:
        assert_type(connection, zmqpp.Endpoint)
    client.disconnect(endpoint)
    server.unbind(endpoint)
    assert_type(server.bind_to_random_port("tcp://*", min_port=5000, max_port=6000), int)
    assert_type(server.endpoints, list[str])


def sending(push: zmqpp.Socket) -> None:
    assert_type(push.send(b"bytes"), Optional[zmqpp.MessageTracker])
    push.send(bytearray(b"a buffer"))
    push.send(memoryview(b"a view"), zmqpp.SNDMORE)
    push.send(b"large", copy=False, track=True, timeout=100)
    push.send(b"soon", zmqpp.DONTWAIT | zmqpp.SNDMORE, timeout=timedelta(seconds=1))
    push.send(zmqpp.Message(b"a message"))
    push.send(b"draft", routing_id=1, group="group")
    push.send_multipart([b"head", bytearray(b"body"), zmqpp.Message(b"tail")], timeout=0.5)
    push.send_multipart(part for part in (b"an", b"iterator"))
    push.send_string("text")
    push.send_string("text", zmqpp.SNDMORE, encoding="latin-1", timeout=100)
    push.send_json({"a": [1, 2, None]}, indent=2)
    push.send_serialized({"a": 1}, lambda message: [repr(message).encode()])
    tracker = push.send(b"large", copy=False, track=True)
    assert tracker is not None
    assert_type(tracker.done, bool)
    tracker.wait()
    tracker.wait(timeout=1.5)


def receiving(pull: zmqpp.Socket, lend: bool) -> None:
    assert_type(pull.recv(), bytes)
    assert_type(pull.recv(zmqpp.DONTWAIT), bytes)
    assert_type(pull.recv(timeout=100), bytes)
    assert_type(pull.recv(copy=True), bytes)
    assert_type(pull.recv(copy=False), zmqpp.Message)
    assert_type(pull.recv(zmqpp.DONTWAIT, False), zmqpp.Message)
    assert_type(pull.recv(copy=False, timeout=timedelta(seconds=1)), zmqpp.Message)
    whole = pull.recv(copy=not lend)
    print(whole if isinstance(whole, bytes) else whole.bytes)
    assert_type(pull.recv_multipart(), list[bytes])
    assert_type(pull.recv_multipart(copy=False), list[zmqpp.Message])
    assert_type(pull.recv_multipart(0, False), list[zmqpp.Message])
    assert_type(pull.try_recv(), Optional[bytes])
    assert_type(pull.try_recv(copy=False), Optional[zmqpp.Message])
    assert_type(pull.try_recv(False), Optional[zmqpp.Message])
    assert_type(pull.try_recv_multipart(), Optional[list[bytes]])
    assert_type(pull.try_recv_multipart(copy=False), Optional[list[zmqpp.Message]])
    assert_type(pull.recv_into(bytearray(10)), int)
    assert_type(pull.recv_into(memoryview(bytearray(10)), nbytes=5, timeout=100), int)
    assert_type(pull.recv_string(), str)
    assert_type(pull.recv_string(encoding="latin-1", timeout=100), str)
    assert_type(pull.recv_json(timeout=100, parse_float=str), Any)
    total: int = pull.recv_serialized(lambda parts: sum(map(len, parts)))
    print(total)
    assert_type(pull.poll(), int)
    assert_type(pull.poll(100, zmqpp.POLLIN | zmqpp.POLLOUT), int)
    for message in pull:
        assert_type(message, bytes)
    assert_type(iter(pull), Iterator[bytes])


def messages() -> None:
    message = zmqpp.Message(b"data", track=True)
    assert_type(zmqpp.Frame(), zmqpp.Message)
    assert_type(zmqpp.Message(size=10), zmqpp.Message)
    assert_type(message.bytes, bytes)
    assert_type(bytes(message), bytes)
    assert_type(message.buffer, memoryview)
    assert_type(len(message), int)
    assert_type(message.more, bool)
    assert_type(message.tracker, Optional[zmqpp.MessageTracker])
    assert_type(message.get(zmqpp.SHARED), int)
    peer = message.get("Peer-Address")
    print(peer.upper() if isinstance(peer, str) else peer)
    print(message == b"data", message["User-Id"], hash(message))
    with memoryview(message) as view:
        assert_type(view.nbytes, int)
    assert_type(message.fast_copy(), zmqpp.Message)


def options(socket: zmqpp.Socket) -> None:
    assert_type(socket.rcvhwm, int)
    assert_type(socket.ipv6, bool)
    assert_type(socket.routing_id, bytes)
    assert_type(socket.identity, bytes)
    assert_type(socket.last_endpoint, bytes)
    assert_type(socket.linger, int)
    assert_type(socket.type, zmqpp.SocketType)
    assert_type(socket.hwm, int)
    assert_type(socket.copy_threshold, int)
    socket.linger = 0
    socket.linger = 0.5
    socket.linger = timedelta(seconds=1)
    socket.rcvhwm = 10
    socket.hwm = 10
    socket.ipv6 = True
    socket.router_mandatory = True  # write-only
    socket.routing_id = b"bytes"
    socket.routing_id = "text"
    socket.plain_username = None
    socket.copy_threshold = 0
    assert_type(socket.get(zmqpp.LINGER), "int | bytes")
    assert_type(socket.getsockopt(zmqpp.LINGER), "int | bytes")
    assert_type(socket.get_string(zmqpp.LAST_ENDPOINT), str)
    assert_type(socket.get_hwm(), int)
    socket.set(zmqpp.LINGER, timedelta(seconds=1))
    socket.setsockopt(zmqpp.SUBSCRIBE, b"topic")
    socket.set_string(zmqpp.ROUTING_ID, "text")
    socket.set_hwm(10)


def subscriptions(sub: zmqpp.Socket) -> None:
    sub.subscribe("topic")
    sub.subscribe(b"topic")
    sub.unsubscribe("topic")
    sub.subscribe = "topic"
    sub.join("group")
    sub.leave("group")


def polling(first: zmqpp.Socket, second: zmqpp.Socket) -> None:
    poller = zmqpp.Poller()
    poller.register(first)
    poller.register(second, zmqpp.POLLIN | zmqpp.POLLOUT)
    poller.register(0, zmqpp.POLLIN)
    with sockets.socket() as plain:
        poller.register(plain, zmqpp.POLLIN)
    poller.modify(first, zmqpp.POLLOUT)
    poller.unregister(second)
    assert_type(poller.poll(), list[tuple[Any, int]])
    assert_type(poller.poll(timeout=100), list[tuple[Any, int]])
    for target, events in poller.poll(timedelta(seconds=1)):
        if events & zmqpp.POLLIN:
            target.recv()
    ready: dict[Any, int] = dict(poller.poll(0))
    print(ready)
    assert_type(poller.sockets, list[tuple[Any, int]])
    assert_type(len(poller), int)
    assert_type(first in poller, bool)
    assert_type(
        zmqpp.zmq_poll([(first, zmqpp.POLLIN), (0, zmqpp.POLLIN)], 10), list[tuple[Any, int]]
    )
    readable, writable, failed = zmqpp.select([first, 0], [second], [], timeout=1.5)
    assert_type(readable, list[Any])
    assert_type(writable, list[Any])
    assert_type(failed, list[Any])


def carrying(front: zmqpp.Socket, back: zmqpp.Socket, other: zmqpp.Socket) -> None:
    zmqpp.proxy(front, back)
    zmqpp.proxy(front, back, capture=None)
    zmqpp.proxy(front, back, other)
    zmqpp.proxy_steerable(front, back, control=other)
    zmqpp.device(zmqpp.QUEUE, front, back)
    with zmqpp.Proxy(front, back, other) as running:
        assert_type(running, zmqpp.Proxy)
        assert_type(running.running, bool)
    proxy = zmqpp.Proxy(front, back)
    proxy.start()
    proxy.stop(timeout=timedelta(seconds=1))
    proxy.join(100)


def waiting_for_peers(context: zmqpp.Context, socket: zmqpp.Socket) -> None:
    assert_type(socket.wait_for_subscribers(), int)
    socket.wait_for_subscribers(2, 100, topic="news")
    socket.wait_for_subscribers(timeout=timedelta(seconds=1), topic=b"news")
    watched = context.socket(zmqpp.PUSH, watch_connections=True)
    assert_type(watched.watch_connections, bool)
    assert_type(watched.connections, int)
    assert_type(watched.wait_connected(timeout=100), int)
    watched.wait_connected(2, timedelta(seconds=1))


def monitoring(socket: zmqpp.Socket) -> None:
    from zmqpp.monitor import parse_monitor_message, recv_monitor_message

    reader = socket.get_monitor_socket(zmqpp.EVENT_CONNECTED | zmqpp.EVENT_DISCONNECTED)
    assert_type(reader, zmqpp.Socket)
    event = recv_monitor_message(reader, timeout=100)
    assert_type(event, zmqpp.MonitorEvent)
    assert_type(event.event, zmqpp.Event)
    assert_type(event.value, int)
    assert_type(event.endpoint, str)
    what, value, endpoint = parse_monitor_message(reader.recv_multipart())
    print(what, value, endpoint)
    socket.monitor("inproc://monitor")
    socket.monitor(None)
    socket.disable_monitor()
    with zmqpp.Monitor(socket, zmqpp.EVENT_CONNECTED) as monitor:
        assert_type(monitor.recv(timeout=100), zmqpp.MonitorEvent)
        for event in monitor:
            assert_type(event, zmqpp.MonitorEvent)
        assert_type(monitor.closed, bool)


def securing(server: zmqpp.Socket) -> None:
    public, secret = zmqpp.curve_keypair()
    assert_type(public, bytes)
    assert_type(zmqpp.curve_public(secret), bytes)
    assert_type(zmqpp.curve_public("text"), bytes)
    assert_type(zmqpp.z85_encode(zmqpp.z85_decode(secret)), bytes)
    server.curve_secretkey = secret
    server.curve_server = True


def errors(socket: zmqpp.Socket) -> bytes | None:
    try:
        return socket.recv(timeout=100)
    except zmqpp.Timeout as error:
        assert_type(error.errno, Optional[int])
    except zmqpp.Again as error:
        also: BlockingIOError = error
        print(also)
    except (zmqpp.SocketClosed, zmqpp.ContextTerminated):
        return None
    except zmqpp.ZMQError as error:
        if error.errno == zmqpp.EFSM:
            print(zmqpp.strerror(error.errno))
    try:
        socket.recv_into(bytearray(1))
    except zmqpp.MessageTooLong as error:
        assert_type(error.frame, zmqpp.Message)
    timeout: type[TimeoutError] = zmqpp.Timeout
    unsupported: type[NotImplementedError] = zmqpp.NotSupported
    print(timeout, unsupported)
    return None


def versions() -> None:
    assert_type(zmqpp.__version__, str)
    assert_type(zmqpp.zmq_version(), str)
    assert_type(zmqpp.zmq_version_info(), tuple[int, int, int])
    assert_type(zmqpp.has("curve"), bool)
    assert_type(zmqpp.build_info(), dict[str, Any])
    assert_type(zmqpp.DRAFT_API, bool)
    assert_type(zmqpp.COPY_THRESHOLD, int)
    assert_type(zmqpp.get_include(), str)
    assert_type(zmqpp.get_cmake_dir(), str)
    assert_type(zmqpp.zmq_errno(), int)


def constants() -> None:
    kind: zmqpp.SocketType = zmqpp.REQ
    option: zmqpp.SocketOption = zmqpp.IDENTITY
    flags: zmqpp.Flag = zmqpp.DONTWAIT | zmqpp.SNDMORE
    number: int = zmqpp.EAGAIN
    print(kind, option, flags, number, zmqpp.SocketType(1), zmqpp.SocketType["REP"])
    print(zmq.REP, zmq.Errno.EFSM.value, zmq.Event.ALL & ~zmq.EVENT_CLOSED)
