"""What central sent goes into the file as it came, in pieces so short that the cashier never waits for a pull.

Each piece is a transaction of its own, and the cursor moves with the last one. A row is written only if it is newer
than what stands here, so a page that was torn by a crash is simply asked for and written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, update

from avileo_pos.cards import answered_since, edited_entities, rebase
from avileo_pos.protocol import COLLECTIONS, Collection, DigestAnswer, Kind, PullPage, TableDigest, TablePage
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.queue import PulledFact, heed_pulled_facts, pulled_unanswered
from avileo_pos.replica.sync_state import note_page
from avileo_pos.replica.transaction import writes_pulled_rows
from avileo_pos.tables.shared import SYNCED_TABLES, businesses
from avileo_pos.tables.till import sync_state
from avileo_pos.work import mirror_sync_status

PIECE_SECONDS: Final = 0.05
FEWEST_ROWS: Final = 50
MOST_ROWS: Final = 5_000
_TORN_OFF: Final = 500  # rows that a resync forgets or removes in one piece
_CATALOG: Final = frozenset({"businesses", "business_users", "products", "envases"})
_SEEN_TOGETHER: Final = tuple(
    (part, whole.name, column)
    for whole in COLLECTIONS.values()
    for part, column in whole.parts.items()
    if COLLECTIONS[part].sight.parent == whole.name
)
"""Each part with its whole, where whoever may see that may see this too; and the column that leads there."""
_FIGURES: Final = frozenset(name for name, collection in COLLECTIONS.items() if collection.kind is Kind.DERIVED)

Piece = Callable[[Replica], None]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one collection, with the places of the columns that this program knows."""

    collection: Collection
    columns: tuple[str, ...]
    rows: Rows


