"""May this person do this? Central asks it of every operation, whatever the till allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.distribution import NEXT_STATUSES
from avileo_pos.domain.enums import DistribucionStatus, MovementKind
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.void import ABONO, SALE, permission_to_void
from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.server.business.membership import Member, Staff
from avileo_pos.server.postgres.wire_sql import default_of
from avileo_pos.server.push.parse_push import Arrived, Create, Patch, Refusal, Void
from avileo_pos.tables.base import Flag

_VOID_RIGHTS: Final = {"sales": SALE, "abonos": ABONO}
_OWN_MOVEMENTS: Final = {Create: MovementKind.VENTA, Void: MovementKind.ANULACION}

CurrentRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The operation may be done; each reason is something that the admin should look at."""

    reasons: tuple[str, ...] = ()


_FORBIDDEN: Final = Refusal("forbidden", "This person's role does not allow it.")


def judge_arrival(arrived: Arrived, staff: Staff) -> Allowed | Refusal:
    """What can be said without looking at a row: who acts, and whether such an act is theirs at all.

    A device speaks for those who have signed in on it. What any seller may state as a fact is taken from a colleague
    too, as money or goods have changed hands already, and is marked; so is what a withdrawn device had still to send.
    """
    member = staff.members.get(arrived.actor_id)
    if member is None:
        return Refusal("unknown_actor", "The actor is no member of this business.")
    collection = COLLECTIONS[arrived.collection]
    if _brings_movements_of_another_kind(arrived, member):
        return _FORBIDDEN
    doubt = _doubt_about(member, staff)
    if doubt is not None:
        return _judge_hearsay(arrived, collection, doubt)
    if isinstance(arrived.act, Create) and not _may_create(collection, arrived.act, member):
        return _FORBIDDEN
    return Allowed()


def judge_patch(collection: Collection, patch: Patch, member: Member, current: CurrentRow) -> Allowed | Refusal:
    """Whether a card, as it stands, may be changed so."""
    if collection.name == "distribuciones" and not _is_a_next_step(patch, current):
        return Refusal("distribucion_cannot_become", "The distribution's state does not lead there.")
    may = _may_manage(collection, member) or _may_edit_without_managing(collection, patch, member, current)
    return Allowed() if may else _FORBIDDEN


def judge_void(
    collection: Collection, void: Void, staff: Staff, member: Member, current: CurrentRow
) -> Allowed | Refusal:
    """Whether a fact may be voided: one's own of the running day, or by an admin, or with an admin's PIN."""
    needed = permission_to_void(
        _VOID_RIGHTS[collection.name],
        member.actor,
        registered_by=UUID(current[str(collection.author)]),
        business_date=date.fromisoformat(current["business_date"]),
        today=business_date(void.at, staff.day_cutoff_hour),
    )
    if member.actor.may(needed):
        return Allowed()
    if is_approved(void, staff, needed):
        return Allowed(("voided_with_pin",))
    return _FORBIDDEN


def is_approved(void: Void, staff: Staff, permission: Permission) -> bool:
    """Whether the void names an active member whose role holds the permission."""
    approver = staff.members.get(void.said["void_approved_by"])
    return approver is not None and approver.is_active and approver.actor.may(permission)


def _doubt_about(member: Member, staff: Staff) -> str | None:
    """Why this device's word for this person is not enough, if it is not."""
    if staff.device_is_revoked:
        return "device_revoked"
    if not member.is_active:
        return "seller_inactive"
    return None if member.is_trusted else "seller_not_signed_in"


def _judge_hearsay(arrived: Arrived, collection: Collection, doubt: str) -> Allowed | Refusal:
    if not (isinstance(arrived.act, Create) and collection.is_sellers_fact):
        return Refusal(doubt, "This device's word for this person is not enough.")
    return Allowed((doubt,))


def _may_create(collection: Collection, create: Create, member: Member) -> bool:
    if collection.created_with is None or not member.actor.may(collection.created_with):
        return False
    says_more = any(create.root[name] != _plain(collection.table.columns[name]) for name in collection.admin_only)
    return not says_more or _may_manage(collection, member)


def _may_manage(collection: Collection, member: Member) -> bool:
    return collection.managed_with is not None and member.actor.may(collection.managed_with)


def _plain(column: Column[Any]) -> int | None:
    """What a new row says in a column that only an admin may fill."""
    if column.nullable:
        return None
    return 1 if isinstance(column.type, Flag) else default_of(column)


def _may_edit_without_managing(collection: Collection, patch: Patch, member: Member, current: CurrentRow) -> bool:
    match collection.name:
        case "customers":
            return not collection.admin_only & patch.changes.keys() and member.actor.may(Permission.CUSTOMER_EDIT)
        case "cash_sessions":
            return bool(current["seller_id"] == member.id) and member.actor.may(Permission.CASH_SESSION_OWN)
        case "distribuciones":
            return _accepts_own(patch, member, current)
    return False


def _accepts_own(patch: Patch, member: Member, current: CurrentRow) -> bool:
    only_accepts = patch.changes.keys() <= {"estado", "accepted_at"}
    step = patch.changes.get("estado")
    taken = step is not None and step.now == DistribucionStatus.EN_RUTA
    is_own = current["vendedor_id"] == member.id
    return only_accepts and taken and is_own and member.actor.may(Permission.DISTRIBUCION_ACCEPT_OWN)


def _is_a_next_step(patch: Patch, current: CurrentRow) -> bool:
    step = patch.changes.get("estado")
    if step is None or step.now == current["estado"]:
        return True
    return DistribucionStatus(step.now) in NEXT_STATUSES[DistribucionStatus(current["estado"])]


def _brings_movements_of_another_kind(arrived: Arrived, member: Member) -> bool:
    """A sale takes from the stock and its void gives back; any other movement inside them is a manager's."""
    if arrived.collection not in _VOID_RIGHTS or member.actor.may(Permission.STOCK_MANAGE):
        return False
    if not isinstance(arrived.act, Create | Void):
        return False
    own = _OWN_MOVEMENTS[type(arrived.act)]
    return any(movement["kind"] != own for movement in arrived.act.parts.get("inventory_movements", ()))
