"""Sending and settling from the tests, without a central."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.protocol import Operation, OperationResult, OperationStatus
from avileo_pos.replica import queue
from avileo_pos.replica.sync_state import note_contact
from avileo_pos.replica.transaction import writes
from tests.replica.till import BUSINESS, Till

PUT_OFF = timedelta(seconds=10)


def next_batch(till: Till, limit: int = 100, max_bytes: int = 1_000_000, **how: Any) -> tuple[Operation, ...]:
    return till.run(writes(queue.next_batch, limit, max_bytes, till.clock(), **how))


def settle(till: Till, *results: OperationResult) -> queue.Settled:
    def later(_result: OperationResult) -> datetime:
        return till.clock() + PUT_OFF

    return till.run(writes(queue.settle, BUSINESS, results, till.clock(), later))


def give_back(till: Till, *operations: Operation) -> None:
    till.run(writes(queue.give_back, [operation.id for operation in operations]))


def blame(till: Till, operation: Operation) -> None:
    till.run(writes(queue.blame, BUSINESS, operation.id, "too_large", till.clock() + PUT_OFF))


def applied(operation: Operation, revision: int = 100) -> OperationResult:
    return OperationResult(operation.id, OperationStatus.APPLIED, revision=revision)


def quarantined(operation: Operation) -> OperationResult:
    return OperationResult(operation.id, OperationStatus.QUARANTINED, code="forbidden", message="not theirs")


def put_off(operation: Operation, status: OperationStatus = OperationStatus.RETRY) -> OperationResult:
    return OperationResult(operation.id, status)


def send_all(till: Till, revision: int = 100) -> None:
    """Everything is sent and stored."""
    while batch := next_batch(till):
        settle(till, *(applied(operation, revision) for operation in batch))


def let_go(till: Till) -> int:
    """After all has been pulled the queue lets go what it need not keep; returns how many that were."""

    def piece(db: Connection) -> int:
        note_contact(db, till.clock(), till.clock())
        db.exec_driver_sql(
            "UPDATE sync_state SET pulled_head = (SELECT coalesce(max(acked_revision), 0) FROM sync_queue)"
        )
        return queue.purge_answered(db, till.clock())

    return till.run(writes(piece))


def park_all(till: Till) -> None:
    settle(till, *(quarantined(operation) for operation in next_batch(till)))


def only_parked(till: Till) -> UUID:
    """The one operation that waits for a person."""
    return UUID(till.value("SELECT id FROM sync_queue WHERE status = 'parked'"))
