"""From figures to ratios, to what they say about the goals, and to Markdown."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from plan import LIBRARIES, Goal, Measurement

Rounds = list[dict[str, Any]]  #: of one run: {"value": ...} or {"failed": ...} or {"missing": ...}
BEGIN, END = "<!-- written by benchmarks/run.py --publish -->", "<!-- end of what is written -->"


class Figure(NamedTuple):
    median: float
    least: float
    most: float


class Verdict(NamedTuple):
    goal: Goal
    measured: Figure | None
    words: str


def figure(values: list[float]) -> Figure | None:
    return Figure(statistics.median(values), min(values), max(values)) if values else None


def values(rounds: Rounds) -> list[float]:
    return [once["value"] for once in rounds if once.get("value") is not None]


def paired(ours: Rounds, theirs: Rounds, less_is_better: bool = False) -> Figure | None:
    """How many times as good ours is, within each round."""
    ratios = []
    for our, their in zip(ours, theirs):
        a, b = our.get("value"), their.get("value")
        if a and b:
            ratios.append(b / a if less_is_better else a / b)
    return figure(ratios)


def details(ours: Rounds, theirs: Rounds, less_is_better: bool) -> dict[str, Figure]:
    """The same for each of the details that both have, the worst first."""
    found: dict[str, list[float]] = {}
    for our, their in zip(ours, theirs):
        for name, a in our.get("details", {}).items():
            b = their.get("details", {}).get(name)
            if a and b:
                found.setdefault(name, []).append(b / a if less_is_better else a / b)
    figures = {name: Figure(statistics.median(r), min(r), max(r)) for name, r in found.items()}
    return dict(sorted(figures.items(), key=lambda item: item[1].median))


def judge(goal: Goal, one: Measurement, results: dict[str, Rounds]) -> Verdict:
    ours, theirs = results.get(goal.run, []), results.get(goal.to, [])
    if not goal.to:
        measured = figure(values(ours))
    elif goal.worst:
        found = details(ours, theirs, one.less_is_better)
        measured = next(iter(found.values()), None)
    else:
        measured = paired(ours, theirs, one.less_is_better)
    if measured is None:
        lacking = [run.get("missing") or run.get("failed") for run in [*ours, *theirs]]
        reasons = [reason for reason in lacking if reason]
        return Verdict(goal, None, f"not measured: {reasons[0]}" if reasons else "not measured")

    def reaches(bound: float) -> bool:
        # Judged as it is shown, so that a report does not contradict itself.
        shown = float(f"{measured.median:.3g}")
        return shown >= bound if goal.to else shown <= bound

    if goal.aim is not None and reaches(goal.aim):
        return Verdict(goal, measured, "aim reached")
    if goal.must is None:
        return Verdict(goal, measured, "aim not reached")
    return Verdict(goal, measured, "met" if reaches(goal.must) else "**not met**")


# --- Markdown ---


def number(value: float) -> str:
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{letter}"
    return f"{value:.3g}"


def with_spread(measured: Figure | None) -> str:
    if measured is None:
        return "-"
    middle, least, most = (f"{value:.3g}" for value in measured)
    return middle if least == most else f"{middle} ({least} to {most})"


def cell(rounds: Rounds | None, unit: str) -> str:
    if not rounds:
        return ""
    found = figure(values(rounds))
    if found is None:
        return "none" if any("missing" in once for once in rounds) else "failed"
    return f"{number(found.median)}{'' if unit.startswith('/') else ' '}{unit}".strip()


def table(titles: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|--:" * (len(titles) - 1) + "|"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def goals(plan: list[Measurement], results: dict[str, Any]) -> list[str]:
    """The part about goals, which begins with how many are reached; nothing without goals."""
    rows, counted = [], Counter[str]()
    for one in plan:
        for goal in one.goals:
            verdict = judge(goal, one, results[one.key])
            counted[verdict.words.partition(":")[0].strip("*")] += 1
            rows.append(
                [
                    one.key + (" (the worst)" if goal.worst else ""),
                    goal.words(goal.must),
                    goal.words(goal.aim),
                    with_spread(verdict.measured),
                    verdict.words,
                ]
            )
    if not rows:
        return []
    return [
        "## Goals",
        "",
        "`p` is the ratio to pyzmq built from source, `C` the one to plain libzmq. "
        f"{len(rows)} goals: {', '.join(f'{times} {words}' for words, times in counted.items())}.",
        "",
        *table(["goal", "must", "aim", "measured", ""], rows),
        "",
    ]


def rates_table(plan: list[Measurement], results: dict[str, Any], names: list[str]) -> list[str]:
    peers = [name for name in names if name != "zmqpp"]
    titles = ["measurement", *names, *(f"zmqpp / {peer}" for peer in peers)]
    rows, row = [], ""
    for one in plan:
        if one.row != row:
            row = one.row
            rows.append([f"**{row}**", *[""] * (len(titles) - 1)])
        by_label = results[one.key]
        cells = [cell(by_label.get(name), one.unit) for name in names]
        for peer in peers:
            ratio = paired(by_label.get("zmqpp", []), by_label.get(peer, []), one.less_is_better)
            cells.append(f"{ratio.median:.2f}" if ratio else "")
        rows.append([one.name, *cells])
        for label in by_label:
            if label not in LIBRARIES:
                place = names.index(one.runs[label].library)
                cells = [""] * (len(titles) - 1)
                cells[place] = cell(by_label[label], one.unit)
                rows.append([f"- {label}", *cells])
    return table(titles, rows)


def details_table(plan: list[Measurement], results: dict[str, Any]) -> list[str]:
    lines = []
    for one in plan:
        for goal in one.goals:
            ours, theirs = (results[one.key].get(label, []) for label in (goal.run, goal.to))
            found = details(ours, theirs, one.less_is_better) if goal.worst else {}
            if found:
                listed = ", ".join(f"{name} {ratio.median:.3g}" for name, ratio in found.items())
                lines += ["", f"{one.name}, {goal.run} / {goal.to}: {listed}."]
    return lines


def failures(results: dict[str, Any]) -> list[str]:
    lines = []
    for key, by_label in results.items():
        for label, rounds in by_label.items():
            reasons = sorted({once["failed"] for once in rounds if "failed" in once})
            lines += [f"- {label} failed in {key}: {reason}" for reason in reasons]
    return ["", *lines] if lines else []


def markdown(plan: list[Measurement], result: dict[str, Any]) -> str:
    """The whole report."""
    results, names = result["results"], list(result["versions"])
    taken = [one for one in plan if results[one.key]]
    lines = [
        f"`{result['command']}`",
        "",
        f"{result['machine']}. Medians of {result['rounds']} rounds of {result['seconds']:g} s. Ratios "
        "are paired: medians of the ratios within a round; above 1 zmqpp is better.",
        "",
        *(f"- {name}: {version}" for name, version in result["versions"].items()),
        *(f"- {name} is left out: {reason}" for name, reason in result["left_out"].items()),
        "",
        *goals(taken, results),
        "## Figures",
        "",
        *rates_table(taken, results, names),
        *details_table(taken, results),
        *failures(results),
    ]
    return "\n".join(lines) + "\n"


def publish(text: str, images: list[Path], page: Path) -> None:
    """Puts the report and its plots between the markers of the page, and leaves the rest alone."""
    shown = [f"![{image.stem}](images/{image.name})" for image in images]
    generated = "\n".join([BEGIN, "", text, *(["## Plots", ""] if shown else []), *shown, "", END])
    old = page.read_text(encoding="utf-8") if page.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + generated + after, encoding="utf-8")
