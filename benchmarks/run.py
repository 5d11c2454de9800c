"""`make bench`: zmqpp beside plain libzmq and other bindings, in one run, against its goals.

    python benchmarks/run.py [--quick | --full] [--rounds=N] [--seconds=S] [--only=TEXT]
                             [--libraries=A,B] [--output=FOLDER] [--publish[=PAGE]]

Every round runs every measurement once with every library, the libraries in random order, each in a
fresh process. What counts is the ratio of two libraries within a round, and of those the median: the
machine's moods then hit both. The report is printed, and written to FOLDER with all figures as JSON.
With --publish it also becomes docs/benchmarks.md or another page, and the plots of a full run docs/images.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import libraries
import machine
import report
from contract import contract
from curves import curves
from hybrids import hybrids_back
from plan import LIBRARIES, Measurement

ROOT = Path(__file__).resolve().parents[1]
#: Far more than any measurement takes beside its seconds: loading, connecting, filling memory.
SPARE_S = 30
#: (rounds, seconds for a measurement, libraries)
QUICK = (3, 0.12, ["libzmq", "zmqpp", "pyzmq"])
FULL = (5, 0.4, LIBRARIES)


def measure(command: list[str], folder: str, pinned: bool, seconds: float) -> dict[str, Any]:
    """What a worker or the baseline prints; {"failed": why} if it does not, or not in time."""
    environment = {**os.environ, "TMPDIR": folder, "PYTHONHASHSEED": "0"}
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if pinned and cores:
        os.sched_setaffinity(0, {max(cores)})  # the processes that are started inherit it
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
    try:
        output, errors = process.communicate(timeout=seconds + SPARE_S)
        result = json.loads(output)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {seconds + SPARE_S:g} s", "hung": True}
    except ValueError:
        return {"failed": (errors.strip().splitlines() or ["no output"])[-1]}
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a partner that is left
        process.communicate()
    return dict(result)


def show(progress: str) -> None:
    """Says on a terminal what is going on, in one line that changes."""
    if sys.stderr.isatty():
        print(f"\r\033[K{progress[:100]}", end="", file=sys.stderr, flush=True)


def run_rounds(
    plan: list[Measurement], found: dict[str, libraries.Library], rounds: int, seconds: float
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The results of every run of every measurement, a list over the rounds for each."""
    results: dict[str, dict[str, list[dict[str, Any]]]] = {
        one.key: {label: [] for label, run in one.runs.items() if run.library in found}
        for one in plan
    }
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for place, one in enumerate(plan):
                if number >= (one.rounds or rounds):
                    continue
                show(f"round {number + 1} of {rounds}: {place + 1} of {len(plan)}, {one.key}")
                labels = list(results[one.key])
                for label in random.sample(labels, len(labels)):
                    taken = results[one.key][label]
                    if taken and taken[-1].get("hung"):
                        taken.append(taken[-1])  # it does it again, and that takes long
                        continue
                    command = [
                        *found[one.runs[label].library].command,
                        *one.task(label, seconds).words(),
                    ]
                    taken.append(measure(command, folder, one.pinned, one.longer * seconds))
    show("")
    return results


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures zmqpp beside libzmq and other bindings.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--quick", action="store_true", help="the goals, in under 3 minutes (default)"
    )
    kind.add_argument("--full", action="store_true", help="all libraries, curves and more rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="for one measurement")
    parser.add_argument("--only", default="", metavar="TEXT", help="what the name must contain")
    parser.add_argument("--libraries", metavar="A,B", help=f"of {', '.join(LIBRARIES)}")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "benchmarks" / "result")
    parser.add_argument(
        "--publish",
        nargs="?",
        const="benchmarks.md",
        metavar="PAGE",
        help="write a page of docs (default: benchmarks.md), and the plots of a full run",
    )
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    rounds, seconds, names = FULL if arguments.full else QUICK
    rounds, seconds = arguments.rounds or rounds, arguments.seconds or seconds
    if arguments.libraries:
        names = arguments.libraries.split(",")
        if unknown := set(names) - set(LIBRARIES):
            sys.exit(
                f"no such library: {', '.join(sorted(unknown))}; there are {', '.join(LIBRARIES)}"
            )
    plan = [*contract(), *([*hybrids_back(), *curves()] if arguments.full else [])]
    plan = [one for one in plan if arguments.only in one.key]

    folder = ROOT / "build" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    found, left_out = {}, {}
    for name in names:
        try:
            found[name] = libraries.find(name, folder)
        except libraries.LeftOutError as reason:
            left_out[name] = str(reason)
    if "zmqpp" in left_out:
        sys.exit(f"zmqpp is not installed for {sys.executable}: {left_out['zmqpp']}")
    if any(run.options.get("cpp") for one in plan for run in one.runs.values()):
        try:
            place = libraries.build_extension(folder)
            places = [str(place), os.environ.get("PYTHONPATH", "")]
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, places))
        except libraries.LeftOutError as reason:
            left_out["extension"] = str(reason)
    result: dict[str, Any] = {
        "command": " ".join(["python benchmarks/run.py", *sys.argv[1:]]),
        "machine": machine.describe(),
        "versions": {name: library.version for name, library in found.items()},
        "left_out": left_out,
        "rounds": rounds,
        "seconds": seconds,
        "results": run_rounds(plan, found, rounds, seconds),
    }
    text = report.markdown(plan, result)
    print(text, end="")
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    (arguments.output / "result.md").write_text(text)
    images: list[Path] = []
    if arguments.full:
        import plots

        target = ROOT / "docs" / "images" if arguments.publish else arguments.output
        images = plots.draw(plan, result, target)
    if arguments.publish:
        report.publish(text, images, ROOT / "docs" / arguments.publish)
    if any("failed" in once for by in result["results"].values() for once in by.get("zmqpp", [])):
        sys.exit("zmqpp failed in a measurement")


if __name__ == "__main__":
    main()
