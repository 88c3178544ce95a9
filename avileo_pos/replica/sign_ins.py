"""Who may open this till without central, for how long, and how often a wrong password was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from avileo_pos.domain.clock import is_waiting
from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.tables.shared import business_users
from avileo_pos.tables.till import offline_sign_ins

TRIES_BEFORE_WAITING: Final = 5
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OfflineSignIn:
    """`confirmed_at` is when central last accepted the password whose slow hash this is."""

    email: str
    member_id: UUID
    password_hash: str
    confirmed_at: datetime
    wait_until: datetime | None

    def waits(self, now: datetime) -> bool:
        return is_waiting(self.wait_until, LONGEST_WAIT, now)


def remember_sign_in(db: Connection, email: str, member_id: UUID, password_hash: str, now: datetime) -> None:
    """Central has just accepted this person's password."""
    row = {
        "email": email,
        "member_id": member_id,
        "password_hash": password_hash,
        "confirmed_at": now,
        "failures": 0,
        "wait_until": None,
    }
    db.execute(insert(offline_sign_ins).values(row).on_conflict_do_update(index_elements=["email"], set_=row))


def find_sign_in(db: Connection, email: str) -> OfflineSignIn | None:
    row = db.execute(select(offline_sign_ins).where(offline_sign_ins.c.email == email)).mappings().one_or_none()
    if row is None:
        return None
    return OfflineSignIn(
        email=row["email"],
        member_id=row["member_id"],
        password_hash=row["password_hash"],
        confirmed_at=row["confirmed_at"],
        wait_until=row["wait_until"],
    )


@dataclass(frozen=True, slots=True)
class PersonHere:
    """Somebody who has signed in on this till before; `confirmed_at` as above."""

    member_id: UUID
    name: str
    role: BusinessUserRole
    email: str
    has_pin: bool
    confirmed_at: datetime


def people_here(db: Connection) -> tuple[PersonHere, ...]:
    """Those who may still work in the business, by name."""
    member, known = business_users.c, offline_sign_ins.c
    rows = db.execute(
        select(known.member_id, member.name, member.role, known.email, member.pin_hash, known.confirmed_at)
        .join(business_users, member.id == known.member_id)
        .where(member.is_active)
        .order_by(member.name)
    )
    return tuple(
        PersonHere(row.member_id, row.name, row.role, row.email, row.pin_hash is not None, row.confirmed_at)
        for row in rows
    )


def forget_sign_in(db: Connection, member_id: UUID) -> None:
    """This person comes in again by central only."""
    db.execute(delete(offline_sign_ins).where(offline_sign_ins.c.member_id == member_id))


def count_failure(db: Connection, email: str, now: datetime) -> None:
    """The fifth wrong password in a row makes the next try wait, and each further one twice as long."""
    row = offline_sign_ins.c
    failures = db.execute(select(row.failures).where(row.email == email)).scalar_one() + 1
    late = failures - TRIES_BEFORE_WAITING
    wait_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(late, 10)) if late >= 0 else None
    db.execute(update(offline_sign_ins).where(row.email == email).values(failures=failures, wait_until=wait_until))


def forgive_failures(db: Connection, email: str) -> None:
    db.execute(update(offline_sign_ins).where(offline_sign_ins.c.email == email).values(failures=0, wait_until=None))
