"""Socket: the conveniences that rest on the compiled class.

``send``, ``recv``, ``send_multipart``, ``recv_multipart``, ``try_recv``, ``recv_into``, ``poll`` and
the options are the compiled class's own: no Python runs in them.
"""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING, Any, Callable

from . import _core
from .constants import EVENT_ALL, FD, LAST_ENDPOINT, POLLIN, SUBSCRIBE, UNSUBSCRIBE, SocketType
from .endpoint import Endpoint
from .errors import AddressInUse, ContextTerminated, SocketClosed, ZMQBindError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta
    from types import TracebackType
    from typing import Literal, overload

    from typing_extensions import Buffer, Self

    from .context import Context
    from .message import Message, MessageTracker



class TopicOption:
    """An option that is called, ``sub.subscribe("topic")``, and may be assigned or given as keyword."""

    def __init__(self, option: int) -> None:
        self._option = option

    def __get__(self, socket: Socket, owner: type[Socket]) -> Callable[[str | Buffer], None]:
        return functools.partial(socket.set, self._option)

    def __set__(self, socket: Socket, topic: str | Buffer) -> None:
        socket.set(self._option, topic)


class Socket(_core.Socket):
    """A ZeroMQ socket. Make one with :meth:`Context.socket`.

    Any thread may use it at any time: one may wait in ``recv()`` while another sends, and ``close()``
    from anywhere ends every call with :class:`SocketClosed`. A message, with all its parts, is sent
    and received whole.

    Options are attributes with ZeroMQ's names (``socket.linger = 0``), and times are milliseconds.
    Leaving a ``with`` statement closes the socket.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        # What the compiled methods return depends on `copy`, which their signatures cannot say.
        @overload
        def recv(
            self,
            flags: int = ...,
            copy: Literal[True] = ...,
            track: bool = ...,
            *,
            timeout: float | timedelta | None = ...,
        ) -> bytes: ...
        @overload
        def recv(
            self,
            flags: int = ...,
            *,
            copy: Literal[False],
            track: bool = ...,
            timeout: float | timedelta | None = ...,
        ) -> Message: ...
        @overload
        def recv(
            self,
            flags: int = ...,
            copy: bool = ...,
            track: bool = ...,
            *,
            timeout: float | timedelta | None = ...,
        ) -> bytes | Message: ...
        def recv(
            self,
            flags: int = 0,
            copy: bool = True,
            track: bool = False,
            *,
            timeout: float | timedelta | None = None,
        ) -> bytes | Message: ...
        @overload
        def recv_multipart(
            self,
            flags: int = ...,
            copy: Literal[True] = ...,
            track: bool = ...,
            *,
            timeout: float | timedelta | None = ...,
        ) -> list[bytes]: ...
        @overload
        def recv_multipart(
            self,
            flags: int = ...,
            *,
            copy: Literal[False],
            track: bool = ...,
            timeout: float | timedelta | None = ...,
        ) -> list[Message]: ...
        @overload
        def recv_multipart(
            self,
            flags: int = ...,
            copy: bool = ...,
            track: bool = ...,
            *,
            timeout: float | timedelta | None = ...,
        ) -> list[bytes] | list[Message]: ...
        def recv_multipart(
            self,
            flags: int = 0,
            copy: bool = True,
            track: bool = False,
            *,
            timeout: float | timedelta | None = None,
        ) -> list[bytes] | list[Message]: ...
        @overload
        def try_recv(self, copy: Literal[True] = ...) -> bytes | None: ...
        @overload
        def try_recv(self, copy: Literal[False]) -> Message | None: ...
        def try_recv(self, copy: bool = True) -> bytes | Message | None: ...
        @overload
        def try_recv_multipart(self, copy: Literal[True] = ...) -> list[bytes] | None: ...
        @overload
        def try_recv_multipart(self, copy: Literal[False]) -> list[Message] | None: ...
        def try_recv_multipart(self, copy: bool = True) -> list[bytes] | list[Message] | None: ...

    def __init__(
        self, context: _core.Context | _core.Socket, socket_type: int = -1, **options: Any
    ) -> None:
        if isinstance(context, _core.Socket):
            super().__init__(context)
        else:
            super().__init__(context, socket_type)
        try:
            for name, value in options.items():
                set_option(self, name, value)
        except BaseException:
            self.close(linger=0)
            raise

    @classmethod
    def shadow(cls, socket: Socket | int, context: Context | None = None) -> Self:
        """A borrowed handle on a socket: the same socket, which it cannot close.

        socket: a Socket, or with `context` the address of a libzmq socket in that context.
        """
        if isinstance(socket, _core.Socket):
            return cls(socket._borrowed())
        if context is None:
            raise TypeError("Socket.shadow() of an address needs the context of the socket")
        return cls(cls._borrow(context, socket))

    # --- what it is ---

    @property
    def context(self) -> Context:
        """The context it was opened in."""
        from .context import Context

        return Context._of(self._context)

    @property
    def socket_type(self) -> SocketType:
        """Its type, as SocketType.REP."""
        return SocketType(self._socket_type)

    # pyzmq has an enum here, where the plain option would be a number.
    type = socket_type

    @property
    def hwm(self) -> int:
        """The high water mark for sending; setting it sets sndhwm and rcvhwm."""
        return self.sndhwm

    @hwm.setter
    def hwm(self, value: int) -> None:
        self.sndhwm = value
        self.rcvhwm = value

    def get_hwm(self) -> int:
        """The high water mark for sending (ZMQ_SNDHWM)."""
        return self.hwm

    def set_hwm(self, value: int) -> None:
        """Sets sndhwm and rcvhwm."""
        self.hwm = value

    def fileno(self) -> int:
        """The descriptor that becomes readable when something happened, once (ZMQ_FD).

        Read ``events`` then: it is not the usual level-triggered kind.
        """
        return int(self.get(FD))

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
        return Endpoint._of(self._bind(addr), self, "unbind")

    def connect(self, addr: str) -> Endpoint:
        """Connects to a peer, now or when it appears (zmq_connect).

        The result is a str, and in a ``with`` statement disconnects at the end.
        """
        return Endpoint._of(self._connect(addr), self, "disconnect")

    def bind_to_random_port(
        self, addr: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100
    ) -> int:
        """Binds ``addr:port`` for some free port and returns it; min_port <= port < max_port.

        With the default range the operating system chooses, without any race. Raises ZMQBindError
        after `max_tries` ports that were taken.
        """
        if (min_port, max_port) == (49152, 65536):
            return self.bind(f"{addr}:*").port
        for _ in range(max_tries):
            port = random.randrange(min_port, max_port)
            try:
                self.bind(f"{addr}:{port}")
                return port
            except AddressInUse:
                continue
        raise ZMQBindError(
            98, f"bind_to_random_port({addr!r}): no free port among {max_tries} tried"
        )

    # --- options by other names ---

    def set_string(self, option: int, optval: str, encoding: str = "utf-8") -> None:
        """Sets a string option to text (zmq_setsockopt)."""
        if not isinstance(optval, str):
            raise TypeError(f"set_string() takes str, not {type(optval).__name__}")
        self.set(option, optval.encode(encoding))

    def get_string(self, option: int, encoding: str = "utf-8") -> str:
        """Reads a string option as text (zmq_getsockopt)."""
        value = self.get(option)
        if not isinstance(value, bytes):
            raise TypeError(f"option {option} is not a string")
        return value.decode(encoding)

    setsockopt_string = setsockopt_unicode = set_string
    getsockopt_string = getsockopt_unicode = get_string

    #: Makes a SUB receive the messages that begin with a topic (ZMQ_SUBSCRIBE).
    subscribe = TopicOption(SUBSCRIBE)
    #: Takes subscribe() back (ZMQ_UNSUBSCRIBE).
    unsubscribe = TopicOption(UNSUBSCRIBE)

    # --- messages in other forms ---

    def __iter__(self) -> Iterator[bytes]:
        """The messages, one by one, until the socket is closed or the context ends."""
        while True:
            try:
                message = self.recv()
            except (SocketClosed, ContextTerminated):
                return
            yield message

    def send_string(
        self, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
    ) -> MessageTracker | None:
        """Sends text; the rest is as in send()."""
        if not isinstance(u, str):
            raise TypeError(f"send_string() takes str, not {type(u).__name__}")
        return self.send(u.encode(encoding), flags, copy, **kwargs)

    def recv_string(
        self, flags: int = 0, encoding: str = "utf-8", *, timeout: float | timedelta | None = None
    ) -> str:
        """Receives text; the rest is as in recv()."""
        return self.recv(flags, timeout=timeout).decode(encoding)

    send_unicode = send_string
    recv_unicode = recv_string

    def send_json(self, obj: Any, flags: int = 0, **kwargs: Any) -> MessageTracker | None:
        """Sends `obj` as JSON, in UTF-8.

        routing_id, group and timeout go to send(), everything else to json.dumps().
        """
        import json

        sending = {name: kwargs.pop(name) for name in _SEND_KEYWORDS if name in kwargs}
        kwargs.setdefault("separators", (",", ":"))
        return self.send(json.dumps(obj, **kwargs).encode(), flags, **sending)

    def recv_json(
        self, flags: int = 0, *, timeout: float | timedelta | None = None, **kwargs: Any
    ) -> Any:
        """Receives JSON; the rest of the keywords go to json.loads()."""
        import json

        return json.loads(self.recv(flags, timeout=timeout), **kwargs)

    def send_serialized(
        self,
        msg: Any,
        serialize: Callable[[Any], Iterable[Buffer]],
        flags: int = 0,
        copy: bool = True,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Sends the parts that `serialize` makes of `msg`; the rest is as in send_multipart()."""
        return self.send_multipart(serialize(msg), flags, copy, **kwargs)

    def recv_serialized(
        self,
        deserialize: Callable[[Sequence[Any]], Any],
        flags: int = 0,
        copy: bool = True,
        *,
        timeout: float | timedelta | None = None,
    ) -> Any:
        """Receives a message and returns what `deserialize` makes of its parts."""
        return deserialize(self.recv_multipart(flags, copy, timeout=timeout))

    # --- monitoring ---

    def monitor(self, addr: str | None, events: int = EVENT_ALL) -> None:
        """Publishes events of this socket at an inproc endpoint; None stops (zmq_socket_monitor)."""
        if addr is None:
            _core.stop_monitor(self)
        else:
            _core.start_monitor(self, addr, events)

    def get_monitor_socket(self, events: int = EVENT_ALL, addr: str | None = None) -> Socket:
        """A PAIR on which events of this socket arrive; read them with zmqpp.monitor.

        It may be closed before or after this socket.
        """
        if addr is None:
            return Socket(_core.open_monitor(self, events))
        _core.start_monitor(self, addr, events)
        reader = self.context.socket(SocketType.PAIR)
        reader.connect(addr)
        return reader

    def disable_monitor(self) -> None:
        """Stops publishing events."""
        _core.stop_monitor(self)

    # --- the end ---

    def close(self, linger: int | None = None) -> None:
        """Closes the socket; every call on it, in any thread, ends with SocketClosed (zmq_close).

        linger: milliseconds that unsent messages get in the background, instead of the option.
        Closing twice does nothing. Raises StateError for a borrowed socket.
        """
        self._close(linger)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __copy__(self) -> Self:
        return type(self)(self._borrowed())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __reduce__(self) -> Any:
        raise TypeError("sockets cannot be pickled: they belong to this process")


_SEND_KEYWORDS = ("copy", "track", "routing_id", "group", "timeout")


def set_option(socket: Socket, name: str, value: Any) -> None:
    """Sets an option by the name of its attribute, for keywords; TypeError if there is none."""
    if not hasattr(_find(type(socket), name), "__set__"):
        raise TypeError(f"{type(socket).__name__} has no option {name!r}")
    setattr(socket, name, value)


def _find(kind: type, name: str) -> object:
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


__all__ = ["Socket"]
