"""Who stands at a till: signing in and out, a till that is withdrawn, and what waits there carried elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover import sealing
from avileo_pos.handover.handover_file import Handover, read_handover
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.replica.handover import hand_over, take_in, waiting_operations
from avileo_pos.replica.sign_ins import forget_sign_in
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.server.business.devices import revoke_device
from avileo_pos.server.business.membership import NotAMember, staff_of
from avileo_pos.server.postgres.database import CentralBusy
from avileo_pos.server.push.carried import CannotCarry, courier_of, take_in_carried
from avileo_pos.sync import sign_in as product
from avileo_pos.sync.central import CentralTrouble, Membership
from avileo_pos.tables.base import instant_text
from tests.simulation.moments import CentralCrashed
from tests.simulation.shop import BUSINESS, PEOPLE, QUICK_HASHER, Person
from tests.simulation.tills import SimulatedTill

if TYPE_CHECKING:
    from tests.simulation.world import World

PASSPHRASE: Final = "pollo entero"
PASSWORD: Final = "gallina-clueca"


class People:
    def __init__(self, world: World) -> None:
        self._world = world

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {
            "sign_in": self.sign_in,
            "sign_out": self.sign_out,
            "withdraw": self.withdraw,
            "bring_over": self.bring_over,
            "bring_to_central": self.bring_to_central,
        }

    def sign_in(self, till: int, which: int) -> str:
        """Somebody types a password at this till, which is theirs from then on."""
        theirs, person = self._world.tills[till], PEOPLE[which]
        before, place = (theirs.user_id, theirs.is_signed_out), theirs.last_place()
        theirs.user_id, theirs.is_signed_out = person.user_id, False
        try:
            enrol_by_password(theirs, person, self._world.now)
        except (CentralTrouble, ReplicaTrouble) as trouble:
            theirs.user_id, theirs.is_signed_out = before
            return f"refused {trouble.code}"
        theirs.member_id, theirs.at_the_counter = person.member_id, None
        self._world._people[till] = which
        self._world.checkers.people_changed = True
        self._world.checkers.sent_again(theirs, place)
        return f"{person.name} is in"

    def sign_out(self, till: int) -> str:
        """What waits stays; nothing goes to central until somebody signs in."""
        left = self._world.tills[till]
        try:
            left.run(writes(forget_sign_in, left.member_id))
        except ReplicaTrouble as trouble:
            return f"trouble {trouble.code}"
        left.is_signed_out = True
        return "signed out"

    def withdraw(self, till: int) -> str:
        """The owner says that this till is not one of theirs any more."""
        device_id = UUID(self._world.tills[till].value("SELECT device_id FROM till_identity"))
        try:
            with self._world.central.database.transaction(BUSINESS) as connection:
                revoke_device(owners_desk(connection, self._world.now), device_id)
        except (CentralBusy, CentralCrashed):
            return "central could not"
        except NotHere:
            return "central does not know it"
        self._world.checkers.some_were_withdrawn = True
        return "withdrawn"

    def bring_over(self, till: int, other: int) -> str:
        """What waits at one goes to another in a sealed file."""
        taker = self._world.tills[other]
        if taker is self._world.tills[till]:
            return "the same till"
        before = _queued_at(taker)
        try:
            handover = self._written(till)
            carried = self._world._unless_it_crashes(taker, lambda: take_in(handover, taker.replica))
        except (ReplicaTrouble, BusinessRuleBroken) as trouble:
            return f"trouble {trouble}"
        checkers, taken = self._world.checkers, _queued_at(taker) - before
        checkers.taken_in[taker.name] |= taken
        checkers.carried |= taken
        return "crashed" if carried is None else f"{carried.operations} taken, {carried.left_out} left out"

    def bring_to_central(self, till: int, which: int, without_missing: bool) -> str:
        """Somebody of the business brings the file to whoever looks after central."""
        central = self._world.central
        try:
            handover = self._written(till)
            courier = courier_of(central.database, handover, PEOPLE[which].email)
            taken = take_in_carried(
                central.database, handover, courier, self._world.now, without_missing=without_missing
            )
        except (ReplicaTrouble, BusinessRuleBroken, CannotCarry, NotAMember) as trouble:
            return f"trouble {trouble}"
        except (CentralBusy, CentralCrashed):
            return "central could not"
        self._world.checkers.carried |= {each.operation.id for each in handover.operations}
        return str(taken)

    def _written(self, till: int) -> Handover:
        giver = self._world.tills[till]
        file = giver.file.with_name("carried.avileo")
        with patch.object(sealing, "_N", 2):
            hand_over(file, giver.run(reads(waiting_operations, instant_text(giver.clock()))), PASSPHRASE)
            return read_handover(file, PASSPHRASE)


def owners_desk(connection: Connection, now: datetime) -> Desk:
    owner = PEOPLE[0]
    staff = staff_of(connection, BUSINESS, owner.user_id)
    actor = staff.members[str(owner.member_id)].actor
    return Desk(connection, BUSINESS, staff.business_name, staff.day_cutoff_hour, actor, owner.user_id, now)


def _queued_at(till: SimulatedTill) -> set[str]:
    return {row["id"] for row in till.rows("SELECT id FROM sync_queue")}


def enrol_by_password(till: SimulatedTill, person: Person, now: datetime) -> None:
    """As the window of signing in does it. Raises CentralTrouble."""
    workplace = Membership(BUSINESS, "Pollos", person.member_id, person.name, person.role)
    with _quick_passwords():
        product.open_till(
            till.central, till.run, workplace, person.email, PASSWORD, f"Caja de {till.name}", now, till.new_id
        )


@contextmanager
def _quick_passwords() -> Iterator[None]:
    with patch.object(product, "_HASHER", QUICK_HASHER):
        yield
