"""A TCP proxy that makes trouble: it stands between two peers and cuts, resets, delays, freezes or refuses."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections import deque

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
BUFFER = 65536


class _Direction:
    """Bytes on their way from one socket to another, each with the time when it may go on."""

    def __init__(self, source: socket.socket, target: socket.socket):
        self.source = source
        self.target = target
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.allowance = 0.0  # bytes that the throttle lets through now

    def size(self) -> int:
        return sum(len(piece) for _, piece in self.waiting)


class FaultProxy:
    """Listens at `port` and carries bytes to and from 127.0.0.1:`target`, in a thread of its own.

    The faults may be called from any thread, and take effect within a few milliseconds.
    """

    def __init__(self, target: int):
        self.target = target
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.endpoint = f"tcp://127.0.0.1:{self.port}"
        self.accepted = 0
        self._directions: list[_Direction] = []
        self._lock = threading.RLock()
        self._delay = 0.0
        self._rate: float | None = None
        self._frozen = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the faults ---

    def cut(self, reset: bool = False) -> None:
        """Ends all connections: with a FIN after what was sent, or with a RST instead of it."""
        with self._lock:
            for direction in self._directions:
                if reset:
                    direction.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                direction.source.close()
            self._directions.clear()

    def reset(self) -> None:
        """Ends all connections with a RST."""
        self.cut(reset=True)

    def delay(self, seconds: float) -> None:
        """From now on every byte takes this much longer."""
        self._delay = seconds

    def throttle(self, bytes_per_second: float | None) -> None:
        """From now on each direction of each connection is no faster than this; None for no limit."""
        self._rate = bytes_per_second

    def freeze(self) -> None:
        """Keeps all connections, and carries nothing: half-open, as behind a pulled cable."""
        self._frozen = True

    def refuse(self) -> None:
        """Ends all connections and listens no more: who connects is refused."""
        with self._lock:
            if self._listener is not None:
                self._listener.close()
                self._listener = None
            self.cut()

    def heal(self) -> None:
        """No delay, no throttle, nothing frozen, and whoever connects is let in."""
        with self._lock:
            self._delay, self._rate, self._frozen = 0.0, None, False
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", self.port))

    def close(self) -> None:
        """Ends it all, and the thread."""
        self._closed = True
        self._thread.join(10)
        self.refuse()

    # --- the work ---

    def _run(self) -> None:
        while not self._closed:
            with self._lock:
                self._work()
            time.sleep(0.0002)  # so that the faults get the lock

    def _work(self) -> None:
        readers = [] if self._frozen else [d.source for d in self._directions if d.size() < BUFFER]
        if self._listener is not None:
            readers.append(self._listener)
        readable, _, _ = select.select(readers, [], [], 0.002)
        if self._listener in readable:
            self._accept()
        now = time.monotonic()
        for direction in list(self._directions):
            if direction not in self._directions or self._frozen:
                continue
            try:
                if direction.source in readable:
                    piece = direction.source.recv(BUFFER)
                    if not piece:
                        raise ConnectionError
                    direction.waiting.append((now + self._delay, piece))
                self._forward(direction, now)
            except BlockingIOError:
                pass
            except OSError:
                self._end(direction)

    def _accept(self) -> None:
        assert self._listener is not None
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=1)
        except OSError:
            near.close()
            return
        self.accepted += 1
        for end in near, far:
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._directions += [_Direction(near, far), _Direction(far, near)]

    def _forward(self, direction: _Direction, now: float) -> None:
        rate = self._rate  # once: another thread may set it meanwhile
        if rate is not None:
            direction.allowance = min(direction.allowance + rate * 0.002, rate)
        while direction.waiting and direction.waiting[0][0] <= now:
            due, piece = direction.waiting[0]
            most = len(piece) if rate is None else int(direction.allowance)
            if most == 0:
                break
            sent = direction.target.send(piece[:most])
            direction.allowance -= sent if rate is not None else 0
            direction.waiting.popleft()
            if sent < len(piece):
                direction.waiting.appendleft((due, piece[sent:]))

    def _end(self, broken: _Direction) -> None:
        for direction in [d for d in self._directions if broken.source in (d.source, d.target)]:
            self._directions.remove(direction)
            with contextlib.suppress(OSError):
                direction.source.close()
