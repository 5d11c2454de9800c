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


def hybrids() -> list[Measurement]:
    row = "hybrid, PUSH/PULL by inproc, two threads, 64 B"
    base = {"shape": "throughput"}
    in_python = "zmqpp, Python to Python"
    ways: list[tuple[str, dict[str, Any], Goal]] = [
        ("one by one", {}, Goal(1.2, None, in_python)),
        (f"batches of {BATCH:,}", {"batch": BATCH}, Goal(0.75, None, "libzmq")),
    ]
    found = []
    for way, options, goal in ways:
        sender, receiver = (one_side_in_cpp(side, options) for side in ("sender", "receiver"))
        sender[in_python] = Run("zmqpp", options)
        found += [
            Measurement(f"C++ to Python, {way}", row, base, sender, goals=(goal,)),
            Measurement(f"Python to C++, {way}", row, base, receiver, rounds=3),
        ]
    return found
