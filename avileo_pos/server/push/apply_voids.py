"""Voiding facts: the row stays, its amounts leave the derived figures, its kilos return. The first void wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.enums import MovementKind
from avileo_pos.domain.stock import movement_of_line
from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import ALREADY_SO, OperationResult, OperationStatus
from avileo_pos.server.postgres.wire_sql import WireRow, find_rows, update_rows
from avileo_pos.server.push.derived import Ledger, kilos_by_sale
from avileo_pos.server.push.judge_push import is_approved, judge_void
from avileo_pos.server.push.mend_references import mend_references
from avileo_pos.server.push.merge_patches import not_here
from avileo_pos.server.push.open_push import NewRow, OpenPush, Stated
from avileo_pos.server.push.parse_push import Arrived, Refusal, Void
from avileo_pos.server.push.receipts import IS_SOLD_OTHERWISE, refused
from avileo_pos.server.push.store_new import enter, insert_stated, stated_parts
from avileo_pos.tables.shared import inventory_movements

Fact = dict[str, Any]

_NEEDED = {
    "sales": ("seller_id", "client_id", "distribucion_id", "balance_due", "amount_paid"),
    "abonos": ("seller_id", "client_id", "amount"),
}
_PAID = {"sales": "amount_paid", "abonos": "amount"}
_ALWAYS_NEEDED = ("business_date", "voided_at", "void_cash_session_id", "revision", "needs_review", "review_reason")
_VOIDED_TWICE = "voided_twice"


@dataclass(frozen=True, slots=True)
class _Voiding:
    """A void that takes effect, the fact as it stood, and what will be written of it."""

    arrived: Arrived
    void: Void
    fact: Fact
    row: NewRow


def apply_voids(push: OpenPush, voids: Sequence[Arrived], ledger: Ledger) -> dict[str, OperationResult]:
    """Void what is not voided yet, with the movements that come along, and enter it in the ledger."""
    of_collection: defaultdict[str, list[Arrived]] = defaultdict(list)
    for arrived in voids:
        of_collection[arrived.collection].append(arrived)
    results: dict[str, OperationResult] = {}
    for name, arrivals in of_collection.items():
        results |= _void_in(push, COLLECTIONS[name], arrivals, ledger)
    return results


def _void_in(
    push: OpenPush, collection: Collection, arrivals: Sequence[Arrived], ledger: Ledger
) -> dict[str, OperationResult]:
    ids = {arrived.entity_id for arrived in arrivals}
    names = (*_NEEDED[collection.name], *_ALWAYS_NEEDED)
    facts = find_rows(push.connection, collection.table, push.business_id, ids, names)
    results: dict[str, OperationResult] = {}
    voidings: list[_Voiding] = []
    for arrived in arrivals:
        decided = _decide(push, collection, arrived, facts.get(arrived.entity_id))
        if isinstance(decided, _Voiding):
            voidings.append(decided)
            decided.fact.update(voided_at=decided.void.said["voided_at"], revision=decided.row["revision"])
            decided = OperationResult(arrived.id, OperationStatus.APPLIED, decided.row["revision"])
        results[arrived.id] = decided
    _write(push, collection, voidings, ledger)
    _tell_of_second_refunds(push, collection, [each for each in arrivals if results[each.id].code == ALREADY_SO], facts)
    return results


def _decide(push: OpenPush, collection: Collection, arrived: Arrived, fact: Fact | None) -> _Voiding | OperationResult:
    if fact is None:
        return not_here(push, arrived)
    if not push.put_aside.isdisjoint(arrived.depends_on):
        return refused(arrived, IS_SOLD_OTHERWISE)
    assert isinstance(arrived.act, Void)
    verdict = judge_void(collection, arrived.act, push.staff, push.staff.members[arrived.actor_id], fact)
    if isinstance(verdict, Refusal):
        return refused(arrived, verdict)
    if fact["voided_at"] is not None:
        return OperationResult(arrived.id, OperationStatus.APPLIED, fact["revision"], ALREADY_SO)
    row = _voided(push, collection, arrived, arrived.act)
    reasons = verdict.reasons or _doubts_about_its_day(push, collection, arrived)
    row["review_reason"] = " ".join(filter(None, (fact["review_reason"], *reasons))) or None
    return _Voiding(arrived, arrived.act, fact, row)


def _doubts_about_its_day(push: OpenPush, collection: Collection, arrived: Arrived) -> tuple[str, ...]:
    """That it is of the running day, as what a seller may void alone is, only the till's clock says."""
    assert collection.managed_with is not None
    may_any_day = push.staff.members[arrived.actor_id].actor.may(collection.managed_with)
    return ("clock_skew",) if push.clock_is_wrong and not may_any_day else ()


def _voided(push: OpenPush, collection: Collection, arrived: Arrived, void: Void) -> NewRow:
    assert collection.managed_with is not None
    row = {**void.said, "id": arrived.entity_id, "voided_by": arrived.actor_id, "revision": push.revisions.next()}
    if not is_approved(void, push.staff, collection.managed_with):
        row["void_approved_by"] = None
    return row


