"""The house: its catalog and its rules, who works there, who stands in for whom, and on whose word by PIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Permission
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.server.business.business_card import change_business
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.business.members import change_member
from avileo_pos.server.postgres.database import CentralBusy
from avileo_pos.tables.shared import products
from avileo_pos.usecases.approval import PinRefused
from tests.simulation.moments import CentralCrashed
from tests.simulation.people import owners_desk
from tests.simulation.shop import BUSINESS, PEOPLE, product_ids

if TYPE_CHECKING:
    from tests.simulation.world import World

RULES: Final[tuple[Mapping[str, Any], ...]] = (
    {"day_cutoff_hour": 4},
    {"day_cutoff_hour": 0},
    {"permitir_venta_sin_stock": False},
    {"permitir_venta_sin_stock": True},
    {"modo_operacion": ModoOperacion.MIXTO},
    {"modo_operacion": ModoOperacion.SIN_INVENTARIO},
)
PRODUCT_CHANGES: Final[tuple[Mapping[str, Any], ...]] = (
    {"name": "Pollo vivo"},
    {"is_active": False},
    {"is_active": True},
    {"tile_position": 7},
)
MEMBER_CHANGES: Final[tuple[Mapping[str, Any], ...]] = (
    {"is_active": False},
    {"is_active": False},
    {"is_active": True},
    {"name": "Betito"},
    {"commission_rate": Decimal("2.50")},
    {"pin_hash": None},
)
LENT_FOR: Final[Mapping[str, Permission]] = {
    "void_sale": Permission.SALE_VOID_ANY,
    "void_abono": Permission.ABONO_VOID_ANY,
    "sell": Permission.OVER_CREDIT_LIMIT,
}


class House:
    def __init__(self, world: World) -> None:
        self._world = world
        self._were_sent_away: set[UUID] = set()

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {
            "new_product": self.new_product,
            "edit_product": self.edit_product,
            "change_product": self.change_product,
            "change_rules": self.change_rules,
            "change_member": self.change_member,
            "take_over": self.take_over,
            "by_pin": self.by_pin,
            "count": self.count,
        }

    def new_product(self, till: int, name: str) -> str:
        theirs = self._world.tills[till]
        return self._world._done(theirs, lambda: theirs.new_product(name))

    def edit_product(self, till: int, which: int, change: int) -> str:
        theirs = self._world.tills[till]
        return self._world._done(theirs, lambda: theirs.edit_product(which, **PRODUCT_CHANGES[change]))

    def change_product(self, which: int, change: int) -> str:
        """On the owner's page."""
        product = product_ids()[which]
        self._world.checkers.written_at_central.add(("products", str(product)))

        def act(desk: Desk) -> None:
            with desk.doing("product.changed") as writer:
                writer.change(products, product, **PRODUCT_CHANGES[change])

        return self._at_the_desk(act)

    def change_rules(self, which: int) -> str:
        self._world.checkers.rules_were_changed = True
        return self._at_the_desk(lambda desk: change_business(desk, RULES[which]))

    def change_member(self, which: int, change: int) -> str:
        """Of everybody but the owner."""
        self._world.checkers.roles_were_written = True
        member = PEOPLE[1 + which % 3].member_id
        if not MEMBER_CHANGES[change].get("is_active", True):
            self._were_sent_away.add(member)
        return self._at_the_desk(lambda desk: change_member(desk, member, MEMBER_CHANGES[change]))

    def let_everybody_in(self) -> None:
        """Who had to leave is back."""
        for member in sorted(self._were_sent_away):
            self._at_the_desk(lambda desk, who=member: change_member(desk, who, {"is_active": True}))

    def _at_the_desk(self, act: Callable[[Desk], object]) -> str:
        try:
            with self._world.central.database.transaction(BUSINESS) as connection:
                act(owners_desk(connection, self._world.now))
        except (CentralBusy, CentralCrashed):
            return "central could not"
        return "written"

    def take_over(self, till: int, which: int) -> str:
        """Somebody types a PIN and goes on at this till; with central it goes on talking as whoever signed in last."""
        theirs, person = self._world.tills[till], PEOPLE[which]
        if person.member_id not in theirs.people_here():
            return "nobody is asked for that PIN here"
        taken = _unless_refused(lambda: theirs.take_over(person.member_id, person.pin))
        if taken == "":
            theirs.at_the_counter = person.member_id
        return taken or f"{person.name} goes on"

    def by_pin(self, till: int, which: int, step: list[Any]) -> str:
        """Somebody lends what it takes, for this one act."""
        theirs = self._world.tills[till]
        lent = _unless_refused(lambda: theirs.borrow(LENT_FOR[step[0]], PEOPLE[which].pin))
        said = self._world.perform(step)
        theirs.lent = None
        return f"{lent} {said}"

    def count(self, till: int, which: int) -> str:
        """An admin ends a turn, also another's."""
        theirs = self._world.tills[till]
        known = theirs.rows("SELECT id FROM cash_sessions WHERE closed_at IS NULL ORDER BY opened_at DESC, id")
        if not known:
            return "no open drawer"
        drawer = UUID(known[which % len(known)]["id"])
        return self._world._done(theirs, lambda: theirs.count(drawer))


def _unless_refused(act: Callable[[], PinRefused | None]) -> str:
    try:
        refused = act()
    except (BusinessRuleBroken, ReplicaTrouble) as trouble:
        return f"refused {trouble}"
    return "refused the PIN" if refused else ""
