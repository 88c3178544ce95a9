"""What happens in one run, drawn from a seed as plain data: it can be printed, kept, and made shorter."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.simulation.further_steps import SLIPS, with_a_crowd, with_a_newcomer, with_a_slip, with_further_steps
from tests.simulation.market_days import with_a_market

Step = list[Any]
"""A name and its figures; the first of them is which till, where one is meant. Nested lists are steps or faults."""

FIELDS: Final = ("name", "name", "name", "apodo", "phone", "phone", "address", "notes")
WORDS: Final = ("Rosa", "Juana", "Ñahui", "la casera", "paga el sábado", "")
PHONES: Final = ("911111111", "922222222", "")

BREAKS: Final = ("lost", "lost_sending", "lost_answer", "cut_answer", "timeout", "late_answer", "delayed")
ODDITIES: Final = ("twice", "again_later", "portal", "redirect", "garbage", "other_words", "garbled")
STATUSES: Final = (400, 401, 403, 404, 408, 410, 413, 425, 426, 500, 502, 504)
WAITS: Final = (429, 503)
SHARING: Final = 1 / 6
"""Of so many schedules a market without internet is a part."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`people` says whose tills are open, by their place among the shop's people."""

    seed: int
    people: tuple[int, ...]
    steps: tuple[Step, ...]


def draw(seed: int, slips: float = SLIPS) -> Schedule:
    """The same seed is the same schedule, whatever the machine. Central slips back in the share `slips` of them."""
    chance = Random(seed)
    people = tuple(chance.sample(range(4), chance.choice((1, 2, 2, 2, 3, 4))))
    hand = _Hand(chance, len(people))
    steps = [hand.step() for _ in range(chance.randint(4, 18))]
    if chance.random() < 0.4:
        place = chance.randint(0, len(steps))
        steps[place:place] = hand.encounter()
    if chance.random() < SHARING:
        steps = with_a_market(chance, people, steps, hand.fault)
    tills = len(people)
    mixed = with_a_crowd(seed, tills, with_a_newcomer(seed, tills, with_further_steps(seed, tills, steps)))
    return Schedule(seed, people, with_a_slip(seed, tills, mixed, slips))


