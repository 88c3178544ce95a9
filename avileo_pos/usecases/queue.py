"""«Por revisar»: what a person can do with an operation that central did not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import Row, Table, delete, select
from sqlalchemy.exc import IntegrityError

from avileo_pos.cards import lay_edits_over, show_again, take_voiding_back
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.figures import leave_out
from avileo_pos.protocol import COLLECTIONS
from avileo_pos.protocol.collections import Collection
from avileo_pos.queries.correction import has_a_stand_in
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.shared import businesses
from avileo_pos.tables.till import DISCARDED
from avileo_pos.usecases.customer import proper_customer
from avileo_pos.usecases.product import proper_product
from avileo_pos.work import Work, loaded_row, mirror_sync_status

log = structlog.get_logger(__name__)
_SENT_AGAIN: Final = "reenviada"
_UNKNOWN_HERE: Final = msgspec.json.encode(("unknown_actor", "seller_not_signed_in", "seller_inactive")).decode()
_READ: Final = "seq, id, operation_type, collection, entity_id, data, acked_at"
_SAID: Final = "operation_type, collection, entity_id, data, depends_on, actor_id, schema, created_at, sha256"

_EDITED_SINCE: Final = """
  (operation_type = 'update' AND EXISTS (
    SELECT 1 FROM sync_queue later, json_each(iif(json_valid(q.data), q.data, '{}')) said,
      json_each(iif(json_valid(later.data), later.data, '{}')) since
    WHERE later.entity_id = q.entity_id AND later.collection = q.collection AND later.seq > q.seq
      AND later.operation_type = 'update' AND later.status <> 'parked' AND later.last_code IS NOT :discarded
      AND since.key = said.key))
