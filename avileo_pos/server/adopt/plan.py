"""The plan: what would become of each old row and value, read by comparing the old tables with what was staged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from avileo_pos.server.adopt.old_tables import SPECIFIED, OldDatabase
from avileo_pos.server.adopt.staging import STAGED
from avileo_pos.tables.base import metadata

_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A column's values that become others; `examples` are (id, old value, new value)."""

    column: str
    rows: int
    examples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Rows for which the new table has no place; they stay in the old one."""

    reason: str
    rows: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What becomes of one table. `rows` are its own; `taken` of them go on as rows of ours.

    `copies` and `stand_ins` are rows more than there were. `added` are columns that an old table did not have, `filled`
    those in which a NULL becomes a value (with how often), `kept` those of the other tool, `in_the_way` those whose
    values stay in the old table as we mean something of our own by the name.
    """

    name: str
    is_new: bool
    rows: int
    taken: int
    copies: int
    stand_ins: int
    added: tuple[str, ...] = ()
    filled: tuple[tuple[str, int], ...] = ()
    changed: tuple[Change, ...] = ()
    left_behind: tuple[LeftBehind, ...] = ()
    kept: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A product that several businesses could own.

    `sellers` are the businesses that have sold it, the greatest seller first, each as (id, name).
    """

    product_id: str
    name: str
    sellers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Debts:
    """Sums in soles over all customers. `differing` are the customers whose debt would not be the same."""

    customers: int
    before: Decimal
    after: Decimal
    differing: tuple[str, ...]
    opening_customers: int
    opening: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an operator has to know before saying yes."""

    tables: tuple[TablePlan, ...]
    debts: Debts
    questions: tuple[Question, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def can_be_carried_out(self) -> bool:
        return not self.refusals and not self.questions


def plan_of(connection: Connection, old: OldDatabase) -> Plan:
    """Read the plan from what was staged."""
    debts = _debts(connection)
    return Plan(
        tables=tuple(_table(connection, old, name) for name in STAGED),
        debts=debts,
        questions=tuple(_questions(connection)),
        warnings=tuple(_warnings(connection, old)),
        refusals=(*_refusals(connection), *_differing(debts)),
    )


def _table(connection: Connection, old: OldDatabase, name: str) -> TablePlan:
    found = connection.exec_driver_sql(f"SELECT origin, count(*) AS rows FROM new_{name} GROUP BY 1")
    origins = {row.origin: row.rows for row in found}
    table = old.adopted_table(name)
    columns = _staged_columns(connection, name)
    made = {"taken": origins.get("row", 0), "copies": origins.get("copy", 0), "stand_ins": origins.get("stand_in", 0)}
    if table is None:
        return TablePlan(name, is_new=True, rows=0, **made)
    compared = [column for column in table.specified if column in columns]
    filled, changed = _compare(connection, name, compared)
    return TablePlan(
        name,
        is_new=False,
        rows=_count(connection, f"old_{name}"),
        **made,
        added=tuple(column for column in _our_columns(name) if column not in table.columns),
        filled=filled,
        changed=changed,
        left_behind=tuple(_left_behind(connection, name)),
        kept=table.of_other_tool,
        in_the_way=table.in_the_way,
    )


def _our_columns(name: str) -> tuple[str, ...]:
    return tuple(str(column.name) for column in metadata.tables[name].columns)


def _staged_columns(connection: Connection, name: str) -> tuple[str, ...]:
    found = connection.exec_driver_sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND attname NOT IN ('old_id', 'origin') ORDER BY attnum",
        (f"pg_temp.new_{name}",),
    )
    return tuple(found.scalars())


