"""What a card shows while edits of it wait: central's last word on it, with the waiting edits laid over.

Central's last word stands in `sync_bases` for as long as an operation of the card is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from avileo_pos.protocol import COLLECTIONS
from avileo_pos.protocol.collections import VOID_COLUMNS, Kind

Entity = Row[Any] | tuple[str, str]

_SINCE: Final = "since"
"""Where a base says at which revisions the columns were set that were answered after it came."""
_CHANGED_SINCE: Final = "acked_revision > ? AND collection = ? AND operation_type IN ('update', ?) AND status = 'acked'"


def edited_entities(db: Connection, collection: str) -> frozenset[str]:
    """The rows of a collection that were edited or voided here without central's answer yet, or have a base still."""
    found = db.exec_driver_sql(
        "SELECT entity_id FROM sync_queue WHERE status IN ('pending', 'inflight', 'parked')"
        " AND operation_type <> 'create' AND collection = ?1"
        " UNION SELECT entity_id FROM sync_bases WHERE collection = ?1",
        (collection,),
    )
    return frozenset(found.scalars())


def answered_since(db: Connection, collection: str, revision: int) -> frozenset[str]:
    """The rows of a collection that central has changed after this revision for something that was done here."""
    found = db.exec_driver_sql(
        f"SELECT entity_id FROM sync_queue WHERE {_CHANGED_SINCE}", (revision, collection, _changes(collection))
    )
    return frozenset(found.scalars())


def rebase(db: Connection, collection: str, pulled_revisions: Mapping[str, int]) -> None:
    """Central's rows have just been written over edited ones: keep them as the new base, and lay the edits over.

    `pulled_revisions` says for each of these rows the revision that came. A row that was not newer stays as it is. What
    central has answered since it read the row is its word too: the page was asked for before.
    """
    for entity_id, revision in pulled_revisions.items():
        row = _row(db, collection, entity_id)
        if row is None or row["revision"] != revision:
            continue
        if answered := _answered_since(db, collection, row):
            _set(db, collection, entity_id, answered)
            row |= answered
        base = _base(db, collection, entity_id)
        if _is_changed_here(db, collection, entity_id) if base is None else base["revision"] < revision:
            _keep_base(db, collection, entity_id, row)
        lay_edits_over(db, collection, entity_id)
        _void_again(db, collection, row)


def absorb_answers(db: Connection, answered: Sequence[tuple[str, int | None]]) -> None:
    """Central has stored these edits: what they set is its word now, unless the base is already later than they.

    So is what the birth says of a card for which something stood in. An answer may come after that to a later edit.
    """
    if not _any_base(db):
        return
    for operation_id, revision in answered:
        edit = db.exec_driver_sql(
            "SELECT operation_type, collection, entity_id, data FROM sync_queue"
            " WHERE id = ? AND operation_type <> 'delete'",
            (operation_id,),
        ).first()
        base = None if edit is None else _base(db, edit.collection, edit.entity_id)
        if edit is not None and base is not None:
            said = _set_by(edit.data) if edit.operation_type == "update" else _born_with(edit.collection, edit.data)
            _keep_base(db, edit.collection, edit.entity_id, _absorbed(base, said, revision))


def show_again(db: Connection, entities: Iterable[Entity]) -> None:
    """Make these cards show base and waiting edits, and forget the bases that no open operation needs."""
    if not _any_base(db):
        return
    for entity in entities:
        collection, entity_id = tuple(entity)
        base = _base(db, collection, entity_id)
        if base is None:
            continue
        if not _is_being_born(db, collection, entity_id):
            _set(db, collection, entity_id, {name: base[name] for name in _stated_by_tills(collection) & base.keys()})
        lay_edits_over(db, collection, entity_id)
        _forget_unneeded_base(db, collection, entity_id)


def lay_over(db: Connection, entities: Iterable[tuple[str, str]]) -> None:
    """Operations of these rows have come back into the queue: let the rows show what they say."""
    for collection, entity_id in entities:
        row = _row(db, collection, entity_id)
        if row is None:
            continue
        if row["revision"] and _is_changed_here(db, collection, entity_id) and _base(db, collection, entity_id) is None:
            _keep_base(db, collection, entity_id, _without_own_voiding(db, collection, row))
        lay_edits_over(db, collection, entity_id)
        _void_again(db, collection, row)


