"""What a till gets when it pulls: first a snapshot in pages, then whatever has changed, by one opaque cursor.

A snapshot brings rows as they are when their page is read, so one that changed meanwhile comes newer than the head
that was fixed at the start, and once more among the changes; a row is applied only if it is newer.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection

from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import DigestAnswer, PullPage, TableDigest, TablePage, Uuid
from avileo_pos.server.business.audit import head_of_chain, is_in_history
from avileo_pos.server.business.membership import Staff, hear_of_device, staff_of
from avileo_pos.server.errors import ResyncNeeded
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.epoch import in_current_epoch
from avileo_pos.server.postgres.revisions import HEAD, JUMP, head_of
from avileo_pos.server.postgres.wire_sql import leaving, of_business
from avileo_pos.tables.base import instant_text

MOST_ROWS: Final = 5_000
LARGEST_PAGE: Final = 6 * 2**20  # bytes of JSON, so that a page of long texts still travels
LONGEST_CURSOR: Final = 12_000  # characters; it names all sellers of a till
_BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """How far a till has come. In a snapshot: after row `last` of `collection`, with the head fixed at its start.

    Afterwards `collection` is absent, and everything up to `revision` has been brought.
    """

    epoch: Annotated[str, msgspec.Meta(max_length=64)]
    view: Annotated[str, msgspec.Meta(max_length=8192)]
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    collection: Annotated[str, msgspec.Meta(max_length=63)] | None = None
    last: Uuid = _BEFORE_ALL

    def opaque(self) -> str:
        return urlsafe_b64encode(msgspec.json.encode(self)).decode()


_CURSOR: Final = msgspec.json.Decoder(Cursor)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for what a business has: a person, at a till."""

    business_id: UUID
    device_id: UUID
    user_id: str


@dataclass(frozen=True, slots=True)
class _Reader:
    """One person reading one business's rows, at a device."""

    connection: Connection
    business_id: UUID
    staff: Staff

    @property
    def sees_all(self) -> bool:
        return self.staff.caller.sees_all

    @property
    def view(self) -> str:
        """What another one would be sent otherwise, who then has to take everything anew."""
        role = self.staff.caller.actor.role
        return f"{role}:{self.staff.caller.id if self.sees_all else ','.join(self.staff.sellers_here)}"

    def rows(self, collection: Collection, condition: str, order: str, limit: int, **values: Any) -> list[Any]:
        statement = (
            f"SELECT {_chosen(collection.name, self.sees_all)} FROM {collection.name} t"
            f" WHERE {self._visible(collection)} AND {condition} ORDER BY t.{order} LIMIT {limit}"
        )
        return self._fetch(statement, **values)

    def changed(self, after: int, head: int, limit: int) -> list[Any]:
        """(collection, how many, the last one's revision) of the next changes, at most `limit` of them in all."""
        each = " UNION ALL ".join(
            f"(SELECT '{name}' AS name, t.revision FROM {name} t WHERE {self._visible(collection)}"
            f" AND t.revision > %(after)s AND t.revision <= %(head)s ORDER BY t.revision LIMIT {limit})"
            for name, collection in COLLECTIONS.items()
        )
        nearest = f"SELECT name, revision FROM ({each}) AS every ORDER BY revision LIMIT {limit}"
        question = f"SELECT name, count(*), max(revision) FROM ({nearest}) AS nearest GROUP BY name"
        return self._fetch(question, after=after, head=head)

    def digests(self) -> list[Any]:
        """(collection or «head», rows, revisions), all as of one moment, as it is one statement."""
        each = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(t.revision), 0)::bigint FROM {name} t"
            f" WHERE {self._visible(collection)}"
            for name, collection in COLLECTIONS.items()
        )
        return self._fetch(f"SELECT 'head', 0, {HEAD} UNION ALL {each}", jump=JUMP)

    def _visible(self, collection: Collection) -> str:
        return of_business(collection.table) if self.sees_all else _seen_by_vendedor(collection)

    def _fetch(self, statement: str, **values: Any) -> list[Any]:
        """Plain tuples of texts and whole numbers, which go into JSON as they are."""
        known = {"business_id": str(self.business_id), "sellers": self.staff.sellers_here}
        found = self.connection.exec_driver_sql(statement, known | values)
        return list(found.cursor.fetchall()) if found.cursor is not None else []


def collect_pull(
    database: Database, caller: Caller, cursor: str | None, limit: int, now: datetime, marks: Sequence[str] = ()
) -> bytes:
    """The next page for this person, as JSON of a PullPage.

    Raises NotAMember, DeviceRevoked, ResyncNeeded, CentralBusy.
    """
    work = partial(_in_one_transaction, caller=caller, text=cursor, limit=min(limit, MOST_ROWS), now=now, marks=marks)
    return in_current_epoch(database, work, caller.business_id, now, of_one_moment=True)


def digest(database: Database, caller: Caller, now: datetime) -> DigestAnswer:
    """How many rows this person may see, and the sum of their revisions.

    Raises NotAMember, DeviceRevoked, CentralBusy.
    """
    return in_current_epoch(database, partial(_digest, caller=caller), caller.business_id, now)


