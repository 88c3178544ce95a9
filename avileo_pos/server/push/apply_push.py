"""A push is stored here, in one transaction: whatever arrives once or often has one effect, and one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from avileo_pos.protocol.branches import is_branch
from avileo_pos.protocol.words import SOLD_OTHERWISE, OperationResult, OperationStatus, PushAnswer
from avileo_pos.server.business import audit
from avileo_pos.server.business.membership import hear_of_device, staff_of
from avileo_pos.server.errors import ResyncNeeded
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.epoch import in_current_epoch, note_that_more_may_come
from avileo_pos.server.postgres.revisions import Revisions, locked_revisions
from avileo_pos.server.push.apply_voids import apply_voids
from avileo_pos.server.push.derived import Ledger, write_derived
from avileo_pos.server.push.judge_push import judge_arrival
from avileo_pos.server.push.merge_patches import merge_patches
from avileo_pos.server.push.open_push import OpenPush
from avileo_pos.server.push.parse_push import Act, Arrived, Create, Later, Patch, Push, Refusal, Void
from avileo_pos.server.push.receipts import (
    SAME_ID_OTHER_CONTENT,
    Receipt,
    answer_again,
    find_receipts,
    is_a_clone,
    refused,
    write_receipts,
)
from avileo_pos.server.push.store_new import store_new
from avileo_pos.tables.base import instant_text

# More than 64 subtransactions in one transaction slow the whole server down.
CHUNK: Final = 50
LARGEST_CLOCK_SKEW: Final = timedelta(minutes=5)

Reasons = Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Sorted:
    """The operations of a request: those answered at once, those to write down as they are, those to apply."""

    answers: dict[str, OperationResult] = field(default_factory=dict)
    impostors: dict[int, OperationResult] = field(default_factory=dict)
    refused: list[tuple[Arrived, OperationResult]] = field(default_factory=list)
    to_apply: dict[str, Arrived] = field(default_factory=dict)
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def refuse(self, arrived: Arrived, refusal: Refusal) -> None:
        self.answers[arrived.id] = refused(arrived, refusal)
        self.refused.append((arrived, self.answers[arrived.id]))


def apply_push(database: Database, push: Push, user_id: str, now: datetime, *, is_carried: bool = False) -> PushAnswer:
    """Store what this person's till sends, and answer once it is committed.

    A till that was withdrawn is still heard, as its sales have happened. When `is_carried` the person only brings what
    a till says that is not there itself: nothing is believed for their sake. Raises NotAMember, ResyncNeeded,
    CentralBusy.
    """
    work = partial(_in_one_transaction, push=push, user_id=user_id, now=now, is_carried=is_carried)
    answer = in_current_epoch(database, work, UUID(push.business_id), now)
    if answer is None:
        raise ResyncNeeded
    return answer


def _in_one_transaction(
    connection: Connection, epoch: str, push: Push, user_id: str, now: datetime, *, is_carried: bool
) -> PushAnswer | None:
    """None where this central has lost what it had answered there: nothing is stored then.

    But for what is carried, which has no till that would take everything anew: what it needs may still come.
    """
    business_id, device_id = UUID(push.business_id), UUID(push.device_id)
    staff = staff_of(connection, business_id, user_id, device_id)
    if is_carried:
        staff = staff.by_the_devices_word()
    else:
        hear_of_device(connection, business_id, device_id, now, staff.device_seen_at)
    if len(push.operations) > CHUNK:
        # How a foreign key is checked is planned once for each connection: a plan made while the table was young
        # would read all of the business's rows for each new one.
        connection.exec_driver_sql("DISCARD PLANS")
    keeps_all = is_branch(epoch)
    with locked_revisions(connection, business_id) as revisions:
        if not _still_has_what_it_answered(connection, epoch, push, user_id, revisions, now) and not is_carried:
            return None
        skewed = _clock_is_wrong(push, now)
        opened = OpenPush(connection, business_id, push.device_id, staff, revisions, now, skewed, keeps_all)
        is_clone = is_a_clone(connection, business_id, device_id, push.operations)
        results = _store(opened, push.operations)
    return PushAnswer(
        epoch=epoch,
        head=revisions.last,
        server_time=instant_text(now),
        results=results,
        new_device=is_clone or not staff.device_is_known,
        mark=revisions.chain.mark,
    )


def _still_has_what_it_answered(
    connection: Connection, epoch: str, push: Push, user_id: str, revisions: Revisions, now: datetime
) -> bool:
    """Where this central has not, or a branch has answered, more may come that it waits for; the audit tells so."""
    business_id = UUID(push.business_id)
    has_lost = push.epoch == epoch and not audit.is_in_history(connection, business_id, push.marks)
    comes_home = push.epoch is not None and is_branch(push.epoch) and not is_branch(epoch)
    is_news = (has_lost or comes_home) and note_that_more_may_come(connection, business_id, now)
    if has_lost:
        # What is stored from now on must not be taken for a part of what was lost, at a branch that began before.
        revisions.leave_out_what_may_be_lost()
    if has_lost or is_news:
        action = "history.lost" if has_lost else "branch.came_home"
        told = audit.Act(action, {"epoch": push.epoch, "marks": push.marks}, user_id, UUID(push.device_id))
        audit.record(connection, business_id, revisions, told, now)
    return not has_lost


def _clock_is_wrong(push: Push, now: datetime) -> bool:
    return abs(push.client_time - now) > LARGEST_CLOCK_SKEW


def _store(push: OpenPush, operations: Sequence[Arrived]) -> list[OperationResult]:
    named = {each for arrived in operations for each in (arrived.id, *arrived.depends_on)}
    receipts = find_receipts(push.connection, push.business_id, named)
    push.put_aside.update(each for each, receipt in receipts.items() if receipt.result.code == SOLD_OTHERWISE)
    waiting = _sort(push, operations, receipts)
    applied = _apply(push, waiting)
    answered = [(arrived, applied[arrived.id]) for arrived in waiting.to_apply.values()]
    done = [(arrived, result) for arrived, result in answered if result.status is not OperationStatus.BLOCKED]
    write_receipts(push, [*waiting.refused, *done])
    answers = waiting.answers | applied
    return [waiting.impostors.get(place) or answers[arrived.id] for place, arrived in enumerate(operations)]


def _sort(push: OpenPush, operations: Sequence[Arrived], receipts: Mapping[str, Receipt]) -> _Sorted:
    waiting = _Sorted()
    hashes = {operation_id: receipt.sha256 for operation_id, receipt in receipts.items()}
    for place, arrived in enumerate(operations):
        if hashes.setdefault(arrived.id, arrived.sha256) != arrived.sha256:
            waiting.impostors[place] = refused(arrived, SAME_ID_OTHER_CONTENT)
            waiting.refused.append((arrived, waiting.impostors[place]))
        elif arrived.id in receipts:
            waiting.answers[arrived.id] = answer_again(receipts[arrived.id])
        elif arrived.id not in waiting.answers and arrived.id not in waiting.to_apply:
            _sort_new(push, arrived, receipts, waiting)
    return waiting


def _sort_new(push: OpenPush, arrived: Arrived, receipts: Mapping[str, Receipt], waiting: _Sorted) -> None:
    if isinstance(arrived.act, Refusal):
        waiting.refuse(arrived, arrived.act)
    elif isinstance(arrived.act, Later):
        waiting.answers[arrived.id] = OperationResult(arrived.id, OperationStatus.RETRY, code="newer_schema")
    elif isinstance(verdict := judge_arrival(arrived, push.staff), Refusal):
        waiting.refuse(arrived, verdict)
    elif not all(_has_arrived(each, receipts, waiting) for each in arrived.depends_on):
        waiting.answers[arrived.id] = OperationResult(arrived.id, OperationStatus.BLOCKED)
    else:
        waiting.to_apply[arrived.id] = arrived
        waiting.reasons[arrived.id] = verdict.reasons


def _has_arrived(operation_id: str, receipts: Mapping[str, Receipt], waiting: _Sorted) -> bool:
    """Whatever became of it: those depending on a quarantined operation go on."""
    if operation_id in receipts or operation_id in waiting.to_apply:
        return True
    answer = waiting.answers.get(operation_id)
    return answer is not None and answer.status is OperationStatus.QUARANTINED


def _apply(push: OpenPush, waiting: _Sorted) -> dict[str, OperationResult]:
    """All in one savepoint; only if that fails, in chunks; and of a failing chunk each operation on its own."""
    operations = list(waiting.to_apply.values())
    done = _try_together(push, operations, waiting.reasons)
    if isinstance(done, dict):
        return done
    results: dict[str, OperationResult] = {}
    for chunk in _chunks(operations):
        results |= _apply_chunk(push, chunk, waiting.reasons)
    return results


def _chunks(operations: Sequence[Arrived]) -> Iterator[Sequence[Arrived]]:
    for start in range(0, len(operations), CHUNK):
        yield operations[start : start + CHUNK]


def _apply_chunk(push: OpenPush, chunk: Sequence[Arrived], reasons: Reasons) -> dict[str, OperationResult]:
    done = _try_together(push, chunk, reasons)
    if isinstance(done, dict):
        return done
    if len(chunk) == 1:
        return {chunk[0].id: refused(chunk[0], done)}
    results: dict[str, OperationResult] = {}
    for arrived in chunk:
        results |= _apply_chunk(push, [arrived], reasons)
    return results


def _try_together(
    push: OpenPush, operations: Sequence[Arrived], reasons: Reasons
) -> dict[str, OperationResult] | Refusal:
    """The results, or what PostgreSQL has against one of these operations."""
    if not operations:
        return {}
    try:
        with push.connection.begin_nested():
            return _apply_together(push, operations, reasons)
    except DBAPIError as trouble:
        if not isinstance(trouble.orig, psycopg.errors.DataError | psycopg.errors.IntegrityError):
            raise
        return _what_is_wrong(trouble.orig)


def _what_is_wrong(trouble: psycopg.Error) -> Refusal:
    said = trouble.diag.message_primary or str(trouble)
    match trouble:
        case psycopg.errors.CheckViolation():
            return Refusal("rule_broken", said)
        case psycopg.errors.ForeignKeyViolation():
            return Refusal("unknown_reference", said)
    return Refusal("not_storable", said)


def _apply_together(push: OpenPush, operations: Sequence[Arrived], reasons: Reasons) -> dict[str, OperationResult]:
    ledger = Ledger()
    results = store_new(push, _that(operations, Create), reasons, ledger)
    results |= merge_patches(push, _that(operations, Patch), ledger)
    results |= apply_voids(push, _that(operations, Void), ledger)
    write_derived(push, ledger)
    return results


def _that(operations: Sequence[Arrived], kind: type[Act]) -> list[Arrived]:
    return [arrived for arrived in operations if isinstance(arrived.act, kind)]
