"""Reading the replica with SQL: one helper for the question, and the values of its rows as the shop knows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from avileo_pos.tables.base import Day, Id, Instant, Kilos, Money, Rate, instant_text
from avileo_pos.work import Work

soles = Money().from_stored
kilos = Kilos().from_stored
per_cent = Rate().from_stored
instant = Instant().from_stored
day = Day().from_stored
identity = Id().from_stored


def read(work: Work, question: str, **named: Any) -> Sequence[Row[Any]]:
    """The rows of a SELECT in the replica's stored forms; `:business` and `:member` are always known to it.

    A list of ids is given as JSON: `IN (SELECT value FROM json_each(:ids))`.
    """
    known = {"business": str(work.business.id), "member": str(work.actor.member_id)}
    plain = {name: _plain(value) for name, value in named.items()}
    return work.db.exec_driver_sql(question, known | plain).all()


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case None | str() | int():
            return value
        case Iterable():
            return msgspec.json.encode([str(each) for each in value]).decode()
    raise TypeError(f"{value!r} cannot be asked for")


def remarks(fact: Row[Any]) -> tuple[str, ...]:
    """The codes of what central noticed in a sale or an abono, until an owner has looked at it."""
    return tuple((fact.review_reason or "").split()) if fact.needs_review else ()
