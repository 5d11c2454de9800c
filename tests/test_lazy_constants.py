"""Constants on demand: nothing is made by the import, and everybody gets the same."""

from __future__ import annotations

import pickle
import sys

import pytest

import zmqpp
from subprocess_runner import run_python

BARE = f"import sys; sys.path[:] = {sys.path!r}\n"


def test_import_makes_no_enums() -> None:
    """Importing zmqpp makes no enum and loads no module for it; the first constant does."""
    run_python(
        """
        had = "enum" in sys.modules
        import zmqpp
        assert had or "enum" not in sys.modules
        assert {"REP", "SocketType", "Context"} <= set(dir(zmqpp))
        assert had or "enum" not in sys.modules
        assert zmqpp.REP == 4 and repr(zmqpp.REP) == "<SocketType.REP: 4>"
        assert "enum" in sys.modules
        assert zmqpp.REP is zmqpp.SocketType.REP is zmqpp.constants.REP is zmqpp.constants.SocketType(4)
        """,
        prelude=BARE,
        options=["-S"],
    )


def test_import_star() -> None:
    """`from zmqpp import *` brings every public name, the constants too."""
    run_python(
        """
        from zmqpp import *
        import zmqpp
        assert [name for name in zmqpp.__all__ if globals()[name] is not getattr(zmqpp, name)] == []
        assert set(zmqpp.__all__) <= set(dir(zmqpp)) and POLLIN == 1
        """,
        prelude=BARE,
    )


@pytest.mark.parametrize("name", ["NO_SUCH", "rep", "SocketTypes", ""])
def test_unknown_names(name: str) -> None:
    """A name that is none is the AttributeError that any module has."""
    with pytest.raises(AttributeError, match=f"^module 'zmqpp' has no attribute '{name}'$"):
        getattr(zmqpp, name)
    assert not hasattr(zmqpp.constants, name)


def test_threads_get_the_same_enums() -> None:
    """Threads that ask for the same enum at the same time get the same class and members."""
    run_python(
        """
        sys.setswitchinterval(1e-6)
        names = ["SocketType", "Event", "SocketOption", "Errno", "REP", "EVENT_CLOSED", "LINGER"]
        barrier, got = threading.Barrier(8), []

        def ask():
            barrier.wait()
            got.append([zmqpp._core.constant(name) for name in names])
            got.append([getattr(zmqpp, name) for name in names])

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 16
        for all_of_one in got:
            assert [a is b for a, b in zip(all_of_one, got[0])] == [True] * len(names)
        assert got[0][0].REP is got[0][4] and zmqpp.SocketType is got[0][0]
        """
    )


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_constants_can_be_pickled(protocol: int) -> None:
    """A pickled constant is the constant again in a process that has not imported zmqpp yet."""
    names = ["REP", "SocketType", "LINGER", "DONTWAIT", "POLLIN", "EVENT_CLOSED", "EAGAIN", "CURVE"]
    for name in names:
        pickled = pickle.dumps(getattr(zmqpp, name), protocol)
        assert pickle.loads(pickled) is getattr(zmqpp, name)
    run_python(
        """
        import pickle
        got = pickle.loads(bytes.fromhex(sys.argv[1]))
        import zmqpp
        assert [a is getattr(zmqpp, name) for a, name in zip(got, sys.argv[2:])] == [True] * 8, got
        """,
        pickle.dumps([getattr(zmqpp, name) for name in names], protocol).hex(),
        *names,
        prelude=BARE,
    )
