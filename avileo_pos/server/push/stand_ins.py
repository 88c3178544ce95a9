"""Stand-ins: rows that hold the place of a parent that central never got, until the parent comes after all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Table

from avileo_pos.domain.business_day import business_date
from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import Conflict, OperationResult, OperationStatus
from avileo_pos.server.postgres.wire_sql import WireRow, find_rows, insert_rows, recordset, rows_parameter, update_rows
from avileo_pos.server.push.derived import Ledger
from avileo_pos.server.push.open_push import NewRow, OpenPush, Stated
from avileo_pos.server.push.parse_push import Arrived
from avileo_pos.tables.server import sync_stand_ins
from avileo_pos.tables.shared import SYNCED_TABLES

Name = tuple[str, str]
"""A row's collection and id."""


def can_stand_in(collection: str) -> bool:
    """Whether a row of this collection can be made of nothing but its id."""
    return collection in _STAND_INS


def insert_stand_ins(push: OpenPush, wanted: Mapping[Name, Arrived], ledger: Ledger) -> None:
    """Make a row for each name, as well as the operation that needs it lets guess, and remember that nobody made it."""
    for table in SYNCED_TABLES:
        rows = [
            {**_STAND_INS[table.name](push, arrived), "id": row_id, "revision": push.revisions.next()}
            for (collection, row_id), arrived in wanted.items()
            if collection == table.name
        ]
        if rows:
            _insert(push, table, rows, ledger)


def fill_stand_ins(push: OpenPush, births: Sequence[Stated], ledger: Ledger) -> dict[str, OperationResult]:
    """Let these births fill the rows that stood in for them, and answer for those that did.

    A birth comes before all edits: what people have changed on the stand-in stays, and is told as a conflict.
    """
    made = _made_for(push, births)
    fillings = [_filling(push, stated, made.pop(name)) for stated in births if (name := _name(stated)) in made]
    for filling in fillings:
        _write(push, filling, ledger)
    return {filling.stated.arrived.id: _answer(filling) for filling in fillings}


def _insert(push: OpenPush, table: Table, rows: Sequence[NewRow], ledger: Ledger) -> None:
    insert_rows(push.connection, table, push.business_id, rows)
    if table.name == "customers":
        for row in rows:
            ledger.owe(row["id"], 0)
    stored = find_rows(push.connection, table, push.business_id, [row["id"] for row in rows], _stated_columns(table))
    remembered = [
        {"collection": COLLECTIONS[table.name].name, "id": row_id, "made": msgspec.json.encode(row).decode()}
        for row_id, row in stored.items()
    ]
    push.connection.exec_driver_sql(_REMEMBER, {"business_id": push.business_id, "rows": rows_parameter(remembered)})


class _Filling(NamedTuple):
    """A birth with its stand-in: as it was `made`, as it stands `now`, and as it will be."""

    stated: Stated
    made: WireRow
    now: WireRow
    filled: WireRow

    @property
    def collection(self) -> Collection:
        return COLLECTIONS[self.stated.table.name]


def _name(stated: Stated) -> Name:
    return stated.table.name, stated.row["id"]


def _made_for(push: OpenPush, births: Sequence[Stated]) -> dict[Name, WireRow]:
    """The stand-ins among these rows, as they were made."""
    ids = [stated.row["id"] for stated in births if can_stand_in(stated.table.name)]
    if not ids:
        return {}
    found = push.connection.exec_driver_sql(
        "SELECT s.collection, s.id::text, s.made FROM sync_stand_ins s"
        " WHERE s.business_id = %s AND s.id = ANY(%s::uuid[])",
        (push.business_id, ids),
    )
    return {(collection, row_id): msgspec.json.decode(made) for collection, row_id, made in found}


def _filling(push: OpenPush, stated: Stated, made: WireRow) -> _Filling:
    row_id, names = stated.row["id"], _stated_columns(stated.table)
    now = find_rows(push.connection, stated.table, push.business_id, [row_id], names)[row_id]
    untouched = {name for name in names if now[name] == made[name]}
    filled = {name: stated.row[name] if name in untouched else now[name] for name in names}
    return _Filling(stated, made, now, {**filled, "id": row_id, "revision": stated.row["revision"]})


