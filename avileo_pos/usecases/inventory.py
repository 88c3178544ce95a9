"""What comes into the stock and leaves it other than by a sale: compra, merma, ajuste."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import MovementKind


@dataclass(frozen=True, slots=True)
class RecordStockMovement:
    """`quantity` is kg or units, above zero; only an ajuste states its sign. `request_id` becomes the movement's id."""

    request_id: UUID
    product_id: UUID
    kind: MovementKind
    quantity: Decimal
    reason: str = ""
