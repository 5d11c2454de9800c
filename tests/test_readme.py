"""What README.md shows is true: its programs run, its files exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cpp_compiler import ROOT, compile_cpp, compile_module
from subprocess_runner import PRELUDE, run_python

README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="needs the source tree")


def snippets(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [str(snippet) for snippet in found]


@pytest.mark.parametrize("snippet", snippets("python"))
def test_python_runs(snippet: str) -> None:
    """Every Python snippet is a program: it prints what its comments say, and nothing to stderr."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet], capture_output=True, text=True, timeout=30
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split("\n")[:-1] == re.findall(r"print\(.*\)  # (.*)$", snippet, re.MULTILINE)


def cpp(modules: bool) -> list[str]:
    return [code for code in snippets("cpp") if ("PYBIND11_MODULE" in code) == modules]


@pytest.mark.parametrize("snippet", cpp(modules=True))
def test_modules_work(snippet: str, tmp_path: Path) -> None:
    """The C++ snippet that is an extension module compiles without a warning, and answers."""
    source = tmp_path / "worker.cpp"
    source.write_text(snippet)
    compile_module(source, tmp_path)
    code = """
        import threading, worker
        with zmqpp.Context() as context:
            rep, req = context.socket(zmqpp.REP), context.socket(zmqpp.REQ)
            req.connect(rep.bind("inproc://worker"))
            thread = threading.Thread(target=worker.answer, args=(rep,))
            thread.start()
            req.send(b"word")
            print(req.recv(timeout=5000))
            thread.join()
    """
    prelude = f"import sys\nsys.path.append({str(tmp_path)!r})\n{PRELUDE}"
    assert run_python(code, prelude=prelude) == "b'word'\n"


@pytest.mark.without_python
@pytest.mark.parametrize("snippet", cpp(modules=False))
def test_cpp_compiles_and_runs(snippet: str, tmp_path: Path) -> None:
    """Every C++ snippet is a program: it compiles without a warning, and ends well."""
    source = tmp_path / "snippet.cpp"
    source.write_text(snippet)
    ran = subprocess.run(
        [compile_cpp(source, tmp_path)], capture_output=True, text=True, timeout=30
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "12 bytes\n", "")


def test_links_lead_somewhere() -> None:
    """Every relative link leads to a file or folder of this project."""
    text = re.sub(r"^```.*?^```$", "", README.read_text(encoding="utf-8"), flags=re.S | re.M)
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_example_is_short() -> None:
    """The first example is a whole program in about twenty lines."""
    lines = [line for line in snippets("python")[0].splitlines() if line.strip()]
    assert len(lines) <= 20


def test_dangers_have_tests() -> None:
    """docs/dangers.md names test files that exist, and each file of a danger is named there."""
    named = set(re.findall(r"`(test_\w+\.py)`", (ROOT / "docs/dangers.md").read_text("utf-8")))
    files = {path.name for path in (ROOT / "tests").glob("test_*.py")}
    assert named <= files
    dangers = "aborts borrowing chaos children exit fork gil lifetime limits raising_handlers"
    dangers += " sharing signals slow_joiners threads zero_copy"
    assert {f"test_{danger}.py" for danger in dangers.split()} & files <= named
