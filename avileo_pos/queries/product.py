"""What can be sold today, at which price, and the containers it is weighed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import ProductType, ProductUnit


@dataclass(frozen=True, slots=True)
class ProductTile:
    """A product at its fixed place. `stock` is kg or units, None where the business moves no stock."""

    id: UUID
    name: str
    type: ProductType
    unit: ProductUnit
    price: Decimal
    price_date: date
    stock: Decimal | None
    tile_position: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Envase:
    """A container; `tara` is kg of one."""

    id: UUID
    name: str
    tara: Decimal
