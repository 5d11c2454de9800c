"""The benchmarks run: what is shown about speed can be measured again."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import zmqpp

FOLDER = Path(__file__).parents[1] / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="needs the source tree")


def test_whole_suite(tmp_path: Path) -> None:
    """A short run measures zmqpp in every benchmark and writes Markdown and JSON that agree."""
    command = [sys.executable, FOLDER / "run.py", "--rounds=1", "--seconds=0.01"]
    ran = subprocess.run(
        [*command, f"--output={tmp_path}"], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    rates = json.loads((tmp_path / "result.json").read_text())["rates"]
    for transport in ("tcp", "inproc"):
        for size in ("1 B", "1 KB", "1 MB"):
            assert rates[f"send and receive, {transport}, {size}"]["zmqpp"][0] > 0
    assert (tmp_path / "result.md").read_text() == ran.stdout
    assert all(f"| {name} |" in ran.stdout for name in rates)


class KeepingContext(zmqpp.Context):
    """A context whose sockets stay open until the test has looked at them."""

    __slots__ = ("kept",)

    def socket(self, *arguments: Any, **options: Any) -> Any:
        self.kept = [*getattr(self, "kept", []), super().socket(*arguments, **options)]
        return self.kept[-1]


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_transport_is_used(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark runs over the transport it is named after, inproc too."""
    monkeypatch.syspath_prepend(FOLDER)
    send_receive = importlib.import_module("send_receive")
    with KeepingContext() as context:
        assert send_receive.send_receive(zmqpp, context, transport, 1, 0.01) > 0
        endpoints = [endpoint for socket in context.kept for endpoint in socket.endpoints]
    assert [endpoint.partition("://")[0] for endpoint in endpoints] == [transport] * 2
