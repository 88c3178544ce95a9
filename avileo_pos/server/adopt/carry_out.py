"""Carrying the plan out, in the caller's transaction: the old tables step aside, ours take their place and are filled.

The old tables stay as they were in the schema `before_adoption`, whole, so that whatever a rule of ours did not let a
row keep can be looked up there. Better Auth's four tables are in `public` again when all is done, untouched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from avileo_pos.migrations import take_first_steps, upgrade
from avileo_pos.server.adopt.old_tables import OUR_TABLES, SCHEMA, OldDatabase
from avileo_pos.server.adopt.staging import STAGED
from avileo_pos.server.adopt.testify import rows_taken, testify

ARCHIVE: Final = "before_adoption"


class CannotAdopt(Exception):  # noqa: N818 - the name says what happened
    """The database cannot be adopted as it is; the message says why."""


def carry_out(connection: Connection, old: OldDatabase, now: datetime) -> None:
    """Make the database ours from what was staged. Raises CannotAdopt where the result is not what was planned."""
    _step_aside(connection, old)
    take_first_steps(connection)
    with _without_checks(connection, old.auth), _better_auth_back(connection, old.auth):
        for name in STAGED:
            _fill(connection, old, name)
    _require_equal_debts(connection)
    connection.exec_driver_sql("DISCARD TEMP")
    taken = rows_taken(connection)
    upgrade(connection, "server")
    testify(connection, taken, ARCHIVE, now)


def _step_aside(connection: Connection, old: OldDatabase) -> None:
    connection.exec_driver_sql(f"CREATE SCHEMA {ARCHIVE}")
    for name in (*sorted(OUR_TABLES & old.tables.keys()), *old.auth):
        connection.exec_driver_sql(f'ALTER TABLE {SCHEMA}."{name}" SET SCHEMA {ARCHIVE}')
    for name in old.types:
        connection.exec_driver_sql(f"ALTER TYPE {SCHEMA}.{name} SET SCHEMA {ARCHIVE}")


class _Constraint(NamedTuple):
    table: str
    name: str
    definition: str


@contextmanager
def _better_auth_back(connection: Connection, names: Sequence[str]) -> Iterator[None]:
    """Put Better Auth's own tables where the first steps have made ours, and let our foreign keys lead to them."""
    if names:
        _let_go(connection, names)
        for name in names:
            connection.exec_driver_sql(_DROP_OURS[name])
        for name in names:
            connection.exec_driver_sql(f'ALTER TABLE {ARCHIVE}."{name}" SET SCHEMA {SCHEMA}')
    yield


def _let_go(connection: Connection, names: Sequence[str]) -> None:
    """What stepped aside must not hold people fast who are deleted later."""
    found = connection.exec_driver_sql(
        "SELECT k.conrelid::regclass::text, k.conname, '' FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        " WHERE k.contype = 'f' AND c.relnamespace = %(archive)s::regnamespace AND c.relname <> ALL(%(names)s)"
        " AND k.confrelid IN (SELECT oid FROM pg_class"
        "   WHERE relnamespace = %(archive)s::regnamespace AND relname = ANY(%(names)s))",
        {"archive": ARCHIVE, "names": list(names)},
    )
    for table, name, _ in found.all():
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


@contextmanager
def _without_checks(connection: Connection, replaced: Sequence[str]) -> Iterator[None]:
    """Fill tables without their foreign keys and indexes, and make these afterwards, each in one pass."""
    found = connection.exec_driver_sql(_FOREIGN_KEYS, {"schema": SCHEMA, "replaced": list(replaced)})
    keys = [_Constraint(*row) for row in found]
    indexes = connection.exec_driver_sql(_INDEXES, {"schema": SCHEMA, "tables": list(STAGED)}).all()
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.table} DROP CONSTRAINT "{key.name}"')
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.table} ADD CONSTRAINT "{key.name}" {key.definition}')


