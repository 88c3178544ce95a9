"""What an owner should look at, or has: operations not taken, facts with a remark, and fields changed by two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Row

from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.business.reviews import Reviewable, nobody_looked_at, waits_untaken
from avileo_pos.tables.base import Choice, Instant, Money

T = TypeVar("T")

ON_A_PAGE: Final = 25

_instant: Final = Instant().from_native
_soles: Final = Money().from_stored


@dataclass(frozen=True, slots=True)
class Review:
    """Who has looked at it, and what they noted."""

    person: str
    at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An operation that central put aside; `about` and `amount` are what it says of itself, where that can be read."""

    id: UUID
    collection: str
    operation_type: str
    code: str
    at: datetime
    person: str | None
    device: str | None
    about: str | None
    amount: Decimal | None
    review: Review | None


@dataclass(frozen=True, slots=True)
class Remarked:
    """A sale or an abono that is stored and counted, with the codes of what central noticed."""

    id: UUID
    collection: str
    number: str
    at: datetime
    amount: Decimal
    person: str
    customer: str | None
    device: str | None
    voided: bool
    reasons: Sequence[str]
    review: Review | None


@dataclass(frozen=True, slots=True)
class Disputed:
    """A field that two people changed without knowing of each other: the last to arrive was `kept`.

    Both values are as the shop knows them: Decimal, date, datetime, bool, a text, or None.
    """

    id: UUID
    collection: str
    subject: str | None
    field: str
    kept: object
    replaced: object
    at: datetime
    person: str | None
    device: str | None
    review: Review | None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A page of each kind, waiting or looked at, the latest first, and how many of each there are."""

    not_taken: Sequence[NotTaken]
    count_not_taken: int
    remarked: Sequence[Remarked]
    count_remarked: int
    disputed: Sequence[Disputed]
    count_disputed: int

    @property
    def most(self) -> int:
        return max(self.count_not_taken, self.count_remarked, self.count_disputed)


def read_reviewed(desk: Desk, page: int, *, done: bool) -> Reviewed:
    """What was looked at (`done`) or is still to be. Pages count from 1."""
    not_taken, remarked, disputed = _DONE if done else _WAITING
    asked = {"business": desk.business_id, "limit": ON_A_PAGE, "skip": (page - 1) * ON_A_PAGE}

    def ask(question: str, read: Callable[[Row[Any]], T]) -> tuple[list[T], int]:
        found = desk.connection.exec_driver_sql(question, asked).all()
        return [read(row) for row in found if row.id is not None], int(found[0].in_all)

    return Reviewed(*ask(not_taken, _not_taken), *ask(remarked, _remarked), *ask(disputed, _disputed))


def _review(row: Row[Any]) -> Review | None:
    return None if row.reviewed_at is None else Review(row.reviewer, _instant(row.reviewed_at), row.note)


def _not_taken(row: Row[Any]) -> NotTaken:
    about, amount = _said_of_itself(row.raw)
    return NotTaken(
        row.id,
        row.collection,
        row.operation_type,
        row.code,
        _instant(row.at),
        row.person,
        row.device,
        about,
        amount,
        _review(row),
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
        row.id,
        row.collection,
        row.receipt_number,
        _instant(row.at),
        row.amount,
        row.person,
        row.customer,
        row.device,
        row.voided,
        row.review_reason.split(),
        _review(row),
    )


def _disputed(row: Row[Any]) -> Disputed:
    return Disputed(
        row.id,
        row.collection,
        row.subject,
        row.field,
        _value(row.collection, row.field, row.kept),
        _value(row.collection, row.field, row.replaced),
        _instant(row.at),
        row.person,
        row.device,
        _review(row),
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
    SELECT sums.in_all, x.*, {told}, reviewers.name AS reviewer
    FROM (SELECT count(*) AS in_all FROM found) sums
    LEFT JOIN (
      SELECT * FROM found ORDER BY coalesce(reviewed_at, at) DESC, id LIMIT %(limit)s OFFSET %(skip)s
    ) x ON true
    {names} {_named("business_users", "x.reviewer_id", "reviewers")}
    ORDER BY coalesce(x.reviewed_at, x.at) DESC, x.id
    """