def _in_one_transaction(
    connection: Connection,
    epoch: str,
    caller: Caller,
    text: str | None,
    limit: int,
    now: datetime,
    marks: Sequence[str],
) -> bytes:
    staff = _staff(connection, caller)
    reader = _Reader(connection, caller.business_id, staff)
    hear_of_device(connection, caller.business_id, caller.device_id, now, staff.device_seen_at)
    # Head and rows are of one moment. A figure that a sale raised above the head in between would be left out by its
    # revision, and a till that has come up to the head believes its own facts to be in every figure.
    head = head_of(connection, caller.business_id)
    cursor = _cursor(text, epoch, reader.view, head)
    if not is_in_history(connection, caller.business_id, marks):
        raise ResyncNeeded
    mark = head_of_chain(connection, caller.business_id).mark
    while True:
        page = msgspec.structs.replace(_page(reader, cursor, head, limit, now), mark=mark)
        encoded = msgspec.json.encode(page)
        if len(encoded) <= LARGEST_PAGE or limit == 1:
            return encoded
        limit = max(1, limit // 4)


def _staff(connection: Connection, caller: Caller) -> Staff:
    staff = staff_of(connection, caller.business_id, caller.user_id, caller.device_id)
    staff.require_a_device_in_use()
    return staff


def _cursor(text: str | None, epoch: str, view: str, head: int) -> Cursor:
    if text is None:
        return Cursor(epoch, view, head, collection=next(iter(COLLECTIONS)))
    try:
        cursor = _CURSOR.decode(urlsafe_b64decode(text.encode()))
    except (ValueError, msgspec.DecodeError) as trouble:
        raise ResyncNeeded from trouble
    known = cursor.collection is None or cursor.collection in COLLECTIONS
    if cursor.epoch != epoch or cursor.view != view or cursor.revision > head or not known:
        raise ResyncNeeded
    return cursor


def _page(reader: _Reader, cursor: Cursor, head: int, limit: int, now: datetime) -> PullPage:
    in_snapshot = cursor.collection is not None
    tables, following = _snapshot(reader, cursor, limit) if in_snapshot else _changes(reader, cursor, head, limit)
    return PullPage(
        epoch=cursor.epoch,
        head=cursor.revision if in_snapshot else head,
        server_time=instant_text(now),
        cursor=following.opaque(),
        complete=not in_snapshot and following.revision == head,
        snapshot=in_snapshot,
        tables=tables,
    )


def _snapshot(reader: _Reader, cursor: Cursor, limit: int) -> tuple[list[TablePage], Cursor]:
    """The next rows by collection and id; after the last one the cursor goes over to changes."""
    tables: list[TablePage] = []
    names = list(COLLECTIONS)
    last = cursor.last
    for name in names[names.index(str(cursor.collection)) :]:
        rows = reader.rows(COLLECTIONS[name], "t.id > %(last)s::uuid", "id", limit, last=last)
        if rows:
            tables.append(_table_page(COLLECTIONS[name], rows))
        limit -= len(rows)
        if limit == 0:
            return tables, msgspec.structs.replace(cursor, collection=name, last=_id_of(tables[-1]))
        last = _BEFORE_ALL
    return tables, Cursor(cursor.epoch, cursor.view, cursor.revision)


def _changes(reader: _Reader, cursor: Cursor, head: int, limit: int) -> tuple[list[TablePage], Cursor]:
    """The next changed rows, cut at a revision, which no two rows share."""
    if cursor.revision == head:
        return [], cursor
    found = reader.changed(cursor.revision, head, limit)
    is_all = sum(count for _, count, _ in found) < limit
    up_to = head if is_all else max(revision for _, _, revision in found)
    wanted = {name for name, _, _ in found}
    condition = "t.revision > %(after)s AND t.revision <= %(up_to)s"
    tables = [
        _table_page(
            collection, reader.rows(collection, condition, "revision", limit, after=cursor.revision, up_to=up_to)
        )
        for name, collection in COLLECTIONS.items()
        if name in wanted
    ]
    return tables, msgspec.structs.replace(cursor, revision=up_to)


def _digest(connection: Connection, epoch: str, caller: Caller) -> DigestAnswer:
    reader = _Reader(connection, caller.business_id, _staff(connection, caller))
    found = {name: (count, revisions) for name, count, revisions in reader.digests()}
    _, head = found.pop("head")
    return DigestAnswer(epoch, head, {name: TableDigest(*each) for name, each in found.items()})


def _table_page(collection: Collection, rows: list[Any]) -> TablePage:
    return TablePage(collection.name, [str(column.name) for column in collection.travelling], rows)


def _id_of(page: TablePage) -> str:
    return str(page.rows[-1][page.columns.index("id")])


@cache
def _chosen(collection_name: str, sees_all: bool) -> str:
    collection = COLLECTIONS[collection_name]
    return ", ".join(_shown(collection, column, sees_all) for column in collection.travelling)


def _shown(collection: Collection, column: Column[Any], sees_all: bool) -> str:
    if sees_all or column.name not in collection.masked:
        return leaving(column)
    return str(collection.masked[column.name])


def _seen_by_vendedor(collection: Collection, alias: str = "t") -> str:
    """The condition that a row is the business's and these sellers' to see."""
    conditions: Sequence[str] = [of_business(collection.table, alias)]
    sight = collection.sight
    if sight.own:
        conditions = [*conditions, f"{alias}.{sight.own} = ANY(%(sellers)s::uuid[])"]
    if sight.through and sight.parent:
        parent = f"{alias}p"
        seen = _seen_by_vendedor(COLLECTIONS[sight.parent], parent)
        link = f"{parent}.id = {alias}.{sight.through}"
        conditions = [*conditions, f"EXISTS (SELECT 1 FROM {sight.parent} {parent} WHERE {seen} AND {link})"]
    return " AND ".join(conditions)
