"""The catalog and the day's prices, kept by the admin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import ProductType, ProductUnit


@dataclass(frozen=True, slots=True)
class CreateProduct:
    """`request_id` becomes the product's id; it takes the next free tile."""

    request_id: UUID
    name: str
    type: ProductType
    unit: ProductUnit
    price: Decimal


@dataclass(frozen=True, slots=True)
class EditProduct:
    product_id: UUID
    name: str
    type: ProductType
    unit: ProductUnit
    tile_position: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class NewPrice:
    product_id: UUID
    price: Decimal


@dataclass(frozen=True, slots=True)
class SetPrices:
    """The day's prices; one that stays as it was is dated today all the same."""

    prices: tuple[NewPrice, ...]
