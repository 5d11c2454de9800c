"""What one process is asked to measure, as `key=value` words that the C++ baseline reads too."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """One measurement. Everything but the shape has a default, which is the simplest case."""

    shape: str  #: the file beside this one that knows how: one_thread, throughput, round_trip, ...
    seconds: float = 0.2  #: how long to measure
    transport: str = "inproc"
    size: int = 64  #: bytes of a message, or of each of its parts
    parts: int = 1  #: of a message
    processes: int = 1  #: 2 puts the partner into a process of its own instead of a thread
    threads: int = 1  #: that do the same beside each other
    shared: int = 0  #: 1 if these threads share the sockets
    batch: int = 0  #: messages a call, by send_many and recv_many
    depth: int = 1  #: messages that are sent before the first is received
    pattern: str = "pair"  #: of round trips: pair or reqrep
    send_copy: int = 1  #: 0 sends with copy=False
    recv_copy: int = 1  #: 0 receives with copy=False
    busy: str = ""  #: which side has a thread that computes in pure Python: sender or receiver
    sockets: int = 1  #: in a poller
    spin: int = 0  #: microseconds of zmqpp's opt-in spinning
    waits_outside: int = 0  #: 1 has plain libzmq sleep where others can use the socket
    latency: int = 0  #: 1 takes the time of each round trip
    cpp: str = ""  #: which side of a hybrid is C++: sender or receiver
    call: str = ""  #: which of the calls in calls.py or footprint.py

    @classmethod
    def from_words(cls, words: list[str]) -> Task:
        """The task that `key=value` words describe; ValueError for a key that no task has."""
        types: dict[str, Any] = {
            field.name: type(field.default) for field in dataclasses.fields(cls)
        }
        given: dict[str, Any] = {}
        for word in words:
            key, _, value = word.partition("=")
            if key not in types:
                raise ValueError(f"no task has {key!r}")
            given[key] = value if key == "shape" else types[key](value)
        return cls(**given)

    def words(self) -> list[str]:
        """The words to start a worker or the baseline with."""
        return [f"{key}={value}" for key, value in dataclasses.asdict(self).items()]


class MissingError(Exception):
    """The library has no such thing; the text says what."""
