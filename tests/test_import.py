"""What `import zmqpp` brings: all public names, and no more modules than it needs."""

from __future__ import annotations

import subprocess
import sys

import zmqpp

# Modules that take long to load, and that nobody should have to load for sockets.
UNWANTED = {"asyncio", "json", "logging", "numpy", "pickle", "random", "re", "typing"}


def loaded_by(statement: str) -> set[str]:
    """The modules that an interpreter has loaded after a statement."""
    program = f"import sys; sys.path[:] = {sys.path!r}\n{statement}\nprint(*sys.modules)"
    # -S: the site's .pth files may load modules of their own.
    command = [sys.executable, "-S", "-c", program]
    return set(
        subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    )


def test_import_loads_little() -> None:
    """Importing zmqpp loads none of the large modules of the standard library."""
    brought = loaded_by("import zmqpp") - loaded_by("pass")
    assert brought & UNWANTED == set()


def test_public_names() -> None:
    """Every name in __all__ is there, once, and code says what it does."""
    assert len(zmqpp.__all__) == len(set(zmqpp.__all__))
    undocumented = [
        name
        for name in zmqpp.__all__
        if callable(getattr(zmqpp, name)) and not getattr(zmqpp, name).__doc__
    ]
    assert undocumented == []


def test_public_methods() -> None:
    """Every public method and attribute of the classes says what it does."""
    undocumented = [
        f"{cls.__name__}.{name}"
        for cls in (zmqpp.Context, zmqpp.Socket, zmqpp.Poller, zmqpp.Message, zmqpp.Endpoint)
        for name, member in vars(cls).items()
        if not name.startswith("_") and not getattr(member, "__func__", member).__doc__
    ]
    assert undocumented == ["Context.sockopts"]  # a slot, which cannot have a docstring
