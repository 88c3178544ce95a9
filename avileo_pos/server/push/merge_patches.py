"""Merging what several people changed on cards: field by field, the last to arrive wins, nothing is lost unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.collections import COLLECTIONS, Collection
from avileo_pos.protocol.words import Conflict, OperationResult, OperationStatus
from avileo_pos.server.postgres.epoch import may_still_come
from avileo_pos.server.postgres.wire_sql import find_rows, update_rows
from avileo_pos.server.push.derived import Ledger
from avileo_pos.server.push.judge_push import judge_patch
from avileo_pos.server.push.open_push import OpenPush
from avileo_pos.server.push.parse_push import Arrived, Patch, Refusal
from avileo_pos.server.push.receipts import refused

CardRow = dict[str, Any]

_LAST_ADMIN: Final = Refusal("last_admin", "A business needs an active admin.")
_UNKNOWN_ENTITY: Final = Refusal("unknown_entity", "Central has no such row.")


def merge_patches(push: OpenPush, patches: Sequence[Arrived], ledger: Ledger) -> dict[str, OperationResult]:
    """Apply patches in their order, those of one card one upon the other."""
    of_collection: defaultdict[str, list[Arrived]] = defaultdict(list)
    for arrived in patches:
        of_collection[arrived.collection].append(arrived)
    results: dict[str, OperationResult] = {}
    for name, arrivals in of_collection.items():
        results |= _merge_into(push, COLLECTIONS[name], arrivals, ledger)
    return results


def _merge_into(
    push: OpenPush, collection: Collection, arrivals: Sequence[Arrived], ledger: Ledger
) -> dict[str, OperationResult]:
    ids = {arrived.entity_id for arrived in arrivals}
    if collection.name == "business_users":
        ids |= push.staff.members.keys()
    owner = {name for name in ("seller_id", "vendedor_id") if name in collection.table.columns}
    cards = find_rows(push.connection, collection.table, push.business_id, ids, collection.editable | owner)
    before = {card_id: dict(card) for card_id, card in cards.items()}
    results = {arrived.id: _merge(push, collection, arrived, cards) for arrived in arrivals}
    changed = [card for card in cards.values() if "revision" in card]
    written = collection.editable | {"id", "revision", "updated_at"}
    update_rows(
        push.connection,
        collection.table,
        push.business_id,
        [{name: card[name] for name in written} for card in changed],
    )
    if collection.name == "customers":
        _carry_opening_balances(before, changed, ledger)
    return results


def _merge(push: OpenPush, collection: Collection, arrived: Arrived, cards: Mapping[str, CardRow]) -> OperationResult:
    card = cards.get(arrived.entity_id)
    if card is None:
        return not_here(push, arrived)
    assert isinstance(arrived.act, Patch)
    verdict = judge_patch(collection, arrived.act, push.staff.members[arrived.actor_id], card)
    if isinstance(verdict, Refusal):
        return refused(arrived, verdict)
    changes = {name: change.now for name, change in arrived.act.changes.items()}
    if collection.name == "business_users" and _leave_no_admin(cards, arrived.entity_id, changes):
        return refused(arrived, _LAST_ADMIN)
    conflicts = _conflicts(arrived.act, card)
    card.update(changes)
    card.update(updated_at=arrived.created_at, revision=push.revisions.next())
    status = OperationStatus.CONFLICT if conflicts else OperationStatus.APPLIED
    return OperationResult(arrived.id, status, card["revision"], conflicts=conflicts)


def _leave_no_admin(members: Mapping[str, CardRow], changed_id: str, changes: Mapping[str, Any]) -> bool:
    """Whether nobody could manage the business any more; asked alone in it, so two cannot demote each other."""
    after = [{**card, **changes} if member_id == changed_id else card for member_id, card in members.items()]
    return not any(card["is_active"] and card["role"] == BusinessUserRole.ADMIN_NEGOCIO for card in after)


def not_here(push: OpenPush, arrived: Arrived) -> OperationResult:
    """The answer to what is done to a row that central does not have: it may have been lost, and be sent again."""
    if may_still_come(push.connection, push.business_id, push.moment):
        return OperationResult(arrived.id, OperationStatus.BLOCKED)
    return refused(arrived, _UNKNOWN_ENTITY)


def _conflicts(patch: Patch, card: CardRow) -> tuple[Conflict, ...]:
    """The fields in which another has changed the card since this person looked at it."""
    return tuple(
        Conflict(field=name, kept=change.now, replaced=card[name])
        for name, change in patch.changes.items()
        if card[name] not in (change.was, change.now)
    )


def _carry_opening_balances(before: Mapping[str, CardRow], changed: Sequence[CardRow], ledger: Ledger) -> None:
    for card in changed:
        difference = card["opening_balance"] - before[card["id"]]["opening_balance"]
        if difference:
            ledger.open_with(card["id"], difference)
