"""Reading the events of a monitored socket: Monitor, or a plain socket of get_monitor_socket()."""

from __future__ import annotations

import errno
import sys
from collections import namedtuple

from . import _core, constants

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta
    from typing import NamedTuple

    from typing_extensions import Self

    class _Fields(NamedTuple):
        event: constants.Event
        value: int
        endpoint: str

else:
    _Fields = namedtuple("_Fields", ("event", "value", "endpoint"))


class MonitorEvent(_Fields):
    """What happened to a connection.

    value: what the event brings with it: a file descriptor (CONNECTED, ACCEPTED, LISTENING, CLOSED,
    DISCONNECTED, HANDSHAKE_SUCCEEDED), an errno (CONNECT_DELAYED, BIND_FAILED, ACCEPT_FAILED,
    CLOSE_FAILED, HANDSHAKE_FAILED_NO_DETAIL), milliseconds until the next try (CONNECT_RETRIED), a
    ZAP status (HANDSHAKE_FAILED_AUTH) or a PROTOCOL_ERROR (HANDSHAKE_FAILED_PROTOCOL).
    endpoint: of the connection, as text.
    """

    __slots__ = ()


def parse_monitor_message(parts: Sequence[bytes]) -> MonitorEvent:
    """The event of a monitor's two-part message. Raises ValueError if it is none."""
    if len(parts) != 2 or len(parts[0]) != 6:
        raise ValueError("a monitor's message has two parts, the first of 6 bytes")
    event, value = (int.from_bytes(part, sys.byteorder) for part in (parts[0][:2], parts[0][2:]))
    return MonitorEvent(constants.Event(event), value, parts[1].decode("utf-8", "replace"))


def recv_monitor_message(
    socket: _core.Socket, flags: int = 0, *, timeout: float | timedelta | None = None
) -> MonitorEvent:
    """Receives the next event from a monitor socket; flags, timeout and errors as in recv()."""
    return parse_monitor_message(socket.recv_multipart(flags, timeout=timeout))


class Monitor:
    """The events of a socket's connections, one by one (zmq_socket_monitor).

    socket: which to watch, from now on; a socket has one monitor, and a new one ends the old.
    events: EVENT_CONNECTED and the like, added up. Iterating waits for the next event, and ends when
    the socket is closed, the monitor stops or the context ends. Any thread may use it, and close it
    before or after the socket; leaving a ``with`` statement does.
    """

    __slots__ = ("_reader",)

    def __init__(self, socket: _core.Socket, events: int = _core.EVENT_ALL) -> None:
        self._reader = _core.open_monitor(socket, events | constants.EVENT_MONITOR_STOPPED)

    def recv(self, timeout: float | timedelta | None = None) -> MonitorEvent:
        """The next event.

        timeout: milliseconds or a timedelta; None waits for ever. Raises Timeout, ContextTerminated,
        and SocketClosed when there will be none any more.
        """
        event = recv_monitor_message(self._reader, timeout=timeout)
        if event.event == constants.EVENT_MONITOR_STOPPED:
            self.close()  # also for other threads that wait for an event
            raise _core.SocketClosed(
                errno.ENOTSOCK, "Monitor.recv(): the socket was closed, or is monitored no more"
            )
        return event

    def __iter__(self) -> Iterator[MonitorEvent]:
        """The events until the end, whoever brings it about."""
        while True:
            try:
                event = self.recv()
            except (_core.SocketClosed, _core.ContextTerminated):
                return
            yield event

    @property
    def closed(self) -> bool:
        """Whether no event can come any more."""
        return self._reader.closed

    def close(self) -> None:
        """Stops watching; whoever waits for an event gets SocketClosed. Twice does nothing."""
        self._reader._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


__all__ = ["Monitor", "MonitorEvent", "parse_monitor_message", "recv_monitor_message"]
