"""What a measurement is, and what a goal is: the words in which contract.py and curves.py are written."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent / "worker"))
from task import Task

LIBRARIES = ["libzmq", "zmqpp", "pyzmq", "pyzmq-wheel", "pyomq", "asyncio"]
#: One letter where a goal is written: the ratio to pyzmq from source, to plain libzmq, to itself.
LETTERS = {"pyzmq": "p", "libzmq": "C"}
BATCH = 1000  #: messages a call, where there are calls for many


@dataclass(frozen=True)
class Run:
    """A library as it takes part in a measurement, perhaps with options of its own."""

    library: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """What zmqpp is held to: a ratio to another run of the same measurement, or a figure.

    A ratio says how many times as good, whether more or less is better. `worst` takes the worst of
    the details that both have, instead of the value.
    """

    must: float | None  #: None where it is only aimed at
    aim: float | None = None
    to: str = ""  #: the other run; without one the value itself is at most `must`
    run: str = "zmqpp"
    worst: bool = False

    def words(self, bound: float | None) -> str:
        if bound is None:
            return ""
        if not self.to:
            return f"<= {bound:g}"
        return f"{bound:g} {LETTERS.get(self.to, 'x ' + self.to)}"


@dataclass(frozen=True)
class Measurement:
    """One thing measured with several libraries: a round runs each of `runs` once."""

    name: str
    row: str  #: of the contract, or what a curve is about
    options: dict[str, Any]
    runs: dict[str, Run]
    unit: str = "/s"
    goals: tuple[Goal, ...] = ()
    less_is_better: bool = False
    pinned: bool = (
        False  #: to one core, where threads and processes that wait meet without a wake-up
    )
    longer: float = 1  #: times as many seconds as others, where figures are unsteady
    rounds: int | None = None  #: where repeating says nothing new
    curve: tuple[str, float] | None = None  #: the plot it belongs to, and where on its axis

    @property
    def key(self) -> str:
        return f"{self.row}: {self.name}"

    def task(self, label: str, seconds: float) -> Task:
        return Task(
            **{"seconds": seconds * self.longer, **self.options, **self.runs[label].options}
        )


def everyone(**more: Run) -> dict[str, Run]:
    """All libraries with their defaults, and runs beside them that have other names."""
    return {**{name: Run(name) for name in LIBRARIES[:-1]}, **more}


def only(*libraries: str) -> dict[str, Run]:
    return {name: Run(name) for name in libraries}
