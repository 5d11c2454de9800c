"""C++ programs that embed Python: the interpreter comes and goes, and what is C++'s stays."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hybrid_modules import hybrid_program

HOST = hybrid_program("hybrid_host")


@pytest.mark.parametrize(
    "scenario", ["plain_restarts", "pybind11_restarts", "busy_end", "handlers", "instance"]
)
def test_host(scenario: str) -> None:
    """See tests/hybrid/hybrid_host.cpp."""
    # Python finds its libraries by the program, which is not its own here.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    host = subprocess.run(
        [HOST, scenario], env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert (host.returncode, host.stdout, host.stderr) == (0, "done\n", "")
