"""`make instructions`: the guard of the hot path, in instructions, which no busy machine changes.

    python benchmarks/instructions.py [--check | --update]

Counts the installed zmqpp under valgrind (worker/callgrind.py), and with --check fails if a call takes
5 % more than instructions.json says for this Python, processor and libzmq. Where that file says
nothing there is nothing to fail. --update writes what was counted as the new measure.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import plan  # noqa: F401  (says where the workers are)
from callgrind import count
from hot_calls import CALLS
from task import MissingError

LIMITS = Path(__file__).with_name("instructions.json")
MOST = 1.05


def identity() -> str:
    """What counts can be compared for: others have other interpreters and other libraries."""
    import zmqpp

    python = ".".join(platform.python_version_tuple()[:2])
    return f"Python {python}, {platform.machine()}, libzmq {zmqpp.zmq_version()}"


def toolchain() -> str:
    """What may explain a difference that is not ours."""
    return f"Python {platform.python_version()} built with {platform.python_compiler()}"


def compare(counted: dict[str, float], known: dict[str, Any] | None) -> tuple[list[str], bool]:
    """A line for each call, and whether all are within their limits."""
    lines, within = [], True
    for call, number in counted.items():
        measure = (known or {}).get(call)
        if measure is None:
            lines.append(f"{call:10} {number:8.0f}   no limit for this")
            continue
        ratio = number / measure
        verdict = "within" if ratio <= MOST else "TOO MANY"
        within = within and ratio <= MOST
        lines.append(f"{call:10} {number:8.0f}   {ratio - 1:+.1%} of {measure}: {verdict}")
    return lines, within


def count_all() -> dict[str, float]:
    """Instructions of each hot call; what cannot be counted is said and left out."""

    def count_one(call: str) -> float | None:
        try:
            return count("zmqpp", call)
        except MissingError as missing:
            print(f"{call}: not counted, there is no {missing}")
            return None

    with ThreadPoolExecutor(2) as pool:
        counted = dict(zip(CALLS, pool.map(count_one, CALLS)))
    return {call: number for call, number in counted.items() if number is not None}


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts the instructions of the hot calls.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="fail if a call takes 5 %% more")
    what.add_argument("--update", action="store_true", help="make what is counted the measure")
    arguments = parser.parse_args()

    known = json.loads(LIMITS.read_text(encoding="utf-8")) if LIMITS.exists() else {}
    print(identity())
    print(toolchain())
    counted = count_all()
    here = known.get(identity())
    if here is not None and here["toolchain"] != toolchain():
        print(f"limits are from {here['toolchain']}")
    lines, within = compare(counted, here)
    print("\n".join(lines))
    if arguments.update:
        numbers = {call: round(number) for call, number in counted.items()}
        known[identity()] = {"toolchain": toolchain(), **numbers}
        LIMITS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        print(f"written to {LIMITS.name}")
    elif arguments.check and not within:
        sys.exit("more instructions than the hot path had; if they are worth it: --update")


if __name__ == "__main__":
    main()
