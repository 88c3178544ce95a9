"""The catalog, its prices and its stock, as the admin keeps them."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from avileo_pos.domain.enums import ModoOperacion, MovementKind, ProductType, ProductUnit
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.queries.product import envases, product_tiles
from avileo_pos.tables.shared import businesses
from avileo_pos.usecases.inventory import RecordStockMovement, record_stock_movement
from avileo_pos.usecases.product import (
    CreateProduct,
    EditProduct,
    NewPrice,
    SetPrices,
    create_product,
    edit_product,
    set_prices,
)
from tests.desktop.shop import PEPA, PRODUCTS, product_id
from tests.till import Till

PECHUGA = product_id("Pechuga")
PATO = CreateProduct(uuid4(), "Pato", ProductType.OTRO, ProductUnit.KG, Decimal("21.00"))


def test_tiles_stand_in_their_fixed_places_with_todays_price_and_stock(till: Till) -> None:
    tiles = till.ask(product_tiles)
    assert [tile.name for tile in tiles] == [name for name, *_ in PRODUCTS]
    assert (tiles[1].price, tiles[1].stock) == (Decimal("15.50"), Decimal("42.000"))


def test_where_no_stock_is_kept_none_is_shown(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(businesses.update().values(modo_operacion=str(ModoOperacion.SIN_INVENTARIO)))
    assert {tile.stock for tile in till.ask(product_tiles)} == {None}


def test_the_containers_are_told_with_the_tare_of_one(till: Till) -> None:
    assert [(each.name, each.tara) for each in till.ask(envases)] == [
        ("Bolsa", Decimal("0.010")),
        ("Jaba", Decimal("2.000")),
    ]


def test_a_new_product_takes_the_last_tile(till: Till) -> None:
    till.do(create_product, PATO, by=PEPA)
    till.do(create_product, PATO, by=PEPA)
    last = till.ask(product_tiles)[-1]
    assert (last.name, last.tile_position, last.price) == ("Pato", 11, Decimal("21.00"))


def test_a_product_that_is_sold_no_more_leaves_the_tiles(till: Till) -> None:
    gone = EditProduct(PECHUGA, "Pechuga", ProductType.POLLO, ProductUnit.KG, 2, is_active=False)
    catalog = till.do(edit_product, gone, by=PEPA)
    assert PECHUGA in {tile.id for tile in catalog}
    assert PECHUGA not in {tile.id for tile in till.ask(product_tiles)}


def test_the_days_prices_are_dated_today_also_where_they_stay(till: Till) -> None:
    till.clock.go_on(days=1)
    wings = product_id("Alitas")
    prices = SetPrices((NewPrice(PECHUGA, Decimal("15.50")), NewPrice(wings, Decimal("11.50"))))
    tiles = {tile.id: tile for tile in till.do(set_prices, prices, by=PEPA)}
    assert tiles[wings].price == Decimal("11.50")
    assert tiles[PECHUGA].price_date == tiles[wings].price_date > tiles[product_id("Pavita")].price_date


def test_a_price_below_zero_is_refused(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="price_negative"):
        till.do(set_prices, SetPrices((NewPrice(PECHUGA, Decimal("-0.10")),)), by=PEPA)


def test_a_seller_keeps_no_catalog_and_no_stock(till: Till) -> None:
    with pytest.raises(PermissionDenied):
        till.do(create_product, PATO)
    with pytest.raises(PermissionDenied):
        till.do(set_prices, SetPrices(()))
    with pytest.raises(PermissionDenied):
        till.do(record_stock_movement, _moved(MovementKind.COMPRA, "1.000"))


def _moved(kind: MovementKind, quantity: str, reason: str = "") -> RecordStockMovement:
    return RecordStockMovement(uuid4(), PECHUGA, kind, Decimal(quantity), reason)


def test_what_is_bought_lost_and_counted_moves_the_stock(till: Till) -> None:
    bought = _moved(MovementKind.COMPRA, "10.000")
    till.do(record_stock_movement, bought, by=PEPA)
    assert till.do(record_stock_movement, bought, by=PEPA) == Decimal("52.000")
    assert till.do(record_stock_movement, _moved(MovementKind.MERMA, "1.500", "olía mal"), by=PEPA) == Decimal("50.500")
    assert till.do(record_stock_movement, _moved(MovementKind.AJUSTE, "-0.500", "conteo"), by=PEPA) == 50


def test_a_loss_needs_a_reason_and_a_sale_is_not_typed_in(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="reason_required"):
        till.do(record_stock_movement, _moved(MovementKind.MERMA, "1.500"), by=PEPA)
    with pytest.raises(BusinessRuleBroken, match="movement_follows_from_others"):
        till.do(record_stock_movement, _moved(MovementKind.VENTA, "1.500"), by=PEPA)
