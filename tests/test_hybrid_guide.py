"""docs/hybrid.md shows the examples as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "hybrid.md"
HYBRID = ROOT / "examples" / "hybrid"

pytestmark = pytest.mark.skipif(not GUIDE.exists(), reason="needs the source tree")


def blocks() -> list[str]:
    return (
        re.findall(r"^```\w+\n(.*?)^```", GUIDE.read_text(), re.M | re.S) if GUIDE.exists() else []
    )


@pytest.mark.parametrize("block", blocks())
def test_code_is_an_examples(block: str) -> None:
    """Each block of code is part of a file of examples/hybrid, which the tests build and run."""
    files = [
        path.read_text()
        for path in HYBRID.rglob("*")
        if path.suffix in (".cpp", ".py", ".txt", ".toml")
    ]
    assert any(block in file for file in files)


def test_links() -> None:
    """Each link leads to a file."""
    text = re.sub(r"^```.*?^```$", "", GUIDE.read_text(), flags=re.S | re.M)
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) >= 5
    for target in targets:
        assert (GUIDE.parent / target).exists(), target
