"""PINs: an admin lends a permission for one action, a person takes over the till, and guessing is slowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.sqlite import insert

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import ROLE_PERMISSIONS, Actor, Permission
from avileo_pos.domain.pin import PinTries, require_pin
from avileo_pos.tables.shared import business_users
from avileo_pos.tables.till import pin_tries
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class ApproveByPin:
    """Somebody who may do `permission` types a PIN at the till of somebody who may not."""

    permission: Permission
    pin: str


@dataclass(frozen=True, slots=True)
class TakeOverByPin:
    member_id: UUID
    pin: str


@dataclass(frozen=True, slots=True)
class PinRefused:
    """A mistaken PIN. `wait_until` is set once no further try is looked at before then."""

    tries_left: int
    wait_until: datetime | None


def approve(work: Work, request: ApproveByPin) -> Actor | PinRefused:
    """The person at work with the permission lent, for one action.

    A mistake is an answer and not an exception, which would undo its being counted.

    Raises BusinessRuleBroken: no_admin_pin, when nobody who could lend it has a PIN.
    """
    lenders = [role for role in BusinessUserRole if request.permission in ROLE_PERMISSIONS[role]]
    holders = _holders(work, business_users.c.role.in_(lenders))
    if not holders:
        raise BusinessRuleBroken("no_admin_pin")
    lender = _whose_pin(work, request.pin, holders)
    if isinstance(lender, PinRefused):
        return lender
    return work.actor.approved(request.permission, by=lender)


def take_over(work: Work, request: TakeOverByPin) -> Actor | PinRefused:
    """The person whose PIN it is. Raises BusinessRuleBroken: no_pin."""
    holders = _holders(work, business_users.c.id == request.member_id)
    if not holders:
        raise BusinessRuleBroken("no_pin")
    return _whose_pin(work, request.pin, holders)


def hash_pin(pin: str) -> str:
    """What `business_users.pin_hash` keeps: Argon2id. Raises BusinessRuleBroken: not_a_pin."""
    return PasswordHasher().hash(require_pin(pin))


@dataclass(frozen=True, slots=True)
class _Holder:
    actor: Actor
    pin_hash: str
    tries: PinTries


def _holders(work: Work, condition: ColumnElement[bool]) -> list[_Holder]:
    """The members with a PIN, active in this business, who meet the condition."""
    rows = work.db.execute(
        select(business_users, pin_tries.c.failures, pin_tries.c.wait_until)
        .outerjoin(pin_tries, pin_tries.c.member_id == business_users.c.id)
        .where(
            business_users.c.business_id == work.business.id,
            business_users.c.is_active,
            business_users.c.pin_hash.is_not(None),
            condition,
        )
    ).mappings()
    return [
        _Holder(
            actor=Actor(row["id"], row["name"], row["role"]),
            pin_hash=row["pin_hash"],
            tries=PinTries(row["failures"] or 0, row["wait_until"]),
        )
        for row in rows
    ]


def _whose_pin(work: Work, pin: str, holders: Sequence[_Holder]) -> Actor | PinRefused:
    """A right PIN forgets the mistakes of all who were asked; a mistake counts against each who could be tried."""
    tried = [holder for holder in holders if not holder.tries.waits(work.now)]
    for holder in tried:
        if _is_pin_of(holder, pin):
            _forget_mistakes(work, holders)
            return holder.actor
    waiting = [holder.tries for holder in holders if holder not in tried]
    return _refusal(work, [*waiting, *(_count_mistake(work, holder) for holder in tried)])


def _is_pin_of(holder: _Holder, pin: str) -> bool:
    try:
        return PasswordHasher().verify(holder.pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def _forget_mistakes(work: Work, holders: Sequence[_Holder]) -> None:
    members = [holder.actor.member_id for holder in holders]
    work.db.execute(delete(pin_tries).where(pin_tries.c.member_id.in_(members)))


def _count_mistake(work: Work, holder: _Holder) -> PinTries:
    tries = holder.tries.after_mistake(work.now)
    kept = {"failures": tries.failures, "wait_until": tries.wait_until}
    work.db.execute(
        insert(pin_tries)
        .values(member_id=holder.actor.member_id, **kept)
        .on_conflict_do_update(index_elements=["member_id"], set_=kept)
    )
    return tries


def _refusal(work: Work, tries: Sequence[PinTries]) -> PinRefused:
    waits = [each.wait_until for each in tries if each.wait_until is not None and each.waits(work.now)]
    return PinRefused(
        tries_left=max(each.left for each in tries),
        wait_until=min(waits) if len(waits) == len(tries) else None,
    )
