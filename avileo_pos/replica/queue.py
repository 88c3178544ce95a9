"""The outbox: which operations go next, what central answered to them, and what stays for a person to look after.

An operation is `pending` until it is sent, `inflight` on its way, `acked` once central has it, `parked` when only a
person can help. `sync_status` of its row follows in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row

from avileo_pos.cards import absorb_answers, show_again
from avileo_pos.protocol import (
    ALREADY_SO,
    COLLECTIONS,
    KEPT_AFTER_ANSWER,
    SOLD_OTHERWISE,
    Conflict,
    Operation,
    OperationResult,
    OperationStatus,
)
from avileo_pos.protocol.branches import surely_held
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.till import DISCARDED
from avileo_pos.work import mirror_sync_status

MOST_ATTEMPTS: Final = 5
LONGEST_PUT_OFF: Final = timedelta(minutes=5)
_A_MOMENT: Final = timedelta(microseconds=1)
_ENVELOPE_BYTES: Final = 400  # what an operation weighs on the wire besides its data

_WAITING = """
    SELECT seq, id, operation_type, collection, entity_id, schema, actor_id, created_at, data, depends_on, attempts
    FROM sync_queue
    WHERE status = 'pending' AND coalesce(next_attempt_at, '') NOT BETWEEN ? AND ? AND operation_type <> ?
    ORDER BY seq
"""
_MAY_COME = """
    SELECT 1 FROM sync_queue q WHERE q.id = ?1 AND (
      q.status IN ('pending', 'inflight')
      OR q.operation_type = 'create' AND q.last_code = ?2 AND EXISTS (
        SELECT 1 FROM sync_queue again WHERE again.entity_id = q.entity_id AND again.collection = q.collection
        AND again.operation_type = 'create' AND again.status IN ('pending', 'inflight')))
