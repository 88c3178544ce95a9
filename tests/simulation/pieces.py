"""A piece of a long run: some seeds, in a process of its own, each failure shortened before it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import running_postgres
from tests.simulation.schedule import Schedule, draw
from tests.simulation.shop import open_shop
from tests.simulation.shrink import shrink
from tests.simulation.world import Played, play


@dataclass(frozen=True, slots=True)
class Broken:
    """A schedule that broke a promise, and the shortest that still does."""

    seed: int
    said: str
    shortest: Schedule
    trace: tuple[str, ...]


def play_piece(folder: str, seeds: range) -> list[Broken]:
    with running_postgres(Path(folder) / "postgres") as postgres, open_shop(postgres) as shop:
        played = (play(shop, draw(seed)) for seed in seeds)
        return [shortened(each, lambda schedule: play(shop, schedule)) for each in played if each.violation]


def shortened(played: Played, again: Callable[[Schedule], Played]) -> Broken:
    violation = played.violation
    assert violation is not None

    def breaks_it_too(schedule: Schedule) -> bool:
        found = again(schedule).violation
        return found is not None and found.invariant == violation.invariant

    shortest = shrink(played.schedule, breaks_it_too)
    last = again(shortest)
    return Broken(played.schedule.seed, str(last.violation or violation), shortest, last.trace)
