"""Operations outside the queue: as a journal, an export or a damaged file tells of them, and their way back into it.

An operation that comes back has the id and the bytes that it was born with, so central takes it once, wherever it was
sent from before. Its rows are written again too: what was sold shows at once, with no network.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.receipt import parse_receipt_number
from avileo_pos.figures import leave_out
from avileo_pos.handover.at_central import OPEN
from avileo_pos.handover.kept_operation import KeptOperation, is_sound
from avileo_pos.protocol import COLLECTIONS, Operation, data_hash
from avileo_pos.protocol.collections import Kind
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.queue import PulledFact, heed_pulled_facts
from avileo_pos.replica.rows_again import show_operations
from avileo_pos.tables.till import DISCARDED

OPERATION_COLUMNS: Final = (
    "seq", "id", "operation_type", "collection", "entity_id", "schema", "actor_id", "created_at", "data", "depends_on",
)  # fmt: skip
_SENT_AGAIN: Final = f"""
    SELECT q.seq, max(one.seq, other.seq) AS again FROM json_each(?) back JOIN sync_queue one ON one.id = back.value
    JOIN sync_queue other ON other.entity_id = one.entity_id AND other.collection = one.collection
      AND other.operation_type = one.operation_type AND other.sha256 = one.sha256 AND other.created_at = one.created_at
      AND other.seq <> one.seq
    JOIN sync_queue q ON q.seq = min(one.seq, other.seq)
    WHERE q.last_code IS NOT '{DISCARDED}'
    ORDER BY q.seq, again
"""
_VOIDED_HERE: Final = f"""
    EXISTS (
      SELECT 1 FROM sync_queue q WHERE q.entity_id = fact.id AND q.collection = :collection
        AND q.operation_type = 'delete' AND q.{OPEN} AND q.acked_revision IS NULL
        AND q.id NOT IN (SELECT value ->> 1 FROM json_each(:back)))
"""
_QUEUE: Final = (*OPERATION_COLUMNS, "sha256", "status", "last_code")


@dataclass(frozen=True, slots=True)
class Found:
    """What a place outside the queue tells. What a person has discarded must not come back."""

    operations: tuple[KeptOperation, ...]
    discarded: frozenset[str]


def as_kept(row: Mapping[str, Any], device_id: UUID) -> KeptOperation:
    """From a row of the queue. Raises msgspec.ValidationError for one that no queue can hold."""
    said = {name: row[name] for name in OPERATION_COLUMNS}
    said |= {"data": msgspec.Raw(row["data"].encode()), "depends_on": _decoded(row["depends_on"])}
    kept = KeptOperation(str(device_id), Operation(**said))
    # The constructor checks nothing; decoding does.
    return msgspec.json.decode(msgspec.json.encode(kept), type=KeptOperation)


def legible(row: Mapping[str, Any], device_id: UUID) -> KeptOperation | None:
    """The operation of a row of the queue, if its hash proves it: SQLite does not notice what is changed in a row."""
    data = row["data"]
    if not isinstance(data, str) or data_hash(data.encode()) != row["sha256"]:
        return None
    with suppress(msgspec.DecodeError, TypeError, AttributeError):
        kept = as_kept(row, device_id)
        return kept if is_sound(kept.operation) else None
    return None


def illegible_places(db: sqlite3.Connection, device_id: UUID) -> list[int]:
    """The places in the queue of what waits there and cannot be read any more."""
    rows = queue_rows(db, OPEN)
    return [row["seq"] for row in rows if legible(row, device_id) is None]


def queue_rows(db: sqlite3.Connection, condition: str, *values: object) -> Iterator[dict[str, Any]]:
    """Rows of the queue in its order, also those whose text is none any more."""
    texts = (f"CAST({name} AS BLOB)" for name in _QUEUE[1:])
    found = db.execute(f"SELECT seq, {', '.join(texts)} FROM sync_queue WHERE {condition} ORDER BY seq", values)
    for seq, *said in found:
        row = {
            name: value if value is None else value.decode("utf-8", "replace")
            for name, value in zip(_QUEUE[1:], said, strict=True)
        }
        yield {**row, "seq": seq, "schema": _whole(row["schema"])}


def driver_of(db: Connection) -> sqlite3.Connection:
    """The driver's connection under SQLAlchemy's, in the same transaction."""
    driver: Any = db.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def put_back(db: Connection, kept: Iterable[KeptOperation]) -> int:
    """Let the queue have what it lacks of these, or has no longer as it was written; returns how many that were.

    To be called while foreign keys are not held against it: a row may come back before its parents do.
    """
    till = read_identity(db)
    sound = [each for each in kept if is_sound(each.operation)]
    mended, lacking = list(_mended(db, sound)), _lacking(db, sound)
    _heed_facts_of_central(db, _of_known_collections(lacking))
    _close_what_was_sent_again(db, lacking)
    back = [*mended, *lacking]
    show_operations(db, till.business_id, _of_known_collections(back))
    _reach_receipt(db, till.receipt_series, (each.operation for each in back))
    return len(back)


def _of_known_collections(kept: Iterable[KeptOperation]) -> list[Operation]:
    return [each.operation for each in kept if each.operation.collection in COLLECTIONS]


def _mended(db: Connection, kept: Iterable[KeptOperation]) -> Iterator[KeptOperation]:
    """Those that stand in their own place of this till's queue, but not as they were written."""
    driver = driver_of(db)
    for each in kept:
        device_id, operation = UUID(each.device_id), each.operation
        row = next(queue_rows(driver, "seq = ?", operation.seq), None) if _is_own(db, device_id) else None
        if row is None:
            continue
        stands = legible(row, device_id)
        is_another = stands is not None and bytes(stands.operation.data) != bytes(operation.data)
        if stands == each or is_another or _stands_elsewhere(db, operation):
            continue
        changes = ", ".join(f"{name} = :{name}" for name in _frozen(operation))
        db.exec_driver_sql(
            f"UPDATE sync_queue SET {changes} WHERE seq = :seq", {**_frozen(operation), "seq": operation.seq}
        )
        yield each


