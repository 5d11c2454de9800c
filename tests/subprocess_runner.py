"""Runs code in a Python process of its own: what crashes or hangs there fails one test and no more."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

PRELUDE = f"""\
import gc, os, signal, sys, threading, time
sys.path.append({str(Path(__file__).parent)!r})
import zmqpp
"""

#: For programs that fork with threads about, which Python warns of since 3.12.
FORKING = ("-W", "ignore::DeprecationWarning")


def run_python(
    code: str,
    *arguments: object,
    prelude: str = PRELUDE,
    options: Sequence[str] = (),
    timeout: float = 30,
    returncode: int = 0,
    silent: bool = True,
) -> str:
    """Runs `code` with `arguments` in sys.argv and returns what it wrote, to stdout and stderr.

    Before it runs the `prelude`, which imports what most tests need. The test fails if the process is
    not done in time, if it ends with another return code and, unless it need not be `silent`, if it
    writes to stderr.
    """
    script = prelude + textwrap.dedent(code)
    command = [sys.executable, "-X", "faulthandler", *options, "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            if sys.platform != "win32":
                process.send_signal(signal.SIGABRT)  # faulthandler shows where its threads are
            try:
                output, errors = process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                output, errors = process.communicate()
            pytest.fail(f"not done after {timeout} s\n{output}\n{errors}")
    said = f"{output}\n{errors}"
    assert process.returncode == returncode, f"return code {process.returncode}\n{said}"
    assert not (silent and errors), f"stderr is not empty\n{said}"
    return output + errors
