"""How many instructions a call takes, which a busy machine does not change.

valgrind counts a process that makes N calls and one that makes 2 N; the difference by N is what one
takes, without Python's start and the library's import.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hot_calls import NOT_THERE
from task import MissingError, Task

#: The first call must have everything behind it that is done once; the start of Python varies by some
#: thousand instructions, which so many calls make small.
CALLS = 20_000
TIMEOUT_S = 120


def instructions(library: str, call: str, times: int) -> int:
    """What valgrind counts in a whole process."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    command += [str(Path(__file__).with_name("hot_calls.py")), library, call, str(times)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=TIMEOUT_S
    )
    if done.returncode == NOT_THERE:
        raise MissingError(call)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or counted is None:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-500:]}")
    return int(counted[1])


def count(library: str, call: str) -> float:
    """Instructions of one call: of a message, for calls that take many."""
    if shutil.which("valgrind") is None:
        raise MissingError("valgrind")
    more, less = (instructions(library, call, times) for times in (2 * CALLS, CALLS))
    return (more - less) / CALLS


def measure(library: str, task: Task) -> float:
    return count(library, task.call)