def _fill(connection: Connection, old: OldDatabase, name: str) -> None:
    """Insert what was staged, each row under its business's next revision, with the other tool's columns."""
    target, staged = _columns(connection, f"{SCHEMA}.{name}"), _columns(connection, f"pg_temp.new_{name}")
    values = {column: f'x."{column}"::{target[column]}' for column in staged if column in target}
    numbered = "revision" in target
    if numbered:
        values["revision"] = "1" if name == "businesses" else _NEXT_REVISION
    values |= _columns_of_other_tool(connection, old, name)
    chosen = ", ".join(f'"{column}"' for column in values)
    counters = f"JOIN {SCHEMA}.sync_counters c ON c.business_id = x.business_id" if "business_id" in staged else ""
    others = f"LEFT JOIN {ARCHIVE}.{name} o ON o.id = x.old_id" if old.adopted_table(name) else ""
    connection.exec_driver_sql(
        f"INSERT INTO {SCHEMA}.{name} ({chosen}) SELECT {', '.join(values.values())}"
        f" FROM new_{name} x {counters} {others}"
    )
    if name == "businesses":
        connection.exec_driver_sql(_FIRST_COUNTERS)
    elif numbered:
        connection.exec_driver_sql(_COUNT_ON.format(name=name))


def _columns(connection: Connection, table: str) -> dict[str, str]:
    found = connection.exec_driver_sql(
        "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (table,),
    )
    return {row.attname: row.format_type for row in found}


def _columns_of_other_tool(connection: Connection, old: OldDatabase, name: str) -> dict[str, str]:
    """Add them to our table, without defaults or rules, and say where their values are."""
    table = old.adopted_table(name)
    if table is None or not table.of_other_tool:
        return {}
    kinds = _columns(connection, f"{ARCHIVE}.{name}")
    for column in table.of_other_tool:
        connection.exec_driver_sql(f'ALTER TABLE {SCHEMA}.{name} ADD COLUMN "{column}" {kinds[column]}')
    return {column: f'o."{column}"' for column in table.of_other_tool}


def _require_equal_debts(connection: Connection) -> None:
    """By our reckoning, from the tables that are there now, every customer owes what the old reckoning said."""
    differing = list(connection.exec_driver_sql(_DIFFERING).scalars())
    if differing:
        raise CannotAdopt(f"The debts of these customers would not be the same: {', '.join(differing[:20])}.")


_DROP_OURS: Final = {
    "user": 'DROP TABLE public."user" CASCADE',
    "session": "DROP TABLE public.session CASCADE",
    "account": "DROP TABLE public.account CASCADE",
    "verification": "DROP TABLE public.verification CASCADE",
}
_NEXT_REVISION: Final = "c.revision + row_number() OVER (PARTITION BY x.business_id ORDER BY x.id)"
_FIRST_COUNTERS: Final = f"INSERT INTO {SCHEMA}.sync_counters SELECT id, 1 FROM new_businesses"
_COUNT_ON: Final = f"""
    UPDATE {SCHEMA}.sync_counters c SET revision = c.revision + n.rows
    FROM (SELECT business_id, count(*) AS rows FROM new_{{name}} GROUP BY 1) n WHERE n.business_id = c.business_id
"""
_FOREIGN_KEYS: Final = """
    SELECT k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND c.relnamespace = %(schema)s::regnamespace AND c.relname <> ALL(%(replaced)s)
    ORDER BY k.conname
"""
_INDEXES: Final = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(tables)s)
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
    ORDER BY 1
"""
_DIFFERING: Final = f"""
    WITH due AS (
      SELECT business_id, client_id AS id, sum(balance_due) AS amount
      FROM {SCHEMA}.sales WHERE voided_at IS NULL GROUP BY 1, 2
    ), paid AS (
      SELECT business_id, client_id AS id, sum(amount) AS amount
      FROM {SCHEMA}.abonos WHERE voided_at IS NULL GROUP BY 1, 2
    ), ours AS (
      SELECT c.business_id, c.id, b.balance,
        c.opening_balance + coalesce(due.amount, 0) - coalesce(paid.amount, 0) AS reckoned
      FROM {SCHEMA}.customers c
      LEFT JOIN {SCHEMA}.customer_balances b USING (business_id, id)
      LEFT JOIN due USING (business_id, id) LEFT JOIN paid USING (business_id, id)
    )
    SELECT coalesce(ours.id, o.customer_id)::text FROM ours
    FULL JOIN old_debts o ON o.business_id = ours.business_id AND o.customer_id = ours.id
    WHERE ours.reckoned IS DISTINCT FROM coalesce(o.debt, 0) OR ours.balance IS DISTINCT FROM coalesce(o.debt, 0)
    ORDER BY 1
"""
