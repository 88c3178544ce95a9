"""What an owner has looked at: with a note it leaves the list of what is to be reviewed, and every till is told.

A sale or an abono no longer `needs_review`, which travels as any change; what was remarked on it stays. Who looked at
it, and their note, stay at central.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.tables.server import reviews
from avileo_pos.tables.shared import abonos, sales

LONGEST_NOTE: Final = 500


class Reviewable(StrEnum):
    """By the table in which it stands."""

    NOT_TAKEN = "sync_operations"
    SALE = "sales"
    ABONO = "abonos"
    DISPUTED = "sync_conflicts"


class ReviewedBefore(Exception):  # noqa: N818 - the name says what happened
    """Somebody has looked at it, so that nothing is left to do."""


def tick_off(desk: Desk, kind: Reviewable, subject_id: UUID, note: str) -> None:
    """Raises NotHere, ReviewedBefore."""
    with desk.doing("review.ticked_off", collection=kind, id=subject_id, note=note) as writer:
        _require_to_be_reviewed(desk, kind, subject_id)
        looked_at = {"collection": kind, "subject_id": subject_id, "note": note or None, "reviewed_at": desk.now}
        who = {"business_id": desk.business_id, "id": uuid4(), "member_id": desk.actor.member_id}
        desk.connection.execute(insert(reviews).values(**who, **looked_at))
        if kind in _FACTS:
            writer.change(_FACTS[kind], subject_id, needs_review=False)


def nobody_looked_at(kind: Reviewable, alias: str) -> str:
    """The condition in SQL that such a row, of an operation that was not taken or a field changed by two, waits."""
    return (
        f"NOT EXISTS (SELECT FROM reviews r WHERE r.business_id = {alias}.business_id"
        f" AND r.collection = '{kind}' AND r.subject_id = {alias}.id)"
    )


def waits_untaken(alias: str) -> str:
    """The condition in SQL that nobody has looked at such an operation, nor has the till sent the same again since.

    A birth is the same also where a person has put it right. What goes again has its own answer: who did by hand what
    the first one says would do it twice.
    """
    same = ("business_id", "device_id", "collection", "entity_id", "operation_type")
    alike = " AND ".join(f"again.{name} = {alias}.{name}" for name in same)
    return (
        f"{alias}.status = 'quarantined' AND {nobody_looked_at(Reviewable.NOT_TAKEN, alias)}"
        f" AND NOT EXISTS (SELECT FROM sync_operations again WHERE {alike} AND again.seq > {alias}.seq"
        f" AND (again.sha256 = {alias}.sha256 OR again.operation_type = 'create'))"
    )


def _require_to_be_reviewed(desk: Desk, kind: Reviewable, subject_id: UUID) -> None:
    asked = {"business": desk.business_id, "id": subject_id}
    waits = desk.connection.exec_driver_sql(_WAITS[kind], asked).scalar_one_or_none()
    if waits is None:
        raise NotHere
    if not waits:
        raise ReviewedBefore


_FACTS: Final = {Reviewable.SALE: sales, Reviewable.ABONO: abonos}
_OF_THE_BUSINESS: Final = "t.business_id = %(business)s AND t.id = %(id)s"
_WAITS: Final = {
    **{kind: f"SELECT t.needs_review FROM {kind} t WHERE {_OF_THE_BUSINESS}" for kind in _FACTS},
    Reviewable.DISPUTED: (
        f"SELECT {nobody_looked_at(Reviewable.DISPUTED, 't')} FROM sync_conflicts t WHERE {_OF_THE_BUSINESS}"
    ),
    Reviewable.NOT_TAKEN: (
        f"SELECT {waits_untaken('t')} FROM sync_operations t WHERE {_OF_THE_BUSINESS} AND t.status = 'quarantined'"
    ),
}
