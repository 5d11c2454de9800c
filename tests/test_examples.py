"""Every program of examples/ does what it says, and ends."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import zmqpp
from cpp_compiler import ROOT, compile_cpp

EXAMPLES = ROOT / "examples"
LAST_LINES = {
    "curve.py": "with another key: no answer" if zmqpp.has("curve") else "built without CURVE",
    "monitor.py": "the client came and went",
    "pipeline.py": "4 threads on two shared sockets did 1000 tasks, each once",
    "poller.py": "socket: the end",
    "pubsub.py": "subscribed to '':\n  weather.oslo rain\n  sport.chess draw\n  weather.lima sun",
    "zero_copy.py": "given back: True",
}
ELSEWHERE = {"demo.py", "echo_client.py", "echo_server.py"}  # not programs that run alone

pytestmark = pytest.mark.skipif(not EXAMPLES.exists(), reason="needs the source tree")


def python(name: str) -> list[str]:
    return [sys.executable, "-W", "error", str(EXAMPLES / name)]


def run(*command: str) -> str:
    """Runs a program to its end and returns what it printed; it must succeed and not complain."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=40)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    return ran.stdout


@contextmanager
def echo_server(*command: str) -> Iterator[list[str]]:
    """Starts an echo server on two ports of its own; its endpoints. It must end by itself, well."""
    words = [*command, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield [server.stdout.readline().split()[-1] for _ in range(2)]
            assert server.wait(timeout=10) == 0
        finally:
            server.kill()


def test_all_are_known() -> None:
    """No example is without a test."""
    assert {path.name for path in EXAMPLES.glob("*.py")} == LAST_LINES.keys() | ELSEWHERE


@pytest.mark.parametrize("name", LAST_LINES)
def test_example(name: str) -> None:
    """An example runs to its end and its last line says that all went well."""
    assert run(*python(name)).rstrip().endswith(LAST_LINES[name])


def test_echo_takes_turns() -> None:
    """A REQ connected to two endpoints asks them in turn, and gets its ten answers."""
    with echo_server(*python("echo_server.py"), "--count=10") as endpoints:
        output = run(*python("echo_client.py"), *endpoints)
    assert re.findall(r"came back from (\S+)", output) == endpoints * 5


def test_echo_client_without_server() -> None:
    """A client whose server is not there says so and fails; it does not hang."""
    ran = subprocess.run(
        [*python("echo_client.py"), "tcp://127.0.0.1:1"], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 1
    assert "the server does not answer" in ran.stderr


@pytest.mark.without_python
def test_echo_in_cpp(tmp_path: Path) -> None:
    """The C++ server answers a client in Python and one in C++."""
    server = compile_cpp(EXAMPLES / "echo_server.cpp", tmp_path)
    client = compile_cpp(EXAMPLES / "echo_client.cpp", tmp_path)
    with echo_server(str(server), "--count=20") as endpoints:
        run(*python("echo_client.py"), *endpoints)
        assert "10 round trips" in run(str(client), *endpoints)


@pytest.mark.skipif(
    importlib.util.find_spec("echo_hybrid") is None,
    reason="needs the extension of examples/hybrid/echo, which `make demo` builds",
)
class TestHybrid:
    """The extension module that has a C++ server on a thread of its own."""

    def test_demo(self) -> None:
        """The demo shows both kinds of echo and ends well."""
        output = run(*python("demo.py"))
        assert output.count("came back from") == 10
        assert "C++ server: answered 10 messages, done" in output
        assert output.endswith("Every message came back.\n")

    def test_stop(self) -> None:
        """stop() ends the C++ thread, and a second one does nothing."""
        import echo_hybrid

        with zmqpp.Context() as context:
            for number in range(20):
                server = echo_hybrid.EchoServer(context, f"inproc://stop-{number}")
                assert server.running
                server.stop()
                server.stop()
                assert not server.running

    def test_end_of_context(self) -> None:
        """Ending the context in Python ends the C++ server in it."""
        import echo_hybrid

        context = zmqpp.Context()
        server = echo_hybrid.EchoServer(context, "inproc://end")
        context.term(timeout=5000)
        server.stop()
        assert not server.running

    def test_error(self) -> None:
        """A failure in C++ is an exception in Python that names the endpoint."""
        import echo_hybrid

        with zmqpp.Context() as context, pytest.raises(OSError, match="no-such-transport"):
            echo_hybrid.EchoServer(context, "no-such-transport://x")

    def test_left_running(self) -> None:
        """A program may end while the C++ server runs."""
        code = (
            "import echo_hybrid, zmqpp\n"
            "context = zmqpp.Context.instance()\n"
            "server = echo_hybrid.EchoServer(context, 'inproc://left')\n"
            "print('end')\n"
        )
        assert run(sys.executable, "-W", "error", "-c", code) == "end\n"