class _Hand:
    """Draws steps. Each schedule has a theme that comes often in it, so that rare things meet each other too."""

    def __init__(self, chance: Random, tills: int) -> None:
        self._chance = chance
        self._tills = tills
        theme: tuple[str, ...]
        theme, self._faults = chance.choice(_THEMES)
        kinds = {**_ACTS, **_TROUBLES}
        self._kinds = list(kinds)
        usual = {kind: weight * chance.choice((0, 1, 1, 2)) for kind, weight in kinds.items()}
        self._weights = [kinds[kind] * 5 if kind in theme else weight for kind, weight in usual.items()]
        self._weights[self._kinds.index("round")] = _TROUBLES["round"]
        self._faultiness = chance.choice((0.0, 0.2, 0.5, 0.7))

    def step(self) -> Step:
        [kind] = self._chance.choices(self._kinds, self._weights)
        return [kind, *getattr(self, f"_{kind}")()]

    def encounter(self) -> list[Step]:
        """Steps that mean something together, and that chance alone would hardly ever bring in this order."""
        one, other = self._chance.randrange(self._tills), self._chance.randrange(self._tills)
        both: list[Step] = [["round", one, []], ["round", other, []]]
        sold: Step = ["sell", one, [[0, self._chance.randint(1, 5000)]], 0, self._chance.choice((0, 33, None))]
        sold_by_other: Step = ["sell", other, *sold[2:]]
        written: Step = ["meanwhile", self._chance.randint(2, 9), ["write", "price", self._which(), 777]]
        edited: Step = ["meanwhile", self._chance.randint(2, 9), ["edit", one, 0, "name", "Ñahui"]]
        pages: list[Any] = [None] * self._chance.randint(2, 8)
        sooner_or_later: list[Any] = [None] * self._chance.randint(0, 2)
        pushed: Step = ["meanwhile", self._chance.randint(2, 12), ["round", other, []]]
        return self._chance.choice(
            (
                [["edit", other, 0, "phone", "922222222"], both[1], ["round", one, [*sooner_or_later, edited]], *both],
                [both[0], sold, sold_by_other, ["round", one, [*sooner_or_later, pushed]], *both],
                [["edit", one, 0, "name", "Juana"], ["edit", other, 0, "name", "Ñahui"], *both],
                [sold, *both, ["void_sale", one, 0], ["void_sale", other, 0], *both],
                [["restore", 0], ["narrow", one, 10_000, 3], ["round", one, [*pages, written, written]]],
                [sold, *both, ["restore", 0], ["narrow", one, 10_000, 2], ["round", one, [*pages, ["lost"]]]],
                [both[0], sold, ["round", one, [["status", 413]]], ["void_sale", one, 0], *both],
                [*both, ["write", "role", self._chance.randrange(3), 50], *both],
            )
        )

    def _till(self) -> int:
        return self._chance.randrange(self._tills)

    def _which(self) -> int:
        """The same few most of the time, so that people meet at them."""
        return self._chance.choice((0, 0, 0, 1, 1, 2, 3, 5))

    # --- What people do ----------------------------------------------------------------------------------------------

    def _sell(self) -> Step:
        lines = [
            [self._chance.randrange(3), self._chance.randint(1, 5000)] for _ in range(self._chance.choice((1, 1, 2)))
        ]
        lines = [[which, grams - grams % 1000 + 1000 if which == 2 else grams] for which, grams in lines]
        customer = self._chance.choice((None, self._which(), self._which(), self._which()))
        return [self._till(), lines, customer, self._chance.choice((None, 0, 0, 33, 100))]

    def _abono(self) -> Step:
        return [self._till(), self._which(), self._chance.randint(1, 3000)]

    def _customer(self) -> Step:
        return [self._till(), self._chance.choice(WORDS[:5])]

    def _edit(self) -> Step:
        field = self._chance.choice(FIELDS)
        value = self._chance.choice(PHONES if field == "phone" else WORDS[:5] if field == "name" else WORDS)
        return [self._till(), self._which(), field, value]

    def _terms(self) -> Step:
        return [
            self._till(),
            self._which(),
            self._chance.choice(("credit_limit", "is_active", "opening_balance")),
            self._chance.randrange(3),
        ]

    def _void_sale(self) -> Step:
        return [self._till(), self._which()]

    def _void_abono(self) -> Step:
        return [self._till(), self._which()]

    def _price(self) -> Step:
        return [self._till(), self._chance.randrange(3), self._chance.randint(50, 2000)]

    def _stock(self) -> Step:
        return [self._till(), self._chance.randrange(3), self._chance.randint(1, 90) * 1000]

    def _spend(self) -> Step:
        return [self._till(), self._chance.randint(1, 500)]

    def _drawer(self) -> Step:
        return [self._till()]

    def _load(self) -> Step:
        return [self._till(), self._chance.randrange(4), self._chance.randrange(2), self._chance.randint(1, 40) * 500]

    def _reload(self) -> Step:
        return [self._till(), self._which(), self._chance.randrange(2), self._chance.randint(1, 9_000)]

    def _carry(self) -> Step:
        return [self._till(), self._which(), self._which(), self._chance.randint(1, 9_000)]

    def _accept(self) -> Step:
        return [self._till(), self._which()]

    def _settle(self) -> Step:
        return [self._till(), self._which(), self._chance.randrange(2), self._chance.randint(1, 9_000)]

    # --- What happens to them ----------------------------------------------------------------------------------------

    def _round(self) -> Step:
        faults = [self.fault() for _ in range(self._chance.choice((1, 2, 2, 3, 7)))]
        while faults and faults[-1] is None:
            faults.pop()
        return [self._till(), faults]

    def fault(self) -> Step | None:
        if self._chance.random() >= self._faultiness:
            return None
        kind = self._chance.choice(self._faults)
        match kind:
            case "break":
                return [self._chance.choice(BREAKS)]
            case "odd":
                return [self._chance.choice(ODDITIES)]
            case "status":
                return ["status", self._chance.choice(STATUSES)]
            case "wait":
                return ["wait", self._chance.choice(WAITS), self._chance.choice((1, 20, 120))]
            case "slow":
                return ["slow", self._chance.choice((1, 3, 29))]
            case "meanwhile":
                return ["meanwhile", self._chance.randint(2, 16), self._meanwhile()]
        if self._chance.random() < 0.4:
            return ["crash_at_commit", self._chance.choice((1, 1, 2))]
        return [self._chance.choice(("crash_central", "cut_off_database")), self._moment(20)]

    def _meanwhile(self) -> Step:
        """What comes between two statements of a request: another till's round, another writer, or a sale at any."""
        kind = self._chance.choices(list(_BETWEEN), list(_BETWEEN.values()))[0]
        step: Step = ["round", self._till(), []] if kind == "round" else [kind, *getattr(self, f"_{kind}")()]
        return step

    def _moment(self, usual: int) -> int:
        return 1 + int(self._chance.expovariate(1 / usual))

    def _late(self) -> Step:
        return [self._which()]

    def _wait(self) -> Step:
        return [self._chance.choice((1, 30, 300, 3600, 86_400, 30 * 86_400))]

    def _crash(self) -> Step:
        return [self._till()]

    def _crash_in(self) -> Step:
        return self._interrupted(self._moment(25))

    def _power_cut(self) -> Step:
        return self._interrupted(self._moment(25))

    def _interrupted(self, at: int) -> Step:
        kind = self._chance.choice(("round", "round", "round", "sell", "abono", "edit"))
        step = getattr(self, f"_{kind}")()
        return [step[0], at, [kind, *step]]

    def _busy(self) -> Step:
        kind = self._chance.choice(("round", "sell"))
        step = getattr(self, f"_{kind}")()
        return [step[0], [kind, *step]]

    def _beside(self) -> Step:
        return self._busy()

    def _storm(self) -> Step:
        fault = self._chance.choice(
            (
                ["lost"],
                ["timeout"],
                ["lost_answer"],
                ["status", 500],
                ["status", 401],
                ["wait", 503, 1],
                ["wait", 429, 9],
            )
        )
        return [self._till(), fault, self._chance.randint(2, 8)]

    def _offline(self) -> Step:
        return [self._till(), self._chance.choice((1, 30, 60)), self._chance.randint(1, 5)]

    def _clock(self) -> Step:
        years, minutes = self._chance.choice((0, 0, -5, -1, 1, 5)), self._chance.choice((0, 4, 7, -7, 600))
        return [self._till(), years * 365 * 86_400 + minutes * 60]

    def _disk(self) -> Step:
        return [self._till(), self._chance.choice((0, 0, 1, 3, 1_000_000))]

    def _copy(self) -> Step:
        return [self._till()]

    def _rewind(self) -> Step:
        return [self._till(), self._which()]

    def _clone(self) -> Step:
        return [self._till()]

    def _hand_over(self) -> Step:
        return [self._till(), self._till()]

    def _upgrade(self) -> Step:
        return [self._till()]

    def _backup(self) -> Step:
        return [self._chance.choice((0, 1, 2, 4))]

    def _restore(self) -> Step:
        return [self._which()]

    def _write(self) -> Step:
        """Somebody on the owner's page, or in an office: a price, or what a person may."""
        return [self._chance.choice(("price", "role")), self._which(), self._chance.randint(50, 2000)]

    def _poison(self) -> Step:
        return [self._till(), self._chance.choice(("collection", "type", "text", "number", "forbidden", "nul"))]

    def _curse(self) -> Step:
        return [self._till(), self._which()]

    def _narrow(self) -> Step:
        return [self._till(), self._chance.choice((1, 2, 3, 10_000)), self._chance.choice((1, 2, 3, 7, 10_000))]

    def _stranger(self) -> Step:
        return [self._till(), self._chance.choice(("push", "pull", "digest", "patch", "abono"))]