def lay_edits_over(db: Connection, collection: str, entity_id: str) -> None:
    """Make a row show the edits of it that wait: at central a birth comes before all of them, whenever it was sent.

    What cannot be said of the row as it has become, such as that a settled distribution is on its way, is not shown:
    central will not take it either.
    """
    edits = db.exec_driver_sql(
        "SELECT data FROM sync_queue WHERE entity_id = ? AND collection = ? AND operation_type = 'update'"
        " AND status IN ('pending', 'inflight') ORDER BY seq",
        (entity_id, collection),
    )
    shown: dict[str, Any] = {}
    for data in edits.scalars():
        shown |= _set_by(data)
    if shown:
        with suppress(IntegrityError), db.begin_nested():
            _set(db, collection, entity_id, shown)


def take_voiding_back(db: Connection, collection: str, entity_id: str) -> None:
    """A fact is shown without an own voiding: as it stands at central, where another may have voided it too.

    In another past of this till's file it may have been voided once more.
    """
    base = _base(db, collection, entity_id) or {}
    another = None if base.get("voided_at") else _own_voiding(db, collection, entity_id)
    _set(db, collection, entity_id, {name: base.get(name) for name in VOID_COLUMNS} | (another or {}))


def forget_base_revisions(db: Connection) -> None:
    """At a resync any row that comes is newer than what is here."""
    db.exec_driver_sql(f"UPDATE sync_bases SET base = json_remove(json_set(base, '$.revision', 0), '$.{_SINCE}')")


def _absorbed(base: Mapping[str, Any], said: Mapping[str, Any], revision: int | None) -> dict[str, Any]:
    """The base with what was said at this revision, where nothing later stands in it."""
    since = base.get(_SINCE, {})
    news = {
        name: value for name, value in said.items() if revision is None or revision > since.get(name, base["revision"])
    }
    later = {} if revision is None else dict.fromkeys(news, revision)
    return {**base, **news, _SINCE: {**since, **later}}


def _answered_since(db: Connection, collection: str, row: Mapping[str, Any]) -> dict[str, Any]:
    done = db.exec_driver_sql(
        f"SELECT operation_type, actor_id, data FROM sync_queue WHERE {_CHANGED_SINCE} AND entity_id = ?"
        " ORDER BY acked_revision",
        (row["revision"], collection, _changes(collection), row["id"]),
    )
    shown: dict[str, Any] = {}
    for operation in done:
        if operation.operation_type == "update":
            shown |= _set_by(operation.data)
        elif operation.operation_type == "create":
            shown |= _born_with(collection, operation.data)
        elif row["voided_at"] is None:
            shown |= _voided_by(collection, operation)
    return shown


def _changes(collection: str) -> str:
    """What changes a row besides an edit: a card's birth takes the place of what stood in for it, a fact is voided."""
    return "create" if COLLECTIONS[collection].kind is Kind.CARD else "delete"


def _void_again(db: Connection, collection: str, row: Mapping[str, Any]) -> None:
    """A voiding stays until a person takes it back, also while it is parked; of two that of central stands."""
    if row.get("voided_at") is not None:
        return
    if own := _own_voiding(db, collection, row["id"]):
        _set(db, collection, row["id"], own)


