"""What a type checker finds in zmqpp, and in programs that use it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import zmqpp

PROGRAMS = Path(__file__).parent / "typing"

pytest.importorskip("mypy", reason="needs mypy")


def check(folder: Path, version: str) -> str:
    """What mypy says of the Python files in a folder, at its strictest, for a version of Python."""
    options = ["--config-file=", "--strict", "--warn-unreachable", "--no-incremental"]
    found = subprocess.run(
        [sys.executable, "-m", "mypy", *options, f"--python-version={version}", "."],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return found.stdout


@pytest.mark.without_python
@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_types_are_right(version: str, tmp_path: Path) -> None:
    """mypy finds no error in the package and in right programs, and one in each wrong line."""
    # Elsewhere, because mypy is silent about what is installed.
    python_files = shutil.ignore_patterns("include", "share", "*.so", "*.pyd", "__pycache__")
    shutil.copytree(Path(zmqpp.__file__).parent, tmp_path / "zmqpp", ignore=python_files)
    shutil.copytree(PROGRAMS, tmp_path, ignore=python_files, dirs_exist_ok=True)
    said = check(tmp_path, version)
    if f"{version} is not supported" in said:
        pytest.skip(f"this mypy does not know Python {version}")
    assert said.startswith("Success")
