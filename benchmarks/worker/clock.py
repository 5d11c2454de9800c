"""How often a thing can be done in a second."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Looking at the clock costs some 50 ns, so that once in this time it does not matter.
STEP_S = 0.002


def repeat_until(repeat: Callable[[int], object], deadline: float) -> int:
    """How often `repeat` did a thing, which does as many as it is told, until the clock says so.

    Steps grow until one takes long enough; what is slow is thus never asked for a thousand at once.
    """
    step, done = 1, 0
    before = time.perf_counter()
    while before < deadline:
        repeat(step)
        done += step
        now = time.perf_counter()
        if now - before < STEP_S:
            step *= 2
        elif now - before > 4 * STEP_S and step > 1:
            step //= 2
        before = now
    return done


def per_second(repeat: Callable[[int], object], seconds: float) -> float:
    """The rate of a thing, taken over `seconds`."""
    start = time.perf_counter()
    done = repeat_until(repeat, start + seconds)
    return done / (time.perf_counter() - start)
