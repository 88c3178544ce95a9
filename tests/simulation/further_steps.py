"""Steps of care and of people that a part of the seeds has besides, drawn apart so that all else stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

Step = list[Any]

SHARE: Final = 0.3
"""Of the seeds that have any."""
SLIPS: Final = 0.06
"""Of the seeds in which central slips back to a snapshot without a word."""
NEWCOMERS: Final = 0.1
CROWDED: Final = 0.1

DAMAGES: Final = ("pages", "pages", "pages", "cut", "empty", "gone", "row")
POISONS: Final = ("type", "text", "number", "forbidden", "nul", "collection")


def with_further_steps(seed: int, tills: int, steps: Sequence[Step]) -> tuple[Step, ...]:
    chance = Random(f"further {seed}")
    if chance.random() >= SHARE:
        return tuple(steps)
    return _mixed(chance, tills, steps, themes=chance.choice((1, 1, 2)))


def with_a_crowd(seed: int, tills: int, steps: Sequence[Step]) -> tuple[Step, ...]:
    """In one seed of ten much more comes together than in the others."""
    chance = Random(f"crowd {seed}")
    if chance.random() >= CROWDED:
        return tuple(steps)
    place = chance.randint(0, len(steps))
    met = [*steps[:place], *_a_newcomer(chance, tills), *steps[place:]]
    return _mixed(chance, tills, met, themes=chance.choice((1, 2, 2)))


def _mixed(chance: Random, tills: int, steps: Sequence[Step], themes: int) -> tuple[Step, ...]:
    """Each theme's steps come in their order, with others between them."""
    mixed = list(steps)
    for theme in chance.sample(_THEMES, themes):
        place = 0
        for step in theme(chance, tills):
            place = chance.randint(place, len(mixed)) if chance.random() < 0.5 else min(place + 1, len(mixed))
            mixed.insert(place, step)
            place += 1
    return tuple(mixed)


def with_a_newcomer(seed: int, tills: int, steps: Sequence[Step]) -> tuple[Step, ...]:
    """In one seed of ten central goes back to before somebody came to a till: it believes them only later."""
    chance = Random(f"newcomer {seed}")
    if chance.random() >= NEWCOMERS:
        return tuple(steps)
    place = chance.randint(0, len(steps))
    return (*steps[:place], *_a_newcomer(chance, tills), *steps[place:])


def _a_newcomer(chance: Random, tills: int) -> list[Step]:
    one, (newcomer, other) = chance.randrange(tills), chance.sample(range(4), 2)
    done = chance.choices(_newcomers_work(one), k=chance.randint(2, 5))
    cut_off: list[Step] = [["narrow", one, 10, 3], ["round", one, [*[None] * chance.randint(2, 12), ["timeout"]]]]
    looked_after: list[Step] = [
        ["review", one, chance.randrange(3), chance.choice(("again", "again", "discard", "correct"))]
        for _ in range(chance.choice((0, 1, 2)))
    ]
    since = [
        *looked_after,
        *chance.choice(([], [["edit", one, 2, "notes", "paga hoy"]])),
        *chance.choice(([], cut_off)),
    ]
    chance.shuffle(since)
    return [
        ["sign_in", one, newcomer],
        *done,
        ["round", one, []],
        ["restore", 0],
        ["sign_in", one, other],
        *chance.choice(([], cut_off)),
        ["round", one, []],
        *since,
        ["sign_in", one, newcomer],
        *chance.choice(([], [["restore", 0]])),
        ["round", one, []],
    ]


def _newcomers_work(till: int) -> list[Step]:
    return [
        ["customer", till, "Ñahui"],
        ["sell", till, [[0, 700]], 0, 0],
        ["edit", till, 2, "notes", "paga el sábado"],
        ["terms", till, 0, "credit_limit", 1],
        ["void_sale", till, 0],
        ["drawer", till],
        ["stock", till, 0, 9000],
    ]


def with_a_slip(seed: int, tills: int, steps: Sequence[Step], share: float) -> tuple[Step, ...]:
    """In that share of the seeds central slips back, in some of them to before a page that somebody has half of."""
    chance = Random(f"slip {seed}")
    if chance.random() >= share:
        return tuple(steps)
    taken = chance.randint(0, len(steps))
    put_back = chance.randint(taken, len(steps))
    snapshot: Step = ["backup", chance.choice((0, 0, 1, 3))]
    torn, after = _a_torn_page(chance, tills) if tills > 1 and chance.random() < 0.3 else ([], [])
    return (*steps[:taken], snapshot, *steps[taken:put_back], *torn, ["slip_back", -1], *after, *steps[put_back:])