_ACTS: Final = {
    "sell": 8,
    "abono": 3,
    "customer": 3,
    "edit": 4,
    "terms": 1,
    "void_sale": 2,
    "void_abono": 1,
    "price": 1,
    "stock": 1,
    "spend": 1,
    "drawer": 1,
    "load": 0.5,
    "reload": 0.3,
    "carry": 0.2,
    "accept": 0.2,
    "settle": 0.3,
}
_BETWEEN: Final = {
    "round": 4,
    "write": 4,
    "late": 2,
    "sell": 1,
    "edit": 2,
    "terms": 1,
    "void_sale": 1,
    "abono": 1,
    "accept": 0.5,
    "settle": 0.5,
    "drawer": 0.5,
}
_USUAL_FAULTS: Final = ("break", "break", "odd", "status", "wait", "slow", "crash", "meanwhile")
_THEMES: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    ((), _USUAL_FAULTS),
    (("write", "narrow", "restore"), ("meanwhile", "meanwhile", "meanwhile", "break")),
    (("crash", "crash_in", "power_cut"), ("crash", "break")),
    (("void_sale", "void_abono", "edit"), ("break", "meanwhile")),
    (("backup", "restore", "void_sale", "void_abono"), _USUAL_FAULTS),
    (("copy", "rewind", "clone", "beside", "busy"), ("break", "odd", "meanwhile")),
    (("poison", "curse", "storm", "narrow"), ("status", "wait", "break")),
    (("load", "reload", "carry", "accept", "settle", "void_sale"), _USUAL_FAULTS),
    (("load", "sell", "restore", "rewind"), ("break", "meanwhile")),
    (("hand_over", "offline", "sell", "void_sale"), ("break", "meanwhile")),
    (("clock", "wait", "offline", "disk", "late"), ("break", "odd", "wait")),
)
_TROUBLES: Final = {
    "round": 14,
    "late": 2,
    "wait": 2,
    "crash": 1,
    "crash_in": 3,
    "power_cut": 1,
    "busy": 1,
    "beside": 1,
    "storm": 1,
    "offline": 1,
    "clock": 1,
    "disk": 1,
    "copy": 1,
    "rewind": 1,
    "clone": 0.5,
    "upgrade": 0.2,
    "hand_over": 0.5,
    "backup": 1,
    "restore": 1,
    "write": 1,
    "poison": 1,
    "curse": 0.5,
    "narrow": 1,
    "stranger": 0.5,
}