def _compare(
    connection: Connection, name: str, columns: list[str]
) -> tuple[tuple[tuple[str, int], ...], tuple[Change, ...]]:
    """Count, in one pass over the table, where a NULL was filled in and where a value became another."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE o.{column} IS NULL AND n.{column} IS NOT NULL),"
        f" count(*) FILTER (WHERE o.{column} IS NOT NULL AND o.{column} IS DISTINCT FROM n.{column})"
        for column in columns
    )
    counted = list(connection.exec_driver_sql(f"SELECT {counts} FROM {_both(name)}").one())
    filled = tuple((column, rows) for column, rows in zip(columns, counted[::2], strict=True) if rows)
    changed = tuple(
        Change(column, rows, _examples(connection, name, column))
        for column, rows in zip(columns, counted[1::2], strict=True)
        if rows
    )
    return filled, changed


def _both(name: str) -> str:
    return f"old_{name} o JOIN new_{name} n ON n.old_id = o.id AND n.origin = 'row'"


def _examples(connection: Connection, name: str, column: str) -> tuple[tuple[str, str, str], ...]:
    found = connection.exec_driver_sql(
        f"SELECT o.id::text, o.{column}::text, coalesce(n.{column}::text, 'NULL') FROM {_both(name)}"
        f" WHERE o.{column} IS NOT NULL AND o.{column} IS DISTINCT FROM n.{column} ORDER BY o.id LIMIT {_EXAMPLES}"
    )
    return tuple((row_id, was, becomes) for row_id, was, becomes in found)


def _left_behind(connection: Connection, name: str) -> Iterator[LeftBehind]:
    found = connection.exec_driver_sql(
        "SELECT reason, count(*), array_agg(id::text ORDER BY id) FROM left_behind WHERE table_name = %s"
        " GROUP BY 1 ORDER BY 1",
        (name,),
    )
    for reason, rows, ids in found:
        yield LeftBehind(reason, rows, tuple(ids))


def _debts(connection: Connection) -> Debts:
    customers, before, after = connection.exec_driver_sql(_SUMS).one()
    opening_customers, opening = connection.exec_driver_sql(_OPENING).one()
    differing = tuple(connection.exec_driver_sql(_DIFFERING).scalars())
    return Debts(customers, before, after, differing, opening_customers, opening)


def _questions(connection: Connection) -> Iterator[Question]:
    found = connection.exec_driver_sql("SELECT product_id::text, name, sellers FROM questions ORDER BY name, 1")
    for product_id, name, sellers in found:
        yield Question(product_id, name or "", tuple((business, called) for business, called in sellers))


def _refusals(connection: Connection) -> Iterator[str]:
    found = connection.exec_driver_sql(
        "SELECT reason, count(*), (array_agg(id ORDER BY id))[1:20] FROM refused GROUP BY 1 ORDER BY 1"
    )
    for reason, rows, ids in found:
        yield f"{reason} {', '.join(ids)}{'' if rows == len(ids) else f' and {rows - len(ids)} more'}."
    yield from _unaccounted(connection)


def _unaccounted(connection: Connection) -> Iterator[str]:
    """Rows that are neither staged nor left behind for a reason: none is ever dropped in silence."""
    if _count(connection, "refused") or _count(connection, "questions"):
        return
    for name in SPECIFIED:
        lost = connection.exec_driver_sql(
            f"SELECT o.id::text FROM old_{name} o WHERE NOT EXISTS (SELECT 1 FROM new_{name} n WHERE n.old_id = o.id)"
            f" AND NOT EXISTS (SELECT 1 FROM left_behind l WHERE l.table_name = '{name}' AND l.id = o.id)"
            " ORDER BY 1 LIMIT 20"
        )
        ids = list(lost.scalars())
        if ids:
            yield f"These rows of {name} would be lost: {', '.join(ids)}."


def _differing(debts: Debts) -> Iterator[str]:
    if debts.differing:
        yield f"The debts of these customers would not be the same: {', '.join(debts.differing[:20])}."


def _warnings(connection: Connection, old: OldDatabase) -> Iterator[str]:
    for user_id, email in connection.exec_driver_sql(_MIXED_EMAILS):
        yield f"{email} ({user_id}) can sign in once the email is in lower case, as Better Auth stores and looks it up."
    for business, name, rows in connection.exec_driver_sql(_SAME_NAMES):
        yield f"{rows} products of business {business} are called «{name}»; all of them are kept."
    for business, name in connection.exec_driver_sql(_WITHOUT_ADMIN):
        yield f"Nobody is an active admin of «{name}» ({business})."
    for sentence in old.dependants:
        yield f"{sentence}: it goes on pointing at the old table."
    for name in old.set_aside:
        yield f"The table {name} has the name of one of ours; it is kept among the old tables."
    if old.others:
        yield f"These tables are none of ours and stay as they are: {', '.join(old.others)}."


def _count(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())


_SUMS: Final = """
    SELECT (SELECT count(*) FROM old_debts WHERE debt <> 0), (SELECT coalesce(sum(debt), 0) FROM old_debts),
      (SELECT coalesce(sum(balance), 0) FROM new_customer_balances)
"""
_OPENING: Final = """
    SELECT count(*), coalesce(sum(opening_balance), 0) FROM new_customers WHERE opening_balance <> 0
"""
_DIFFERING: Final = """
    SELECT coalesce(c.id, o.customer_id)::text FROM old_debts o
    FULL JOIN new_customer_balances c ON c.business_id = o.business_id AND c.id = o.customer_id
    WHERE coalesce(o.debt, 0) <> coalesce(c.balance, 0) OR c.id IS NULL ORDER BY 1
"""
_MIXED_EMAILS: Final = "SELECT id, email FROM old_users WHERE email <> lower(email) ORDER BY email"
_SAME_NAMES: Final = """
    SELECT business_id::text, min(name), count(*) FROM new_products
    GROUP BY business_id, lower(trim(name)) HAVING count(*) > 1 ORDER BY 1, 2
"""
_WITHOUT_ADMIN: Final = """
    SELECT b.id::text, b.name FROM new_businesses b WHERE b.is_active AND NOT EXISTS (
      SELECT 1 FROM new_business_users m WHERE m.business_id = b.id AND m.is_active AND m.role = 'admin_negocio')
    ORDER BY b.name
"""
