"""When the disk is full the sale is not lost: the cashier is told, and the same press registers it later."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from avileo_pos.domain.enums import ProductUnit
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft
from avileo_pos.replica.database import Replica
from avileo_pos.usecases.parked_sale import SaveParkedSale, save_parked_sale
from tests.desktop.screens.sale.cashier import Cashier, sit_down
from tests.desktop.shop import ROSA, Shop, product_id

# So many that the sale takes more room than what is free in the pages that the file has already.
LINES = 40
PLENTY = 2**30
A_LINE = DraftLine(
    product_id=product_id("Pollo entero"),
    product_name="Pollo entero",
    unit=ProductUnit.KG,
    quantity=Decimal("1.000"),
    unit_price=Decimal("9.80"),
    list_price=Decimal("9.80"),
)


@pytest.fixture
def rosa(qtbot: QtBot, shop: Shop) -> Cashier:
    """A long cart waits to be charged, and there is no room left on the disk."""
    shop.do(save_parked_sale, SaveParkedSale(uuid4(), SaleDraft(lines=(A_LINE,) * LINES)), by=ROSA)
    cashier = sit_down(qtbot, shop)
    cashier.open_drawer()
    shop.lane.run(fill_the_disk)
    return cashier


def test_it_is_said_in_the_sheet_and_the_cart_is_kept(rosa: Cashier) -> None:
    rosa.press(Qt.Key.Key_F12, Qt.Key.Key_Enter)
    assert rosa.asks() == "Cobrar"
    assert rosa.sees("No se guardó")
    assert (len(rosa.cart()), rosa.sales()) == (LINES, ())


def test_once_there_is_room_the_same_press_registers_one_sale(rosa: Cashier, shop: Shop) -> None:
    rosa.press(Qt.Key.Key_F12, Qt.Key.Key_Enter, Qt.Key.Key_Enter)
    assert rosa.sales() == ()
    shop.lane.run(partial(leave_room_for, PLENTY))
    rosa.press(Qt.Key.Key_Enter)
    assert rosa.asks().startswith("Venta registrada")
    assert (len(rosa.sales()), rosa.cart()) == (1, [])


def test_who_goes_back_still_has_the_cart(rosa: Cashier) -> None:
    rosa.press(Qt.Key.Key_F12, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
    assert (rosa.asks(), len(rosa.cart())) == ("", LINES)


def fill_the_disk(replica: Replica) -> None:
    with replica.writing() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
    leave_room_for(pages, replica)


def leave_room_for(pages: int, replica: Replica) -> None:
    with replica.writing() as db:
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
