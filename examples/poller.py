"""Waiting for ZeroMQ and for everything else at once: a Poller with a socket and a descriptor.

The descriptor is an operating-system socket's here. Pipes, serial lines, inotify and whatever else
has one work too.
"""

from __future__ import annotations

import socket
import threading

import zmqpp

PATIENCE_MS = 5000


def talk(messages: zmqpp.Socket, line: socket.socket) -> None:
    messages.send(b"a ZeroMQ message")
    line.sendall(b"a line of text")
    messages.send(b"the end")


def main() -> None:
    near, far = socket.socketpair()
    with zmqpp.Context() as context, near, far:
        messages = context.socket(zmqpp.PULL)
        messages.bind("inproc://messages")
        sender = context.socket(zmqpp.PUSH)
        sender.connect("inproc://messages")

        poller = zmqpp.Poller()
        poller.register(messages, zmqpp.POLLIN)
        poller.register(near, zmqpp.POLLIN)

        talker = threading.Thread(target=talk, args=(sender, far))
        talker.start()
        message = b""
        while message != b"the end":
            ready = dict(poller.poll(PATIENCE_MS))
            if not ready:
                raise SystemExit("nothing came in time")
            if near.fileno() in ready:  # plain descriptors come back as numbers
                print("descriptor:", near.recv(100).decode())
            if messages in ready:
                message = messages.recv()
                print("socket:", message.decode())
        talker.join()


if __name__ == "__main__":
    main()
