"""Whether something takes no longer than it should, told on busy machines too.

There, a single run may be slow, and for a while all of them may be. So what counts is the median of a few
runs, and a bad batch gets another chance: what is slow by itself is slow in every batch.
"""

from __future__ import annotations

import statistics
from typing import Callable


def assert_prompt(
    measure: Callable[[], float],
    limit: float = 0.05,
    *,
    runs: int = 5,
    batches: int = 5,
    worst: float = 10.0,
) -> None:
    """`measure` returns seconds, whose median is below `limit`, and none of which is beyond `worst`."""
    medians = []
    for _ in range(batches):
        taken = [measure() for _ in range(runs)]
        assert max(taken) < worst, taken
        medians.append(statistics.median(taken))
        if medians[-1] < limit:
            return
    raise AssertionError(f"not within {limit} s: medians of {runs} are {medians}")
