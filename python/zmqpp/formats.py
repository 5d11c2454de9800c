"""Messages in other forms than bytes: text, JSON, and what functions of the program make of them."""

from __future__ import annotations

from . import _core

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import timedelta
    from typing import Any

    from typing_extensions import Buffer

    from .message import Message, MessageTracker


class Formats(_core.Socket):
    """The methods of Socket that convert what they send and receive."""

    __slots__ = ()

    def send_string(
        self,
        u: str,
        flags: int = 0,
        copy: bool = True,
        encoding: str = "utf-8",
        *,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
        timeout: float | timedelta | None = None,
    ) -> MessageTracker | None:
        """Sends text (zmq_msg_send). Raises TypeError for what is no str; the rest is as in send()."""
        if not isinstance(u, str):
            raise TypeError(f"send_string() takes str, not {type(u).__name__}")
        data = u.encode(encoding)
        return self.send(data, flags, copy, track, routing_id, group, timeout=timeout)

    def recv_string(
        self, flags: int = 0, encoding: str = "utf-8", *, timeout: float | timedelta | None = None
    ) -> str:
        """Receives text (zmq_msg_recv).

        Raises UnicodeDecodeError if it is none in that encoding; the rest is as in recv().
        """
        return self.recv(flags, timeout=timeout).decode(encoding)

    send_unicode = send_string
    recv_unicode = recv_string

    def send_json(
        self,
        obj: Any,
        flags: int = 0,
        *,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
        timeout: float | timedelta | None = None,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Sends an object as JSON, in UTF-8 (zmq_msg_send).

        Further keywords go to json.dumps(), which raises TypeError for what JSON does not have; the
        rest is as in send().
        """
        import json

        kwargs.setdefault("separators", (",", ":"))
        data = json.dumps(obj, **kwargs).encode()
        return self.send(data, flags, copy, track, routing_id, group, timeout=timeout)

    def recv_json(
        self, flags: int = 0, *, timeout: float | timedelta | None = None, **kwargs: Any
    ) -> Any:
        """Receives JSON and returns the object (zmq_msg_recv).

        Further keywords go to json.loads(), which raises ValueError for what is no JSON; the rest is
        as in recv().
        """
        import json

        return json.loads(self.recv(flags, timeout=timeout), **kwargs)

    def send_serialized(
        self,
        msg: Any,
        serialize: Callable[[Any], Iterable[Buffer | Message]],
        flags: int = 0,
        copy: bool = True,
        *,
        track: bool = False,
        timeout: float | timedelta | None = None,
    ) -> MessageTracker | None:
        """Sends the parts that `serialize` makes of `msg`; the rest is as in send_multipart()."""
        return self.send_multipart(serialize(msg), flags, copy, track, timeout=timeout)

    def recv_serialized(
        self,
        deserialize: Callable[[Sequence[Any]], Any],
        flags: int = 0,
        copy: bool = True,
        *,
        timeout: float | timedelta | None = None,
    ) -> Any:
        """Receives a message and returns what `deserialize` makes of the list of its parts.

        With copy=False the parts are Messages; the rest is as in recv_multipart().
        """
        return deserialize(self.recv_multipart(flags, copy, timeout=timeout))
