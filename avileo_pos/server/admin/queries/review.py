"""What an owner should look at: operations that were not taken, facts with a remark, and fields changed by two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Row

from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.business.desk import Desk
from avileo_pos.tables.base import Choice, Instant, Money

T = TypeVar("T")

ON_A_PAGE: Final = 25

_instant: Final = Instant().from_native
_soles: Final = Money().from_stored


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An operation that central put aside; `about` and `amount` are what it says of itself, where that can be read."""

    collection: str
    operation_type: str
    code: str
    at: datetime
    person: str | None
    device: str | None
    about: str | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Remarked:
    """A sale or an abono that is stored and counted, with the codes of what central noticed."""

    kind: str
    number: str
    at: datetime
    amount: Decimal
    person: str
    customer: str | None
    device: str | None
    voided: bool
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A field that two people changed without knowing of each other: the last to arrive was `kept`.

    Both values are as the shop knows them: Decimal, date, datetime, bool, a text, or None.
    """

    collection: str
    subject: str | None
    field: str
    kept: object
    replaced: object
    at: datetime
    person: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class ToReview:
    """A page of each kind, the latest first, and how many of each there are."""

    not_taken: Sequence[NotTaken]
    count_not_taken: int
    remarked: Sequence[Remarked]
    count_remarked: int
    disputed: Sequence[Disputed]
    count_disputed: int

    @property
    def most(self) -> int:
        return max(self.count_not_taken, self.count_remarked, self.count_disputed)


def read_to_review(desk: Desk, page: int) -> ToReview:
    """Pages count from 1."""
    asked = {"business": desk.business_id, "limit": ON_A_PAGE, "skip": (page - 1) * ON_A_PAGE}

    def ask(question: str, read: Callable[[Row[Any]], T]) -> tuple[list[T], int]:
        found = desk.connection.exec_driver_sql(question, asked).all()
        return [read(row) for row in found if row.id is not None], int(found[0].in_all)

    return ToReview(*ask(_NOT_TAKEN, _not_taken), *ask(_REMARKED, _remarked), *ask(_DISPUTED, _disputed))


def _not_taken(row: Row[Any]) -> NotTaken:
    about, amount = _said_of_itself(row.raw)
    return NotTaken(
        row.collection, row.operation_type, row.code, _instant(row.at), row.person, row.device, about, amount
    )


def _said_of_itself(raw: str) -> tuple[str | None, Decimal | None]:
    """What a person knows it by, and soles; anything may stand in what was not taken."""
    try:
        data = msgspec.json.decode(raw).get("data", {})
        about = data.get("receipt_number") or data.get("name")
        amount = data.get("total_amount") or data.get("amount")
    except (msgspec.DecodeError, AttributeError):
        return None, None
    return (
        about[:_LONGEST_SUBJECT] if isinstance(about, str) else None,
        _soles(amount) if type(amount) is int and 0 < amount < _MORE_THAN_ANY_AMOUNT else None,
    )


_LONGEST_SUBJECT: Final = 80
_MORE_THAN_ANY_AMOUNT: Final = 10**12


def _remarked(row: Row[Any]) -> Remarked:
    return Remarked(
        row.kind,
        row.receipt_number,
        _instant(row.at),
        row.amount,
        row.person,
        row.customer,
        row.device,
        row.voided,
        row.review_reason.split(),
    )


def _disputed(row: Row[Any]) -> Disputed:
    return Disputed(
        row.collection,
        row.subject,
        row.field,
        _value(row.collection, row.field, row.kept),
        _value(row.collection, row.field, row.replaced),
        _instant(row.at),
        row.person,
        row.device,
    )


def _value(collection: str, field: str, stored: str) -> object:
    """The value that stands as JSON in its form on the wire."""
    kind = COLLECTIONS[collection].table.columns[field].type
    value = msgspec.json.decode(stored)
    if value is None or isinstance(kind, Choice):
        return value
    return kind.from_stored(value)  # type: ignore[attr-defined]  # every column of ours is of a StoredType


def _page_of(found: str, told: str, names: str) -> str:
    """SQL for one page of what is `found`, the latest first, with names beside it and how many there are in all."""
    return f"""
    WITH found AS MATERIALIZED ({found})
    SELECT sums.in_all, x.*, {told}
    FROM (SELECT count(*) AS in_all FROM found) sums
    LEFT JOIN (SELECT * FROM found ORDER BY at DESC, id LIMIT %(limit)s OFFSET %(skip)s) x ON true
    {names}
    ORDER BY x.at DESC, x.id
    """


def _named(table: str, key: str) -> str:
    return f"LEFT JOIN {table} ON {table}.business_id = %(business)s AND {table}.id = {key}"


def _remarked_in(kind: str, table: str, at: str, amount: str) -> str:
    return f"""
      SELECT '{kind}' AS kind, id, receipt_number, {at} AS at, {amount} AS amount, seller_id, client_id, device_id,
        voided_at IS NOT NULL AS voided, review_reason
      FROM {table} WHERE business_id = %(business)s AND needs_review
    """


_WHO_AND_WHERE: Final = "business_users.name AS person, devices.name AS device"
_ACTOR: Final = (
    "LEFT JOIN business_users ON business_users.business_id = %(business)s AND business_users.id::text = x.actor_id "
    + _named("devices", "x.device_id")
)

_NOT_TAKEN: Final = _page_of(
    """
      SELECT id, collection, operation_type, code, actor_id, device_id, raw, received_at AS at FROM sync_operations
      WHERE business_id = %(business)s AND status = 'quarantined'
    """,
    _WHO_AND_WHERE,
    _ACTOR,
)

_REMARKED: Final = _page_of(
    _remarked_in("Venta", "sales", "sale_date", "total_amount - redondeo")
    + "UNION ALL"
    + _remarked_in("Abono", "abonos", "created_at", "amount"),
    f"{_WHO_AND_WHERE}, customers.name AS customer",
    " ".join(
        (_named("business_users", "x.seller_id"), _named("customers", "x.client_id"), _named("devices", "x.device_id"))
    ),
)

_NAMED_CARDS: Final = ("customers", "products", "envases", "business_users")
_DISPUTED: Final = _page_of(
    """
      SELECT c.id, c.collection, c.entity_id, c.field, c.kept, c.replaced, c.created_at AS at, o.actor_id, o.device_id
      FROM sync_conflicts c JOIN sync_operations o ON o.business_id = c.business_id AND o.id = c.operation_id
      WHERE c.business_id = %(business)s
    """,
    f"{_WHO_AND_WHERE}, (SELECT name FROM ("
    + " UNION ALL ".join(
        f"SELECT name FROM {table} WHERE x.collection = '{table}' AND business_id = %(business)s AND id = x.entity_id"
        for table in _NAMED_CARDS
    )
    + ") cards) AS subject",
    _ACTOR,
)