"""
_ACKED = {OperationStatus.APPLIED, OperationStatus.DUPLICATE, OperationStatus.CONFLICT}


@dataclass(frozen=True, slots=True)
class AppliedOver:
    """An own edit that central stored over another's: the person is told."""

    operation_id: UUID
    collection: str
    entity_id: UUID
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the answers to a batch came to, in operations."""

    acked: int = 0
    put_off: int = 0
    parked: int = 0
    conflicts: tuple[AppliedOver, ...] = ()


class PulledFact(NamedTuple):
    """A fact as central has sent it."""

    revision: int
    is_voided: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """`waiting` is still to be sent, `to_review` waits for a person."""

    waiting: int
    to_review: int


def next_batch(
    db: Connection, limit: int, max_bytes: int, now: datetime, *, facts_only: bool = False
) -> tuple[Operation, ...]:
    """The operations to send now, oldest first, marked as on their way; empty when none can go.

    One waits for those that it depends on, unless they go before it in the same batch or are parked. One that failed
    alone before travels alone. `facts_only` leaves edits of cards for later. At least one goes, however large.

    Central is told to wait only for what it can get from here: an operation that was purged or discarded, or that a
    person has to look after first, would hold up all that depends on it for ever.
    """
    chosen = _choose(db, limit, max_bytes, now, "update" if facts_only else "")
    _mark_as_sent(db, chosen, now)
    needed = {row.id: msgspec.json.decode(row.depends_on, type=tuple[str, ...]) for row in chosen}
    coming = _coming(db, {each for ids in needed.values() for each in ids})
    return tuple(_as_operation(row, [each for each in needed[row.id] if each in coming]) for row in chosen)


def settle(
    db: Connection,
    business_id: UUID,
    results: Sequence[OperationResult],
    now: datetime,
    try_again_at: Callable[[OperationResult], datetime],
) -> Settled:
    """Take central's word, as of its own `now`, on the operations that were on their way.

    `try_again_at` says when one may go again.
    """
    answered = [result for result in results if result.status in _ACKED]
    refused = [result for result in results if result.status is OperationStatus.QUARANTINED]
    put_off = [result for result in results if result.status in (OperationStatus.RETRY, OperationStatus.BLOCKED)]
    _acknowledge(db, answered, now)
    _park(db, refused, now)
    _put_off(db, put_off, try_again_at)
    absorb_answers(db, [(result.id, result.revision) for result in answered])
    _show_state(db, business_id, [result.id for result in (*answered, *refused)])
    return Settled(
        acked=len(answered), put_off=len(put_off), parked=len(refused), conflicts=tuple(_conflicts(db, answered))
    )


def give_back(db: Connection, operation_ids: Iterable[str]) -> None:
    """These were not answered: they wait again, as if never sent but for their bytes, which stay as they are."""
    db.exec_driver_sql(
        "UPDATE sync_queue SET status = 'pending' WHERE status = 'inflight' AND id IN (SELECT value FROM json_each(?))",
        (_json(list(operation_ids)),),
    )


def take_back_what_was_on_its_way(db: Connection) -> None:
    """At the start of the program, and of a round: nobody is waiting any more for what was being sent before."""
    db.exec_driver_sql("UPDATE sync_queue SET status = 'pending' WHERE status = 'inflight'")


def blame(db: Connection, business_id: UUID, operation_id: str, code: str, try_again_at: datetime) -> None:
    """This one failed alone while central was well: it gains an attempt, and after the fifth it is parked."""
    db.exec_driver_sql(
        """
        UPDATE sync_queue SET attempts = attempts + 1, last_code = ?, next_attempt_at = ?,
            status = CASE WHEN attempts + 1 >= ? THEN 'parked' ELSE 'pending' END
        WHERE id = ? AND status IN ('pending', 'inflight')
        """,
        (code, instant_text(try_again_at), MOST_ATTEMPTS, operation_id),
    )
    _show_state(db, business_id, [operation_id])


def heed_pulled_facts(db: Connection, collection: str, pulled: Mapping[str, PulledFact]) -> None:
    """Central sends own facts back whose answer was lost on the way: the figures that it derived hold them already.

    They wait for their answer all the same.
    """
    waiting = db.exec_driver_sql(
        "SELECT seq, operation_type, entity_id FROM sync_queue WHERE status IN ('pending', 'inflight', 'parked')"
        " AND acked_revision IS NULL AND operation_type <> 'update' AND collection = ?",
        (collection,),
    )
    stored = [
        (pulled[row.entity_id].revision, row.seq)
        for row in waiting
        if row.entity_id in pulled and (row.operation_type == "create" or pulled[row.entity_id].is_voided)
    ]
    _for_each(db, "UPDATE sync_queue SET acked_revision = ? WHERE seq = ?", stored)


def pulled_unanswered(db: Connection) -> Mapping[str, Collection[str]]:
    """The facts of each collection that central has sent back before it answered for them."""
    found = db.exec_driver_sql(
        "SELECT collection, entity_id FROM sync_queue"
        " WHERE status IN ('pending', 'inflight', 'parked') AND acked_revision IS NOT NULL"
    )
    facts: defaultdict[str, list[str]] = defaultdict(list)
    for collection, entity_id in found:
        facts[collection].append(entity_id)
    return facts


def counts(db: Connection) -> QueueCounts:
    """For the status chip."""
    found = db.exec_driver_sql(
        "SELECT status = 'parked', count(*) FROM sync_queue"
        " WHERE status IN ('pending', 'inflight', 'parked') GROUP BY 1"
    )
    by_parked = {bool(parked): count for parked, count in found}
    return QueueCounts(waiting=by_parked.get(False, 0), to_review=by_parked.get(True, 0))


def next_try_at(db: Connection, now: datetime) -> datetime | None:
    """When the first of the operations that are put off may go again; one that could go already waits for another."""
    found = db.exec_driver_sql(
        "SELECT min(next_attempt_at) FROM sync_queue WHERE status = 'pending' AND next_attempt_at > ?",
        (instant_text(now),),
    ).scalar()
    return None if found is None else datetime.fromisoformat(found)


def purge_answered(db: Connection, now: datetime) -> int:
    """Forget what central answered more than 45 days before its own `now`, and say how many that were.

    What was not pulled since stays, as no figure of central's holds it yet. The last one of all stays: the next
    operation's place is counted from it, and central takes a till that gives a place to a second operation for a copy
    of itself.
    """
    before = instant_text(now - KEPT_AFTER_ANSWER)
    return db.exec_driver_sql(
        """
        DELETE FROM sync_queue WHERE status = 'acked' AND acked_at < ? AND seq < (SELECT max(seq) FROM sync_queue)
          AND coalesce(acked_revision, 0) <= (SELECT pulled_head FROM sync_state)
        """,
        (before,),
    ).rowcount


def send_everything_again(db: Connection, business_id: UUID, held: int) -> None:
    """Central is in another epoch, or has gone back in its own: all that it may lack waits again, as it was.

    It has what was answered up to the revision `held`, which its history has in common with the one that answered, but
    for what was answered by rows alone: a branch has the rows of its central, and not the central's refusals.
    """
    waiting_again = db.exec_driver_sql(
        """
        UPDATE sync_queue SET status = 'pending', next_attempt_at = NULL, attempts = 0
        WHERE status IN ('acked', 'parked') AND coalesce(last_code, '') <> ?1
          AND (coalesce(acked_revision, ?2) >= ?2 OR last_code = ?3)
        RETURNING collection, entity_id
        """,
        (DISCARDED, held + 1, ALREADY_SO),
    ).all()
    db.exec_driver_sql("UPDATE sync_queue SET acked_revision = NULL WHERE acked_revision > ?", (held,))
    _mirror(db, business_id, waiting_again)
    show_again(db, waiting_again)


def _choose(db: Connection, limit: int, max_bytes: int, now: datetime, left_out: str) -> list[Row[Any]]:
    chosen: list[Row[Any]] = []
    going: set[str] = set()
    is_open = _open_operations(db)
    room = max_bytes
    suspect: Row[Any] | None = None
    # Nothing is put off for longer: what says so was written before somebody set the clock back.
    put_off = (instant_text(now + _A_MOMENT), instant_text(now + LONGEST_PUT_OFF))
    waiting = db.exec_driver_sql(_WAITING, (*put_off, left_out))
    for row in waiting:
        if any(needed not in going and is_open(needed) for needed in msgspec.json.decode(row.depends_on)):
            continue
        if row.attempts:
            suspect = suspect or row
            continue
        room -= len(row.data) + len(row.depends_on) + _ENVELOPE_BYTES
        if chosen and room < 0:
            break
        chosen.append(row)
        going.add(row.id)
        if len(chosen) >= limit:
            break
    waiting.close()
    return chosen or ([suspect] if suspect is not None else [])


def _open_operations(db: Connection) -> Callable[[str], bool]:
    """Whether an operation may still come to central by itself, or as another where a birth was sent again.

    It is asked once for each.
    """
    known: dict[str, bool] = {}

    def is_open(operation_id: str) -> bool:
        if operation_id not in known:
            found = db.exec_driver_sql(_MAY_COME, (operation_id, DISCARDED))
            known[operation_id] = found.first() is not None
        return known[operation_id]

    return is_open


def _mark_as_sent(db: Connection, chosen: Sequence[Row[Any]], now: datetime) -> None:
    if chosen:
        db.exec_driver_sql(
            "UPDATE sync_queue SET status = 'inflight', first_sent_at = coalesce(first_sent_at, ?)"
            " WHERE seq IN (SELECT value FROM json_each(?))",
            (instant_text(now), _json([row.seq for row in chosen])),
        )


def _coming(db: Connection, operation_ids: Iterable[str]) -> frozenset[str]:
    """Those that have gone to central from here, or will go by themselves.

    What a branch began with it has by its rows, and will never answer. Of a sale that was put aside central has to
    hear, lest it take what was done to that for an act on the other.
    """
    epoch = db.exec_driver_sql("SELECT epoch FROM sync_state").scalar()
    found = db.exec_driver_sql(
        "SELECT id FROM sync_queue WHERE id IN (SELECT value FROM json_each(?))"
        " AND (status <> 'parked' OR last_code = ?) AND coalesce(last_code, '') <> ?"
        " AND coalesce(acked_revision > ?, TRUE)",
        (_json(list(operation_ids)), SOLD_OTHERWISE, DISCARDED, surely_held(epoch) if epoch else 0),
    )
    return frozenset(found.scalars())


def _as_operation(row: Row[Any], depends_on: Sequence[str]) -> Operation:
    return Operation(
        id=row.id,
        seq=row.seq,
        operation_type=row.operation_type,
        collection=row.collection,
        entity_id=row.entity_id,
        schema=row.schema,
        actor_id=row.actor_id,
        created_at=row.created_at,
        data=msgspec.Raw(row.data),
        depends_on=tuple(depends_on),
    )


def _acknowledge(db: Connection, results: Sequence[OperationResult], now: datetime) -> None:
    at = instant_text(now)
    _for_each(
        db,
        "UPDATE sync_queue SET status = 'acked', acked_revision = ?, acked_at = ?, next_attempt_at = NULL,"
        " last_code = ?, last_error = ? WHERE id = ? AND status = 'inflight'",
        [(result.revision, at, *_told_of(result), result.id) for result in results],
    )


def _told_of(result: OperationResult) -> tuple[str | None, str | None]:
    """The code; a conflict stays beside its operation, with its fields and both values of each as JSON."""
    if result.status is OperationStatus.CONFLICT:
        return result.code or "conflict", _json(result.conflicts)
    return result.code, None


def _park(db: Connection, results: Sequence[OperationResult], now: datetime) -> None:
    at = instant_text(now)
    _for_each(
        db,
        "UPDATE sync_queue SET status = 'parked', attempts = attempts + 1, acked_at = ?, last_code = ?, last_error = ?"
        " WHERE id = ? AND status = 'inflight'",
        [(at, result.code or "quarantined", result.message, result.id) for result in results],
    )


def _put_off(
    db: Connection, results: Sequence[OperationResult], try_again_at: Callable[[OperationResult], datetime]
) -> None:
    _for_each(
        db,
        "UPDATE sync_queue SET status = 'pending', next_attempt_at = ?, last_code = ?, last_error = ?"
        " WHERE id = ? AND status = 'inflight'",
        [
            (instant_text(try_again_at(result)), result.code or result.status.value, result.message, result.id)
            for result in results
        ],
    )


def _show_state(db: Connection, business_id: UUID, operation_ids: Sequence[str]) -> None:
    entities = db.exec_driver_sql(
        "SELECT DISTINCT collection, entity_id FROM sync_queue WHERE id IN (SELECT value FROM json_each(?))",
        (_json(list(operation_ids)),),
    ).all()
    show_state_of(db, business_id, entities)


def show_state_of(db: Connection, business_id: UUID, entities: Sequence[Row[Any]]) -> None:
    """Let these rows, (collection, entity_id) of each, show where they stand now, and cards what still waits."""
    _mirror(db, business_id, entities)
    show_again(db, entities)


def _mirror(db: Connection, business_id: UUID, entities: Iterable[Row[Any]]) -> None:
    by_collection: dict[str, set[str]] = {}
    for entity in entities:
        if entity.collection not in COLLECTIONS:
            continue  # queued by another version of this program: central refuses it, and no row here shows it
        by_collection.setdefault(entity.collection, set()).add(entity.entity_id)
    for name, ids in by_collection.items():
        mirror_sync_status(db, business_id, COLLECTIONS[name].table, ids)


def _conflicts(db: Connection, results: Sequence[OperationResult]) -> Iterator[AppliedOver]:
    for result in results:
        if result.status is OperationStatus.CONFLICT:
            row = db.exec_driver_sql("SELECT collection, entity_id FROM sync_queue WHERE id = ?", (result.id,)).first()
            if row is not None:
                yield AppliedOver(UUID(result.id), row.collection, UUID(row.entity_id), result.conflicts)


def _for_each(db: Connection, statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        db.exec_driver_sql(statement, rows)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
