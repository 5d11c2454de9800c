"""The extension modules of tests/hybrid, which `make test` builds with the installed package."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType

import pytest


def hybrid_module(name: str) -> ModuleType:
    """One of them; skips where none were built, and fails where one should be there."""
    if "ZMQPP_HYBRID" not in os.environ:
        pytest.skip("needs the modules of tests/hybrid, built", allow_module_level=True)
    return importlib.import_module(name)


def hybrid_program(name: str) -> Path:
    program = Path(os.environ.get("ZMQPP_HYBRID", "")) / name
    if not program.exists():
        pytest.skip("needs the programs of tests/hybrid, built", allow_module_level=True)
    return program
