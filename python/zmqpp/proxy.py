"""Carrying messages between sockets: proxy, proxy_steerable, Proxy and the older device."""

from __future__ import annotations

from . import _core, constants
from ._core import proxy, proxy_steerable

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .socket import Socket


class Proxy(_core.Proxy):
    """proxy() in a thread of its own, which needs no GIL and can be told to stop (zmq_proxy).

    frontend, backend, capture: as in proxy(); other threads may go on using them. It runs from
    start() to stop(), inside a ``with`` statement, and not longer than this object lives. It ends by
    itself, with SocketClosed or ContextTerminated, when one of its sockets or the context does.
    """

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except _core.ZMQError:
            if kind is None:  # else there is an error already, which says more
                raise


def device(device_type: int, frontend: Socket, backend: Socket) -> None:
    """proxy() under its old name (zmq_device).

    device_type: QUEUE (ROUTER and DEALER), FORWARDER (XSUB and XPUB) or STREAMER (PULL and PUSH).
    It says what the sockets are for; the sockets' own types decide what happens. Raises ValueError
    for another type, else as proxy().
    """
    constants.DeviceType(device_type)  # ValueError for anything else
    proxy(frontend, backend)


__all__ = ["Proxy", "device", "proxy", "proxy_steerable"]
