"""Carts that wait at a till: what was kept is never lost by a crash, and what was charged is never sold again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.permissions import Actor
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft, parked_sales
from avileo_pos.queries.product import all_products
from avileo_pos.replica.transaction import read
from avileo_pos.usecases.parked_sale import SaveParkedSale, remove_parked_sale, save_parked_sale
from tests.simulation.checkers import Violation
from tests.simulation.ledger import Done
from tests.simulation.tills import SimulatedTill

if TYPE_CHECKING:
    from tests.simulation.world import World

Line = list[int]


@dataclass(frozen=True, slots=True)
class _Charge:
    """What stood in a cart when it was charged."""

    lines: list[Line]
    customer: str | None
    percent: int | None


class Carts:
    """Knows by heart what was kept at each till, as long as its file has not gone back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._begun: dict[tuple[str, int], UUID] = {}
        self._lines: dict[UUID, list[Line]] = {}
        self._charged: dict[UUID, _Charge] = {}
        self._kept: dict[str, dict[str, str]] = {}
        self._gone_back: dict[str, int] = {}

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {
            "keep_cart": self.keep,
            "charge_cart": self.charge,
            "press_again": self.press_again,
            "drop_cart": self.drop,
        }

    def keep(self, till: int, number: int, lines: list[Line]) -> str:
        """A line more is weighed into the cart, or it is begun."""
        theirs = self._world.tills[till]
        cart = self._open_cart(theirs, number) or theirs.new_id()
        self._begun[theirs.name, number] = cart
        self._lines[cart] = lines

        def save() -> list[Done]:
            return theirs.do(save_parked_sale, SaveParkedSale(cart, _draft(theirs, lines)))

        return self._remembered(theirs, self._world._done(theirs, save))

    def charge(self, till: int, number: int, customer: int | None, percent: int | None) -> str:
        """The cart becomes a sale, at the prices of now."""
        theirs = self._world.tills[till]
        cart = self._open_cart(theirs, number)
        if cart is None or str(cart) not in self._kept_at(theirs):
            return "no such cart"
        charge = _Charge(self._lines[cart], self._world._customer_of(theirs, customer), percent)
        said = self._world._done(theirs, lambda: theirs.sell(charge.lines, charge.customer, charge.percent, cart))
        if said.startswith("sales create"):
            self._charged[cart] = charge
        return self._remembered(theirs, said)

    def press_again(self, till: int) -> str:
        """Whoever charged last is not sure of it, and confirms once more."""
        theirs = self._world.tills[till]
        here = [cart for cart in self._charged if theirs.rows("SELECT 1 FROM sales WHERE id = ?", str(cart))]
        if not here:
            return "nothing was charged"
        charge = self._charged[here[-1]]
        before = theirs.value("SELECT count(*) FROM sync_queue")
        said = self._world._done(theirs, lambda: theirs.sell(charge.lines, charge.customer, charge.percent, here[-1]))
        if theirs.value("SELECT count(*) FROM sync_queue") != before:
            raise Violation("I2", f"{theirs.name} has sold the cart {here[-1]} twice")
        return self._remembered(theirs, f"again: {said}")

    def drop(self, till: int, number: int) -> str:
        theirs = self._world.tills[till]
        cart = self._open_cart(theirs, number)
        if cart is None:
            return "no such cart"
        del self._begun[theirs.name, number]
        return self._remembered(theirs, self._world._done(theirs, lambda: theirs.do(remove_parked_sale, cart)))

    def check(self, moved: list[SimulatedTill]) -> None:
        """After every step, at the tills where something has changed."""
        for till in moved if self._lines else ():
            stands = _carts_in(till)
            if lost := self._kept_at(till).items() - stands.items():
                raise Violation("I1", f"{till.name} has lost the carts {lost}")
            sold = {row["id"] for row in till.rows("SELECT id FROM sales")}
            if twice := sold & _shown_at(till):
                raise Violation("I2", f"{till.name} offers for sale what was sold: {twice}")

    def _open_cart(self, till: SimulatedTill, number: int) -> UUID | None:
        """A cart that was charged is open again where an older file has brought it back."""
        cart = self._begun.get((till.name, number))
        return None if cart in self._charged and str(cart) not in _carts_in(till) else cart

    def _kept_at(self, till: SimulatedTill) -> dict[str, str]:
        """What has to be there. A file that went back, or was copied, has what it has."""
        times = self._world.checkers.gone_back[till.name]
        if till.name not in self._kept or self._gone_back.get(till.name) != times:
            self._kept[till.name], self._gone_back[till.name] = _carts_in(till), times
        return self._kept[till.name]

    def _remembered(self, till: SimulatedTill, said: str) -> str:
        """A step that crashed or was refused has changed nothing, which `check` asks for."""
        if said != "crashed" and not said.startswith("refused"):
            self._kept[till.name] = _carts_in(till)
        return said or "done"


def _draft(till: SimulatedTill, lines: list[Line]) -> SaleDraft:
    tiles = till.ask(all_products)
    chosen = [(tiles[which % len(tiles)], grams) for which, grams in lines]
    return SaleDraft(
        lines=tuple(
            DraftLine(tile.id, tile.name, tile.unit, Decimal(grams) / 1000, tile.price, tile.price)
            for tile, grams in chosen
        )
    )


def _carts_in(till: SimulatedTill) -> dict[str, str]:
    return {row["id"]: row["draft"] for row in till.rows("SELECT id, draft FROM parked_sales")}


def _shown_at(till: SimulatedTill) -> set[str]:
    """To anybody who has carts there."""
    members = [UUID(row["member_id"]) for row in till.rows("SELECT DISTINCT member_id FROM parked_sales")]
    people = [Actor(member, "", BusinessUserRole.VENDEDOR) for member in members]
    return {str(cart.id) for person in people for cart in read(till.replica, person, parked_sales)}
