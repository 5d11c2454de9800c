"""Waiting for many sockets and file descriptors: Poller, zmq_poll and select."""

from __future__ import annotations

from . import _core, constants

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta
    from typing import Any


class Poller(_core.Poller):
    """Waits for any of many sockets, file descriptors and objects with ``fileno()`` (zmq_poll)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<zmqpp.{type(self).__name__}: {len(self)} registered>"


def zmq_poll(
    sockets: Iterable[tuple[Any, int]], timeout: float | timedelta | None = -1
) -> list[tuple[Any, int]]:
    """Waits for any of (socket or fd, flags) pairs, as Poller.poll(); timeout in milliseconds."""
    return [(key, events) for _, key, _, events in _poll(sockets, timeout)]


def select(
    rlist: Iterable[Any],
    wlist: Iterable[Any],
    xlist: Iterable[Any],
    timeout: float | timedelta | None = None,
) -> tuple[list[Any], list[Any], list[Any]]:
    """select.select() for sockets and file descriptors together: (readable, writable, failed).

    timeout: seconds, as in the standard library, or a timedelta; None and negative wait for ever.
    """
    wanted = [
        (target, flag)
        for targets, flag in (
            (rlist, constants.POLLIN),
            (wlist, constants.POLLOUT),
            (xlist, constants.POLLERR),
        )
        for target in targets
    ]
    if isinstance(timeout, (int, float)):
        timeout = timeout * 1000
    ready = _poll(wanted, timeout)
    # Who waits to read or write is told of an end or an error as well, as in the standard library.
    return (
        [target for target, _, flag, _ in ready if flag == constants.POLLIN],
        [target for target, _, flag, _ in ready if flag == constants.POLLOUT],
        [target for target, _, flag, _ in ready if flag == constants.POLLERR],
    )


def _poll(
    wanted: Iterable[tuple[Any, int]], timeout: float | timedelta | None
) -> list[tuple[Any, Any, int, int]]:
    """The pairs that are ready, as (target, socket or fd, flags, events).

    The same socket or file may be in several pairs.
    """
    pairs = [(target, _key(target), flags) for target, flags in wanted]
    together: dict[Any, int] = {}
    for _, key, flags in pairs:
        together[key] = together.get(key, 0) | flags
    poller = Poller()
    for key, flags in together.items():
        poller.register(key, flags)
    ready = dict(poller.poll(timeout))
    answers = [(*pair, ready.get(pair[1], 0) & (pair[2] | constants.POLLERR)) for pair in pairs]
    return [answer for answer in answers if answer[3]]


def _key(target: Any) -> Any:
    """A socket itself, and the descriptor of everything else that has one."""
    if isinstance(target, (_core.Socket, int)) or not hasattr(target, "fileno"):
        return target
    return target.fileno()


__all__ = ["Poller", "select", "zmq_poll"]
