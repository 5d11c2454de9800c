"""Endpoint: what bind() and connect() return."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from .socket import Socket


class Endpoint(str):
    """A real endpoint, as text; used in a ``with`` statement it is given up at the end.

    ``str(endpoint)`` is the endpoint as libzmq has it: ``tcp://127.0.0.1:*`` has become
    ``tcp://127.0.0.1:49152``.
    """

    _socket: Socket
    _leave: str

    @classmethod
    def _of(cls, endpoint: str, socket: Socket, leave: str) -> Endpoint:
        made = cls(endpoint)
        made._socket = socket
        made._leave = leave
        return made

    @property
    def transport(self) -> str:
        """What comes before ``://``: ``"tcp"``."""
        return self.partition("://")[0]

    @property
    def port(self) -> int:
        """The TCP port. Raises ValueError if the endpoint has none."""
        try:
            return int(self.rpartition(":")[2])
        except ValueError:
            raise ValueError(f"{str(self)!r} has no port") from None

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._socket.closed:
            getattr(self._socket, self._leave)(str(self))
