"""A market without internet in the middle of a drawn schedule: who shares, who joins, what happens, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

Step = list[Any]
ADMINS: Final = (0, 2)
"""Who among the shop's people may share."""


def with_a_market(
    chance: Random, people: Sequence[int], steps: Sequence[Step], fault: Callable[[], Step | None]
) -> list[Step]:
    """The steps, and among them those of a market, where anybody could share with anybody."""
    hosts = [till for till, who in enumerate(people) if who in ADMINS]
    if not hosts or len(people) == 1:
        return list(steps)
    day = _Day(chance, chance.choice(hosts), len(people), fault)
    first = chance.randint(0, len(steps) // 2)
    return [*steps[:first], *_among(chance, steps[first:], [day.begins(), *day.goes_on(), *day.ends()])]


def _among(chance: Random, steps: Sequence[Step], groups: Sequence[list[Step]]) -> list[Step]:
    """Both in their order, the groups whole."""
    places = sorted(chance.randint(0, len(steps)) for _ in groups)
    mixed: list[Step] = []
    for place, step in enumerate([*steps, None]):
        while places and places[0] == place:
            places.pop(0)
            mixed += groups[len(groups) - len(places) - 1]
        if step is not None:
            mixed.append(step)
    return mixed


class _Day:
    def __init__(self, chance: Random, host: int, tills: int, fault: Callable[[], Step | None]) -> None:
        self._chance = chance
        self._host = host
        self._tills = tills
        self._fault = fault
        others = [till for till in range(tills) if till != host]
        self._guests = chance.sample(others, chance.randint(1, len(others)))

    def begins(self) -> list[Step]:
        is_cut = int(self._chance.random() < 0.8)
        before = [self._round(till) for till in (self._host, *self._guests) if self._chance.random() < 0.4]
        if self._chance.random() < 0.3:
            before += self._not_told_central()
        if self._chance.random() < 0.15:
            before += self._half_pulled()
        shares: Step = ["share", self._host, is_cut]
        joins = [["join", guest, is_cut] for guest in self._guests]
        return [*before, self._sometimes_crashing(shares), *map(self._sometimes_crashing, joins)]

    def _not_told_central(self) -> list[Step]:
        """What a host that begins a branch has changed of what central knows."""
        sold: Step = ["sell", self._host, [[0, 1500]], self._chance.choice((0, 1)), 33]
        edited: Step = ["edit", self._host, self._chance.choice((0, 1)), "name", "la casera"]
        return [sold, ["round", self._host, []], self._chance.choice((["void_sale", self._host, 0], edited))]

    def _half_pulled(self) -> list[Step]:
        """What a host has only a part of when it begins a branch."""
        sold: Step = ["sell", self._guests[0], [[0, 1700]], 0, 0]
        torn: Step = ["crash_in", self._host, self._chance.randint(30, 110), ["round", self._host, []]]
        return [sold, ["round", self._guests[0], []], torn]

    def goes_on(self) -> list[list[Step]]:
        return [self._event() for _ in range(self._chance.randint(3, 9))]

    def ends(self) -> list[list[Step]]:
        ends = [self._host_comes_home(), *map(self._guest_ends, self._guests)]
        self._chance.shuffle(ends)
        if self._chance.random() < 0.2:
            ends.append([["restore", self._chance.choice((0, 0, 1))], self._round(self._host)])
        if self._chance.random() < 0.25:
            ends.append([["share", self._chance.randrange(self._tills), 1], ["join", self._somebody(), 1]])
            ends += [self._event() for _ in range(2)]
        return ends

    def _event(self) -> list[Step]:
        guest, which = self._chance.choice(self._guests), self._chance.choice((0, 0, 1, 2))
        sold: Step = ["sell", guest, [[which, self._chance.randint(1, 5) * 1000]], which, self._chance.choice((0, 33))]
        acts: list[list[Step]] = [
            [sold, self._round(guest), self._round(self._host)],
            [["edit", self._somebody(), which, "name", self._chance.choice(("Rosa", "Juana", "Ñahui"))]],
            [["customer", guest, "Juana"], ["sell", guest, [[0, 700]], self._chance.randrange(4), 0]],
            [["void_sale", self._somebody(), which], self._round(self._somebody())],
            [self._round(guest)],
            [self._round(guest)],
            [self._round(self._host)],
            [self._round(self._host)],
            [["crash_in", guest, self._chance.randint(1, 60), self._round(guest)]],
            [["crash_in", self._host, self._chance.randint(1, 60), self._round(self._host)]],
            [["image", self._host]],
            [["image_back", self._host]],
            [["meet"]],
            [["late", which]],
            [["restore", which]],
            [["cable", self._somebody(), self._chance.randint(0, 1)]],
            [["narrow", self._somebody(), self._chance.choice((1, 2, 3)), self._chance.choice((2, 7, 10_000))]],
            [["crash", self._somebody()]],
            [["clone", guest]],
        ]
        return self._chance.choice(acts)

    def _host_comes_home(self) -> list[Step]:
        if self._chance.random() < 0.1:
            return [["die", self._host]]
        home: Step = self._chance.choice((["cable", self._host, 0], ["leave", self._host]))
        hands_on: list[Step] = [self._round(self._host) for _ in range(self._chance.randint(1, 4))]
        if self._chance.random() < 0.3:
            hands_on.append(["crash_in", self._host, self._chance.randint(1, 90), self._round(self._host)])
        return [["cable", self._host, 0], home, *hands_on]

    def _guest_ends(self, guest: int) -> list[Step]:
        sold: Step = ["sell", guest, [[0, 1234]], 0, 33]
        return self._chance.choice(
            (
                [],
                [["die", guest]],
                [["narrow", self._host, 1, 10_000], sold, sold, ["round", guest, []], ["die", guest]],
                [["cable", guest, 0], ["leave", guest], self._round(guest)],
                [["cable", guest, 0], *(self._round(guest) for _ in range(3))],
            )
        )

    def _somebody(self) -> int:
        return self._chance.choice((self._host, *self._guests))

    def _round(self, till: int) -> Step:
        """With faults early in it, or when most of it is done."""
        if self._chance.random() < 0.3:
            faults = [None] * self._chance.randint(3, 10) + [self._fault()]
        else:
            faults = [self._fault() for _ in range(self._chance.choice((1, 2, 3)))]
        while faults and faults[-1] is None:
            faults.pop()
        return ["round", till, faults]

    def _sometimes_crashing(self, step: Step) -> Step:
        return ["crash_in", step[1], self._chance.randint(1, 12), step] if self._chance.random() < 0.1 else step
