"""Socket: the conveniences that rest on the compiled class.

``send``, ``recv``, ``send_multipart``, ``recv_multipart``, ``try_recv``, ``recv_into``, ``poll``
and the options are the compiled class's own: no Python runs in them.
"""

from __future__ import annotations

import errno

from . import _core, constants
from .connections import Connected
from .endpoint import Endpoint
from .errors import AddressInUse, ContextTerminated, SocketClosed, ZMQBindError
from .options import SOCKET_OPTIONS, TopicOption, set_option

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from typing import Any, overload

    from typing_extensions import Self

    from .context import Context


class Socket(Connected):
    """A ZeroMQ socket. Make one with :meth:`Context.socket`.

    Any thread may use it at any time: one may wait in ``recv()`` while another sends, and
    ``close()`` from anywhere ends every call with :class:`SocketClosed`. A message, with all its
    parts, is sent and received whole.

    Options are attributes with ZeroMQ's names (``socket.linger = 0``), and times are milliseconds.
    Leaving a ``with`` statement closes the socket.
    """

    __slots__ = ("_monitor_reader", "_opener")

    #: The object that opened it, which is more than its compiled half: subclasses, defaults.
    _opener: Context | None
    #: Of get_monitor_socket(), with the events it was asked for.
    _monitor_reader: tuple[int, Socket] | None

    if TYPE_CHECKING:

        @overload
        def __init__(self, context: _core.Context, socket_type: int, **options: Any) -> None: ...
        @overload
        def __init__(self, context: _core.Socket, **options: Any) -> None: ...

    def __init__(
        self, context: _core.Context | _core.Socket, socket_type: int = -1, **options: Any
    ) -> None:
        self._connections = None
        self._monitor_reader = None
        if isinstance(context, _core.Socket):
            super().__init__(context)
            self._opener = None
        elif not isinstance(socket_type, int):
            raise TypeError(f"a socket's type is a SocketType, not {type(socket_type).__name__}")
        else:
            super().__init__(context, socket_type)
            self._opener = None if type(context) is _core.Context else context  # type: ignore[assignment]
        try:
            for name, value in options.items():
                set_option(self, name, value)
        except BaseException:
            self.close(linger=0)
            raise

    @classmethod
    def shadow(cls, socket: Any, context: Context | None = None) -> Self:
        """A borrowed handle on a socket: the same socket, which it cannot close.

        socket: a Socket, also one of another binding that uses the same libzmq; or with `context` the
        address of a libzmq socket (``underlying``) in that context. Raises StateError if it is none, or
        of another copy of libzmq.
        """
        if isinstance(socket, Socket):
            shadow = cls(socket._borrowed())
            shadow._opener, shadow._connections = socket._opener, socket._connections
            return shadow
        address = address_of(socket, "Socket")
        if context is None:
            if isinstance(socket, int):
                raise TypeError("Socket.shadow() of an address needs the context of the socket")
            from .context import Context

            context = Context.shadow(socket.context)
        shadow = cls(cls._borrow(context, address))
        shadow._opener = context
        return shadow

    # --- what it is ---

    @property
    def context(self) -> Context:
        """The context it was opened in."""
        return self._opener or self._context  # type: ignore[return-value]

    @property
    def hwm(self) -> int:
        """The high water mark for sending (ZMQ_SNDHWM); setting it sets sndhwm and rcvhwm."""
        return self.sndhwm

    @hwm.setter
    def hwm(self, value: int) -> None:
        self.sndhwm = value
        self.rcvhwm = value

    def get_hwm(self) -> int:
        """The high water mark for sending (ZMQ_SNDHWM)."""
        return self.hwm

    def set_hwm(self, value: int) -> None:
        """Sets sndhwm and rcvhwm (ZMQ_SNDHWM, ZMQ_RCVHWM)."""
        self.hwm = value

    def fileno(self) -> int:
        """The descriptor that becomes readable when something happened, once (ZMQ_FD).

        Read ``events`` then: it is not the usual level-triggered kind.
        """
        return self.fd

    def __repr__(self) -> str:
        state = "closed " if self.closed else ""
        return f"<zmqpp.{type(self).__name__}: {state}{self._describe()}>"

    # --- endpoints ---

    def bind(self, addr: str) -> Endpoint:
        """Accepts peers at an endpoint and returns the real one (zmq_bind).

        addr: ``transport://address``; ``tcp://127.0.0.1:*`` takes a free port. The result is a str,
        and in a ``with`` statement unbinds at the end. Raises AddressInUse, or ZMQError that says
        which part of the endpoint is wrong.
        """
        _require_text(addr, "bind")
        return Endpoint._of(self._bind(addr), self, "unbind")

    def connect(self, addr: str) -> Endpoint:
        """Connects to a peer, now or when it appears, and returns the real endpoint (zmq_connect).

        The result is a str, and in a ``with`` statement disconnects at the end. Raises ZMQError that
        says which part of the endpoint is wrong.
        """
        _require_text(addr, "connect")
        return Endpoint._of(self._connect(addr), self, "disconnect")

    def bind_to_random_port(
        self, addr: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100
    ) -> int:
        """Binds ``addr:port`` for some free port and returns that (zmq_bind).

        min_port <= port < max_port; with the default range the operating system chooses, without any
        race. Raises ZMQBindError after `max_tries` ports that were taken, else as bind().
        """
        if (min_port, max_port) == (49152, 65536):
            return self.bind(f"{addr}:*").port
        if not 0 < min_port < max_port <= 65536:
            raise ValueError(f"bind_to_random_port(): no port from {min_port} to {max_port}")
        from random import randrange

        for _ in range(max_tries):
            port = randrange(min_port, max_port)
            try:
                self.bind(f"{addr}:{port}")
                return port
            except AddressInUse:
                continue
        raise ZMQBindError(
            errno.EADDRINUSE, f"bind_to_random_port({addr!r}): no free port among {max_tries} tried"
        )

    # --- options by other names ---

    def set_string(self, option: int, optval: str, encoding: str = "utf-8") -> None:
        """Sets a string option to text (zmq_setsockopt). TypeError for no str, else as set()."""
        if not isinstance(optval, str):
            raise TypeError(f"set_string() takes str, not {type(optval).__name__}")
        self.set(option, optval.encode(encoding))

    def get_string(self, option: int, encoding: str = "utf-8") -> str:
        """Reads a string option as text (zmq_getsockopt)."""
        value = self.get(option)
        if not isinstance(value, bytes):
            raise TypeError(f"option {constants.SocketOption(option).name} is not a string")
        return value.decode(encoding)

    setsockopt_string = setsockopt_unicode = set_string
    getsockopt_string = getsockopt_unicode = get_string

    #: Makes a SUB receive the messages that begin with a topic (ZMQ_SUBSCRIBE).
    subscribe: TopicOption = TopicOption(_core.Socket.subscribe)  # type: ignore[assignment]
    #: Takes subscribe() back (ZMQ_UNSUBSCRIBE).
    unsubscribe: TopicOption = TopicOption(_core.Socket.unsubscribe)  # type: ignore[assignment]

    def __iter__(self) -> Iterator[bytes]:
        """The messages, one by one, until the socket is closed or the context ends."""
        while True:
            try:
                message = self.recv()
            except (SocketClosed, ContextTerminated):
                return
            yield message

    # --- monitoring ---

    def get_monitor_socket(self, events: int = _core.EVENT_ALL, addr: str | None = None) -> Socket:
        """A PAIR on which events of this socket arrive (zmq_socket_monitor); see also Monitor.

        zmqpp.monitor.recv_monitor_message() reads them. The same one again while it is open and asked
        for the same. It may be closed before or after this socket.
        """
        if self._monitor_reader is not None:
            known, reader = self._monitor_reader
            at = _core.monitor_endpoint(self)
            if known == events and addr in (None, at) and reader.endpoints == [at]:
                return reader
        if addr is None:
            reader = Socket(_core.open_monitor(self, events))
        else:
            _core.start_monitor(self, addr, events)
            reader = self.context.socket(constants.PAIR)
            reader.connect(addr)
        self._monitor_reader = events, reader
        return reader

    def disable_monitor(self) -> None:
        """Stops publishing events (zmq_socket_monitor)."""
        self._monitor_reader = None
        _core.stop_monitor(self)

    # --- the end ---

    def close(self, linger: float | timedelta | None = None) -> None:
        """Closes the socket; every call on it, in any thread, ends with SocketClosed (zmq_close).

        linger: milliseconds or a timedelta that unsent messages get in the background, negative for
        ever; the option is the default. Closing twice does nothing. Raises StateError for a borrowed socket.
        """
        self._close(linger)
        self._monitor_reader = None
        if self._connections is not None:
            self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __copy__(self) -> Self:
        return self.shadow(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __reduce__(self) -> Any:
        raise TypeError("sockets cannot be pickled: they belong to this process")


def address_of(thing: Any, kind: str) -> int:
    """The address of a libzmq object: a number already, or the `underlying` of another binding's object."""
    address = getattr(thing, "underlying", thing)
    if not isinstance(address, int):
        raise TypeError(f"{kind}.shadow() takes a {kind} or an address, not {type(thing).__name__}")
    return address


def _require_text(endpoint: object, method: str) -> None:
    if not isinstance(endpoint, (str, bytes)):
        raise TypeError(f"{method}() takes an endpoint as str, not {type(endpoint).__name__}")


# A hot attribute, which no Python runs for.
Socket.context = _core._slot_or(Socket._opener, Socket.context.fget)  # type: ignore[method-assign,attr-defined]

# Capitals do too, as in pyzmq: socket.RCVTIMEO = 1000. Type checkers know the plain words only.
for _name in SOCKET_OPTIONS:
    if hasattr(Socket, _name):
        setattr(Socket, _name.upper(), getattr(Socket, _name))


__all__ = ["Socket"]
