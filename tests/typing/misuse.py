"""Mistakes that type checkers must find: one line each, with the error that is to be found in it.

Nothing here runs: tests/test_typing.py gives it to mypy, which complains of an ignored error that it
does not find.
"""

from __future__ import annotations

import zmqpp


def contexts(context: zmqpp.Context) -> None:
    zmqpp.Context("two")  # type: ignore[arg-type]
    context.io_threads = "two"  # type: ignore[assignment]
    context.socket_limit = 10  # type: ignore[misc]
    context.linger = None  # type: ignore[assignment]
    context.socket()  # type: ignore[call-overload]
    context.socket("REP")  # type: ignore[call-overload]
    context.socket(zmqpp.REP, str)  # type: ignore[type-var]
    zmqpp.Socket(context)  # type: ignore[call-overload]
    zmqpp.Socket(zmqpp.REP)  # type: ignore[call-overload]
    context.term(timeout="soon")  # type: ignore[arg-type]


def endpoints(socket: zmqpp.Socket) -> None:
    socket.bind(5555)  # type: ignore[arg-type]
    socket.bind("tcp://*", 5555)  # type: ignore[call-arg]
    socket.bind("inproc://x").port = 5555  # type: ignore[misc]
    socket.close(linger="never")  # type: ignore[arg-type]


def sending(socket: zmqpp.Socket) -> None:
    socket.send("text")  # type: ignore[arg-type]
    socket.send(1)  # type: ignore[arg-type]
    socket.send(None)  # type: ignore[arg-type]
    socket.send(b"data", seconds=1)  # type: ignore[call-arg]
    socket.send(b"data", timeout="soon")  # type: ignore[arg-type]
    socket.send(b"data", track=True).wait()  # type: ignore[union-attr]
    socket.send_multipart(["text"])  # type: ignore[list-item]
    socket.send_multipart(b"data")  # type: ignore[arg-type]
    socket.send_string(b"bytes")  # type: ignore[arg-type]
    socket.send_pyobj(object())  # type: ignore[attr-defined]


def receiving(socket: zmqpp.Socket, copy: bool) -> None:
    text: str = socket.recv()  # type: ignore[assignment]
    whole: bytes = socket.recv(copy=False)  # type: ignore[assignment]
    either: bytes = socket.recv(copy=copy)  # type: ignore[assignment]
    parts: list[bytes] = socket.recv_multipart(copy=False)  # type: ignore[assignment]
    socket.try_recv().decode()  # type: ignore[union-attr]
    socket.recv_into("text")  # type: ignore[arg-type]
    socket.recv_into(buffer=bytearray())  # type: ignore[call-arg]
    socket.recv(nbytes=10)  # type: ignore[call-overload]
    print(text, whole, either, parts)


def options(socket: zmqpp.Socket) -> None:
    socket.rcvhwm = "many"  # type: ignore[assignment]
    socket.rcvhwm = 1.5  # type: ignore[assignment]
    socket.linger = "forever"  # type: ignore[assignment]
    socket.ipv6 = "yes"  # type: ignore[assignment]
    socket.routing_id = 5  # type: ignore[assignment]
    socket.last_endpoint = b"tcp://*:5555"  # type: ignore[misc]
    socket.no_such_option = 1  # type: ignore[attr-defined]
    text: str = socket.routing_id  # type: ignore[assignment]
    socket.set("linger", 0)  # type: ignore[arg-type]
    socket.set(zmqpp.LINGER, [])  # type: ignore[arg-type]
    socket.subscribe(1)  # type: ignore[arg-type]
    socket.subscribe = 1  # type: ignore[assignment]
    print(text)


def polling(poller: zmqpp.Poller, socket: zmqpp.Socket) -> None:
    poller.register("socket")  # type: ignore[arg-type]
    poller.register(socket, "in")  # type: ignore[arg-type]
    poller.poll("soon")  # type: ignore[arg-type]
    zmqpp.zmq_poll([socket])  # type: ignore[list-item]
    zmqpp.select([socket], [], [], "soon")  # type: ignore[arg-type]
    zmqpp.proxy(socket)  # type: ignore[call-arg]
    zmqpp.device(zmqpp.QUEUE, socket, None)  # type: ignore[arg-type]
    zmqpp.Proxy(socket, "back")  # type: ignore[arg-type]
    zmqpp.Monitor("socket")  # type: ignore[arg-type]
    socket.wait_for_subscribers("two")  # type: ignore[arg-type]
    socket.wait_for_subscribers(1, timeout=100, theme="news")  # type: ignore[call-arg]
    socket.connections = 5  # type: ignore[misc]


def names(message: zmqpp.Message, error: zmqpp.ZMQError) -> None:
    print(zmqpp.no_such_name)  # type: ignore[attr-defined]
    print(zmqpp.SocketType.NONE)  # type: ignore[attr-defined]
    zmqpp.REP = zmqpp.REQ  # type: ignore[misc]
    message.bytes = b"new"  # type: ignore[misc]
    print(error.frame)  # type: ignore[attr-defined]
