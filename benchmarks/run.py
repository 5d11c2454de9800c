"""`make bench`: zmqpp beside plain libzmq and other bindings, in one run.

    python benchmarks/run.py [--rounds=N] [--seconds=S] [--only=TEXT] [--output=FOLDER]

Every round runs every benchmark once with every library, in random order, each in a fresh process.
What counts is the ratio of two libraries within a round, and of those the median: the machine's
moods then hit both. The result is printed as Markdown, and written to FOLDER, as JSON too.

Libraries that are not installed, and libzmq where there is no compiler, are left out.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
TIMEOUT_S = 30


class Benchmark(NamedTuple):
    name: str
    pattern: str
    transport: str
    size: int


BENCHMARKS = [
    Benchmark("send and receive, tcp, 1 B", "send_receive", "tcp", 1),
    Benchmark("send and receive, tcp, 1 KB", "send_receive", "tcp", 1_000),
    Benchmark("send and receive, tcp, 1 MB", "send_receive", "tcp", 1_000_000),
    Benchmark("send and receive, inproc, 1 B", "send_receive", "inproc", 1),
    Benchmark("send and receive, inproc, 1 KB", "send_receive", "inproc", 1_000),
    Benchmark("send and receive, inproc, 1 MB", "send_receive", "inproc", 1_000_000),
    Benchmark("round trip, tcp, 64 B", "round_trip", "tcp", 64),
    Benchmark("throughput, tcp, 64 B", "throughput", "tcp", 64),
]


def build_baseline(folder: Path) -> str | None:
    """Compiles baseline.cpp; None where that cannot be done."""
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None or sys.platform == "win32":
        return None
    program = folder / "baseline"
    flags = ["-lzmq"]
    if shutil.which("pkg-config"):
        known = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libzmq"], capture_output=True, text=True
        )
        flags = known.stdout.split() or flags
    command: list[str | Path] = [compiler, "-std=c++17", "-O2"]
    command += [HERE / "baseline.cpp", "-o", program, *flags]
    built = subprocess.run(command, capture_output=True)
    return str(program) if built.returncode == 0 else None


def find_libraries(folder: Path) -> dict[str, list[str]]:
    """How to start a measurement of each library that is there."""
    worker = [sys.executable, str(HERE / "send_receive.py")]
    libraries = {"zmqpp": [*worker, "zmqpp"]}
    for name, module in (("pyzmq", "zmq"), ("pyomq", "pyomq")):
        if importlib.util.find_spec(module) is not None:
            libraries[name] = [*worker, module]
    baseline = build_baseline(folder)
    if baseline is not None:
        libraries["libzmq"] = [baseline]
    return libraries


def measure(command: list[str], benchmark: Benchmark, seconds: float) -> float | None:
    """Messages per second; None if the library failed or hung."""
    words = [benchmark.pattern, benchmark.transport, str(benchmark.size), str(seconds)]
    try:
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=TIMEOUT_S)
        return float(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None


def versions(libraries: dict[str, list[str]]) -> dict[str, str]:
    import zmqpp

    found = {"zmqpp": f"{zmqpp.__version__} on libzmq {zmqpp.zmq_version()}"}
    if "pyzmq" in libraries:
        import zmq

        found["pyzmq"] = f"{zmq.__version__} on libzmq {zmq.zmq_version()}"
    if "pyomq" in libraries:
        found["pyomq"] = importlib.metadata.version("pyomq")
    if "libzmq" in libraries:
        found["libzmq"] = f"{zmqpp.build_info()['libzmq_compiled']} in C++, without a binding"
    return found


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine() -> str:
    return (
        f"{os.cpu_count()} cores of {processor()}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def paired_ratio(ours: list[float | None], theirs: list[float | None]) -> float | None:
    """The median over the rounds of ours / theirs, both from the same round."""
    ratios = [a / b for a, b in zip(ours, theirs) if a and b]
    return statistics.median(ratios) if ratios else None


def median(rates: list[float | None]) -> float | None:
    known = [rate for rate in rates if rate]
    return statistics.median(known) if known else None


def as_rate(rate: float | None) -> str:
    if rate is None:
        return "failed"
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if rate >= unit:
            return f"{rate / unit:.3g}{letter}/s"
    return f"{rate:.3g}/s"


def as_ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def to_markdown(result: dict[str, Any]) -> str:
    libraries, rates = list(result["versions"]), result["rates"]
    peers = [library for library in libraries if library != "zmqpp"]
    titles = ["messages per second", *libraries, *(f"zmqpp / {peer}" for peer in peers)]
    lines = [
        result["machine"] + ".",
        f"Medians of {result['rounds']} rounds of {result['seconds']} s; ratios are paired.",
        "; ".join(f"{name} {version}" for name, version in result["versions"].items()) + ".",
        "",
        "| " + " | ".join(titles) + " |",
        "|---" + "|--:" * (len(titles) - 1) + "|",
    ]
    for benchmark, by_library in rates.items():
        cells = [as_rate(median(by_library[library])) for library in libraries]
        cells += [as_ratio(paired_ratio(by_library["zmqpp"], by_library[peer])) for peer in peers]
        lines.append("| " + " | ".join([benchmark, *cells]) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures zmqpp beside libzmq and other bindings.")
    parser.add_argument("--rounds", type=int, default=3, help="default 3, under a minute")
    parser.add_argument("--seconds", type=float, default=0.3, help="for one measurement")
    parser.add_argument("--only", default="", metavar="TEXT", help="what the name must contain")
    parser.add_argument(
        "--output", type=Path, default=Path("build", "benchmarks"), metavar="FOLDER"
    )
    arguments = parser.parse_args()

    benchmarks = [benchmark for benchmark in BENCHMARKS if arguments.only in benchmark.name]
    with tempfile.TemporaryDirectory() as folder:
        libraries = find_libraries(Path(folder))
        rates: dict[str, dict[str, list[float | None]]] = {
            benchmark.name: {library: [] for library in libraries} for benchmark in benchmarks
        }
        for number in range(arguments.rounds):
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
            for benchmark in benchmarks:
                for library in random.sample(list(libraries), len(libraries)):
                    rate = measure(libraries[library], benchmark, arguments.seconds)
                    rates[benchmark.name][library].append(rate)
        result = {
            "machine": machine(),
            "versions": versions(libraries),
            "rounds": arguments.rounds,
            "seconds": arguments.seconds,
            "rates": rates,
        }
    markdown = to_markdown(result)
    print(markdown)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    (arguments.output / "result.md").write_text(markdown + "\n")
    if any(rate is None for rate in (r for by in rates.values() for r in by["zmqpp"])):
        sys.exit("zmqpp failed in a benchmark")


if __name__ == "__main__":
    main()
