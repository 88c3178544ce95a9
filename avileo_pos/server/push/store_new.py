"""Storing new aggregates: all roots of a table in one statement, then all rows that came inside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import Table

from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import ALREADY_SO, OperationResult, OperationStatus
from avileo_pos.server.postgres.wire_sql import WireRow, find_rows, insert_rows
from avileo_pos.server.push.derived import Ledger, kilos_by_sale
from avileo_pos.server.push.mend_references import mend_references
from avileo_pos.server.push.open_push import NewRow, OpenPush, Stated
from avileo_pos.server.push.parse_push import Arrived, Create, Parts
from avileo_pos.server.push.receipts import IS_SOLD_OTHERWISE, refused
from avileo_pos.server.push.review import review_rows
from avileo_pos.server.push.stand_ins import fill_stand_ins

_PLACE = {name: place for place, name in enumerate(COLLECTIONS)}
_TELLING: Final = {"sales": ("client_id", "total_amount", "amount_paid")}
"""By what of a row another one under its id is known to be something else."""


def store_new(
    push: OpenPush, creates: Sequence[Arrived], reasons: Mapping[str, Sequence[str]], ledger: Ledger
) -> dict[str, OperationResult]:
    """Insert what does not exist yet and enter it in the ledger; what exists already is a duplicate, or fills its
    stand-in."""
    roots = [_root(arrived) for arrived in creates]
    parts = [part for arrived in creates for part in _parts_of_create(arrived)]
    mended = mend_references(push, (*roots, *parts), roots, ledger)
    review_rows(push, roots, _together(reasons, mended))
    _number(push, creates, roots, parts)
    new_roots = insert_stated(push, roots)
    new = {stated.arrived.id for stated in new_roots}
    new_parts = insert_stated(push, [part for part in parts if part.arrived.id in new])
    enter(ledger, new_roots, new_parts)
    filled = fill_stand_ins(push, [stated for stated in roots if stated.arrived.id not in new], ledger)
    return _results(push, [stated for stated in roots if stated.arrived.id not in filled], new) | filled


def stated_parts(arrived: Arrived, collection: Collection, parts: Parts) -> Iterator[Stated]:
    """The rows inside an operation, complete but for their revisions."""
    for name, rows in parts.items():
        part = COLLECTIONS[name]
        filled = {collection.parts[name]: arrived.entity_id}
        if part.author:
            filled[part.author] = arrived.actor_id
        for row in rows:
            yield Stated(arrived, part.table, {**row, **filled})


def insert_stated(push: OpenPush, stated: Iterable[Stated]) -> list[Stated]:
    """Insert rows, parents' tables first, and return those that are new."""
    ordered = sorted(stated, key=lambda each: _PLACE[each.table.name])
    new: list[Stated] = []
    for _, group in groupby(ordered, key=lambda each: each.table.name):
        of_table = list(group)
        inserted = insert_rows(push.connection, of_table[0].table, push.business_id, [each.row for each in of_table])
        new.extend(each for each in of_table if _is_first(each, inserted))
    return new


def _is_first(stated: Stated, inserted: set[str]) -> bool:
    """Whether this row is the one that was inserted: of two under one id the first is."""
    is_new = stated.row["id"] in inserted
    inserted.discard(stated.row["id"])
    return is_new


def enter(ledger: Ledger, roots: Sequence[Stated], parts: Sequence[Stated]) -> None:
    """Enter in the ledger what these new rows mean for the derived figures."""
    kilos = kilos_by_sale(part.row for part in parts if part.table.name == "sale_items")
    for stated in (*roots, *parts):
        row = stated.row
        match stated.table.name:
            case "sales":
                ledger.sell(row, kilos.get(row["id"], 0))
            case "abonos":
                ledger.owe(row["client_id"], -row["amount"])
            case "customers":
                ledger.open_with(row["id"], row["opening_balance"])
            case "distribucion_movements":
                ledger.assign(row)
            case "inventory_movements":
                ledger.move(row)


def _root(arrived: Arrived) -> Stated:
    assert isinstance(arrived.act, Create)
    collection = COLLECTIONS[arrived.collection]
    row: NewRow = {**arrived.act.root, "id": arrived.entity_id}
    if collection.author:
        row[collection.author] = arrived.actor_id
    return Stated(arrived, collection.table, row)


def _parts_of_create(arrived: Arrived) -> Iterator[Stated]:
    assert isinstance(arrived.act, Create)
    return stated_parts(arrived, COLLECTIONS[arrived.collection], arrived.act.parts)


def _together(reasons: Mapping[str, Sequence[str]], mended: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    return {key: (*reasons.get(key, ()), *mended.get(key, ())) for key in reasons.keys() | mended.keys()}


def _number(push: OpenPush, creates: Sequence[Arrived], roots: Sequence[Stated], parts: Sequence[Stated]) -> None:
    """Give every row its revision, operation by operation, a root before what is inside it."""
    place = {arrived.id: number for number, arrived in enumerate(creates)}
    ordered = sorted((*roots, *parts), key=lambda stated: place[stated.arrived.id])
    for stated, revision in zip(ordered, push.revisions.take(len(ordered)), strict=True):
        stated.row["revision"] = revision


def _results(push: OpenPush, roots: Sequence[Stated], new: set[str]) -> dict[str, OperationResult]:
    known = _known(push, [stated for stated in roots if stated.arrived.id not in new])
    return {
        stated.arrived.id: OperationResult(stated.arrived.id, OperationStatus.APPLIED, stated.row["revision"])
        if stated.arrived.id in new
        else _answer_by_row(push, stated, known[stated.table.name, stated.row["id"]])
        for stated in roots
    }


def _answer_by_row(push: OpenPush, stated: Stated, stored: WireRow) -> OperationResult:
    """A cart has one id for as long as it is open, and an older file brings back one that was charged since."""
    if any(stated.row[name] != stored[name] for name in _TELLING.get(stated.table.name, ())):
        push.put_aside.add(stated.arrived.id)
        return refused(stated.arrived, IS_SOLD_OTHERWISE)
    return OperationResult(stated.arrived.id, OperationStatus.DUPLICATE, stored["revision"], ALREADY_SO)


def _known(push: OpenPush, old: Sequence[Stated]) -> Mapping[tuple[str, str], WireRow]:
    """The rows that stood before, by table and id, as far as they tell by what they are answered."""
    ids: defaultdict[Table, set[str]] = defaultdict(set)
    for stated in old:
        ids[stated.table].add(stated.row["id"])
    return {
        (table.name, row_id): row
        for table, of_table in ids.items()
        for row_id, row in find_rows(
            push.connection, table, push.business_id, of_table, ["revision", *_TELLING.get(table.name, ())]
        ).items()
    }