def _a_torn_page(chance: Random, tills: int) -> tuple[list[Step], list[Step]]:
    """A crash in the middle of a page, and what comes after its rows are lost, also where nobody else has them."""
    writer, reader = chance.sample(range(tills), 2)
    sold: Step = ["sell", writer, [[0, chance.randint(1, 5000)]], 0, chance.choice((0, 33))]
    torn: list[Step] = [
        sold,
        ["round", writer, []],
        ["crash_in", reader, chance.randint(20, 90), ["round", reader, []]],
    ]
    return torn, [*chance.choice(([], [["die", writer]])), ["round", reader, []]]


def _damage(chance: Random, tills: int) -> list[Step]:
    one = chance.randrange(tills)
    kept = [["keep", one, False, chance.random() < 0.4] for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    spoilt = [_spoilt(chance, one) for _ in range(chance.choice((1, 1, 1, 2)))]
    return [*_some_work(chance, one), *kept, *_some_work(chance, one), *spoilt, *_some_work(chance, one)]


def _spoilt(chance: Random, till: int) -> Step:
    """The third figure draws where and what; the last is the moment at which the start is killed, if any."""
    at = chance.choice((0, 0, chance.randint(1, 40), chance.randint(1, 400)))
    return ["damage", till, chance.choice(DAMAGES), chance.randrange(10**6), at]


def _theft(chance: Random, tills: int) -> list[Step]:
    one = chance.randrange(tills)
    kept: list[Step] = [["keep", one, True, chance.random() < 0.3] for _ in range(chance.choice((1, 1, 2)))]
    stolen: list[Step] = [["steal", one, chance.choice((0, 0, chance.randint(1, 200)))]]
    more = chance.choice(([], [], [["restore", 0]], [["withdraw", one]], [["copy", one], ["rewind", one, 0]]))
    return [*_some_work(chance, one), *kept, *_some_work(chance, one), *stolen, *more, *_some_work(chance, one)]


def _decay(chance: Random, tills: int) -> list[Step]:
    one = chance.randrange(tills)
    steps: list[Step] = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        steps += [*_some_work(chance, one), ["keep", one, chance.random() < 0.6, chance.random() < 0.5]]
    for _ in range(chance.choice((1, 1, 2, 3))):
        steps += [["decay", one, chance.choice(("journal", "journal", "copy")), chance.randrange(10**6)]]
        steps += chance.choice(([], [["look_through", one]], [["keep", one, True, False]], _some_work(chance, one)))
    ends: tuple[Step, ...] = (_spoilt(chance, one), _spoilt(chance, one), ["steal", one, 0], ["rewind", one, 0])
    copied: list[Step] = [["copy", one]] if chance.random() < 0.5 else []
    return [*copied, *steps, chance.choice(ends), *_some_work(chance, one)]


def _review(chance: Random, tills: int) -> list[Step]:
    one = chance.randrange(tills)
    born = chance.choice((["customer", one, "Ñahui"], ["sell", one, [[0, chance.randint(1, 5000)]], 0, 0]))
    after = ["edit", one, 2, "phone", "922222222"] if born[0] == "customer" else ["void_sale", one, 0]
    failing: list[Step] = [born, ["curse", one, 9], ["rounds", one, 25], after, ["rounds", one, 3]]
    if chance.random() < 0.4:
        failing = [["poison", one, chance.choice(POISONS)], ["round", one, []], born, after]
    cut_off: Step = ["round", one, [*[None] * chance.randint(3, 12), ["timeout"]]]
    taken_anew: list[Step] = [["restore", 0], ["narrow", one, 10, 3], cut_off]
    between: list[list[Step]] = [
        [],
        [],
        [["restore", 0], ["round", one, []]],
        taken_anew,
        [["mend"]],
        [["withdraw", one]],
    ]
    others = [each for _ in range(chance.choice((1, 2))) for each in chance.choice(between)]
    looked_after = [
        ["review", one, chance.randrange(3), chance.choice(("again", "discard", "discard", "correct"))]
        for _ in range(chance.choice((0, 1, 2, 3)))
    ]
    return [*failing, *others, *looked_after, ["round", one, []], ["review", one, 0, "discard"]]


def _people(chance: Random, tills: int) -> list[Step]:
    one, other = chance.randrange(tills), chance.randrange(tills)
    changes: list[Step] = [
        ["sign_out", one],
        ["withdraw", one],
        ["sign_in", one, chance.randrange(4)],
        ["sign_in", other, chance.randrange(4)],
        ["bring_over", one, other],
        ["bring_to_central", one, chance.randrange(4), chance.random() < 0.3],
        ["round", one, []],
        ["round", other, []],
        ["restore", 0],
        ["keep", one, True, False],
        ["steal", one, 0],
    ]
    steps: list[Step] = []
    for change in chance.choices(changes, (3, 3, 2, 2, 3, 2, 2, 2, 0.5, 0.5, 0.5), k=chance.randint(2, 7)):
        steps += [*_some_work(chance, one), change]
    return steps


def _carts(chance: Random, tills: int) -> list[Step]:
    one = chance.randrange(tills)
    interruptions: list[Step] = [["crash", one], ["copy", one], ["rewind", one, 0], ["round", one, []]]
    interruptions += [["keep", one, False, True], _spoilt(chance, one)]
    steps: list[Step] = []
    for _ in range(chance.randint(3, 9)):
        number = chance.randrange(2)
        lines = [[chance.randrange(2), chance.randint(1, 4000)]]
        step: Step = chance.choice(
            (
                ["keep_cart", one, number, lines],
                ["keep_cart", one, number, [*lines, [1, chance.randint(1, 900)]]],
                ["charge_cart", one, number, chance.choice((None, 0, 1)), chance.choice((None, 0, 33))],
                ["charge_cart", one, number, None, None],
                ["press_again", one],
                ["drop_cart", one, number],
                chance.choice(interruptions),
            )
        )
        may_be_cut_off = "cart" in step[0] and chance.random() < 0.3
        how = chance.choice(("crash_in", "power_cut"))
        steps.append([how, one, chance.randint(1, 12), step] if may_be_cut_off else step)
    return [*steps, *_charged_after_the_copy(chance, one)] if chance.random() < 0.5 else steps


def _charged_after_the_copy(chance: Random, till: int) -> list[Step]:
    """Where the cart still waits, and central alone knows that it was sold; maybe it is sold again, or otherwise."""
    kept: list[Step] = [["keep_cart", till, 0, [[0, 700]]], ["copy", till]]
    charge: Step = ["charge_cart", till, 0, None, None]
    sold: list[Step] = [charge, ["round", till, []], ["rewind", till, 0]]
    other: list[Step] = [["keep_cart", till, 0, [[0, 700], [1, 300]]], charge]
    again = chance.choice(([], [charge], other, [["charge_cart", till, 0, 0, 0]]))
    since = chance.choice(([], [["round", till, []]], [["void_sale", till, 0]]))
    return [*kept, *sold, *chance.choice(([], since)), *again, *since]


def _house(chance: Random, tills: int) -> list[Step]:
    """Others at the counter, a catalog and rules that change, and acts on an admin's word."""
    one, other = chance.randrange(tills), chance.randrange(tills)
    steps: list[Step] = [["sign_in", one, chance.randrange(4)]] if chance.random() < 0.7 else []
    for _ in range(chance.randint(3, 9)):
        steps += [*_in_the_house(chance, one), *_some_work(chance, chance.choice((one, other)))]
        steps += chance.choice(([], [["round", one, []]], [["round", other, []], ["restore", 0]]))
    return steps


def _in_the_house(chance: Random, till: int) -> list[Step]:
    lent = chance.choice((["void_sale", till, 0], ["void_sale", till, 1], ["void_abono", till, 0]))
    figure = chance.randint(1, 5000)
    steps: tuple[Step, ...] = (
        ["new_product", till, "Gallina"],
        ["sell", till, [[chance.choice((3, 4)), figure], [0, figure]], chance.choice((None, 0)), 33],
        ["stock", till, chance.choice((0, 3)), 4000],
        ["edit_product", till, chance.choice((0, 1, 3)), chance.randrange(4)],
        ["change_product", chance.randrange(3), chance.randrange(4)],
        ["change_rules", chance.randrange(6)],
        ["change_member", chance.randrange(3), chance.randrange(6)],
        ["drawer", till],
        ["count", till, chance.randrange(2)],
        ["by_pin", till, chance.randrange(4), lent],
        ["by_pin", till, chance.randrange(4), ["sell", till, [[0, figure]], 0, 33]],
        ["spend", till, figure],
        ["load", till, chance.randrange(4), 0, figure],
        ["accept", till, 0],
        ["settle", till, 0, 0, 1000],
    )
    others: list[Step] = [["take_over", till, chance.randrange(4)], ["drawer", till]]
    return others if chance.random() < 0.2 else [chance.choice(steps)]


def _some_work(chance: Random, till: int) -> list[Step]:
    work: tuple[Callable[[], Step], ...] = (
        lambda: ["sell", till, [[chance.randrange(2), chance.randint(1, 5000)]], chance.choice((None, 0, 1)), 0],
        lambda: ["abono", till, chance.choice((0, 1)), chance.randint(1, 3000)],
        lambda: ["customer", till, "la casera"],
        lambda: ["edit", till, chance.choice((0, 1, 2)), "notes", "paga el sábado"],
        lambda: ["void_sale", till, 0],
        lambda: ["round", till, []],
    )
    return [chance.choice(work)() for _ in range(chance.choice((0, 1, 1, 2)))]


_THEMES: Final = (_damage, _theft, _decay, _review, _people, _carts, _house)
