"""The catalog and the day's prices, kept by the admin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from avileo_pos.domain.enums import ProductType, ProductUnit
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import LARGEST_PRICE, exact
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.weight import LARGEST_WEIGHT
from avileo_pos.queries.product import ProductTile, all_products
from avileo_pos.queries.stored import read
from avileo_pos.tables.shared import products
from avileo_pos.usecases.once import is_done
from avileo_pos.work import Work


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


def create_product(work: Work, request: CreateProduct) -> tuple[ProductTile, ...]:
    """Put a product on the last tile, and give the whole catalog.

    Raises PermissionDenied (PRODUCT_MANAGE) and BusinessRuleBroken: name_required, price_negative, and those of
    `money.exact`.
    """
    work.actor.require(Permission.PRODUCT_MANAGE)
    if not is_done(work, products, request.request_id):
        _store(work, request)
    return all_products(work)


def edit_product(work: Work, request: EditProduct) -> tuple[ProductTile, ...]:
    """Change what a product is, not what it costs, and give the whole catalog.

    Raises PermissionDenied (PRODUCT_MANAGE) and BusinessRuleBroken: name_required, not_found.
    """
    work.actor.require(Permission.PRODUCT_MANAGE)
    changes = {
        "name": required_reason(request.name, "name_required"),
        "type": request.type,
        "unit": request.unit,
        "tile_position": request.tile_position,
        "is_active": request.is_active,
    }
    work.update(products, request.product_id, changes)
    return all_products(work)


def set_prices(work: Work, request: SetPrices) -> tuple[ProductTile, ...]:
    """Say what things cost today, and give the whole catalog.

    Raises PermissionDenied (PRODUCT_MANAGE) and BusinessRuleBroken: price_negative (product_name), not_found, and
    those of `money.exact`.
    """
    work.actor.require(Permission.PRODUCT_MANAGE)
    for each in request.prices:
        price = {"base_price": _price(each.price), "price_date": work.today}
        work.update(products, each.product_id, price)
    return all_products(work)


def proper_product(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Some columns of a product, or of a container, as they are written down.

    Raises BusinessRuleBroken as `create_product`, and tare_negative.
    """
    return {name: _proper(name, value) for name, value in changes.items()}


def _store(work: Work, request: CreateProduct) -> None:
    [last] = read(work, "SELECT coalesce(max(tile_position), 0) AS tile FROM products WHERE business_id = :business")
    row = {
        "id": request.request_id,
        "name": required_reason(request.name, "name_required"),
        "type": request.type,
        "unit": request.unit,
        "base_price": _price(request.price),
        "price_date": work.today,
        "tile_position": last.tile + 1,
        "is_active": True,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.create(products, row)


def _proper(name: str, value: Any) -> Any:
    match name:
        case "name":
            return required_reason(value or "", "name_required")
        case "base_price":
            return _price(value)
        case "tara":
            return _tare(value)
    return value


def _tare(tare: Decimal) -> Decimal:
    if tare < 0:
        raise BusinessRuleBroken("tare_negative")
    return exact(tare, 3, LARGEST_WEIGHT)


def _price(price: Decimal) -> Decimal:
    if price < 0:
        raise BusinessRuleBroken("price_negative")
    return exact(price, largest=LARGEST_PRICE)
