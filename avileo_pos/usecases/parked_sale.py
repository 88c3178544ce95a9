"""Keeping carts that wait: they survive a lock, a switch of person, a crash and a restart, and never leave the till."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec

from avileo_pos.queries.parked_sale import ParkedSale, SaleDraft, parked_sales
from avileo_pos.tables.base import instant_text
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class SaveParkedSale:
    """`id` is made when the cart begins; saving again replaces."""

    id: UUID
    draft: SaleDraft


def save_parked_sale(work: Work, request: SaveParkedSale) -> tuple[ParkedSale, ...]:
    """Keep this person's cart as it stands, and give all of them."""
    draft = msgspec.json.encode(request.draft).decode()
    member = str(work.actor.member_id)
    work.db.exec_driver_sql(_SAVE, (str(request.id), member, member, draft, instant_text(work.now)))
    return parked_sales(work)


def remove_parked_sale(work: Work, parked_id: UUID) -> None:
    """Forget a cart: it was charged, or given up."""
    member = str(work.actor.member_id)
    work.db.exec_driver_sql("DELETE FROM parked_sales WHERE id = ? AND member_id = ?", (str(parked_id), member))


_SAVE = """
INSERT INTO parked_sales (id, member_id, position, draft, updated_at)
VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM parked_sales WHERE member_id = ?), ?, ?)
ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, updated_at = excluded.updated_at
"""
