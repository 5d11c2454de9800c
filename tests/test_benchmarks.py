"""The benchmarks run, and what they say follows from what they measured."""

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
pytestmark = [
    pytest.mark.skipif(not FOLDER.exists(), reason="needs the source tree"),
    pytest.mark.skipif(sys.platform == "win32", reason="partners are forks"),
]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.syspath_prepend(FOLDER / "worker")
    return importlib.import_module


def work(*words: str) -> dict[str, Any]:
    """What one worker prints."""
    command = [sys.executable, FOLDER / "worker", "zmqpp", "seconds=0.02", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_quick_run(tmp_path: Path) -> None:
    """A short run measures zmqpp, judges it, and writes Markdown and JSON that agree."""
    command = [sys.executable, FOLDER / "run.py", "--rounds=1", "--seconds=0.02"]
    command += ["--libraries=zmqpp", "--only=tcp REQ/REP", f"--output={tmp_path}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert ran.returncode == 0, ran.stderr
    results = json.loads((tmp_path / "result.json").read_text())["results"]
    (by_library,) = results.values()
    assert by_library["zmqpp"][0]["value"] > 0
    assert (tmp_path / "result.md").read_text() == ran.stdout
    assert "tcp REQ/REP, two processes | 0.93 C | 0.97 C | - | not measured |" in ran.stdout


@pytest.mark.parametrize(
    "words",
    [
        "shape=one_thread parts=3",
        "shape=one_thread threads=2 shared=1",
        "shape=throughput",
        "shape=throughput transport=tcp processes=2 busy=receiver",
        "shape=throughput transport=ipc processes=2 size=1048576 recv_copy=0",
        "shape=polling sockets=3",
        "shape=calls call=again",
        "shape=calls call=try_recv",
        "shape=footprint call=held",
    ],
)
def test_shapes(words: str) -> None:
    """Every shape of measurement gives a figure."""
    if sys.platform != "linux" and "footprint" in words:
        pytest.skip("memory is read from /proc")
    assert work(*words.split())["value"] > 0


@pytest.mark.timeout(300)
def test_hybrids(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either side can be C++, in a module built with the installed package; without it, that is said."""
    assert "benchmarks/extension" in work("shape=hybrid", "cpp=sender")["missing"]
    libraries, folder = load("libraries"), FOLDER.parent / "build" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        monkeypatch.setenv("PYTHONPATH", str(libraries.build_extension(folder)))
    except libraries.LeftOutError as reason:
        pytest.skip(f"the module is not built: {reason}")
    for side in ("sender", "receiver"):
        for batch in (0, 10):
            assert work("shape=hybrid", f"cpp={side}", f"batch={batch}")["value"] > 0


def test_latencies_are_a_distribution() -> None:
    """The times of round trips are given by percentage, in order."""
    details = work("shape=round_trip", "latency=1")["details"]
    assert 0 < details["p0"] <= details["p50"] <= details["p99"] <= details["p100"]
    assert list(details.values()) == sorted(details.values())


def test_transport_is_used(load: Any) -> None:
    """A measurement runs over the transport it is named after, inproc too."""
    sockets, task = load("sockets"), load("task")
    for transport in ("inproc", "ipc", "tcp"):
        with zmqpp.Context() as context:
            socket = sockets.open_socket(zmqpp, context, zmqpp.PULL, task.Task("throughput"))
            endpoint = sockets.bind(zmqpp, socket, transport, f"test-{transport}")
            assert endpoint.startswith(f"{transport}://")
            assert endpoint == socket.endpoints[0]
            sockets.KEPT.clear()
            socket.close()


def test_words_say_all_of_a_task(load: Any) -> None:
    """What a process is told is what was planned, and a key that does not exist is refused."""
    task = load("task").Task
    for one in [*load("contract").contract(), *load("curves").curves()]:
        for label in one.runs:
            planned = one.task(label, 0.25)
            assert task.from_words(planned.words()) == planned
    with pytest.raises(ValueError, match="'sise'"):
        task.from_words(["shape=throughput", "sise=64"])


def test_names_are_unique(load: Any) -> None:
    """No two measurements share a name, under which results are kept; goals name runs that exist."""
    plan = [*load("contract").contract(), *load("curves").curves()]
    assert len({one.key for one in plan}) == len(plan)
    for one in plan:
        for goal in one.goals:
            assert {goal.run, goal.to or goal.run} <= set(one.runs), one.key


def rounds(*values: float | None) -> list[dict[str, Any]]:
    return [{"failed": "hung"} if value is None else {"value": value} for value in values]


def test_ratios_are_paired(load: Any) -> None:
    """A ratio is formed within each round; rounds in which one side failed are left out."""
    paired = load("report").paired
    found = paired(rounds(10, 200, 30, None), rounds(5, 50, 30, 1))
    assert found == (2, 1, 4)
    assert paired(rounds(10, 20), rounds(20, 80), less_is_better=True) == (3, 2, 4)
    assert paired(rounds(None), rounds(1)) is None
    assert paired(rounds(1), []) is None


def test_goals_are_judged(load: Any) -> None:
    """A goal is reached, met, not met or not measured, for ratios, for figures and for the worst."""
    report, plan = load("report"), load("plan")

    def words(goal: Any, less_is_better: bool = False, **results: Any) -> str:
        one = plan.Measurement("m", "r", {}, {}, less_is_better=less_is_better)
        return str(report.judge(goal, one, results).words)

    ratio = plan.Goal(2, 3, "pyzmq")
    assert words(ratio, zmqpp=rounds(30), pyzmq=rounds(10)) == "aim reached"
    assert words(ratio, zmqpp=rounds(20), pyzmq=rounds(10)) == "met"
    assert words(ratio, zmqpp=rounds(19), pyzmq=rounds(10)) == "**not met**"
    assert words(ratio, zmqpp=rounds(19), pyzmq=rounds(None)) == "not measured: hung"
    assert words(plan.Goal(5, 3), zmqpp=rounds(3, 2, 9)) == "aim reached"
    assert words(plan.Goal(5), zmqpp=rounds(5.1)) == "**not met**"

    worst = plan.Goal(1, to="pyzmq", worst=True)
    ours = [{"value": 1, "details": {"a": 10, "b": 30, "ours": 99}}]
    theirs = [{"value": 1, "details": {"a": 20, "b": 20, "theirs": 1}}]
    assert words(worst, less_is_better=True, zmqpp=ours, pyzmq=theirs) == "**not met**"
    found = report.details(ours, theirs, True)
    assert [(name, ratio.median) for name, ratio in found.items()] == [("b", 2 / 3), ("a", 2)]


def test_publishing_keeps_what_people_wrote(load: Any, tmp_path: Path) -> None:
    """A page's prose around the generated part stays, however often it is generated."""
    publish, page = load("report").publish, tmp_path / "page.md"
    report = load("report")
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    for text in ("first", "second"):
        publish(text, [tmp_path / "plot.svg"], page)
    written = page.read_text()
    assert written.startswith("before\n")
    assert written.endswith("\nafter\n")
    assert "second" in written
    assert "![plot](images/plot.svg)" in written
    assert not any(old in written for old in ("old", "first"))


def test_more_instructions_are_noticed(load: Any) -> None:
    """The guard fails at more than 5 %, and has no opinion where nothing is known."""
    compare = load("instructions").compare
    assert compare({"send": 1040}, {"send": 1000})[1]
    assert not compare({"send": 1060, "recv": 1}, {"send": 1000, "recv": 1})[1]
    lines, within = compare({"send": 1060}, None)
    assert within
    assert "no limit for this" in lines[0]
