"""A piece of a long run: some seeds, in one of several processes, each failure shortened before it is told."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from tests.postgres import running_postgres
from tests.simulation.crash_points import crash_points, violation_at
from tests.simulation.mutants import MUTANTS, SHOWN_BY_A_SLIP
from tests.simulation.schedule import Schedule, draw
from tests.simulation.shop import Shop, open_shop
from tests.simulation.shrink import shrink
from tests.simulation.world import Played, play

SCHEDULES_OF_A_SHOP: Final = 300


@dataclass(frozen=True, slots=True)
class Broken:
    """A schedule that broke a promise, and the shortest that still does."""

    seed: int
    said: str
    shortest: Schedule
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caught:
    """A deliberate bug, and what found it; None where it has survived."""

    mutant: str
    broken: Broken | None = None


class ShopOfThisProcess:
    """Opened for the first piece, and anew after many: in a database that has forgotten much everything is slow."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._left = 0

    def play(self, folder: str, schedule: Schedule) -> Played:
        return play(self.opened(folder), schedule)

    def opened(self, folder: str, schedules: int = 1) -> Shop:
        """For so many schedules."""
        if self._left < schedules:
            self._open.close()
            postgres = self._open.enter_context(running_postgres(Path(folder) / "postgres"))
            self._shop = self._open.enter_context(open_shop(postgres))
            self._left = max(SCHEDULES_OF_A_SHOP, schedules)
            # After PostgreSQL has asked for the same, so that it is still there when this happens.
            atexit.unregister(self._open.close)
            atexit.register(self._open.close)
        self._left -= schedules
        return self._shop


_shop = ShopOfThisProcess()


def play_piece(folder: str, seeds: range) -> list[Broken]:
    again = partial(_shop.play, folder)
    played = (again(draw(seed)) for seed in seeds)
    return [shortened(each, again) for each in played if each.violation]


def catch_mutant(folder: str, most: int, name: str) -> Caught:
    """What the first seeds find of a mutant."""
    drawn = partial(draw, slips=1) if name in SHOWN_BY_A_SLIP else draw
    for first in range(0, most, SCHEDULES_OF_A_SHOP):
        shop = _shop.opened(folder, SCHEDULES_OF_A_SHOP)  # before the bug, which may forbid it
        again = partial(play_with, name, shop)
        for seed in range(first, min(first + SCHEDULES_OF_A_SHOP, most)):
            played = again(drawn(seed))
            if played.violation:
                return Caught(name, shortened(played, again, most_tries=60))
    return Caught(name)


def play_with(mutant: str, shop: Shop, schedule: Schedule) -> Played:
    """With a deliberate bug; what breaks without it too has found nothing of it."""
    with MUTANTS[mutant]():
        played = play(shop, schedule)
    if played.violation and play(shop, schedule).violation:
        return replace(played, violation=None)
    return played


def crash_everywhere(folder: str, scenario: str) -> tuple[str, int, list[str]]:
    """The scenario, at how many moments it was made to crash, and what broke at which."""
    points = list(crash_points(_shop.opened(folder), scenario))
    broken = [(point, violation_at(_shop.opened(folder), point)) for point in points]
    return scenario, len(points), [f"{point}: {said}" for point, said in broken if said]


def shortened(played: Played, again: Callable[[Schedule], Played], most_tries: int = 200) -> Broken:
    violation = played.violation
    assert violation is not None

    def breaks_it_too(schedule: Schedule) -> bool:
        found = again(schedule).violation
        return found is not None and found.invariant == violation.invariant

    shortest = shrink(played.schedule, breaks_it_too, most_tries)
    last = again(shortest)
    return Broken(played.schedule.seed, str(last.violation or violation), shortest, last.trace)
