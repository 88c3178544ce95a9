"""What somebody brings from a till in a file is stored as if that till had sent it: once, whoever else sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from avileo_pos.handover.handover_file import Handover
from avileo_pos.handover.kept_operation import KeptOperation, may_be_told_by_others, push_requests
from avileo_pos.protocol.words import Operation, OperationResult, OperationStatus
from avileo_pos.server.auth.users import find_user
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.membership import NotAMember, Staff, staff_of
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import parse_push
from avileo_pos.server.push.receipts import find_receipts
from avileo_pos.tables.base import instant_text

CARRIED: Final = "operations.carried"
_NEW: Final = frozenset({OperationStatus.APPLIED, OperationStatus.CONFLICT})
_AMOUNTS: Final = {
    ("sales", "create"): "total_amount",
    ("abonos", "create"): "amount",
    ("cash_movements", "create"): "amount",
}


class CannotCarry(Exception):  # noqa: N818 - the name says what happened
    """Nothing of the file was taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Courier:
    """An active member of the business, who brings the file; `staff` as the till's own word counts for them."""

    user_id: str
    business_name: str
    staff: Staff


@dataclass(frozen=True, slots=True)
class KindOf:
    """Operations of one kind in the file; `amount` in céntimos where they have one."""

    collection: str
    operation_type: str
    operations: int
    first_at: str
    last_at: str
    amount: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What the file holds, by kind; `known` are those that central has answered before, `left_out` as in TakenIn."""

    kinds: Sequence[KindOf]
    known: int
    left_out: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many operations were new, known before, put aside for «Por revisar», and changed by somebody else too.

    `waiting` depend on something that has not arrived; `too_new` are of a newer kind than this central understands;
    `left_out` need their author's sign-in at that till.
    """

    new: int = 0
    known: int = 0
    parked: int = 0
    conflicts: int = 0
    waiting: int = 0
    too_new: int = 0
    left_out: int = 0


def courier_of(database: Database, handover: Handover, email: str) -> Courier:
    """Raises CannotCarry for another business's file, and for somebody who does not work there."""
    return database.in_transaction(partial(_courier, handover=handover, email=email), UUID(handover.business_id))


def survey(database: Database, handover: Handover, courier: Courier) -> Survey:
    """What would be brought; nothing is changed."""
    known = _known(database, handover)
    _, left_out = _sorted_out(handover, courier.staff, known)
    return Survey(tuple(_kinds(each.operation for each in handover.operations)), len(known), len(left_out))


def take_in_carried(
    database: Database, handover: Handover, courier: Courier, now: datetime, *, without_missing: bool = False
) -> TakenIn:
    """Store the file's operations; who brings them is written down first.

    `without_missing` takes also what depends on something that will never arrive. May be repeated, and goes on where
    it was broken off. Raises NotAMember, CentralBusy.
    """
    sent, left_out = _sorted_out(handover, courier.staff, _known(database, handover))
    _record(database, handover, courier, now)
    push = partial(_push, database, handover, courier, now)
    results = push(sent)
    if without_missing:
        results |= push([_freed(each) for each in sent if _is_blocked(results[each.operation.id])])
    return _counted(results.values(), len(left_out))


def _courier(connection: Connection, handover: Handover, email: str) -> Courier:
    business_id, device_id = UUID(handover.business_id), UUID(handover.device_id)
    name = connection.exec_driver_sql("SELECT b.name FROM businesses b WHERE b.id = %s", (business_id,)).scalar()
    if name is None:
        raise CannotCarry(f"The file is of another business: this central has none under {business_id}.")
    person, _ = find_user(connection, email)
    try:
        if person is None:
            raise NotAMember
        staff = staff_of(connection, business_id, person.id, device_id).by_the_devices_word()
    except NotAMember:
        raise CannotCarry(f"The file is of «{name}», and nobody works there as {email}.") from None
    return Courier(person.id, str(name), staff)


