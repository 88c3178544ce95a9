"""The receipts of operations: what central answered for good, so that the same operation gets the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection

from avileo_pos.protocol.words import SOLD_OTHERWISE, Conflict, OperationResult, OperationStatus
from avileo_pos.server.business.audit import PUSH, VOUCHED_FOR, Act, ReceiptWords, details_of_push, record
from avileo_pos.server.postgres.wire_sql import WireRow, insert_rows
from avileo_pos.server.push.open_push import OpenPush
from avileo_pos.server.push.parse_push import Arrived, Refusal
from avileo_pos.tables.server import sync_conflicts, sync_operations

SAME_ID_OTHER_CONTENT: Final = Refusal("same_id_other_content", "Another operation was stored under this id before.")
IS_SOLD_OTHERWISE: Final = Refusal(SOLD_OTHERWISE, "The same cart was sold before, and otherwise.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to an operation, and the hash of what it said."""

    sha256: str
    result: OperationResult


def find_receipts(connection: Connection, business_id: UUID, ids: Iterable[str]) -> dict[str, Receipt]:
    """The receipts that exist of these operations. Only after the lock is the answer the last word."""
    found = connection.exec_driver_sql(
        "SELECT o.id::text, o.sha256, o.status, o.revision, o.code, o.message, o.conflicts FROM sync_operations o"
        " WHERE o.business_id = %s AND o.id = ANY(%s::uuid[])",
        (business_id, list(ids)),
    )
    return {row[0]: _receipt(*row) for row in found.all()}


def _receipt(
    operation_id: str,
    sha256: str,
    status: str,
    revision: int | None,
    code: str | None,
    message: str | None,
    conflicts: str | None,
) -> Receipt:
    found = msgspec.json.decode(conflicts, type=tuple[Conflict, ...]) if conflicts else ()
    return Receipt(sha256, OperationResult(operation_id, OperationStatus(status), revision, code, message, found))


def answer_again(receipt: Receipt) -> OperationResult:
    """The answer to an operation that came before: what was quarantined still is, anything else is a duplicate."""
    if receipt.result.status is OperationStatus.QUARANTINED:
        return receipt.result
    return msgspec.structs.replace(receipt.result, status=OperationStatus.DUPLICATE)


def is_a_clone(connection: Connection, business_id: UUID, device_id: UUID, operations: Sequence[Arrived]) -> bool:
    """Whether another operation holds the place of one of these in the device's own order."""
    places: dict[int, str] = {}
    for arrived in operations:
        if arrived.seq and places.setdefault(arrived.seq, arrived.id) != arrived.id:
            return True
    found = connection.exec_driver_sql(
        "SELECT o.seq, o.id::text FROM sync_operations o"
        " WHERE o.business_id = %s AND o.device_id = %s AND o.seq = ANY(%s::bigint[])",
        (business_id, device_id, list(places)),
    )
    return any(places[seq] != operation_id for seq, operation_id in found)


def write_receipts(push: OpenPush, answered: Sequence[tuple[Arrived, OperationResult]]) -> None:
    """Remember these answers, with both values of every conflict among them, and vouch for them in the audit chain."""
    if not answered:
        return
    about = {"device_id": push.device_id, "received_at": push.now, "audit_number": push.revisions.chain.number + 1}
    receipts = [{**_receipt_row(arrived, result, push.keeps_all), **about} for arrived, result in answered]
    stored = insert_rows(push.connection, sync_operations, push.business_id, receipts)
    conflicts = [
        _conflict_row(arrived, conflict, push.now) for arrived, result in answered for conflict in result.conflicts
    ]
    insert_rows(push.connection, sync_conflicts, push.business_id, conflicts)
    _vouch(push, [receipt for receipt in receipts if receipt["id"] in stored])


def _vouch(push: OpenPush, stored: Iterable[WireRow]) -> None:
    """Of several under one id the first was stored."""
    by_id: dict[str, WireRow] = {}
    for receipt in stored:
        by_id.setdefault(receipt["id"], receipt)
    if by_id:
        vouched = [ReceiptWords(*(receipt[name] for name in VOUCHED_FOR)) for receipt in by_id.values()]
        act = Act(PUSH, details_of_push(vouched), push.staff.user_id, UUID(push.device_id))
        record(push.connection, push.business_id, push.revisions, act, push.moment)


def _receipt_row(arrived: Arrived, result: OperationResult, keep: bool) -> WireRow:
    keep = keep or result.status is OperationStatus.QUARANTINED
    return {
        "id": _receipt_id(arrived, result),
        "seq": arrived.seq,
        "operation_type": _storable(arrived.operation_type)[:10],
        "collection": _storable(arrived.collection),
        "entity_id": arrived.entity_id,
        "actor_id": arrived.actor_id,
        "sha256": arrived.sha256,
        "status": OperationStatus.APPLIED if result.status is OperationStatus.DUPLICATE else result.status,
        "revision": result.revision,
        "code": result.code,
        "message": _storable(result.message or "") or None,
        "conflicts": msgspec.json.encode(result.conflicts).decode() if result.conflicts else None,
        "raw": _storable(arrived.raw.decode(errors="replace")) if keep else None,
    }


def _storable(text: str) -> str:
    """The text without the one character that PostgreSQL cannot keep."""
    return text.replace("\0", "\ufffd")


def _receipt_id(arrived: Arrived, result: OperationResult) -> str:
    """The first receipt under an id stays; what came later under it is kept beside, once for each content."""
    if result.code == SAME_ID_OTHER_CONTENT.code:
        return str(uuid5(UUID(arrived.id), arrived.sha256))
    return arrived.id


def _conflict_row(arrived: Arrived, conflict: Conflict, at: str) -> Mapping[str, Any]:
    return {
        "id": str(uuid5(UUID(arrived.id), conflict.field)),
        "operation_id": arrived.id,
        "collection": arrived.collection,
        "entity_id": arrived.entity_id,
        "field": conflict.field,
        "kept": msgspec.json.encode(conflict.kept).decode(),
        "replaced": msgspec.json.encode(conflict.replaced).decode(),
        "created_at": at,
    }


def refused(arrived: Arrived, refusal: Refusal) -> OperationResult:
    """The answer to an operation that is kept, but not applied."""
    return OperationResult(arrived.id, OperationStatus.QUARANTINED, code=refusal.code, message=refusal.message)
