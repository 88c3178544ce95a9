"""«Nueva venta» in windows of every size: nothing scrolls sideways, and every key works though its button is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import SMALLEST_SIZE
from avileo_pos.desktop.screens.sale.cart_panel import tab_name
from avileo_pos.desktop.screens.sale.open_sales import OpenSale
from avileo_pos.desktop.screens.sale.sale_form import SaleForm
from avileo_pos.desktop.widgets.cart_table import CartTable
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.queries.parked_sale import SaleDraft
from avileo_pos.queries.product import Envase
from tests.desktop.hands import shown
from tests.desktop.screens.eyes import button, the
from tests.desktop.screens.sale.cashier import Cashier
from tests.desktop.screens.sale.test_weighing import POLLO
from tests.desktop.screens.tour import write_down_somebody_with_a_long_name
from tests.desktop.shop import Shop

ENTER, ESCAPE = Qt.Key.Key_Enter, Qt.Key.Key_Escape
THREE = ("Bolsa", "Jaba", "Java de huevos")
EIGHT = (*THREE, "Balde", "Caja de cartón", "Saco", "Tina", "Bandeja de plástico grande de veinte kilos")
# What is left of the usual and of the smallest window beside the navigation.
USUAL, SMALL = (1158, 704), (952, 496)


@pytest.mark.parametrize("size", [USUAL, SMALL])
@pytest.mark.parametrize("names", [THREE, EIGHT], ids=["three", "eight"])
def test_containers_never_push_the_scale_out_of_the_page(
    qtbot: QtBot, names: Sequence[str], size: tuple[int, int]
) -> None:
    form = weighing(qtbot, names, size)
    right_edge = form.weighing.mapToGlobal(form.weighing.rect().topRight()).x()
    for widget in (field(form, "Neto"), button(form.weighing, "Agregar"), *pills(form)):
        assert widget.mapToGlobal(widget.rect().topRight()).x() < right_edge, widget.accessibleName()


def test_three_containers_leave_room_for_the_keypad_on_the_usual_laptop(qtbot: QtBot) -> None:
    form = weighing(qtbot, THREE, USUAL)
    field(form, "Bruto").touched.emit()
    QApplication.processEvents()
    listo = button(form.weighing, "Listo")
    assert listo.visibleRegion().boundingRect() == listo.rect()


def test_two_lines_of_the_cart_are_seen_whole_under_a_long_name_in_the_smallest_window(
    rosa: Cashier, shop: Shop
) -> None:
    write_down_somebody_with_a_long_name(shop)
    rosa.window.resize(*SMALLEST_SIZE)
    rosa.press("1", "2.5", ENTER, "2", "1.5", ENTER, Qt.Key.Key_F2, "Inver", ENTER)
    lines = the(rosa.screen, CartTable)
    seen = lines.viewport().rect()
    assert [seen.contains(lines.visualRect(lines.model().index(row, 0))) for row in range(2)] == [True, True]


def test_the_name_of_a_container_is_spoken_whole_however_long(qtbot: QtBot) -> None:
    form = weighing(qtbot, EIGHT, SMALL)
    assert pills(form)[-1].accessibleName() == f"{EIGHT[-1]} 1.100 kg"


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (Qt.Key.Key_F2, "¿Quién compra?"),
        (Qt.Key.Key_F12, "Cobrar"),
    ],
)
def test_the_keys_of_the_cart_work_while_the_scale_covers_it(rosa: Cashier, key: Qt.Key, asked: str) -> None:
    rosa.window.resize(1024, 640)
    rosa.press("1", "2.5")
    assert not rosa.screen.form.cart.isVisible()
    rosa.press(key)
    assert rosa.asks() == asked


def test_a_key_is_heard_once_in_a_wide_window(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, Qt.Key.Key_F6)
    assert rosa.cart() == []
    rosa.press(Qt.Key.Key_F6)
    assert len(rosa.cart()) == 1


def test_tab_goes_from_the_products_to_the_cart_in_one_step(rosa: Cashier) -> None:
    rosa.press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rosa.button("Cliente")
    assert isinstance(QApplication.focusWidget(), QPushButton)


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        (None, "Venta 1"),
        ("Juana Mamani", "Juana Mamani"),
        ("Restaurante El Ñandú", "Restaurante El…"),
        ("Supercalifragilístico", "Supercalifragil…"),
    ],
)
def test_a_tab_is_short_and_says_something_whatever_the_name(customer: str | None, name: str) -> None:
    assert tab_name(OpenSale(uuid4(), SaleDraft(customer_name=customer)), 0) == name


def test_a_product_without_a_price_asks_for_one(qtbot: QtBot) -> None:
    form = weighing(qtbot, THREE, USUAL)
    form.weigh(replace(POLLO, price=Decimal("0.00")))
    field(form, "Bruto").setText("2.500")
    added: list[object] = []
    form.weighing.weighed.connect(added.append)
    form.weighing.add()
    assert (added, field(form, "Precio").text()) == ([], "")


def weighing(qtbot: QtBot, names: Sequence[str], size: tuple[int, int]) -> SaleForm:
    form = SaleForm()
    form.resize(*size)
    shown(qtbot, form)
    form.weighing.show_envases([Envase(uuid4(), name, Decimal("1.100")) for name in names])
    form.weigh(POLLO)
    for _ in range(2):  # the page measures itself once it has its width
        QApplication.processEvents()
    return form


def field(form: SaleForm, name: str) -> NumberField:
    return next(each for each in form.weighing.findChildren(NumberField) if each.accessibleName() == name)


def pills(form: SaleForm) -> tuple[QPushButton, ...]:
    return the(form.weighing, ChoiceBar).buttons()
