"""What can be sold today, at which price, and the containers it is weighed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import ProductType, ProductUnit
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.queries.balance import stock_by_product
from avileo_pos.queries.stored import day, identity, kilos, read, soles
from avileo_pos.work import Work


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


def product_tiles(work: Work) -> tuple[ProductTile, ...]:
    """What is sold, each at its place."""
    return _tiles(work, "is_active")


def all_products(work: Work) -> tuple[ProductTile, ...]:
    """What is and what was sold, for the catalog."""
    return _tiles(work, "true")


def envases(work: Work) -> tuple[Envase, ...]:
    """The containers in use, by name."""
    question = "SELECT id, name, tara FROM envases WHERE business_id = :business AND is_active ORDER BY name, id"
    return tuple(Envase(identity(row.id), row.name, kilos(row.tara)) for row in read(work, question))


def _tiles(work: Work, condition: str) -> tuple[ProductTile, ...]:
    question = f"SELECT * FROM products WHERE business_id = :business AND {condition} ORDER BY tile_position, name, id"
    counts_stock = work.business.rules.moves_stock
    stock = stock_by_product(work) if counts_stock else {}
    return tuple(
        ProductTile(
            id=identity(row.id),
            name=row.name,
            type=ProductType(row.type),
            unit=ProductUnit(row.unit),
            price=soles(row.base_price),
            price_date=day(row.price_date),
            stock=stock.get(identity(row.id), NO_KILOS) if counts_stock else None,
            tile_position=row.tile_position,
            is_active=bool(row.is_active),
        )
        for row in read(work, question)
    )
