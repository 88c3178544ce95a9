"""Several customers at once: carts that wait, and none that is lost."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from avileo_pos.queries.parked_sale import parked_sales
from tests.desktop.screens.sale.cashier import Cashier, sit_down
from tests.desktop.shop import JOSE, ROSA, Shop

ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
CUSTOMER, PARK, CHARGE = Qt.Key.Key_F2, Qt.Key.Key_F6, Qt.Key.Key_F12


def test_a_sale_set_aside_waits_under_its_customers_name(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, "1", "2", ENTER, PARK)
    assert tabs(rosa) == ["Juana Mamani", "Venta 2"]
    assert tab_tips(rosa) == ["Juana Mamani", ""]
    assert rosa.cart() == []
    rosa.press(PARK)
    assert len(rosa.cart()) == 1
    assert rosa.sees("Debe S/ 320.50")


def test_the_next_customer_is_served_while_the_first_fetches_money(rosa: Cashier) -> None:
    rosa.press("1", "2", ENTER, PARK, "2", "3", CHARGE, ENTER, ENTER)
    [sale] = rosa.sales()
    assert str(sale.net_weight) == "3.000"
    assert tabs(rosa) == ["Venta 1"]
    assert "Pollo entero" in rosa.cart()[0]


def test_every_change_is_kept_and_a_charged_sale_waits_no_more(rosa: Cashier) -> None:
    rosa.press("1", "2", ENTER)
    assert kept_lines(rosa) == [1]
    rosa.press("2", "2", ENTER)
    assert kept_lines(rosa) == [2]
    rosa.press(CHARGE, ENTER)
    assert kept_lines(rosa) == []


def test_an_emptied_sale_does_not_come_back(rosa: Cashier) -> None:
    rosa.press("1", "2", ENTER, ESC)
    rosa.tap("Vaciar")
    assert kept_lines(rosa) == []
    rosa.screen.refresh()
    rosa.settle()
    assert rosa.cart() == []


def test_carts_survive_a_restart_of_the_till(qtbot: QtBot, shop: Shop, tmp_path: Path) -> None:
    before = sit_down(qtbot, shop)
    before.press(CUSTOMER, "juana", ENTER, "1", "2.5", ENTER, PARK, "2", "3", ENTER)
    before.leave()
    shop.close()
    again = Shop(shop.replica.path)
    after = sit_down(qtbot, again)
    assert tabs(after) == ["Juana Mamani", "Venta 2"]
    assert "2.500 kg" in after.cart()[0]
    assert after.sees("Debe S/ 320.50")
    after.leave()
    again.close()


def test_carts_belong_to_who_made_them(qtbot: QtBot, shop: Shop) -> None:
    rosa = sit_down(qtbot, shop)
    rosa.press("1", "2.5", ENTER)
    rosa.window.enter(shop.till(JOSE, rosa.window))
    rosa.settle()
    assert rosa.screen.till.person == JOSE
    assert rosa.cart() == []
    rosa.window.enter(shop.till(ROSA, rosa.window))
    rosa.settle()
    assert len(rosa.cart()) == 1
    rosa.leave()


def tabs(cashier: Cashier) -> list[str]:
    bar = cashier.screen.findChildren(QTabBar)[0]
    return [bar.tabText(place) for place in range(bar.count())]


def tab_tips(cashier: Cashier) -> list[str]:
    bar = cashier.screen.findChildren(QTabBar)[0]
    return [bar.tabToolTip(place) for place in range(bar.count())]


def kept_lines(cashier: Cashier) -> list[int]:
    """How many lines each kept cart holds."""
    return [len(each.draft.lines) for each in cashier.shop.ask(parked_sales, by=ROSA)]
