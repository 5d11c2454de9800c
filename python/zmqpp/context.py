"""Context: the factory of sockets, and the end of them all."""

from __future__ import annotations

import errno

from . import _core, constants
from .errors import ZMQError
from .options import SOCKET_OPTIONS, set_option
from .socket import Socket, address_of

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from datetime import timedelta
    from types import TracebackType
    from typing import Any, ClassVar, TypeVar, overload

    from typing_extensions import Self

    _S = TypeVar("_S", bound=Socket)

#: How long an end that nobody asked for waits for unsent messages.
PATIENCE_MS = 1000


class Context(_core.Context):
    """libzmq's I/O threads, and the namespace of inproc endpoints (zmq_ctx_new).

    One is enough for most programs: :meth:`instance`. Any thread may use it.

    io_threads: how many threads do the I/O. Further keywords are options, of contexts
    (``max_sockets=``) or of the sockets to be opened (``linger=``, ``rcvtimeo=``): those are the
    defaults of :meth:`socket`, and attributes too (``context.linger = 0``).

    Leaving a ``with`` statement destroys the context: it closes the sockets and waits for their
    unsent messages as long as their linger says, or at most a second when an exception ends the
    block.
    """

    __slots__ = ("sockopts",)

    #: The class of the sockets it opens.
    _socket_class: ClassVar[type[Socket]] = Socket
    _instances: ClassVar[dict[tuple[type, _core.Context], Any]] = {}

    #: Defaults for the options of new sockets, by name.
    sockopts: dict[str, Any]

    def __init__(self, io_threads: int | _core.Context = 1, **options: Any) -> None:
        if isinstance(io_threads, _core.Context):
            super().__init__(io_threads)
        else:
            super().__init__()
        self._become_face()
        object.__setattr__(self, "sockopts", {})
        if not isinstance(io_threads, _core.Context) and io_threads != 1:
            self.io_threads = io_threads
        for name, value in options.items():
            if not (hasattr(type(self), name) or _is_socket_option(name)):
                raise TypeError(f"Context() has no option {name!r}")
            setattr(self, name, value)

    @classmethod
    def instance(cls, io_threads: int = 1) -> Self:
        """The context that all Python code of the process shares.

        A new one after it was terminated, and in a child of fork(). In C++ code that includes
        <zmqpp/python.hpp> it is Context::instance().
        """
        core = _core.Context._instance()
        for key, old in list(cls._instances.items()):
            if old._is_foreign or old.closed:
                cls._instances.pop(key, None)
        known: Self | None = cls._instances.get((cls, core))
        if known is not None:
            return known
        made: Self = core if type(core) is cls else cls(core)
        if io_threads != 1 and core.io_threads != io_threads:
            made.io_threads = io_threads
        # One dict operation: threads that come here together all leave with the same object.
        shared: Self = cls._instances.setdefault((cls, core), made)
        return shared

    @classmethod
    def shadow(cls, address: Any) -> Self:
        """A borrowed handle on a context, which it cannot end.

        address: a Context, also one of another binding that uses the same libzmq, or the address of a
        libzmq context (``underlying``). Raises StateError if it is none, or of another copy of libzmq.
        """
        if isinstance(address, _core.Context):
            return cls(address._borrowed())
        return cls(cls._borrow(address_of(address, "Context")))

    # --- sockets ---

    if TYPE_CHECKING:

        @overload
        def socket(self, socket_type: int, socket_class: type[_S], **options: Any) -> _S: ...
        @overload
        def socket(self, socket_type: int, **options: Any) -> Socket: ...

    def socket(
        self, socket_type: int, socket_class: type[Socket] | None = None, **options: Any
    ) -> Socket:
        """Opens a socket (zmq_socket).

        socket_type: PAIR, PUB, SUB, REQ, REP, DEALER, ROUTER, PULL, PUSH, XPUB, XSUB or STREAM.
        Keywords are options (``linger=0``). Raises ContextTerminated, and ZMQError (EMFILE) naming
        the limit when there are too many sockets.
        """
        opened = (socket_class or self._socket_class)(self, socket_type, **options)
        for name, value in self.sockopts.items():
            if name not in options:
                _set_default(opened, name, value)
        opened._become_face()
        return opened

    @property
    def sockets(self) -> list[Socket]:
        """The open sockets, oldest first, also those that C++ opened."""
        return _core.Socket._open_in(self)  # type: ignore[return-value]

    # --- defaults for the options of sockets ---

    @property
    def linger(self) -> int:
        """Milliseconds that sockets opened from now on keep unsent messages when closed.

        10,000 unless set; -1 is for ever. May be set to a timedelta too.
        """
        return self._linger

    @linger.setter
    def linger(self, value: float | timedelta) -> None:
        self._linger = value

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(type(self), name) and _is_socket_option(name):
            self.sockopts[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:  # only for what is not found otherwise
        if hasattr(type(self), name):
            return object.__getattribute__(self, name)  # says why it cannot be read
        if _is_socket_option(name) and name in self.sockopts:
            return self.sockopts[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        if name in self.sockopts:
            del self.sockopts[name]
        else:
            super().__delattr__(name)

    def setsockopt(self, opt: int, value: Any) -> None:
        """Sets the default of a socket option, by number."""
        setattr(self, constants.SocketOption(opt).name.lower(), value)

    def getsockopt(self, opt: int) -> Any:
        """The default of a socket option, by number."""
        return getattr(self, constants.SocketOption(opt).name.lower())

    # --- the end ---

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._is_owner:
            return
        if kind is None:
            self.destroy()
        else:
            self._abandon(PATIENCE_MS)

    def __repr__(self) -> str:
        kind = f"zmqpp.{type(self).__name__}"
        if self.closed:
            return f"<{kind}: closed>"
        return f"<{kind}: {len(_core.Socket._open_in(self))} open sockets>"

    def __copy__(self) -> Self:
        return self.shadow(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.shadow(self)

    def __reduce__(self) -> Any:
        raise TypeError("contexts cannot be pickled: they belong to this process")


def _is_socket_option(name: str) -> bool:
    return name == "watch_connections" or name in SOCKET_OPTIONS


def _set_default(socket: Socket, name: str, value: Any) -> None:
    """A default that a socket type does not know is not meant for it."""
    try:
        set_option(socket, name, value)
    except BaseException as error:
        if isinstance(error, ZMQError) and error.errno == errno.EINVAL:
            return
        socket.close(linger=0)
        raise


_core._introduce(Socket, Context)

__all__ = ["Context"]
