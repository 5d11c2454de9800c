"""Options of sockets as more than plain attributes: called like methods, and given as keywords.

The plain attributes, ``socket.linger``, are the compiled class's own.
"""

from __future__ import annotations

from . import _core

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, overload

    from typing_extensions import Buffer, Self


#: The names of all options.
SOCKET_OPTIONS = frozenset(_core.socket_options())


class TopicOption:
    """An option that is called, ``sub.subscribe("topic")``, and may be assigned too.

    option: the compiled class's own attribute, which can only be assigned.
    """

    def __init__(self, option: Any) -> None:
        self._option = option

    if TYPE_CHECKING:

        @overload
        def __get__(self, socket: None, owner: type) -> Self: ...
        @overload
        def __get__(self, socket: _core.Socket, owner: type) -> Callable[[str | Buffer], None]: ...

    def __get__(self, socket: _core.Socket | None, owner: type) -> Any:
        if socket is None:
            return self
        return lambda topic: self._option.__set__(socket, topic)

    def __set__(self, socket: _core.Socket, topic: str | Buffer) -> None:
        self._option.__set__(socket, topic)

    def __call__(self, socket: _core.Socket, topic: str | Buffer) -> None:
        self._option.__set__(socket, topic)


def set_option(socket: _core.Socket, name: str, value: Any) -> None:
    """Sets an option by the name of its attribute, for keywords; TypeError if there is none."""
    if not hasattr(_find(type(socket), name), "__set__"):
        raise TypeError(f"{type(socket).__name__} has no option {name!r}")
    setattr(socket, name, value)


def _find(kind: type, name: str) -> object:
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None
