"""All rows of one business at central as text, taken and put back by PostgreSQL's owner in one statement each.

It stands in for a backup of the whole database: `test_simulation` compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Column, Table

from avileo_pos.tables import server, shared  # noqa: F401 - so that the metadata knows every table
from avileo_pos.tables.base import Flag, Instant, Scaled, metadata

Backup = Mapping[str, str]
"""By table, its rows as a JSON array."""

Row = dict[str, Any]
Rows = dict[str, dict[str, Row]]

_TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in metadata.sorted_tables
    if "server" in table.info["in"] and ("business_id" in table.columns or table.name == "businesses")
}
_DECODER: Final = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal)


def take_backup(owner: psycopg.Connection[Any], business_id: str) -> Backup:
    """What stands at central of this business, in every table."""
    return dict(owner.execute(_TAKING, {"business": business_id}, prepare=True).fetchall())


def put_back(owner: psycopg.Connection[Any], business_id: str, backup: Backup) -> None:
    """Let this business be what it was; `owner` is in the replication role, which foreign keys do not bind."""
    now = take_backup(owner, business_id)
    changed = [name for name in _TABLES if now[name] != backup[name]]
    words: list[sql.Composable] = []
    for name in changed:
        table, rows = sql.Identifier(name), sql.Literal(backup[name])
        words.append(sql.SQL("DELETE FROM {} WHERE {} = {}").format(table, _key(name), sql.Literal(business_id)))
        if backup[name] != "[]":
            words.append(
                sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, {1})").format(table, rows)
            )
    owner.execute(sql.SQL("; ").join(words))


def epoch_of(backup: Backup) -> str:
    """In which the business was numbered last."""
    [counter] = rows_in(backup, "sync_counters")
    return str(counter["epoch"])


def rows_in(backup: Backup, name: str) -> list[Row]:
    """The rows of a table in the wire's form."""
    table = _TABLES[name]
    return [_in_wire_form(table, row) for row in _DECODER.decode(backup[name])]


def _in_wire_form(table: Table, row: Row) -> Row:
    return {name: _wire(table.columns[name], value) for name, value in row.items()}


def _wire(column: Column[Any], value: Any) -> Any:
    """Written a second time on purpose, so that a mistake in the product's own way to the wire is seen."""
    if value is None:
        return None
    match column.type:
        case Scaled(places=places):
            return int(Decimal(value).scaleb(places))
        case Flag():
            return int(value)
        case Instant():
            whole, _, fraction = value.partition(".")
            return f"{whole}.{fraction:0<6}Z"
    return value


def _key(name: str) -> sql.Identifier:
    return sql.Identifier("id" if name == "businesses" else "business_id")


_TAKING: Final = (
    sql.SQL(" UNION ALL ")
    .join(
        sql.SQL("SELECT {0}, coalesce(json_agg(t), '[]')::text FROM {1} t WHERE t.{2} = %(business)s").format(
            sql.Literal(name), sql.Identifier(name), _key(name)
        )
        for name in _TABLES
    )
    .as_bytes()
)
