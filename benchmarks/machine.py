"""What the figures were taken on, without names and dates."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def describe() -> str:
    """Cores, processor, kernel and Python, in one line."""
    release = ".".join(platform.release().split(".")[:2])
    return (
        f"{os.cpu_count()} cores of {processor()}, {platform.system()} {release} "
        f"{platform.machine()}, Python {platform.python_version()}"
    )