"""


@dataclass(frozen=True, slots=True)
class DiscardOperation:
    operation_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ResendOperation:
    """`changes` are columns of a card, with the values that a person put right."""

    operation_id: UUID
    changes: Mapping[str, Any]


def retry_operation(work: Work, operation_id: UUID) -> None:
    """Send a parked operation once more, as it is. Raises BusinessRuleBroken("operation_not_parked").

    What central has refused it has answered for good, whatever it has learned of the person since: that goes as another
    operation.
    """
    operation = _parked(work, operation_id)
    if operation.acked_at is None:
        work.db.exec_driver_sql(
            "UPDATE sync_queue SET status = 'pending', attempts = 0, next_attempt_at = NULL WHERE seq = ?",
            (operation.seq,),
        )
    else:
        _close(work, operation, f"{work.actor.name}: {_SENT_AGAIN}")
        _queue_again(work, operation)
    _show_state(work, operation)


def retry_all(work: Work, _asked: None = None) -> None:
    """Send what is parked once more, as after what stood between this till and central is mended."""
    _retry_each(work, "TRUE", {})


def retry_once_known(work: Work) -> None:
    """Send again what central refused of this person while it did not know them here, as after a backup was put back.

    For the moment at which they have signed in at central: it can be refused for something else now, but not for that.
    """
    known = {"actor": str(work.actor.member_id), "codes": _UNKNOWN_HERE}
    _retry_each(work, "actor_id = :actor AND last_code IN (SELECT value FROM json_each(:codes))", known)


def discard_operation(work: Work, request: DiscardOperation) -> None:
    """Take back here what central did not take; the operation and the reason stay in the log for 45 days.

    With the birth of what central never had goes all that was done to it since, its voiding or its edits: central would
    have nothing to apply them to, and they might wait for it for weeks after a backup was put back. Where it was put
    right in another past of this till's file, that birth stays, and with it all else.

    Raises PermissionDenied, BusinessRuleBroken: reason_required, operation_not_parked, operation_needed_by_others.
    """
    work.actor.require(Permission.OPERATION_DISCARD)
    reason = required_reason(request.reason)
    parked = _parked(work, request.operation_id)
    discarded = [parked]
    if not _is_born_otherwise(work, parked):
        discarded = [*_done_since(work, parked), parked]
        _require_that_none_waits_for(work, discarded)
    for operation in discarded:
        _close(work, operation, f"{work.actor.name}: {reason}", for_good=True)
        _take_back(work, operation)
        log.info("operation_discarded", operation_id=operation.id, collection=operation.collection)


def resend_operation(work: Work, request: ResendOperation) -> None:
    """Put a parked card right and send it as a new operation in place of the old one, which stays in the log.

    The birth of a card that central never had tells the card as it is shown: also what was edited since and waits for
    that birth.

    Raises PermissionDenied, BusinessRuleBroken: operation_not_parked, operation_not_editable, not_found, and what the
    rules of such a card say of the changes.
    """
    work.actor.require(Permission.OPERATION_DISCARD)
    operation = _parked(work, request.operation_id)
    collection = COLLECTIONS.get(operation.collection)
    if collection is None or operation.operation_type == "delete" or not request.changes.keys() <= collection.editable:
        raise BusinessRuleBroken("operation_not_editable")
    entity_id = UUID(operation.entity_id)
    changes = _proper(work, collection, entity_id, request.changes)
    said = f"{work.actor.name}: {_SENT_AGAIN}"
    _close(work, operation, said)
    _show_state(work, operation)
    if operation.operation_type == "update":
        work.update(collection.table, entity_id, _stated_by(operation, collection, changes))
    elif has_a_stand_in(work, collection.table, entity_id):
        work.create_again(collection.table, entity_id, _stated_by(operation, collection, changes))
    else:
        for edit in _waiting_edits(work, operation):
            _close(work, edit, said)
        work.create_again(collection.table, entity_id, changes)


def _retry_each(work: Work, condition: str, values: Mapping[str, str]) -> None:
    """In the order in which it was done, but for an edit of what was edited here since: it would be laid over that."""
    parked = f"SELECT id FROM sync_queue q WHERE status = 'parked' AND {condition} AND NOT {_EDITED_SINCE} ORDER BY seq"
    found = work.db.exec_driver_sql(parked, {**values, "discarded": DISCARDED})
    for operation_id in found.scalars().all():
        retry_operation(work, UUID(operation_id))


def _parked(work: Work, operation_id: UUID) -> Row[Any]:
    found = work.db.exec_driver_sql(
        f"SELECT {_READ} FROM sync_queue WHERE id = ? AND status = 'parked'", (str(operation_id),)
    ).first()
    if found is None:
        raise BusinessRuleBroken("operation_not_parked")
    return found


def _queue_again(work: Work, operation: Row[Any]) -> None:
    """As another that says the same; what central has sent back of it stands in the figures as before."""
    copied = f"{_SAID}, acked_revision"
    work.db.exec_driver_sql(
        f"INSERT INTO sync_queue (id, {copied}) SELECT ?, {copied} FROM sync_queue WHERE seq = ?",
        (str(work.new_id()), operation.seq),
    )
    work.db.exec_driver_sql("UPDATE sync_queue SET acked_revision = NULL WHERE seq = ?", (operation.seq,))


def _done_since(work: Work, operation: Row[Any]) -> Sequence[Row[Any]]:
    """What waits to be done to a row that central never had, the latest first, when `operation` is its birth.

    That may have been sent again since, and stand behind it in the queue.
    """
    if operation.operation_type != "create" or _is_at_central(work, operation):
        return ()
    return work.db.exec_driver_sql(
        f"SELECT {_READ} FROM sync_queue WHERE entity_id = ? AND collection = ? AND status <> 'acked'"
        " AND operation_type <> 'create' ORDER BY seq DESC",
        (operation.entity_id, operation.collection),
    ).all()


def _is_born_otherwise(work: Work, operation: Row[Any]) -> bool:
    """Whether what a birth brought comes to central by another one too."""
    found = work.db.exec_driver_sql(
        "SELECT 1 FROM sync_queue WHERE entity_id = ? AND collection = ? AND seq <> ? AND status <> 'acked'"
        " AND operation_type = 'create'",
        (operation.entity_id, operation.collection, operation.seq),
    )
    return operation.operation_type == "create" and found.first() is not None


def _waiting_edits(work: Work, operation: Row[Any]) -> Sequence[Row[Any]]:
    return work.db.exec_driver_sql(
        f"SELECT {_READ} FROM sync_queue WHERE entity_id = ? AND collection = ? AND operation_type = 'update'"
        " AND status IN ('pending', 'inflight')",
        (operation.entity_id, operation.collection),
    ).all()


def _is_at_central(work: Work, operation: Row[Any]) -> bool:
    """Whether central has sent a row for it: its own, or a stand-in."""
    if operation.collection not in COLLECTIONS:
        return False
    table = COLLECTIONS[operation.collection].table
    found = work.db.execute(
        select(table.c.revision).where(table.c.id == UUID(operation.entity_id), table.c.revision > 0)
    )
    return found.first() is not None


def _require_that_none_waits_for(work: Work, discarded: Sequence[Row[Any]]) -> None:
    """A birth that was sent again is needed by the id of each time."""
    ids = msgspec.json.encode([operation.id for operation in discarded]).decode()
    needed = work.db.exec_driver_sql(
        """
        WITH gone AS (SELECT value AS id FROM json_each(?1)),
          known_as AS (
            SELECT id FROM gone
            UNION
            SELECT before.id FROM gone JOIN sync_queue birth ON birth.id = gone.id AND birth.operation_type = 'create'
            JOIN sync_queue before ON before.entity_id = birth.entity_id AND before.collection = birth.collection
              AND before.operation_type = 'create'
          )
        SELECT 1 FROM sync_queue q, json_each(q.depends_on) needed WHERE q.status <> 'acked'
          AND needed.value IN (SELECT id FROM known_as) AND q.id NOT IN (SELECT id FROM gone) LIMIT 1
        """,
        (ids,),
    )
    if needed.first() is not None:
        raise BusinessRuleBroken("operation_needed_by_others")


def _close(work: Work, operation: Row[Any], said: str, *, for_good: bool = False) -> None:
    leave_out(work.db, operation.seq, for_good=for_good)
    work.db.exec_driver_sql(
        "UPDATE sync_queue SET status = 'acked', acked_at = ?, last_code = ?, last_error = ? WHERE seq = ?",
        (instant_text(work.now), DISCARDED, said, operation.seq),
    )


def _take_back(work: Work, operation: Row[Any]) -> None:
    if operation.collection not in COLLECTIONS:
        return  # queued by another version of this program: no row here shows it
    if operation.operation_type == "create" and not _is_born_otherwise(work, operation):
        _remove_unsent_rows(work, operation)
    elif operation.operation_type == "delete":
        _take_voiding_back(work, operation)
    _show_state(work, operation)
    if operation.operation_type != "create":
        _remove_when_unheld(work, operation)


def _show_state(work: Work, operation: Row[Any]) -> None:
    """A row of which central has said nothing yet shows what the queue says of it."""
    if operation.collection not in COLLECTIONS:
        return
    entity = (operation.collection, operation.entity_id)
    mirror_sync_status(work.db, work.business.id, COLLECTIONS[operation.collection].table, [operation.entity_id])
    show_again(work.db, [entity])
    lay_edits_over(work.db, *entity)


def _remove_unsent_rows(work: Work, operation: Row[Any]) -> None:
    """What central has made of it meanwhile (a stub for a customer that it could not read) has a revision and stays."""
    for part, rows in _parts_of(operation):
        _remove(work, part, [row["id"] for row in rows])
    _remove(work, COLLECTIONS[operation.collection].table, [operation.entity_id])


def _take_voiding_back(work: Work, operation: Row[Any]) -> None:
    """With what came along, also from an epoch that is over: whoever voids once more brings the same rows."""
    for part, rows in _parts_of(operation):
        _remove(work, part, [row["id"] for row in rows], also_of_before=True)
    take_voiding_back(work.db, operation.collection, operation.entity_id)


def _remove_when_unheld(work: Work, operation: Row[Any]) -> None:
    """What central shows here no more stood only for this operation, as at the end of a resync."""
    held = work.db.exec_driver_sql(
        "SELECT 1 FROM sync_queue WHERE entity_id = ? AND (status <> 'acked'"
        " OR acked_revision > (SELECT pulled_head FROM sync_state))",
        (operation.entity_id,),
    )
    if held.first() is not None:
        return
    collection = COLLECTIONS[operation.collection]
    for part, column in collection.parts.items():
        table = COLLECTIONS[part].table
        inside = select(table.c.id).where(table.c[column] == UUID(operation.entity_id))
        _remove(work, table, [str(each) for each in work.db.execute(inside).scalars()])
    _remove(work, collection.table, [operation.entity_id])


def _parts_of(operation: Row[Any]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    data = msgspec.json.decode(operation.data)
    for part in COLLECTIONS[operation.collection].parts:
        yield COLLECTIONS[part].table, data.get(part, [])


def _remove(work: Work, table: Table, ids: list[str], *, also_of_before: bool = False) -> None:
    """A row that others still name stays: central makes a stub of it, and that will come.

    No till has a business other than central's.
    """
    if table is businesses:
        return
    is_unsent = table.c.revision <= 0 if also_of_before else table.c.revision == 0
    unsent = (table.c.business_id == work.business.id, is_unsent)
    with suppress(IntegrityError), work.db.begin_nested():
        work.db.execute(delete(table).where(*unsent, table.c.id.in_([UUID(one) for one in ids])))


def _proper(work: Work, collection: Collection, entity_id: UUID, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the card's own form would write them down."""
    match collection.name:
        case "customers":
            return proper_customer(work, entity_id, changes)
        case "products" | "envases":
            return proper_product(changes)
    return changes


def _stated_by(operation: Row[Any], collection: Collection, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the operation says of a card, with the changes in place of what could not be read.

    A birth leaves unsaid what is not known.
    """
    said = msgspec.json.decode(operation.data)
    if operation.operation_type == "update":
        said = {name: change["now"] for name, change in said.items()}
    else:
        said = {str(column.name): said.get(column.name) for column in collection.sent}
    legible = {name: value for name, value in said.items() if name not in changes}
    return {**loaded_row(collection.table, legible), **changes}
