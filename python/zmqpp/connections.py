"""A socket's connections: how many are agreed on, waiting for them, and publishing their events."""

from __future__ import annotations

from . import _core
from .formats import Formats

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from datetime import timedelta


class Connected(Formats):
    """A socket that may know its connections."""

    __slots__ = ("_connections",)

    #: What watch_connections knows.
    _connections: _core.Connections | None

    @property
    def watch_connections(self) -> bool:
        """Whether the socket knows its connections; a keyword of Context.socket(), or a default.

        It costs a monitor (zmq_socket_monitor), the only one that the socket has, which is two
        sockets of max_sockets more. Raises StateError once the socket is bound or connected.
        """
        return self._connections is not None

    @watch_connections.setter
    def watch_connections(self, value: bool) -> None:
        if value and self._connections is None:
            self._connections = _core.Connections(self)
        elif not value and self._connections is not None:
            self._connections.close()
            self._connections = None

    @property
    def connections(self) -> int:
        """How many connections are agreed on now: accepted, and by connect().

        Needs watch_connections, but for a socket that is connected by inproc alone; raises StateError.
        """
        if self._connections is None:
            return _core.wait_connected(self, 0, 0)
        return self._connections.count()

    def wait_connected(self, n: int | None = None, timeout: float | timedelta | None = None) -> int:
        """Waits until connections are agreed on, handshake and all, and returns how many are.

        n: how many; None is one for each endpoint that the socket is connect()ed to. timeout:
        milliseconds or a timedelta; None waits for ever. Needs watch_connections, but for a socket
        that is connected by inproc alone. Raises Timeout, which names the endpoints that are missing
        and the last that is known of them, and StateError.
        """
        if self._connections is None:
            return _core.wait_connected(self, n, timeout)
        return self._connections.wait(n, timeout)

    def monitor(self, addr: str | None, events: int = _core.EVENT_ALL) -> None:
        """Publishes events of this socket at an inproc endpoint (zmq_socket_monitor).

        addr: ``inproc://name``, or None to stop. events: EVENT_CONNECTED and the like, added up.
        Raises StateError if watch_connections has the socket's one monitor.
        """
        if addr is None:
            _core.stop_monitor(self)
        else:
            _core.start_monitor(self, addr, events)


__all__ = ["Connected"]
