"""The public names: sorted, tested, and quick to import."""

from __future__ import annotations

import importlib
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import zmqpp
from zmqpp import constants, errors

TESTS = Path(__file__).parent


def test_all_is_sorted():
    """__all__ is sorted by kind, constants and errors after the rest, and every name exists, once."""
    own = [name for name in zmqpp.__all__ if name not in {*constants.__all__, *errors.__all__}]
    assert own == sorted(own, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert errors.__all__ == sorted(errors.__all__)
    assert zmqpp.__all__ == own + constants.__all__ + errors.__all__
    assert len(zmqpp.__all__) == len(set(zmqpp.__all__))
    assert [name for name in zmqpp.__all__ if not hasattr(zmqpp, name)] == []


def test_nothing_else_is_public():
    """Whatever has no underscore is in __all__, or is a module of the package."""
    others = set(dir(zmqpp)) - set(zmqpp.__all__)
    public = {name for name in others if not name.startswith("_")}
    modules = {path.stem for path in Path(zmqpp.__file__).parent.glob("*.py")}
    assert public <= modules


def uses():
    return "\n".join(path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py"))


def test_every_name_is_tested():
    """Every public name that is not a constant is used in some test."""
    text = uses()
    names = set(zmqpp.__all__) - set(constants.__all__)
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", text)) == []


CLASSES = [
    zmqpp.Context,
    zmqpp.Socket,
    zmqpp.Message,
    zmqpp.MessageTracker,
    zmqpp.Poller,
    zmqpp.Endpoint,
    zmqpp.Monitor,
    zmqpp.Proxy,
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_method_is_tested(kind):
    """Every public method and attribute of the classes that is not an option is used in some test."""
    text = uses()
    options = {name.lower() for name in constants.SocketOption.__members__}
    names = {name for name in dir(kind) if not name.startswith("_")} - options - set(dir(str))
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", text)) == []


def documented_objects():
    for path in sorted(Path(zmqpp.__file__).parent.glob("*.py")):
        name = "zmqpp" if path.stem == "__init__" else f"zmqpp.{path.stem}"
        yield name, importlib.import_module(name).__doc__
    for name in zmqpp.__all__:
        value = getattr(zmqpp, name)
        if callable(value):
            yield name, value.__doc__
        if value in CLASSES:
            for attribute in dir(value):
                if not attribute.startswith("_") and not hasattr(str, attribute):
                    yield f"{name}.{attribute}", getattr(value, attribute).__doc__


def test_everything_is_documented():
    """Each module, class, function, method and attribute has a docstring of at least a sentence."""
    missing = [name for name, doc in documented_objects() if not doc or "." not in doc]
    assert missing == ["Context.sockopts"]  # a slot, which cannot have one


def test_import_is_quick():
    """Importing zmqpp takes few milliseconds of the processor's time."""
    program = (
        "import time; start = time.process_time(); import zmqpp; print(time.process_time() - start)"
    )
    seconds = [
        float(subprocess.check_output([sys.executable, "-c", program], text=True)) for _ in range(7)
    ]
    assert statistics.median(seconds) < 0.06  # 0.01 to 0.02 where nothing else runs
