"""A piece of a long run: some seeds, in one of several processes, each failure shortened before it is told."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.postgres import running_postgres
from tests.simulation.schedule import Schedule, draw
from tests.simulation.shop import open_shop
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


class ShopOfThisProcess:
    """Opened for the first piece, and anew after many: in a database that has forgotten much everything is slow."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._left = 0

    def play(self, folder: str, schedule: Schedule) -> Played:
        if not self._left:
            self._open.close()
            postgres = self._open.enter_context(running_postgres(Path(folder) / "postgres"))
            self._shop = self._open.enter_context(open_shop(postgres))
            self._left = SCHEDULES_OF_A_SHOP
            # After PostgreSQL has asked for the same, so that it is still there when this happens.
            atexit.unregister(self._open.close)
            atexit.register(self._open.close)
        self._left -= 1
        return play(self._shop, schedule)


_shop = ShopOfThisProcess()


def play_piece(folder: str, seeds: range) -> list[Broken]:
    again = partial(_shop.play, folder)
    played = (again(draw(seed)) for seed in seeds)
    return [shortened(each, again) for each in played if each.violation]


def shortened(played: Played, again: Callable[[Schedule], Played]) -> Broken:
    violation = played.violation
    assert violation is not None

    def breaks_it_too(schedule: Schedule) -> bool:
        found = again(schedule).violation
        return found is not None and found.invariant == violation.invariant

    shortest = shrink(played.schedule, breaks_it_too)
    last = again(shortest)
    return Broken(played.schedule.seed, str(last.violation or violation), shortest, last.trace)
