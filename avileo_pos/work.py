"""One transaction by one person at one moment: rows are written here together with the operation that tells central."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, Table, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.operation_mode import OperationRules
from avileo_pos.domain.permissions import Actor
from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import PROTOCOL_VERSION, SOLD_OTHERWISE, data_hash
from avileo_pos.tables.base import StoredType, instant_text
from avileo_pos.tables.till import sync_bases

Row = Mapping[str, Any]
Parts = Mapping[Table, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Business:
    """The business in which the work is done, with the settings that its rules hang on."""

    id: UUID
    name: str
    ruc: str | None
    rules: OperationRules
    day_cutoff_hour: int


@dataclass(frozen=True, slots=True)
class Work:
    """An open transaction on the replica, who acts in it, for which business, on which device, and when (UTC).

    `new_id` makes the identities of what is born in this work.
    """

    db: Connection
    actor: Actor
    business: Business
    device_id: UUID
    now: datetime
    new_id: Callable[[], UUID]

    @property
    def today(self) -> date:
        """The business date of this moment, by Lima's time and the owner's cut-off hour."""
        return business_date(self.now, self.business.day_cutoff_hour)

    def create(self, table: Table, row: Row, parts: Parts | None = None) -> None:
        """Store a new aggregate, `row` with its own `id`, and queue it whole for central.

        Columns that say who, in which business and how far it has been sent are filled in here.
        """
        collection = COLLECTIONS[table.name]
        root = self._completed(table, row)
        stored = stored_row(table, root)
        self._insert(table, [stored])
        data = _stated(table, stored)
        refers_to = _references(table, stored) | self._store_parts(collection, root["id"], parts, data)
        self._queue("create", table, root["id"], data, refers_to)

    def create_again(self, table: Table, entity_id: UUID, changes: Row) -> None:
        """Change a card that central could not take, and queue it whole as a new operation.

        Central's stand-in for it comes back if this one is not taken either.
        """
        self._remember_base(table, self.get(table, entity_id))
        self.db.execute(update(table).where(*self._is(table, entity_id)).values(**changes))
        stored = stored_row(table, self.get(table, entity_id))
        data = _stated(table, stored)
        self._queue("create", table, entity_id, data, _references(table, stored))
        mirror_sync_status(self.db, self.business.id, table, [str(entity_id)])

    def update(self, table: Table, entity_id: UUID, changes: Row) -> bool:
        """Change a card's columns and queue each change as `{was, now}`; False when nothing differs.

        Raises BusinessRuleBroken("not_found").
        """
        before = self.get(table, entity_id)
        after = {name: value for name, value in changes.items() if before[name] != value}
        if not after:
            return False
        self._remember_base(table, before)
        stamped = {**after, "updated_at": self.now} if "updated_at" in table.columns else after
        self.db.execute(update(table).where(*self._is(table, entity_id)).values(**stamped))
        was, now = stored_row(table, before), stored_row(table, after)
        data = {name: {"was": was[name], "now": now[name]} for name in after}
        self._queue("update", table, entity_id, data, _references(table, now))
        return True

    def void(self, table: Table, entity_id: UUID, reason: str, said: Row, parts: Parts | None = None) -> None:
        """Mark a fact as voided, now and by this person, store what follows from it, and queue that.

        `said` holds `void_cash_session_id` and `void_approved_by`.
        """
        voiding = {"voided_at": self.now, "voided_by": self.actor.member_id, "void_reason": reason, **said}
        self.db.execute(update(table).where(*self._is(table, entity_id)).values(**voiding))
        stored = stored_row(table, voiding)
        data = {name: value for name, value in stored.items() if name != "voided_by"}
        refers_to = _references(table, stored) | self._store_parts(COLLECTIONS[table.name], entity_id, parts, data)
        self._queue("delete", table, entity_id, data, refers_to)

    def get(self, table: Table, entity_id: UUID) -> dict[str, Any]:
        """One row of this business by its id. Raises BusinessRuleBroken("not_found")."""
        found = self.db.execute(select(table).where(*self._is(table, entity_id))).mappings().one_or_none()
        if found is None:
            raise BusinessRuleBroken("not_found", collection=table.name)
        return dict(found)

    def _store_parts(
        self, collection: Collection, entity_id: UUID, parts: Parts | None, data: dict[str, Any]
    ) -> set[str]:
        """Store the rows that come with an aggregate, add them to its operation's data, and say what they name."""
        refers_to: set[str] = set()
        for part, rows in (parts or {}).items():
            parent_column = collection.parts[part.name]
            stored = [stored_row(part, {**self._completed(part, row), parent_column: entity_id}) for row in rows]
            self._insert(part, stored)
            data[part.name] = _as_sent(part, parent_column, stored)
            refers_to |= {target for row in stored for target in _references(part, row)}
        return refers_to

    def _is(self, table: Table, entity_id: UUID) -> tuple[Any, ...]:
        if "business_id" not in table.columns:
            return (table.c.id == entity_id,)
        return (table.c.business_id == self.business.id, table.c.id == entity_id)

    def _completed(self, table: Table, row: Row) -> dict[str, Any]:
        filled: dict[str, Any] = {"business_id": self.business.id, **row}
        author = COLLECTIONS[table.name].author
        if author:
            filled[author] = self.actor.member_id
        if _tells_how_far_it_is_sent(table):
            filled["sync_status"] = "pending"
        return filled

    def _insert(self, table: Table, stored: Sequence[dict[str, Any]]) -> None:
        if stored:
            columns = tuple(stored[0])
            self.db.exec_driver_sql(insert_text(table, columns), [tuple(row.values()) for row in stored])

    def _remember_base(self, table: Table, before: Row) -> None:
        if not before["revision"]:
            return  # central has not sent it yet, so there is nothing of central's to keep
        base = msgspec.json.encode(stored_row(table, before)).decode()
        self.db.execute(
            insert_or(sync_bases)
            .values(collection=table.name, entity_id=before["id"], base=base)
            .on_conflict_do_nothing()
        )

    def _queue(
        self, operation_type: str, table: Table, entity_id: UUID, data: dict[str, Any], refers_to: set[str]
    ) -> None:
        encoded = msgspec.json.encode(data)
        entity = str(entity_id)
        operation = {
            "id": str(self.new_id()),
            "operation_type": operation_type,
            "collection": table.name,
            "entity_id": entity,
            "data": encoded.decode(),
            "refers_to": msgspec.json.encode(refers_to).decode(),
            "actor_id": str(self.actor.member_id),
            "schema": PROTOCOL_VERSION,
            "created_at": instant_text(self.now),
            "sha256": data_hash(encoded),
        }
        self.db.exec_driver_sql(_QUEUE, operation)
        if operation_type != "create":
            mirror_sync_status(self.db, self.business.id, table, [entity])


