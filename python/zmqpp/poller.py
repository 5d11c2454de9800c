"""Waiting for many sockets and file descriptors: Poller, zmq_poll and select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core
from .constants import POLLERR, POLLIN, POLLOUT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta


class Poller(_core.Poller):
    """Waits for any of many sockets, file descriptors and objects with ``fileno()`` (zmq_poll)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<zmqpp.{type(self).__name__}: {len(self)} registered>"


def zmq_poll(
    sockets: Iterable[tuple[Any, int]], timeout: float | timedelta | None = -1
) -> list[tuple[Any, int]]:
    """Waits for any of (socket or fd, flags) pairs, as Poller.poll(); timeout in milliseconds."""
    poller = Poller()
    for target, flags in sockets:
        poller.register(target, flags)
    return poller.poll(timeout)


def select(
    rlist: Iterable[Any],
    wlist: Iterable[Any],
    xlist: Iterable[Any],
    timeout: float | timedelta | None = None,
) -> tuple[list[Any], list[Any], list[Any]]:
    """select.select() for sockets and file descriptors together: (readable, writable, failed).

    timeout: seconds, as in the standard library, or a timedelta; None and negative wait for ever.
    """
    wanted: dict[Any, int] = {}
    for targets, flag in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR)):
        for target in targets:
            wanted[target] = wanted.get(target, 0) | flag
    poller = Poller()
    given: dict[Any, Any] = {}
    for target, flags in wanted.items():
        poller.register(target, flags)
        key = target if isinstance(target, (_core.Socket, int)) else target.fileno()
        given[key] = target
    if isinstance(timeout, (int, float)):
        timeout = timeout * 1000
    ready = [(given[key], wanted[given[key]] & flags) for key, flags in poller.poll(timeout)]
    return (
        [target for target, flags in ready if flags & POLLIN],
        [target for target, flags in ready if flags & POLLOUT],
        [target for target, flags in ready if flags & POLLERR],
    )


__all__ = ["Poller", "select", "zmq_poll"]
