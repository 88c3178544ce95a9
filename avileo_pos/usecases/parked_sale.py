"""Keeping carts that wait: they survive a lock, a switch of person, a crash and a restart, and never leave the till."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from avileo_pos.queries.parked_sale import SaleDraft


@dataclass(frozen=True, slots=True)
class SaveParkedSale:
    """`id` is made when the cart begins; saving again replaces."""

    id: UUID
    draft: SaleDraft