# What central must have before an operation: the births of what it names, and all that is open of the row itself, but
# before a birth that takes the place of another, for which those wait. A sale that was put aside is not what is shown.
_QUEUE = f"""
INSERT INTO sync_queue
  (id, operation_type, collection, entity_id, data, actor_id, schema, created_at, sha256, depends_on)
VALUES
  (:id, :operation_type, :collection, :entity_id, :data, :actor_id, :schema, :created_at, :sha256, (
    SELECT json_group_array(id) FROM (
      SELECT id FROM sync_queue WHERE entity_id = :entity_id AND status <> 'acked' AND :operation_type <> 'create'
        AND last_code IS NOT '{SOLD_OTHERWISE}'
      UNION
      SELECT q.id FROM json_each(:refers_to) named CROSS JOIN sync_queue q ON q.entity_id = named.value
      WHERE q.status <> 'acked' AND q.operation_type = 'create' AND q.last_code IS NOT '{SOLD_OTHERWISE}'
      ORDER BY 1
    )
  ))
"""


def mirror_sync_status(db: Connection, business_id: UUID, table: Table, entity_ids: Iterable[str]) -> None:
    """Make `sync_status` and `sync_attempts` of rows what the queue says of them (protocol, «On the till»).

    Rows that came inside another's operation say what that one says.
    """
    about = (table.name, msgspec.json.encode(list(entity_ids)).decode(), str(business_id))
    db.exec_driver_sql(_mirror_text(table.name, "id"), about)
    for part, parent_column in COLLECTIONS[table.name].parts.items():
        if _tells_how_far_it_is_sent(COLLECTIONS[part].table):
            db.exec_driver_sql(_mirror_text(part, parent_column), about)


@cache
def _mirror_text(table: str, key: str) -> str:
    ours = "?3 = id" if table == "businesses" else "business_id = ?3"
    return f"""
        UPDATE {table} SET sync_status = said.status, sync_attempts = said.attempts
        FROM (
            SELECT entity.value AS entity_id,
                CASE WHEN max(q.status = 'parked') THEN 'error'
                     WHEN max(q.status <> 'acked') THEN 'pending' ELSE 'synced' END AS status,
                coalesce(max(q.attempts) FILTER (WHERE q.status <> 'acked'), 0) AS attempts
            FROM json_each(?2) entity
            LEFT JOIN sync_queue q ON q.entity_id = entity.value AND q.collection = ?1
            GROUP BY entity.value
        ) said
        WHERE {ours} AND {key} = said.entity_id
        """


def stored_row(table: Table, row: Row) -> dict[str, Any]:
    """A row's values in the form in which the replica keeps them and the wire carries them."""
    forms = _stored_forms(table)
    return {name: None if value is None else forms[name](value) for name, value in row.items()}


def loaded_row(table: Table, stored: Row) -> dict[str, Any]:
    """The values that stored forms stand for."""
    return {
        name: None if value is None else _type(table.columns[name]).from_stored(value) for name, value in stored.items()
    }


@cache
def _stored_forms(table: Table) -> dict[str, Callable[[Any], Any]]:
    return {column.name: _type(column).to_stored for column in table.columns}


@cache
def _tells_how_far_it_is_sent(table: Table) -> bool:
    return "sync_status" in table.columns


@cache
def insert_text(table: Table, columns: tuple[str, ...]) -> str:
    """The INSERT of stored values into `columns`, ready for the driver."""
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _stated(table: Table, stored: Row) -> dict[str, Any]:
    """What a new row says of itself; what is not known goes unsaid, here and inside, as it would only weigh."""
    return {name: stored[name] for name in _names_sent(table) if stored[name] is not None}


@cache
def _names_sent(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in COLLECTIONS[table.name].sent)


def _as_sent(part: Table, parent_column: str, stored: Sequence[Row]) -> list[dict[str, Any]]:
    names = _names_sent_as_part(part, parent_column)
    return [{name: row[name] for name in names if row.get(name) is not None} for row in stored]


@cache
def _names_sent_as_part(part: Table, parent_column: str) -> tuple[str, ...]:
    return tuple(column.name for column in COLLECTIONS[part.name].sent_as_part(parent_column))


def _references(table: Table, stored: Row) -> set[str]:
    return {stored[name] for name in _reference_columns(table) if stored.get(name)}


@cache
def _reference_columns(table: Table) -> tuple[str, ...]:
    return tuple(
        column.name for column in table.columns if column.foreign_keys and column.name not in ("business_id", "id")
    )


def _type(column: Column[Any]) -> StoredType[Any]:
    if not isinstance(column.type, StoredType):
        raise TypeError(f"{column} has no stored form")
    return column.type
