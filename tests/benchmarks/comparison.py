"""Two ways to do the same, timed in turns, so that a busy machine slows both down alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, Final

FEWEST_RUNS: Final = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """What one run took, in seconds; `more` holds seconds of other baselines by their name."""

    ours: float
    baseline: float
    more: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians over the runs. `ratio` is that of ours to the baseline within each run: smaller is better.

    `more` holds the ratios to other baselines, and whatever else is worth telling.
    """

    name: str
    size: int
    runs: int
    unit: str
    ours: float
    baseline: float
    ratio: float
    target: float
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All of it on one level."""
        told = asdict(self)
        more = told.pop("more")
        return {**told, **more}


def compare(
    name: str, turn: Callable[[], Turn], *, size: int, runs: int, unit: str, target: float, **told: Any
) -> Figure:
    """Have `runs` turns of both and keep the medians."""
    turns = [turn() for _ in range(runs)]
    others = {f"ratio_{other}": median(each.ours / each.more[other] for each in turns) for other in turns[0].more}
    return Figure(
        name=name,
        size=size,
        runs=runs,
        unit=unit,
        ours=median(each.ours for each in turns),
        baseline=median(each.baseline for each in turns),
        ratio=median(each.ours / each.baseline for each in turns),
        target=target,
        more={**others, **told},
    )


@contextmanager
def undisturbed() -> Iterator[None]:
    """While the garbage of what came before is neither left nor collected."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = perf_counter()
    work()
    return perf_counter() - started
