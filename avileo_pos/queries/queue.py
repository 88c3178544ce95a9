"""«Por enviar»: what waits to be sent or looked after, in the order in which people did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.handover.at_central import OPEN, not_at_central
from avileo_pos.queries.stored import identity, instant, read, soles
from avileo_pos.work import Work


class QueueState(StrEnum):
    """GUARDADA waits for its turn, ENVIANDO is on its way, POR_REVISAR waits for a person."""

    GUARDADA = "pending"
    ENVIANDO = "inflight"
    POR_REVISAR = "parked"


@dataclass(frozen=True, slots=True)
class QueuedOperation:
    """`collection` and `operation_type` say what it is; `subject` its number or name, `amount` its soles, if any."""

    id: UUID
    seq: int
    operation_type: str
    collection: str
    entity_id: UUID
    subject: str | None
    amount: Decimal | None
    actor_name: str | None
    created_at: datetime
    state: QueueState
    attempts: int
    next_attempt_at: datetime | None
    last_code: str | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class WaitingList:
    """The oldest that wait, with how many there are in all; every kind that needs a person stands among them."""

    operations: tuple[QueuedOperation, ...]
    count: int
    to_review: int


def list_waiting(work: Work, limit: int = 100) -> WaitingList:
    """What central has not answered, in the order in which it was done.

    `limit` holds for what waits for its turn and, apart, for what waits for a person: neither hides the other.
    """
    [counted] = read(work, _COUNTED)
    operations = tuple(_queued_operation(row) for row in read(work, _OLDEST, limit=limit))
    return WaitingList(operations, counted.operations, counted.to_review)


def _queued_operation(row: Row[Any]) -> QueuedOperation:
    return QueuedOperation(
        id=identity(row.id),
        seq=row.seq,
        operation_type=row.operation_type,
        collection=row.collection,
        entity_id=identity(row.entity_id),
        subject=row.subject,
        amount=None if row.amount is None else soles(row.amount),
        actor_name=row.actor_name,
        created_at=instant(row.created_at),
        state=QueueState(row.status),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at and instant(row.next_attempt_at),
        last_code=row.last_code,
        last_error=row.last_error,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What central has not answered: sales for `sold` soles, abonos for `paid`, other things, the oldest of `since`."""

    sales: int = 0
    sold: Decimal = Decimal(0)
    abonos: int = 0
    paid: Decimal = Decimal(0)
    others: int = 0
    since: datetime | None = None

    @property
    def operations(self) -> int:
        return self.sales + self.abonos + self.others


def what_waits(work: Work) -> Waiting:
    """All of it in a few figures, what waits for a person, or at a branch to be handed on, too."""
    [row] = read(work, _SUMMED.format(waits=not_at_central(work.db)))
    return Waiting(
        sales=row.sales,
        sold=soles(row.sold),
        abonos=row.abonos,
        paid=soles(row.paid),
        others=row.operations - row.sales - row.abonos,
        since=row.since and instant(row.since),
    )


_SUMMED = """
SELECT count(*) AS operations, min(q.created_at) AS since,
  count(*) FILTER (WHERE q.collection = 'sales') AS sales,
  coalesce(sum(json_extract(q.data, '$.total_amount')) FILTER (WHERE q.collection = 'sales'), 0) AS sold,
  count(*) FILTER (WHERE q.collection = 'abonos') AS abonos,
  coalesce(sum(json_extract(q.data, '$.amount')) FILTER (WHERE q.collection = 'abonos'), 0) AS paid
FROM (
  SELECT w.created_at, w.data, CASE w.operation_type WHEN 'create' THEN w.collection END AS collection
  FROM sync_queue w WHERE {waits}
) q
"""

_COUNTED = f"""
SELECT count(*) AS operations, count(*) FILTER (WHERE status = 'parked') AS to_review FROM sync_queue WHERE {OPEN}
"""

# A receipt has its number, a card its name, a drawer's movement its reason.
_OLDEST = """
SELECT q.*, m.name AS actor_name,
  coalesce(s.receipt_number, a.receipt_number, c.name, p.name, e.name, u.name, d.punto_venta, k.reason) AS subject,
  coalesce(s.total_amount, a.amount, k.amount) AS amount
FROM (
  SELECT seq FROM (SELECT seq FROM sync_queue WHERE status IN ('pending', 'inflight') ORDER BY seq LIMIT :limit)
  UNION ALL
  SELECT seq FROM (SELECT seq FROM sync_queue WHERE status = 'parked' ORDER BY seq LIMIT :limit)
) oldest
JOIN sync_queue q ON q.seq = oldest.seq
LEFT JOIN business_users m ON m.business_id = :business AND m.id = q.actor_id
LEFT JOIN sales s ON s.business_id = :business AND s.id = q.entity_id
LEFT JOIN abonos a ON a.business_id = :business AND a.id = q.entity_id
LEFT JOIN customers c ON c.business_id = :business AND c.id = q.entity_id
LEFT JOIN products p ON p.business_id = :business AND p.id = q.entity_id
LEFT JOIN envases e ON e.business_id = :business AND e.id = q.entity_id
LEFT JOIN business_users u ON u.business_id = :business AND u.id = q.entity_id
LEFT JOIN distribuciones d ON d.business_id = :business AND d.id = q.entity_id
LEFT JOIN cash_movements k ON k.business_id = :business AND k.id = q.entity_id
ORDER BY q.seq
"""