def _write(push: OpenPush, filling: _Filling, ledger: Ledger) -> None:
    collection, row = filling.collection, filling.filled
    update_rows(push.connection, collection.table, push.business_id, [row])
    if collection.name == "customers":
        ledger.open_with(row["id"], row["opening_balance"] - filling.now["opening_balance"])
    owner = collection.sight.own
    if owner is not None and row[owner] != filling.now[owner]:
        _bring_into_sight(push, collection, row["id"])
    push.connection.exec_driver_sql(_FORGET, (push.business_id, collection.name, row["id"]))


def _bring_into_sight(push: OpenPush, parent: Collection, parent_id: str) -> None:
    """What is seen through a row comes to its new owner together with it."""
    for child in (each for each in COLLECTIONS.values() if each.sight.parent == parent.name):
        found = push.connection.exec_driver_sql(
            f"SELECT c.id::text FROM {child.name} c WHERE c.business_id = %s AND c.{child.sight.through} = %s"
            " ORDER BY c.revision",
            (push.business_id, parent_id),
        )
        rows = [{"id": child_id, "revision": push.revisions.next()} for child_id in found.scalars()]
        update_rows(push.connection, child.table, push.business_id, rows)


def _answer(filling: _Filling) -> OperationResult:
    born = filling.stated.row
    conflicts = tuple(
        Conflict(field=name, kept=filling.now[name], replaced=born[name])
        for name in sorted(filling.collection.editable)
        if filling.filled[name] != born[name] and filling.made[name] != born[name]
    )
    status = OperationStatus.CONFLICT if conflicts else OperationStatus.APPLIED
    return OperationResult(filling.stated.arrived.id, status, born["revision"], conflicts=conflicts)


def _stated_columns(table: Table) -> tuple[str, ...]:
    """What a birth says of a row."""
    collection = COLLECTIONS[table.name]
    author = (collection.author,) if collection.author else ()
    return (*(str(column.name) for column in collection.sent), *author)


def _customer(push: OpenPush, arrived: Arrived) -> NewRow:
    return {"name": "Cliente por revisar", "is_active": 1, "created_by": arrived.actor_id, **_born_now(push)}


def _product(push: OpenPush, _arrived: Arrived) -> NewRow:
    card = {"name": "Producto por revisar", "type": "otro", "unit": "unidad", "base_price": 0, "tile_position": 0}
    return {**card, "price_date": _today(push), "is_active": 0, **_born_now(push)}


def _cash_session(push: OpenPush, arrived: Arrived) -> NewRow:
    return {
        "seller_id": arrived.actor_id,
        "device_id": push.device_id,
        "opening_float": 0,
        "opened_at": arrived.created_at,
        "business_date": _today(push),
        **_born_now(push),
    }


def _distribucion(push: OpenPush, arrived: Arrived) -> NewRow:
    card = {"vendedor_id": arrived.actor_id, "punto_venta": "Por revisar", "estado": "activo"}
    return {**card, "fecha": _today(push), **_born_now(push)}


def _born_now(push: OpenPush) -> NewRow:
    return {"created_at": push.now, "updated_at": push.now}


def _today(push: OpenPush) -> str:
    return business_date(push.moment, push.staff.day_cutoff_hour).isoformat()


_STAND_INS: Final[Mapping[str, Callable[[OpenPush, Arrived], NewRow]]] = {
    "customers": _customer,
    "products": _product,
    "cash_sessions": _cash_session,
    "distribuciones": _distribucion,
}

_REMEMBER: Final = f"""
    INSERT INTO sync_stand_ins (business_id, collection, id, made)
    SELECT %(business_id)s, x.collection, x.id, x.made
    FROM {recordset(sync_stand_ins, ("collection", "id", "made"))}
"""
_FORGET: Final = "DELETE FROM sync_stand_ins WHERE business_id = %s AND collection = %s AND id = %s"
