"""The part of the contract about hybrids: C++ and Python in one process, with one context.

A side in C++ is a thread of an extension module, with a socket that it got from Python.
"""

from __future__ import annotations

from typing import Any

from plan import BATCH, Goal, Measurement, Run


def one_side_in_cpp(side: str, options: dict[str, Any]) -> dict[str, Run]:
    return {
        "libzmq": Run("libzmq"),
        "zmqpp": Run("zmqpp", {"shape": "hybrid", "cpp": side, **options}),
    }


ROW = "hybrid, PUSH/PULL by inproc, two threads, 64 B"
IN_PYTHON = "zmqpp, Python to Python"
WAYS: list[tuple[str, dict[str, Any], Goal]] = [
    ("one by one", {}, Goal(1.2, None, IN_PYTHON)),
    (f"batches of {BATCH:,}", {"batch": BATCH}, Goal(0.75, None, "libzmq")),
]


def hybrids() -> list[Measurement]:
    """C++ to Python, with goals."""
    found = []
    for way, options, goal in WAYS:
        runs = {**one_side_in_cpp("sender", options), IN_PYTHON: Run("zmqpp", options)}
        name = f"C++ to Python, {way}"
        found.append(Measurement(name, ROW, {"shape": "throughput"}, runs, goals=(goal,)))
    return found


def hybrids_back() -> list[Measurement]:
    """Python to C++, to be known."""
    return [
        Measurement(
            f"Python to C++, {way}",
            ROW,
            {"shape": "throughput"},
            one_side_in_cpp("receiver", options),
            rounds=3,
        )
        for way, options, _ in WAYS
    ]
