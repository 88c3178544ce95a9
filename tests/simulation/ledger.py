"""The plain ledger: what people did, counted by hand in céntimos and grams from what they asked for, and nothing else.

It knows no SQL and none of the product's arithmetic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Cart(NamedTuple):
    given: int = 0
    sold: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an act does to the figures, as the person would say it: who owes how much more, what leaves the stock.

    `carts` are the distributions: grams given out on each, grams sold from it, céntimos taken in for them. `drawers`
    are the cash sessions, with the céntimos that come to lie in each.
    """

    customer: str | None = None
    owes: int = 0
    moves: Mapping[str, int] = field(default_factory=dict)
    carts: Mapping[str, Cart] = field(default_factory=dict)
    drawers: Mapping[str, int] = field(default_factory=dict)


NOTHING = Meaning()


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was committed at a till."""

    id: str
    till: str
    seq: int
    operation_type: str
    collection: str
    entity_id: str
    data: Mapping[str, Any]
    depends_on: tuple[str, ...]
    at: datetime
    meaning: Meaning


def in_cash(total: int) -> int:
    """Down to the ten céntimos, but never to nothing."""
    return total if total < 10 else total - total % 10


def sale_meaning(
    lines: Iterable[tuple[str, int, int]], customer: str | None, paid: int | None, *, moves_stock: bool
) -> Meaning:
    """`lines` are (product, grams, céntimos per kilo). `paid` None is cash that settles all, to the ten céntimos."""
    total, moves = 0, Counter[str]()
    for product, grams, price in lines:
        total += (grams * price + 500) // 1000
        moves[product] -= grams
    return Meaning(customer, 0 if paid is None else total - paid, dict(moves) if moves_stock else {})


class Ledger:
    """All operations by id, and the figures before the first of them.

    `taken` are those whose rows central stored: of several births under one id that is the one that happened.
    """

    def __init__(self, debts: Mapping[str, int], stock: Mapping[str, int], drawers: Mapping[str, int]) -> None:
        self.done: dict[str, Done] = {}
        self.taken: frozenset[str] = frozenset()
        self._debts = dict(debts)
        self._stock = dict(stock)
        self._drawers = dict(drawers)

    def add(self, done: Done) -> None:
        self.done[done.id] = done

    def debts(self, operation_ids: Iterable[str]) -> dict[str, int]:
        """What everybody owes once these operations have happened; a fact counts once, and not at all when voided."""
        debts = Counter(self._debts)
        for done in self._standing(operation_ids):
            if done.meaning.customer is not None:
                debts[done.meaning.customer] += done.meaning.owes
        return dict(debts)

    def stock(self, operation_ids: Iterable[str]) -> dict[str, int]:
        stock = Counter(self._stock)
        for done in self._standing(operation_ids):
            stock.update(done.meaning.moves)
        return dict(stock)

    def carts(self, operation_ids: Iterable[str]) -> dict[str, Cart]:
        carts: defaultdict[str, Cart] = defaultdict(Cart)
        for done in self._standing(operation_ids):
            for cart, more in done.meaning.carts.items():
                carts[cart] = Cart(*map(sum, zip(carts[cart], more, strict=True)))
        return dict(carts)

    def drawers(self, operation_ids: Iterable[str]) -> dict[str, int]:
        """What lies in each, with what was given back from it for what was voided, wherever that had been paid."""
        drawers = Counter(self._drawers)
        for acts in self._by_entity(operation_ids).values():
            born = [done for done in acts if done.operation_type == "create"][:1]
            voids = [done for done in acts if done.operation_type == "delete"][:1]
            for done in born:
                drawers.update(done.meaning.drawers)
                for void in voids:
                    drawers[str(void.data["void_cash_session_id"])] -= sum(done.meaning.drawers.values())
        return dict(drawers)

    def _standing(self, operation_ids: Iterable[str]) -> list[Done]:
        standing: list[Done] = []
        for acts in self._by_entity(operation_ids).values():
            is_voided = any(done.operation_type == "delete" for done in acts)
            born = False
            for done in acts:
                if done.operation_type == "update":
                    standing.append(done)
                elif done.operation_type == "create" and not is_voided and not born:
                    standing.append(done)
                    born = True
        return standing

    def _by_entity(self, operation_ids: Iterable[str]) -> Mapping[str, list[Done]]:
        """Those first that central has taken, the others as they were done."""
        asked, of_entity = set(operation_ids), defaultdict[str, list[Done]](list)
        for done in self.done.values():
            if done.id in asked:
                of_entity[done.entity_id].append(done)
        for acts in of_entity.values():
            acts.sort(key=lambda done: done.id not in self.taken)
        return of_entity