class PagePieces:
    """Cuts pages into pieces that take about 50 ms each, and learns the size from each piece."""

    def __init__(self, timer: Callable[[], float] = perf_counter, rows: int = 500) -> None:
        self._timer = timer
        self._rows = rows

    def of(self, page: PullPage) -> Iterator[Piece]:
        """The pieces to write, in this order; the place that the page reaches comes with the last one."""
        parts = self._parts(page)
        held = next(parts, None)
        for part in parts:
            yield self._piece(held, page)
            held = part
        yield self._piece(held, page, is_last=True)

    def _parts(self, page: PullPage) -> Iterator[_Part]:
        # A figure comes after the facts that it holds: one whose answer was lost is then known not to be missing in it.
        for table in sorted(page.tables, key=lambda each: each.collection in _FIGURES):
            known = _known(table)
            start = 0
            while known is not None and start < len(known.rows):
                size = self._rows
                yield _Part(known.collection, known.columns, known.rows[start : start + size])
                start += size

    def _piece(self, part: _Part | None, page: PullPage, *, is_last: bool = False) -> Piece:
        def piece(replica: Replica) -> None:
            started = self._timer()
            writes_pulled_rows(_store, part, page, is_last=is_last)(replica)
            if part is not None:
                self._learn(len(part.rows), self._timer() - started)

        return piece

    def _learn(self, rows: int, seconds: float) -> None:
        if rows < self._rows and seconds < PIECE_SECONDS:
            return  # the end of a table says nothing of what would fit
        fitting = round(rows * PIECE_SECONDS / max(seconds, 0.001))
        self._rows = min(max(fitting, self._rows // 2, FEWEST_ROWS), self._rows * 2, MOST_ROWS)


def _known(table: TablePage) -> _Part | None:
    """The part of a table's page that this program understands; a newer central may send more."""
    collection = COLLECTIONS.get(table.collection)
    if collection is None:
        return None
    ours = {column.name for column in collection.travelling}
    places = [place for place, name in enumerate(table.columns) if name in ours]
    columns = tuple(table.columns[place] for place in places)
    if len(places) == len(table.columns):
        return _Part(collection, columns, table.rows)
    return _Part(collection, columns, list(map(itemgetter(*places), table.rows)))


def _store(db: Connection, part: _Part | None, page: PullPage, *, is_last: bool) -> None:
    """The mark comes with the first rows: without it nothing would tell that central has lost these again."""
    note_page(db, page.mark)
    if part is not None:
        _store_rows(db, part)
    if is_last:
        _mirror_what_waits(db)
        if page.complete:
            _remove_what_central_has_otherwise(db, page.head)
        _keep_place(db, page)


def _store_rows(db: Connection, part: _Part) -> None:
    business_id = read_identity(db).business_id
    statement = _upsert_text(part.collection.name, part.columns, business_id)
    db.exec_driver_sql(statement, list(map(tuple, part.rows)))
    if part.collection.kind is Kind.CARD or part.collection.voidable:
        _rebase_edited(db, part)
    if part.collection.kind is Kind.FACT:
        heed_pulled_facts(db, part.collection.name, _facts(part))


def _rebase_edited(db: Connection, part: _Part) -> None:
    identity_of, revision_of = part.columns.index("id"), part.columns.index("revision")
    oldest = min(row[revision_of] for row in part.rows)
    edited = edited_entities(db, part.collection.name) | answered_since(db, part.collection.name, oldest)
    if edited:
        pulled = {row[identity_of]: row[revision_of] for row in part.rows if row[identity_of] in edited}
        rebase(db, part.collection.name, pulled)


def _mirror_what_waits(db: Connection) -> None:
    """A row that has just come into a file which lacked it may be one of which an edit or a void waits here.

    Or it came inside a fact that waits here for an answer which was lost, as what others did to that fact.
    """
    business_id, unanswered = read_identity(db).business_id, pulled_unanswered(db)
    for name, collection in COLLECTIONS.items():
        edited = edited_entities(db, name) if collection.kind is Kind.CARD or collection.voidable else ()
        if waiting := {*edited, *unanswered.get(name, ())}:
            mirror_sync_status(db, business_id, collection.table, waiting)


def _remove_what_central_has_otherwise(db: Connection, head: int) -> None:
    """A cart that an older file brought back, and that was charged again, is the sale that central had of it.

    Its lines and payments are those that came from there: with those of the second charge it would count twice.
    """
    asked = {"business": str(read_identity(db).business_id), "head": head}
    for part, whole, column in _SEEN_TOGETHER:
        held = _held(part, unless="q.operation_type = 'create' AND q.entity_id = w.id")
        db.exec_driver_sql(
            f"DELETE FROM {part} WHERE rowid IN (SELECT t.rowid FROM {part} t"
            f" JOIN {whole} w ON w.business_id = t.business_id AND w.id = t.{column}"
            f" WHERE t.business_id = :business AND t.revision = 0 AND w.revision > 0 AND NOT {held})",
            asked,
        )


def _facts(part: _Part) -> dict[str, PulledFact]:
    identity_of, revision_of = part.columns.index("id"), part.columns.index("revision")
    voided_at = part.columns.index("voided_at") if part.collection.voidable else None
    return {
        row[identity_of]: PulledFact(row[revision_of], voided_at is not None and row[voided_at] is not None)
        for row in part.rows
    }


@cache
def _upsert_text(collection: str, columns: tuple[str, ...], business_id: UUID) -> str:
    """OR REPLACE is for rows that a restored central made again under other ids: the stale one gives way."""
    table = COLLECTIONS[collection].table
    fixed = {} if table is businesses else {"business_id": f"'{business_id}'"}
    if "sync_status" in table.columns:
        fixed["sync_status"] = "'synced'"
    names = ", ".join((*fixed, *columns))
    values = ", ".join((*fixed.values(), *("?" for _ in columns)))
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    key = "id" if table is businesses else "business_id, id"
    return (
        f"INSERT OR REPLACE INTO {table.name} ({names}) VALUES ({values})"
        f" ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE excluded.revision > {table.name}.revision"
    )


def _keep_place(db: Connection, page: PullPage) -> None:
    reached: dict[str, Any] = {"cursor": page.cursor, "last_seen_head": page.head}
    if page.complete:
        reached["pulled_head"] = page.head
    if not page.snapshot or page.complete or any(table.collection not in _CATALOG for table in page.tables):
        reached["catalog_ready"] = True
    db.execute(update(sync_state).values(reached))


# --- Resync ----------------------------------------------------------------------------------------------------------


def forget_revisions(db: Connection) -> bool:
    """One step of taking all rows as older than anything that comes; True while there is more to do.

    A revision is forgotten by its sign, as a figure goes on telling by it which own facts it holds.
    """
    business_id = str(read_identity(db).business_id)
    for table in SYNCED_TABLES:
        key = "id" if table is businesses else "business_id"
        forgotten = db.exec_driver_sql(
            f"UPDATE {table.name} SET revision = -revision WHERE rowid IN"
            f" (SELECT rowid FROM {table.name} WHERE {key} = ? AND revision > 0 LIMIT ?)",
            (business_id, _TORN_OFF),
        )
        if forgotten.rowcount:
            return True
    return False


def remove_unbrought_rows(db: Connection, head: int) -> bool:
    """One step of removing what central no longer shows to this till; True while there is more to do.

    Call it when everything up to `head` has been pulled: then a row that still has no revision above zero was not
    brought. A figure goes, as there is nothing behind it any more. Any other row stays while an operation holds it
    that is open, or that central stored after `head`, and waits to be sent back like one that is new.
    """
    business_id = str(read_identity(db).business_id)
    unbrought = [table for table in reversed(SYNCED_TABLES) if table is not businesses]
    for table in unbrought:
        held = "FALSE" if COLLECTIONS[table.name].kind is Kind.DERIVED else _held(table.name)
        removed = db.exec_driver_sql(
            f"DELETE FROM {table.name} WHERE rowid IN (SELECT t.rowid FROM {table.name} t"
            f" WHERE t.business_id = :business AND t.revision <= 0 AND NOT {held} LIMIT :most)",
            {"business": business_id, "head": head, "most": _TORN_OFF},
        )
        if removed.rowcount:
            return True
    for table in unbrought:
        anew = ", ".join(f"{column} = 0" for column in ("revision", *COLLECTIONS[table.name].derived))
        db.exec_driver_sql(f"UPDATE {table.name} SET {anew} WHERE business_id = ? AND revision < 0", (business_id,))
    return False


def _held(table: str, unless: str = "FALSE") -> str:
    """The condition that an operation holds a row: one of the row itself, or of the aggregate inside which it came.

    For one that is open there may be an exception.
    """
    parents = (collection.parts[table] for collection in COLLECTIONS.values() if table in collection.parts)
    columns = ", ".join(f"t.{column}" for column in ("id", *parents))
    return (
        f"EXISTS (SELECT 1 FROM sync_queue q WHERE q.entity_id IN ({columns})"
        f" AND (q.status <> 'acked' AND NOT ({unless}) OR q.acked_revision > :head))"
    )


# --- Digest ----------------------------------------------------------------------------------------------------------


def differing_collections(db: Connection, answer: DigestAnswer) -> tuple[str, ...]:
    """The collections in which this till, when it has pulled up to `answer.head`, differs from central."""
    return tuple(
        name for name, digest in answer.collections.items() if name in COLLECTIONS and _digest_here(db, name) != digest
    )


def _digest_here(db: Connection, collection: str) -> TableDigest:
    row = db.exec_driver_sql(f"SELECT count(*), coalesce(sum(revision), 0) FROM {collection} WHERE revision > 0").one()
    return TableDigest(count=row[0], revisions=row[1])