def _write(push: OpenPush, collection: Collection, voidings: Sequence[_Voiding], ledger: Ledger) -> None:
    if not voidings:
        return
    facts = [Stated(voiding.arrived, collection.table, voiding.row) for voiding in voidings]
    lines = _sold_lines(push, voidings) if collection.name == "sales" else []
    brought = [part for voiding in voidings for part in stated_parts(voiding.arrived, collection, voiding.void.parts)]
    left_behind = list(_left_behind(push, voidings, lines, {part.row["id"] for part in brought}))
    parts = [*_of_these_lines(brought, left_behind, lines), *left_behind]
    mended = mend_references(push, (*facts, *parts), (), ledger)
    for voiding in voidings:
        known = (voiding.fact["review_reason"] or "").split()
        reasons = dict.fromkeys([*(voiding.row["review_reason"] or "").split(), *mended.get(voiding.arrived.id, ())])
        voiding.row["review_reason"] = " ".join(reasons) or None
        # What an owner has looked at is not shown again but for a new reason.
        voiding.row["needs_review"] = int(voiding.fact["needs_review"] or len(reasons) > len(known))
        voiding.fact.update(voiding.row)
    for part, revision in zip(parts, push.revisions.take(len(parts)), strict=True):
        part.row["revision"] = revision
    update_rows(push.connection, collection.table, push.business_id, [voiding.row for voiding in voidings])
    enter(ledger, (), insert_stated(push, parts))
    _take_back(collection, [voiding.fact for voiding in voidings], lines, ledger)


def _tell_of_second_refunds(
    push: OpenPush, collection: Collection, again: Sequence[Arrived], facts: Mapping[str, Fact]
) -> None:
    """Who gave the money back once more, from another drawer, has less in it than the papers say."""
    told: dict[str, NewRow] = {}
    for arrived in again:
        assert isinstance(arrived.act, Void)
        fact, drawer = facts[arrived.entity_id], arrived.act.said["void_cash_session_id"]
        reasons = (fact["review_reason"] or "").split()
        is_from_another = drawer not in (None, fact["void_cash_session_id"]) and fact[_PAID[collection.name]] > 0
        if is_from_another and _VOIDED_TWICE not in reasons:
            reviewed = {"needs_review": 1, "review_reason": " ".join([*reasons, _VOIDED_TWICE])}
            told[arrived.entity_id] = {"id": arrived.entity_id, "revision": push.revisions.next(), **reviewed}
    if told:
        update_rows(push.connection, collection.table, push.business_id, list(told.values()))


def _take_back(collection: Collection, facts: Sequence[Fact], lines: Sequence[WireRow], ledger: Ledger) -> None:
    if collection.name == "abonos":
        for abono in facts:
            ledger.owe(abono["client_id"], abono["amount"])
        return
    kilos = kilos_by_sale(lines)
    for sale in facts:
        ledger.sell(sale, kilos.get(sale["id"], 0), sign=-1)


def _left_behind(
    push: OpenPush, voidings: Sequence[_Voiding], lines: Sequence[WireRow], brought: Set[str]
) -> Iterator[Stated]:
    """The way back of lines that the till did not know: it voided a sale of which not everything had come yet."""
    of_sale = {voiding.arrived.entity_id: voiding for voiding in voidings}
    for line in lines:
        way_back = str(movement_of_line(UUID(line["id"]), MovementKind.ANULACION))
        if way_back not in brought and str(movement_of_line(UUID(line["id"]), MovementKind.VENTA)) in line["moved"]:
            arrived, void = of_sale[line["sale_id"]].arrived, of_sale[line["sale_id"]].void
            movement = {
                "id": way_back,
                "product_id": line["product_id"],
                "kind": MovementKind.ANULACION,
                "quantity": line["quantity"],
                "sale_id": line["sale_id"],
                "created_by": arrived.actor_id,
                "business_date": business_date(void.at, push.staff.day_cutoff_hour).isoformat(),
                "created_at": void.said["voided_at"],
            }
            yield Stated(arrived, inventory_movements, movement)


def _of_these_lines(brought: Sequence[Stated], left_behind: Sequence[Stated], lines: Sequence[WireRow]) -> list[Stated]:
    """But for the way back of lines that never left: its till had sold the same cart once more, from an older file."""
    ways_back = {str(movement_of_line(UUID(line["id"]), MovementKind.ANULACION)) for line in lines}
    misread = {part.row["sale_id"] for part in left_behind}
    return [
        part
        for part in brought
        if part.row["sale_id"] not in misread
        or part.row["id"] in ways_back
        or part.row["kind"] != MovementKind.ANULACION
    ]


def _sold_lines(push: OpenPush, voidings: Sequence[_Voiding]) -> list[WireRow]:
    """The lines of these sales; `moved` are the movements of stock by which the sale of a line left."""
    found = push.connection.exec_driver_sql(
        "SELECT i.id::text AS id, i.sale_id::text AS sale_id, i.product_id::text AS product_id,"
        " i.unit::text AS unit, (i.quantity * 1000)::bigint AS quantity,"
        " ARRAY(SELECT m.id::text FROM inventory_movements m"
        "   WHERE m.business_id = i.business_id AND m.sale_id = i.sale_id) AS moved"
        " FROM sale_items i WHERE i.business_id = %s AND i.sale_id = ANY(%s::uuid[]) ORDER BY i.sale_id, i.position",
        (push.business_id, [voiding.arrived.entity_id for voiding in voidings]),
    )
    return [dict(row) for row in found.mappings()]