def _known(database: Database, handover: Handover) -> frozenset[str]:
    """Which of the operations central has answered for good."""
    ids = [each.operation.id for each in handover.operations]
    business_id = UUID(handover.business_id)
    with database.transaction(business_id) as connection:
        return frozenset(find_receipts(connection, business_id, ids))


def _sorted_out(
    handover: Handover, staff: Staff, known: frozenset[str]
) -> tuple[list[KeptOperation], list[KeptOperation]]:
    """What is sent, and what is left out since it would be refused for good, from the till where it was done too."""
    sent: list[KeptOperation] = []
    left_out: list[KeptOperation] = []
    for each in handover.operations:
        waits = each.operation.id not in known and _waits_for_a_sign_in(each, staff)
        (left_out if waits else sent).append(each)
    return sent, left_out


def _waits_for_a_sign_in(kept: KeptOperation, staff: Staff) -> bool:
    """Once its author has signed in at that till, central believes what it refuses now."""
    author = staff.members.get(kept.operation.actor_id)
    may_yet = author is not None and author.is_active and not author.is_trusted and not staff.device_is_revoked
    return may_yet and not may_be_told_by_others(kept.operation)


def _record(database: Database, handover: Handover, courier: Courier, now: datetime) -> None:
    business_id = UUID(handover.business_id)
    details = {"operations": len(handover.operations), "written_at": handover.written_at}
    act = Act(CARRIED, details, courier.user_id, UUID(handover.device_id))

    def write(connection: Connection) -> None:
        with locked_revisions(connection, business_id) as revisions:
            record(connection, business_id, revisions, act, now)

    database.in_transaction(write, business_id)


def _push(
    database: Database, handover: Handover, courier: Courier, now: datetime, kept: Sequence[KeptOperation]
) -> dict[str, OperationResult]:
    """The answers, those that were blocked asked again for as long as others arrive."""
    results: dict[str, OperationResult] = {}
    waiting = kept
    while waiting:
        for request in push_requests(waiting, handover.business_id, instant_text(now), handover.epoch, handover.marks):
            push = parse_push(msgspec.json.encode(request))
            answer = apply_push(database, push, courier.user_id, now, is_carried=True)
            results |= {result.id: result for result in answer.results}
        before, waiting = waiting, [each for each in waiting if _is_blocked(results[each.operation.id])]
        if len(waiting) == len(before):
            break
    return results


def _is_blocked(result: OperationResult) -> bool:
    return result.status is OperationStatus.BLOCKED


def _freed(kept: KeptOperation) -> KeptOperation:
    """The same operation, for whose parents something stands in."""
    return KeptOperation(kept.device_id, msgspec.structs.replace(kept.operation, depends_on=()))


def _counted(results: Iterable[OperationResult], left_out: int) -> TakenIn:
    by_status = Counter(result.status for result in results)
    return TakenIn(
        new=sum(by_status[status] for status in _NEW),
        known=by_status[OperationStatus.DUPLICATE],
        parked=by_status[OperationStatus.QUARANTINED],
        conflicts=by_status[OperationStatus.CONFLICT],
        waiting=by_status[OperationStatus.BLOCKED],
        too_new=by_status[OperationStatus.RETRY],
        left_out=left_out,
    )


def _kinds(operations: Iterable[Operation]) -> Iterator[KindOf]:
    """In the order in which kinds first appear."""
    by_kind: dict[tuple[str, str], list[Operation]] = {}
    for each in operations:
        by_kind.setdefault((each.collection, each.operation_type), []).append(each)
    for (collection, operation_type), of_kind in by_kind.items():
        moments = sorted(each.created_at for each in of_kind)
        amount = sum(_amount(each) for each in of_kind)
        yield KindOf(collection, operation_type, len(of_kind), moments[0], moments[-1], amount)


def _amount(operation: Operation) -> int:
    name = _AMOUNTS.get((operation.collection, operation.operation_type))
    said = msgspec.json.decode(operation.data) if name else {}
    amount = said.get(name) if isinstance(said, dict) else None
    return amount if isinstance(amount, int) else 0
