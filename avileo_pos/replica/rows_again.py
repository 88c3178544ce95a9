"""Rows written again as the operations say that brought them: what was done here shows at once, with no network.

To be called while foreign keys are not held against it: a row may come before its parents do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from avileo_pos.cards import lay_over
from avileo_pos.protocol import COLLECTIONS, Collection, Operation
from avileo_pos.tables.shared import businesses
from avileo_pos.work import insert_text, mirror_sync_status


def show_operations(db: Connection, business_id: UUID, operations: Sequence[Operation | Row[Any]]) -> None:
    """Operations of known collections have come back into the queue: write what they brought, and what they changed."""
    for operation in operations:
        _write_rows(db, business_id, operation)
    for collection, entity_id in {(operation.collection, operation.entity_id) for operation in operations}:
        # What cannot be shown yet (a row that lacks what it hangs on) comes from central.
        with suppress(IntegrityError), db.begin_nested():
            lay_over(db, [(collection, entity_id)])
        mirror_sync_status(db, business_id, COLLECTIONS[collection].table, [entity_id])


def show_what_waits_unseen(db: Connection, business_id: UUID) -> None:
    """Central had these births, and did not show them to whoever has been here since; they wait again."""
    for collection in COLLECTIONS.values():
        if collection.table is not businesses:
            show_operations(db, business_id, _waiting_unseen(db, business_id, collection))


def _waiting_unseen(db: Connection, business_id: UUID, collection: Collection) -> Sequence[Row[Any]]:
    """The births whose rows are not all here, with what was done since to what they brought."""
    lacking = [f"NOT EXISTS (SELECT 1 FROM {collection.name} WHERE business_id = ?2 AND id = entity_id)"]
    for part, parent_column in collection.parts.items():
        if _is_seen_apart(part, collection):
            lacking.append(f"NOT EXISTS (SELECT 1 FROM {part} WHERE business_id = ?2 AND {parent_column} = entity_id)")
    return db.exec_driver_sql(
        f"""
        SELECT operation_type, collection, entity_id, actor_id, data FROM sync_queue
        WHERE collection = ?1 AND status <> 'acked' AND json_valid(data) AND entity_id IN (
          SELECT entity_id FROM sync_queue
          WHERE collection = ?1 AND operation_type = 'create' AND status <> 'acked' AND ({" OR ".join(lacking)}))
        ORDER BY seq
        """,
        (collection.name, str(business_id)),
    ).all()


def _is_seen_apart(part: str, collection: Collection) -> bool:
    """Whether somebody may see the whole and not this part of it."""
    return COLLECTIONS[part].sight.parent != collection.name


def _write_rows(db: Connection, business_id: UUID, operation: Operation | Row[Any]) -> None:
    """What was born by an operation, but for the business itself, which comes from central alone.

    What it changed or voided `lay_over` shows.
    """
    collection = COLLECTIONS[operation.collection]
    said = msgspec.json.decode(operation.data)
    common = {"business_id": str(business_id)}
    if operation.operation_type == "create" and collection.table is not businesses:
        names = {column.name for column in collection.sent}
        own = {name: value for name, value in said.items() if name in names}
        _insert(db, collection, {**common, **own, "id": operation.entity_id}, operation.actor_id)
    for part, parent_column in collection.parts.items():
        for row in said.get(part, ()):
            inside = COLLECTIONS[part]
            names = {column.name for column in inside.sent_as_part(parent_column)}
            own = {name: value for name, value in row.items() if name in names}
            _insert(db, inside, {**common, **own, parent_column: operation.entity_id}, operation.actor_id)


def _insert(db: Connection, collection: Collection, row: dict[str, Any], actor_id: str) -> None:
    """A row that is there already stays as it is; one that cannot be written comes from central."""
    if collection.author:
        row[collection.author] = actor_id
    if "sync_status" in collection.table.columns:
        row["sync_status"] = "pending"
    with suppress(IntegrityError), db.begin_nested():
        db.exec_driver_sql(f"{insert_text(collection.table, tuple(row))} ON CONFLICT DO NOTHING", tuple(row.values()))