def _stands_elsewhere(db: Connection, operation: Operation) -> bool:
    found = db.exec_driver_sql("SELECT 1 FROM sync_queue WHERE id = ? AND seq <> ?", (operation.id, operation.seq))
    return found.first() is not None


def _lacking(db: Connection, kept: Iterable[KeptOperation]) -> list[KeptOperation]:
    """Those that the queue has nowhere, put there in the order in which they were done."""
    by_id = {each.operation.id: each for each in kept}
    known = db.exec_driver_sql(
        "SELECT id FROM sync_queue WHERE id IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(list(by_id)).decode(),),
    )
    for operation_id in known.scalars().all():
        del by_id[operation_id]
    lacking = sorted(by_id.values(), key=lambda each: (each.operation.created_at, each.operation.seq))
    for each in lacking:
        _queue(db, each.operation, own=_is_own(db, UUID(each.device_id)))
    return lacking


def _close_what_was_sent_again(db: Connection, lacking: Sequence[KeptOperation]) -> None:
    """One act may come back as the operation that went in place of another, or as that other: the later one stands.

    In an older file central may have answered the other in an epoch that is over: the figures hold the act by that.
    """
    back = msgspec.json.encode([each.operation.id for each in lacking]).decode()
    for former, again in db.exec_driver_sql(_SENT_AGAIN, (back,)).all():
        leave_out(db, former, for_good=False)
        db.exec_driver_sql(
            "UPDATE sync_queue SET acked_revision = coalesce(acked_revision,"
            " (SELECT acked_revision FROM sync_queue WHERE seq = ?)) WHERE seq = ?",
            (former, again),
        )
        db.exec_driver_sql(
            "UPDATE sync_queue SET status = 'acked', acked_at = created_at, acked_revision = NULL, last_code = ?"
            " WHERE seq = ?",
            (DISCARDED, former),
        )


def _is_own(db: Connection, device_id: UUID) -> bool:
    """Whether that device is this till, or what it was before it was told apart from a copy."""
    found = db.exec_driver_sql(
        "SELECT 1 FROM till_identity WHERE device_id = ?1 UNION SELECT 1 FROM former_devices WHERE device_id = ?1",
        (str(device_id),),
    )
    return found.first() is not None


def _queue(db: Connection, operation: Operation, *, own: bool) -> None:
    """In its own place if it is this till's, so that central does not take the till for a copy of itself."""
    is_free = own and db.exec_driver_sql("SELECT 1 FROM sync_queue WHERE seq = ?", (operation.seq,)).first() is None
    row = {**_frozen(operation), "seq": operation.seq if is_free else None}
    names = ", ".join(row)
    db.exec_driver_sql(f"INSERT INTO sync_queue ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row)


def _frozen(operation: Operation) -> dict[str, Any]:
    """What of an operation's row never changes."""
    data = bytes(operation.data)
    return {
        "id": operation.id,
        "operation_type": operation.operation_type,
        "collection": operation.collection,
        "entity_id": operation.entity_id,
        "data": data.decode(),
        "depends_on": msgspec.json.encode(operation.depends_on).decode(),
        "actor_id": operation.actor_id,
        "schema": operation.schema,
        "created_at": operation.created_at,
        "sha256": data_hash(data),
    }


def _heed_facts_of_central(db: Connection, operations: Iterable[Operation]) -> None:
    """What central has already sent here by another way stands in the figures that came with it.

    Of an operation that has always stood in the queue that was heeded when it came: a row that it has voided is voided
    here alone.
    """
    by_collection: dict[str, list[Operation]] = {}
    for operation in operations:
        if COLLECTIONS[operation.collection].kind is Kind.FACT:
            by_collection.setdefault(operation.collection, []).append(operation)
    for name, back in by_collection.items():
        voided = f"voided_at IS NOT NULL AND NOT {_VOIDED_HERE}" if COLLECTIONS[name].voidable else "FALSE"
        found = db.exec_driver_sql(
            f"SELECT id, revision, {voided} FROM {name} fact"
            " WHERE business_id = (SELECT business_id FROM till_identity) AND revision > 0"
            " AND id IN (SELECT value ->> 0 FROM json_each(:back))",
            {"back": msgspec.json.encode([(each.entity_id, each.id) for each in back]).decode(), "collection": name},
        )
        heed_pulled_facts(db, name, {key: PulledFact(revision, bool(gone)) for key, revision, gone in found.all()})


def _reach_receipt(db: Connection, series: str, operations: Iterable[Operation]) -> None:
    """No number of a receipt that is in somebody's hands is given out again."""
    reached = max((number for number in _numbers(operations, series)), default=0)
    db.exec_driver_sql(
        "UPDATE till_identity SET last_receipt = ?1 WHERE last_receipt < ?1 AND receipt_series = ?2", (reached, series)
    )


def _numbers(operations: Iterable[Operation], series: str) -> Iterator[int]:
    for operation in operations:
        said = msgspec.json.decode(operation.data)
        with suppress(BusinessRuleBroken, KeyError, AttributeError):
            receipt = parse_receipt_number(said["receipt_number"])
            if receipt.series == series:
                yield receipt.number


def _decoded(depends_on: str) -> Sequence[str]:
    return msgspec.json.decode(depends_on, type=tuple[str, ...])
