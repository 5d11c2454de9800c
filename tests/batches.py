"""What the tests of batches share: single messages and such of several parts, sent and received alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import zmqpp


class Batches:
    """Both pairs of methods. A message is told by its first part."""

    def __init__(self, multipart: bool) -> None:
        self.multipart = multipart

    def send(
        self, socket: zmqpp.Socket, messages: Iterable[Any], **options: Any
    ) -> zmqpp.MessageTracker | None:
        if self.multipart:
            return socket.send_many_multipart([[m, b"end"] for m in messages], **options)
        return socket.send_many(messages, **options)

    def recv(self, socket: zmqpp.Socket, most: int, **options: Any) -> list[Any]:
        if not self.multipart:
            return socket.recv_many(most, **options)
        received = socket.recv_many_multipart(most, **options)
        assert all(parts[1:] == [b"end"] for parts in received)
        return [parts[0] for parts in received]

    def recv_all(self, socket: zmqpp.Socket, count: int, most: int = 1000) -> list[Any]:
        """So many messages, and there may be no more."""
        received: list[Any] = []
        while len(received) < count:
            received += self.recv(socket, most)
        assert len(received) == count
        return received


SINGLE = Batches(False)
SEVERAL = Batches(True)


def numbers(count: int, prefix: bytes = b"") -> list[bytes]:
    return [prefix + b"%d" % i for i in range(count)]