def _without_own_voiding(db: Connection, collection: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row that shows a voiding of which central has not said anything yet: what central knows of it."""
    own = _own_voiding(db, collection, row["id"])
    is_voided_here = own is not None and own["voided_at"] == row["voided_at"]
    return {**row, **dict.fromkeys(VOID_COLUMNS)} if is_voided_here else row


def _own_voiding(db: Connection, collection: str, entity_id: str) -> dict[str, Any] | None:
    voiding = db.exec_driver_sql(
        "SELECT data, actor_id FROM sync_queue WHERE entity_id = ? AND collection = ? AND operation_type = 'delete'"
        " AND status <> 'acked'",
        (entity_id, collection),
    ).first()
    return None if voiding is None else _voided_by(collection, voiding)


def _stated_by_tills(collection: str) -> frozenset[str]:
    """By an edit, or by the birth of a card for which something stood in."""
    return frozenset(column.name for column in COLLECTIONS[collection].sent)


def _set_by(data: str) -> dict[str, Any]:
    return {name: change["now"] for name, change in msgspec.json.decode(data).items()}


def _voided_by(collection: str, voiding: Row[Any]) -> dict[str, Any]:
    said = msgspec.json.decode(voiding.data)
    columns = {name: value for name, value in said.items() if name not in COLLECTIONS[collection].parts}
    return {**columns, "voided_by": voiding.actor_id}


def _born_with(collection: str, data: str) -> dict[str, Any]:
    """What is not known goes unsaid in a birth."""
    said = msgspec.json.decode(data)
    return {name: said.get(name) for name in _stated_by_tills(collection)}


def _is_being_born(db: Connection, collection: str, entity_id: str) -> bool:
    """Whether a card's birth is yet to be sent: the card shows what that says already."""
    found = db.exec_driver_sql(
        "SELECT 1 FROM sync_queue WHERE entity_id = ? AND collection = ? AND operation_type = 'create'"
        " AND status IN ('pending', 'inflight')",
        (entity_id, collection),
    )
    return found.first() is not None


def _set(db: Connection, collection: str, entity_id: str, values: Mapping[str, Any]) -> None:
    """Only what differs: what a row names may have gone out of view, and cannot be named anew."""
    row = _row(db, collection, entity_id) or {}
    differing = {name: value for name, value in values.items() if row.get(name) != value}
    if differing:
        columns = ", ".join(f"{name} = ?" for name in differing)
        said = (*differing.values(), entity_id)
        db.exec_driver_sql(f"UPDATE {collection} SET {columns} WHERE {_is(collection)}", said)


def _row(db: Connection, collection: str, entity_id: str) -> dict[str, Any] | None:
    found = db.exec_driver_sql(f"SELECT * FROM {collection} WHERE {_is(collection)}", (entity_id,)).mappings().first()
    return None if found is None else dict(found)


def _is(collection: str) -> str:
    if collection == "businesses":
        return "id = ?"
    return "business_id = (SELECT business_id FROM till_identity) AND id = ?"


def _any_base(db: Connection) -> bool:
    return db.exec_driver_sql("SELECT 1 FROM sync_bases LIMIT 1").first() is not None


def _base(db: Connection, collection: str, entity_id: str) -> dict[str, Any] | None:
    found = db.exec_driver_sql(
        "SELECT base FROM sync_bases WHERE collection = ? AND entity_id = ?", (collection, entity_id)
    ).scalar()
    return None if found is None else msgspec.json.decode(found, type=dict[str, Any])


def _keep_base(db: Connection, collection: str, entity_id: str, row: Mapping[str, Any]) -> None:
    db.exec_driver_sql(
        "INSERT INTO sync_bases (collection, entity_id, base) VALUES (?, ?, ?)"
        " ON CONFLICT (collection, entity_id) DO UPDATE SET base = excluded.base",
        (collection, entity_id, msgspec.json.encode(row).decode()),
    )


def _is_changed_here(db: Connection, collection: str, entity_id: str) -> bool:
    found = db.exec_driver_sql(
        "SELECT 1 FROM sync_queue WHERE entity_id = ? AND collection = ? AND operation_type <> 'create'"
        " AND status <> 'acked'",
        (entity_id, collection),
    )
    return found.first() is not None


def _forget_unneeded_base(db: Connection, collection: str, entity_id: str) -> None:
    db.exec_driver_sql(
        "DELETE FROM sync_bases WHERE collection = ?1 AND entity_id = ?2 AND NOT EXISTS ("
        " SELECT 1 FROM sync_queue WHERE entity_id = ?2 AND collection = ?1 AND status <> 'acked')",
        (collection, entity_id),
    )
