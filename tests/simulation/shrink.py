"""Making a schedule that breaks a promise as short as it can be while it still breaks that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.schedule import Schedule, Step

StillBreaks = Callable[[Schedule], bool]


def shrink(schedule: Schedule, still_breaks: StillBreaks, most_tries: int = 200) -> Schedule:
    """Steps go first, in halves and then one by one; then faults; as long as anything helps and tries are left."""
    tries = iter(range(most_tries))
    smaller = schedule
    while (
        found := next((each for each in _smaller(smaller) if _may_try(tries) and still_breaks(each)), None)
    ) is not None:
        smaller = found
    return smaller


def _may_try(tries: Iterator[int]) -> bool:
    return next(tries, None) is not None


def _smaller(schedule: Schedule) -> Iterator[Schedule]:
    steps = schedule.steps
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            yield replace(schedule, steps=steps[:start] + steps[start + size :])
        size //= 2
    for place, step in enumerate(steps):
        for simpler in _simpler(step):
            yield replace(schedule, steps=(*steps[:place], simpler, *steps[place + 1 :]))


def _simpler(step: Step) -> Iterator[Step]:
    """A round with one fault less; a step by itself that was done while something held it up."""
    match step:
        case ["round", till, faults]:
            for place, fault in enumerate(faults):
                if fault is not None:
                    rest = [*faults[:place], None, *faults[place + 1 :]]
                    while rest and rest[-1] is None:
                        rest.pop()
                    yield ["round", till, rest]
        case ["crash_in" | "power_cut", _, _, inner] | ["busy" | "beside", _, inner]:
            yield inner
