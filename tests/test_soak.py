"""Danger: leaks that only time shows. A short soak; `make stress` runs the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parent / "stress" / "soak.py"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures in /proc")
def test_nothing_grows():
    """After ten seconds of everything at once, descriptors, threads and memory are what they were."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", str(SOAK), "10"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("nothing grew\n")
