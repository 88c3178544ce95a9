"""The lines of the sale: what is read, what is spoken, and which line is meant."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.widgets.cart_table import CartLine, CartTable
from tests.desktop.hands import shown

CHICKEN = CartLine(
    key="chicken",
    name="Pollo entero",
    quantity=Decimal("11.500"),
    unit_price=Decimal("9.80"),
    subtotal=Decimal("112.70"),
    gross=Decimal("12.500"),
    tare=Decimal("1.000"),
)
EGGS = CartLine("eggs", "Huevo pardo", Decimal(30), Decimal("0.50"), Decimal("15.00"), unit="un.")


def test_a_weighed_line_shows_gross_less_tare() -> None:
    assert (CHICKEN.weighing(), CHICKEN.amount()) == ("12.500 − 1.000 =", "11.500")


def test_a_counted_line_shows_its_count() -> None:
    assert (EGGS.weighing(), EGGS.amount()) == ("", "30")


def test_a_line_is_spoken_whole() -> None:
    assert CHICKEN.spoken() == "Pollo entero, bruto 12.500 kg, tara 1.000 kg, 11.500 kg a S/ 9.80, S/ 112.70"


def test_the_line_added_last_is_the_current_one(qtbot: QtBot) -> None:
    cart = shown(qtbot, CartTable())
    cart.show_lines([CHICKEN])
    cart.show_lines([CHICKEN, EGGS])
    assert cart.current() == EGGS


def test_a_changed_line_stays_the_current_one(qtbot: QtBot) -> None:
    cart = shown(qtbot, CartTable())
    cart.show_lines([CHICKEN, EGGS])
    cart.setCurrentIndex(cart.model().index(0, 0))
    cheaper = replace(CHICKEN, unit_price=Decimal("9.00"), subtotal=Decimal("103.50"))
    cart.show_lines([cheaper, EGGS])
    assert cart.current() == cheaper


def test_an_emptied_cart_has_no_current_line(qtbot: QtBot) -> None:
    cart = shown(qtbot, CartTable())
    cart.show_lines([CHICKEN])
    told: list[CartLine | None] = []
    cart.selected.connect(told.append)
    cart.show_lines([])
    assert (cart.current(), told[-1:]) == (None, [None])


def test_delete_asks_for_the_current_line_and_enter_opens_it(qtbot: QtBot) -> None:
    cart = shown(qtbot, CartTable())
    cart.show_lines([CHICKEN, EGGS])
    removed: list[CartLine] = []
    opened: list[CartLine] = []
    cart.removal_asked.connect(removed.append)
    cart.edit_asked.connect(opened.append)
    QTest.keyClick(cart, Qt.Key.Key_Up)
    QTest.keyClick(cart, Qt.Key.Key_Delete)
    QTest.keyClick(cart, Qt.Key.Key_Return)
    assert (removed, opened) == ([CHICKEN], [CHICKEN])


def test_qt_finds_no_fault_in_the_model(qtbot: QtBot) -> None:
    cart = shown(qtbot, CartTable())
    tester = QAbstractItemModelTester(cart.model(), QAbstractItemModelTester.FailureReportingMode.Warning)
    for lines in ([CHICKEN], [CHICKEN, EGGS], [], [EGGS]):
        cart.show_lines(lines)
    assert tester.model() is cart.model()
