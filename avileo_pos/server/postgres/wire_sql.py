"""How rows in the wire's form become rows of PostgreSQL and come back, in SQL that is made once for each table.

A statement takes its rows as one JSON array of objects, `%(rows)s`: PostgreSQL turns it into columns faster than the
driver turns Python values into parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, DefaultClause, Table

from avileo_pos.protocol.collections import UNTRAVELLED
from avileo_pos.tables.base import Choice, Day, Flag, Id, Instant, Scaled, Whole

WireRow = Mapping[str, Any]


def arriving(column: Column[Any]) -> str:
    """The type in which PostgreSQL reads a column's wire form.

    An instant's `Z` is dropped by the type `timestamp`, which is right whatever the session's time zone.
    """
    match column.type:
        case Scaled() | Whole():
            return "bigint"
        case Flag():
            return "integer"
        case Instant():
            return "timestamp"
        case Day():
            return "date"
        case Id():
            return "uuid"
        case Choice(name=name):
            return name
    return "text"


def stored(column: Column[Any], arrived: str) -> str:
    """The expression that makes the column's native value of what arrived."""
    match column.type:
        case Scaled(places=places):
            return f"{arrived} * {_unit(places)}"
        case Flag():
            return f"{arrived} <> 0"
    return arrived


def leaving(column: Column[Any], alias: str = "t") -> str:
    """The expression that makes the wire form of a column's native value."""
    value = f"{alias}.{column.name}"
    match column.type:
        case Scaled(places=places):
            return f"({value} * {10**places})::bigint"
        case Flag():
            return f"{value}::integer"
        case Instant():
            return f"""to_char({value}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        case Day():
            return f"to_char({value}, 'YYYY-MM-DD')"
        case Id() | Choice():
            return f"{value}::text"
    return value


def rows_parameter(rows: Iterable[WireRow]) -> str:
    """The value of `%(rows)s`."""
    return msgspec.json.encode(list(rows)).decode()


@cache
def recordset(table: Table, names: tuple[str, ...]) -> str:
    """The FROM item `x` that holds the given rows' columns."""
    columns = ", ".join(f"{name} {arriving(table.columns[name])}" for name in names)
    return f"json_to_recordset(%(rows)s::json) AS x({columns})"


def is_keyed_by_business(table: Table) -> bool:
    return "business_id" in table.columns


def of_business(table: Table, alias: str = "t") -> str:
    """The condition that a row is the business's `%(business_id)s`; of `businesses` it is the one row itself."""
    return f"{alias}.{'business_id' if is_keyed_by_business(table) else 'id'} = %(business_id)s::uuid"


def insert_rows(connection: Connection, table: Table, business_id: UUID, rows: Sequence[WireRow]) -> set[str]:
    """Insert rows in the wire's form, unless they exist, and return the ids of those that are new.

    What is not stated is null, or the column's default; a `review_reason` sets `needs_review`.
    """
    if not rows:
        return set()
    found = connection.exec_driver_sql(
        _insert_text(table), {"business_id": str(business_id), "rows": rows_parameter(rows)}
    )
    return set(found.scalars().all())


@cache
def _insert_text(table: Table) -> str:
    given = [column for column in table.columns if column.name not in UNTRAVELLED | {"needs_review"}]
    values = {column.name: _or_default(column, stored(column, f"x.{column.name}")) for column in given}
    values |= _decided_by_central(table)
    return (
        f"INSERT INTO {table.name} ({', '.join(values)}) SELECT {', '.join(values.values())}"
        f" FROM {recordset(table, tuple(column.name for column in given))}"
        " ON CONFLICT (business_id, id) DO NOTHING RETURNING id::text"
    )


def _decided_by_central(table: Table) -> dict[str, str]:
    decided = {
        "business_id": "%(business_id)s::uuid",
        "sync_status": "'synced'",
        "needs_review": "x.review_reason IS NOT NULL",
    }
    return {name: value for name, value in decided.items() if name in table.columns}


def _or_default(column: Column[Any], value: str) -> str:
    if column.nullable or column.server_default is None:
        return value
    return f"coalesce({value}, {default_of(column)})"


def default_of(column: Column[Any]) -> int:
    """The default of a column that has one, in either form: all of them are whole numbers."""
    assert isinstance(column.server_default, DefaultClause)
    return int(str(column.server_default.arg))


def _unit(places: int) -> str:
    """`0.01` for 2 places."""
    return f"{10**-places:.{places}f}"


def find_rows(
    connection: Connection, table: Table, business_id: UUID, ids: Collection[str], names: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """The named columns of these rows in the wire's form, by id."""
    if not ids:
        return {}
    columns = ("id", *(name for name in names if name != "id"))
    chosen = ", ".join(f"{leaving(table.columns[name])} AS {name}" for name in columns)
    found = connection.exec_driver_sql(
        f"SELECT {chosen} FROM {table.name} t WHERE {of_business(table)} AND t.id = ANY(%(ids)s::uuid[])",
        {"business_id": str(business_id), "ids": list(ids)},
    )
    return {row["id"]: dict(row) for row in found.mappings()}


def update_rows(connection: Connection, table: Table, business_id: UUID, rows: Sequence[WireRow]) -> None:
    """Set the given columns, all rows having the same, of the rows with these ids."""
    if not rows:
        return
    connection.exec_driver_sql(
        _update_text(table, tuple(rows[0])), {"business_id": str(business_id), "rows": rows_parameter(rows)}
    )


@cache
def _update_text(table: Table, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = {stored(table.columns[name], f'x.{name}')}" for name in names if name != "id")
    return (
        f"UPDATE {table.name} AS t SET {changes} FROM {recordset(table, names)}"
        f" WHERE {of_business(table)} AND t.id = x.id"
    )
