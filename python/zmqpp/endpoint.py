"""Endpoint: what bind() and connect() return."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
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
        """The port. Raises ValueError if the transport has none."""
        port = self.rpartition(":")[2]
        if self.transport in ("inproc", "ipc") or not port.isdecimal():
            raise ValueError(f"{str(self)!r} has no port")
        return int(port)

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

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)  # in another process it is text, and no hold on a socket
