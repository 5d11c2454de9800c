"""Reading the events of a monitored socket; see Socket.get_monitor_socket()."""

from __future__ import annotations

import sys
from collections import namedtuple

from .constants import Event

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from typing import NamedTuple

    from .socket import Socket

    class _Fields(NamedTuple):
        event: Event
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
    return MonitorEvent(Event(event), value, parts[1].decode("utf-8", "replace"))


def recv_monitor_message(
    socket: Socket, flags: int = 0, *, timeout: float | timedelta | None = None
) -> MonitorEvent:
    """Receives the next event from a monitor socket; flags, timeout and errors as in recv()."""
    return parse_monitor_message(socket.recv_multipart(flags, timeout=timeout))


__all__ = ["MonitorEvent", "parse_monitor_message", "recv_monitor_message"]
