"""What a table does not show: how figures change with size, threads and sockets, and latencies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from curves import SIZES
from plan import LIBRARIES, Measurement
from report import figure, values

COLOURS = dict(zip(LIBRARIES, ["#555555", "#d62728", "#1f77b4", "#9ecae1", "#2ca02c", "#ff7f0e"]))
#: What is written into a file does not change when the figures do not.
STYLE: Any = {
    "svg.hashsalt": "zmqpp",
    "font.size": 10,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def lines(axes: Axes, plan: list[Measurement], results: dict[str, Any], curve: str) -> None:
    """A line for each library: medians, and from the least to the most as an area."""
    points = [one for one in plan if one.curve and one.curve[0] == curve and results[one.key]]
    for library in LIBRARIES:
        found = []
        for one in points:
            rate = figure(values(results[one.key].get(library, [])))
            if rate is not None and one.curve is not None:
                found.append((one.curve[1], rate))
        if found:
            places = [place for place, _ in found]
            colour = COLOURS[library]
            axes.plot(
                places, [rate.median for _, rate in found], "o-", color=colour, label=library, ms=4
            )
            least, most = [r.least for _, r in found], [r.most for _, r in found]
            axes.fill_between(places, least, most, color=colour, alpha=0.15, linewidth=0)


def words_of(size: int) -> str:
    for unit, letter in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size // unit} {letter}"
    return f"{size} B"


def throughput(plan: list[Measurement], results: dict[str, Any], target: Path) -> Path:
    figure_, all_axes = plt.subplots(1, 3, figsize=(13, 4.2), sharey=True)
    for axes, transport in zip(all_axes, ("inproc", "ipc", "tcp")):
        lines(axes, plan, results, f"size {transport}")
        axes.set(xscale="log", yscale="log", title=f"PUSH/PULL, {transport}")
        axes.set_xticks(SIZES, [words_of(size) for size in SIZES])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("size of a message")
    all_axes[0].set_ylabel("messages per second")
    all_axes[-1].legend()
    return save(figure_, target / "throughput.svg")


def scaling(plan: list[Measurement], results: dict[str, Any], target: Path) -> Path:
    figure_, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2))
    lines(left, plan, results, "threads")
    left.set(yscale="log", title="threads with a socket pair each, 64 B", xlabel="threads")
    left.set_ylabel("messages per second, all threads")
    lines(right, plan, results, "sockets")
    right.set(xscale="log", yscale="log", title="1 ready of many sockets", xlabel="polled sockets")
    right.set_ylabel("send + poll + recv per second")
    right.xaxis.set_major_formatter("{x:g}")
    right.legend()
    return save(figure_, target / "scaling.svg")


def latency(plan: list[Measurement], results: dict[str, Any], target: Path) -> Path:
    kinds = [one for one in plan if one.curve and one.curve[0].startswith("latency")]
    figure_, all_axes = plt.subplots(1, len(kinds), figsize=(13, 4.2), squeeze=False)
    for axes, one in zip(all_axes[0], kinds):
        for library in LIBRARIES:
            rounds = [once for once in results[one.key].get(library, []) if once.get("details")]
            if not rounds:
                continue
            middle = sorted(rounds, key=lambda once: once["details"]["p50"])[len(rounds) // 2]
            quantiles = [(us, float(name[1:])) for name, us in middle["details"].items()]
            shown = [(us, share) for us, share in quantiles if share < 100]
            half, late = middle["details"]["p50"], middle["details"]["p99"]
            label = f"{library}: p50 {half:.3g}, p99 {late:.3g}"
            axes.plot(*zip(*shown), color=COLOURS[library], label=label)
        axes.set(xscale="log", title=one.name, xlabel="microseconds")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.legend(loc="lower right", fontsize=8)
    all_axes[0][0].set_ylabel("% of round trips within")
    return save(figure_, target / "latency.svg")


def save(figure_: Any, path: Path) -> Path:
    figure_.tight_layout()
    figure_.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure_)
    return path


def draw(plan: list[Measurement], result: dict[str, Any], target: Path) -> list[Path]:
    """Draws what was measured into SVG files in `target`, and returns their paths."""
    target.mkdir(parents=True, exist_ok=True)
    results = result["results"]
    kinds = {"size": throughput, "threads": scaling, "sockets": scaling, "latency": latency}
    measured = {one.curve[0].split()[0] for one in plan if one.curve and results.get(one.key)}
    with mpl.rc_context(STYLE):
        drawings = dict.fromkeys(kinds[kind] for kind in kinds if kind in measured)
        return [drawing(plan, results, target) for drawing in drawings]