def _named(table: str, key: str, alias: str = "") -> str:
    alias = alias or table
    return f"LEFT JOIN {table} {alias} ON {alias}.business_id = %(business)s AND {alias}.id = {key}"


def _waiting(columns: str, source: str, condition: str) -> str:
    return f"""
      SELECT t.id, {columns}, NULL::timestamp AS reviewed_at, NULL AS note, NULL::uuid AS reviewer_id
      FROM {source} WHERE t.business_id = %(business)s AND {condition}
    """


def _looked_at(kind: Reviewable, columns: str, source: str) -> str:
    return f"""
      SELECT t.id, {columns}, v.reviewed_at, v.note, v.member_id AS reviewer_id
      FROM {source} JOIN reviews v ON v.business_id = t.business_id AND v.collection = '{kind}' AND v.subject_id = t.id
      WHERE t.business_id = %(business)s
    """


_NOT_TAKEN: Final = (
    "t.collection, t.operation_type, t.code, t.actor_id, t.device_id, t.raw, t.received_at AS at",
    "sync_operations t",
)
_SALE: Final = (
    "'sales' AS collection, t.receipt_number, t.sale_date AS at, t.total_amount - t.redondeo AS amount,"
    " t.seller_id, t.client_id, t.device_id, t.voided_at IS NOT NULL AS voided, t.review_reason",
    "sales t",
)
_ABONO: Final = (
    "'abonos' AS collection, t.receipt_number, t.created_at AS at, t.amount,"
    " t.seller_id, t.client_id, t.device_id, t.voided_at IS NOT NULL AS voided, t.review_reason",
    "abonos t",
)
_DISPUTED: Final = (
    "t.collection, t.entity_id, t.field, t.kept, t.replaced, t.created_at AS at, o.actor_id, o.device_id",
    "sync_conflicts t JOIN sync_operations o ON o.business_id = t.business_id AND o.id = t.operation_id",
)

_WHO_AND_WHERE: Final = "business_users.name AS person, devices.name AS device"
_ACTOR: Final = (
    "LEFT JOIN business_users ON business_users.business_id = %(business)s AND business_users.id::text = x.actor_id "
    + _named("devices", "x.device_id")
)
_SELLER_AND_CUSTOMER: Final = " ".join(
    (_named("business_users", "x.seller_id"), _named("customers", "x.client_id"), _named("devices", "x.device_id"))
)
_NAMED_CARDS: Final = ("customers", "products", "envases", "business_users")
_SUBJECT: Final = (
    "(SELECT name FROM ("
    + " UNION ALL ".join(
        f"SELECT name FROM {table} WHERE x.collection = '{table}' AND business_id = %(business)s AND id = x.entity_id"
        for table in _NAMED_CARDS
    )
    + ") cards) AS subject"
)


def _pages(not_taken: str, remarked: str, disputed: str) -> tuple[str, str, str]:
    return (
        _page_of(not_taken, _WHO_AND_WHERE, _ACTOR),
        _page_of(remarked, f"{_WHO_AND_WHERE}, customers.name AS customer", _SELLER_AND_CUSTOMER),
        _page_of(disputed, f"{_WHO_AND_WHERE}, {_SUBJECT}", _ACTOR),
    )


_WAITING: Final = _pages(
    _waiting(*_NOT_TAKEN, waits_untaken("t")),
    f"{_waiting(*_SALE, 't.needs_review')} UNION ALL {_waiting(*_ABONO, 't.needs_review')}",
    _waiting(*_DISPUTED, nobody_looked_at(Reviewable.DISPUTED, "t")),
)
_DONE: Final = _pages(
    _looked_at(Reviewable.NOT_TAKEN, *_NOT_TAKEN),
    f"{_looked_at(Reviewable.SALE, *_SALE)} UNION ALL {_looked_at(Reviewable.ABONO, *_ABONO)}",
    _looked_at(Reviewable.DISPUTED, *_DISPUTED),
)
