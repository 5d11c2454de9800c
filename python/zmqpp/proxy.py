"""Carrying messages between sockets: proxy, proxy_steerable and the older device."""

from __future__ import annotations

from ._core import proxy, proxy_steerable
from .constants import DeviceType

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from .socket import Socket


def device(device_type: int, frontend: Socket, backend: Socket) -> None:
    """proxy() under its old name (zmq_device).

    device_type: QUEUE (ROUTER and DEALER), FORWARDER (XSUB and XPUB) or STREAMER (PULL and PUSH).
    It says what the sockets are for; the sockets' own types decide what happens. Raises ValueError
    for another type, else as proxy().
    """
    DeviceType(device_type)  # ValueError for anything else
    proxy(frontend, backend)


__all__ = ["device", "proxy", "proxy_steerable"]
