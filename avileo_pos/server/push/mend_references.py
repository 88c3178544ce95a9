"""A fact whose parent central never got is stored all the same: with a stand-in for the parent, or without it.

The goods are sold and the money is in the drawer, whatever happened to the customer's card on its way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Table

from avileo_pos.server.push.derived import Ledger
from avileo_pos.server.push.open_push import NewRow, OpenPush, Stated
from avileo_pos.server.push.parse_push import Arrived
from avileo_pos.server.push.stand_ins import Name, can_stand_in, insert_stand_ins
from avileo_pos.tables.shared import business_users


class Reference(NamedTuple):
    """A column that leads to a row of `target`."""

    column: str
    target: str
    nullable: bool


def mend_references(
    push: OpenPush, stated: Sequence[Stated], born: Sequence[Stated], ledger: Ledger
) -> Mapping[str, list[str]]:
    """Make every reference lead to a row, and say for each operation what was mended.

    `born` are the rows that are about to be inserted, so that they may be referred to.
    """
    missing = _find_missing(push, _wanted(stated, born))
    if not missing:
        return {}
    mended: defaultdict[str, list[str]] = defaultdict(list)
    wanted: dict[Name, Arrived] = {}
    for arrived, table, row in stated:
        for reference in references_of(table):
            name = (reference.target, row.get(reference.column))
            if name not in missing:
                continue
            mended[arrived.id].append(f"unknown_{reference.target}")
            if can_stand_in(reference.target):
                wanted[name] = arrived
            elif reference.nullable:
                row[reference.column] = None
    insert_stand_ins(push, wanted, ledger)
    return mended


@cache
def references_of(table: Table) -> tuple[Reference, ...]:
    """The columns of a tenant table that lead to another row of the same business, other than to a member."""
    return tuple(
        Reference(column.name, key.column.table.name, bool(column.nullable))
        for column in table.columns
        for key in column.foreign_keys
        if column.name not in {"business_id", "id"} and key.column.table is not business_users
    )


def _wanted(stated: Sequence[Stated], born: Sequence[Stated]) -> dict[str, list[str]]:
    """The ids that these rows refer to, by table, other than those of rows that come with them."""
    rows = _rows_by_table(stated)
    wanted: defaultdict[str, set[str | None]] = defaultdict(set)
    for table, of_table in rows.items():
        for reference in references_of(table):
            wanted[reference.target] |= {row.get(reference.column) for row in of_table}
    for table, of_table in _rows_by_table(born).items():
        if table.name in wanted:
            wanted[table.name] -= {row["id"] for row in of_table}
    named = {target: [each for each in ids if each is not None] for target, ids in wanted.items()}
    return {target: ids for target, ids in named.items() if ids}


def _rows_by_table(stated: Iterable[Stated]) -> dict[Table, list[NewRow]]:
    rows: defaultdict[Table, list[NewRow]] = defaultdict(list)
    for _, table, row in stated:
        rows[table].append(row)
    return rows


def _find_missing(push: OpenPush, ids: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    if not ids:
        return set()
    question = " UNION ALL ".join(
        f"SELECT '{target}', x.id::text FROM unnest(%({target})s::uuid[]) AS x(id) WHERE NOT EXISTS"
        f" (SELECT 1 FROM {target} t WHERE t.business_id = %(business_id)s AND t.id = x.id)"
        for target in ids
    )
    found = push.connection.exec_driver_sql(question, {"business_id": push.business_id, **ids})
    return {(target, row_id) for target, row_id in found}
