"""What central has said last of this business, as this till knows it, without anything that was only done here.

With it another central can begin where this till's history with central stands: a branch, for a market without
internet. It is read beside the selling, as of one moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import COLLECTIONS, Collection, TablePage
from avileo_pos.protocol.branches import BranchPoint, is_branch
from avileo_pos.protocol.collections import VOID_COLUMNS
from avileo_pos.replica.database import reader_of, trouble_told_by_driver
from avileo_pos.tables.shared import SYNCED_TABLES

ROWS_A_PAGE: Final = 5_000


def write_word_of_central(replica: Path, target: Path) -> BranchPoint:
    """Lines of JSON: the point, then a TablePage in each. The till must see what an admin sees: the caller's to know.

    Raises BusinessRuleBroken: catalog_not_here, before the first pull has ended and while everything is taken anew;
    pull_unfinished, while facts may be here without the figures that hold them; already_sharing, where this till
    follows a branch itself. ReplicaDamaged, OSError.
    """
    with trouble_told_by_driver(), closing(reader_of(replica)) as db, target.open("wb") as file:
        db.execute("BEGIN")
        point = _point(db)
        for part in (point, *_pages(db, point.head)):
            file.write(msgspec.json.encode(part) + b"\n")
    return point


def _point(db: sqlite3.Connection) -> BranchPoint:
    found = db.execute(
        "SELECT i.business_id, s.epoch, s.pulled_head, s.resyncing, s.pull_mark"
        " FROM till_identity i CROSS JOIN sync_state s"
    ).fetchone()
    if found is None or found[1] is None or found[3] or not found[2]:
        raise BusinessRuleBroken("catalog_not_here")
    business_id, epoch, head, _, mark = found
    if is_branch(epoch):
        raise BusinessRuleBroken("already_sharing")
    if _is_pull_unfinished(db, head):
        raise BusinessRuleBroken("pull_unfinished")
    return BranchPoint(business_id, epoch, head, mark)


def _is_pull_unfinished(db: sqlite3.Connection, head: int) -> bool:
    newer = " UNION ALL ".join(f"SELECT 1 FROM {table.name} WHERE revision > :head" for table in SYNCED_TABLES)
    return bool(db.execute(f"SELECT EXISTS ({newer})", {"head": head}).fetchone()[0])


def _pages(db: sqlite3.Connection, head: int) -> Iterator[TablePage]:
    for table in SYNCED_TABLES:
        collection = COLLECTIONS[table.name]
        columns = [str(column.name) for column in collection.travelling]
        rows = _rows(db, collection, columns, head)
        while page := list(islice(rows, ROWS_A_PAGE)):
            yield TablePage(collection.name, columns, page)


def _rows(db: sqlite3.Connection, collection: Collection, columns: list[str], head: int) -> Iterator[list[Any]]:
    """What was born here comes with its own operation; what was changed here stands as it was before."""
    bases, unanswered_voids = _bases(db, collection), _unanswered_voids(db, collection, head)
    found = db.execute(f"SELECT {', '.join(columns)} FROM {collection.name} WHERE revision > 0 ORDER BY id")
    for values in found:
        row = dict(zip(columns, values, strict=True))
        row |= {name: value for name, value in bases.get(row["id"], {}).items() if name in row}
        if row["id"] in unanswered_voids:
            row |= dict.fromkeys(VOID_COLUMNS)
        yield list(row.values())


def _bases(db: sqlite3.Connection, collection: Collection) -> Mapping[str, dict[str, Any]]:
    found = db.execute("SELECT entity_id, base FROM sync_bases WHERE collection = ?", (collection.name,))
    return {entity_id: msgspec.json.decode(base) for entity_id, base in found}


def _unanswered_voids(db: sqlite3.Connection, collection: Collection, head: int) -> frozenset[str]:
    """The facts voided here of which the rows up to `head` know nothing."""
    found = db.execute(
        "SELECT entity_id FROM sync_queue WHERE operation_type = 'delete' AND collection = ?"
        " AND coalesce(acked_revision > ?, status <> 'acked')",
        (collection.name, head),
    )
    return frozenset(entity_id for (entity_id,) in found)
