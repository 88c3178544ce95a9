"""Fourteen usual scenarios, and a crash at every moment of each: before every statement and COMMIT of the first till,
of central, and of a branch where there is one.

The program starts again, the scenario is finished, and every promise is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.simulation.schedule import Schedule, Step
from tests.simulation.shop import Shop
from tests.simulation.world import World, play_in

SENDS: Final[Step] = ["round", 0, []]
OTHER_SENDS: Final[Step] = ["round", 1, []]
TILL: Final = "till"
CENTRAL: Final = "central"
BRANCH: Final = "branch 0"

SCENARIOS: Final[Mapping[str, tuple[Step, ...]]] = {
    "a sale for cash": (["sell", 0, [[0, 1234]], None, None], SENDS),
    "a new customer buys on credit": (["customer", 0, "Ñahui"], ["sell", 0, [[1, 777]], 2, 33], SENDS),
    "two edit one card": (
        ["edit", 1, 0, "name", "Juana"],
        OTHER_SENDS,
        ["edit", 0, 0, "name", "Ñahui"],
        ["edit", 0, 0, "phone", "911111111"],
        SENDS,
    ),
    "a stored sale is voided": (["sell", 0, [[0, 500]], 0, 0], SENDS, ["void_sale", 0, 0], SENDS),
    "a sale is voided before it was sent": (["sell", 0, [[0, 500]], 0, 0], ["void_sale", 0, 0], SENDS),
    "an abono is taken and voided": (["abono", 0, 0, 1500], SENDS, ["void_abono", 0, 0], SENDS),
    "the prices of the day": (["price", 0, 0, 990], ["stock", 0, 0, 9000], SENDS, OTHER_SENDS),
    "a turn ends and another begins": (["spend", 0, 120], ["drawer", 0], SENDS),
    "somebody may see less from now on": (["write", "role", 2, 50], ["sell", 1, [[0, 10]], 0, 0], OTHER_SENDS, SENDS),
    "central comes back from a backup": (
        ["sell", 0, [[0, 900]], 0, 50],
        ["edit", 0, 1, "notes", "la casera"],
        SENDS,
        ["restore", 0],
        SENDS,
    ),
    "central loses a sale without a word, and another gets its number": (
        ["backup", 0],
        ["sell", 0, [[0, 900]], 0, 50],
        SENDS,
        ["slip_back", -1],
        ["sell", 1, [[0, 400]], 0, 0],
        OTHER_SENDS,
        ["void_sale", 0, 0],
        SENDS,
    ),
    "poison in the queue": (["poison", 0, "text"], ["sell", 0, [[0, 900]], 0, 50], SENDS),
    "a till was copied": (
        ["clone", 0],
        ["sell", 0, [[0, 300]], 0, 0],
        ["sell", 2, [[0, 400]], 1, 0],
        SENDS,
        ["round", 2, []],
    ),
    "a guest sells at a branch, which hands on": (
        ["share", 0, 1],
        ["join", 1, 1],
        ["sell", 1, [[0, 300]], 0, 33],
        OTHER_SENDS,
        ["die", 1],
        ["cable", 0, 0],
        ["leave", 0],
        SENDS,
    ),
    "a host voids what a guest has sold, and comes home first": (
        ["share", 0, 1],
        ["join", 1, 1],
        ["sell", 1, [[0, 300]], 0, 33],
        OTHER_SENDS,
        SENDS,
        ["void_sale", 0, 0],
        ["cable", 0, 0],
        ["leave", 0],
        SENDS,
    ),
}


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """A scenario, whose program crashes, and at which of its moments."""

    scenario: str
    program: str
    at: int


def schedule_of(scenario: str) -> Schedule:
    """Ana, an admin, and Dora, another, whose till is the one that sees less later."""
    return Schedule(0, (0, 2), SCENARIOS[scenario])


def crash_points(shop: Shop, scenario: str) -> Iterator[CrashPoint]:
    """Every moment that the scenario has, counted by playing it once."""
    with World(shop, schedule_of(scenario)).running() as world:
        began = {program: world.moments.count(name) for program, name in _programs(world).items()}
        world.play()
        for program, name in _programs(world).items():
            for at in range(1, world.moments.count(name) - began[program] + 1):
                yield CrashPoint(scenario, program, at)


def violation_at(shop: Shop, point: CrashPoint) -> str | None:
    """What breaks when the program crashes there; None when nothing does."""
    with World(shop, schedule_of(point.scenario)).running() as world:
        world.crash_at(_programs(world)[point.program], point.at)
        found = play_in(world).violation
        return None if found is None else str(found)


def _programs(world: World) -> dict[str, str]:
    return {TILL: str(world.tills[0].file), CENTRAL: CENTRAL, BRANCH: BRANCH}
