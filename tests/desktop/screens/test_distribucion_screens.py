"""«Distribuciones» and «Mi distribución»: kilos given out, taken, sold, and accounted for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from avileo_pos.desktop.main_window import SMALLEST_SIZE, MainWindow
from avileo_pos.desktop.screens.distribucion.close_sheet import CloseDistribucionSheet
from avileo_pos.desktop.screens.distribucion.day_form import DayForm
from avileo_pos.desktop.screens.distribucion.day_screen import DistribucionesScreen
from avileo_pos.desktop.screens.distribucion.give_sheets import MoveSheet, NewDistribucionSheet, ReloadSheet
from avileo_pos.desktop.screens.distribucion.own_form import OwnForm
from avileo_pos.desktop.screens.distribucion.own_screen import OwnDistribucionScreen
from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.queries.product import product_tiles
from avileo_pos.usecases.distribucion import OpenDistribucion, open_distribucion
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import notice, sheets, texts, words_in
from tests.desktop.shop import BUSINESS, JOSE, PEPA, ROSA, Shop


def test_the_days_table_says_what_each_vendor_took_sold_and_has_left(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Pollo entero", "20.000")
    form = day_form(enter(PEPA, DistribucionesScreen.KEY))
    assert texts(form.table) == [
        [
            "Rosa Quispe, Puesto 14, mercado Central",
            "80.000 kg",
            "20.000 kg",
            "60.000 kg",
            "25 %",
            "S/ 196.00",
            "Asignada",
        ]
    ]
    assert {"80.000 kg", "20.000 kg", "60.000 kg"} <= set(words_in(form))


def test_the_heading_is_read_whole_in_the_smallest_window(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    window.resize(*SMALLEST_SIZE)
    shop.settle()
    labels = day_form(window).findChildren(ElidedLabel)
    [heading] = [label for label in labels if label.text() == "Distribuciones de hoy"]
    assert heading.width() >= heading.sizeHint().width()


def test_kilos_are_given_to_a_vendor_at_the_usual_point_and_leave_the_stock(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    QTest.keyClick(window, Qt.Key.Key_F2)
    [sheet] = sheets(window, NewDistribucionSheet)
    sheet.vendor.setCurrentText(JOSE.name)
    assert sheet.point.text() == "Carreta, paradero 5"
    QTest.keyClicks(sheet.kilos, "34.5")
    QTest.keyClick(sheet.kilos, Qt.Key.Key_Return)
    shop.settle()
    assert notice(window) == "José Huamán: 34.500 kg asignados."
    assert [row[0] for row in texts(day_form(window).table)] == [
        "José Huamán, Carreta, paradero 5",
        "Rosa Quispe, Puesto 14, mercado Central",
    ]
    assert [str(tile.stock) for tile in shop.ask(product_tiles) if tile.name == "Pollo entero"] == ["100.000"]


def test_a_vendor_with_kilos_gets_no_second_distribution(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    QTest.keyClick(window, Qt.Key.Key_F2)
    [sheet] = sheets(window, NewDistribucionSheet)
    sheet.vendor.setCurrentText(ROSA.name)
    QTest.keyClicks(sheet.kilos, "10")
    sheet.press_main()
    shop.settle()
    assert sheet.problem() == "Este vendedor ya tiene una distribución abierta ese día."


def test_no_kilos_are_told_beside_their_field(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    QTest.keyClick(window, Qt.Key.Key_F2)
    [sheet] = sheets(window, NewDistribucionSheet)
    sheet.vendor.setCurrentText(JOSE.name)
    sheet.press_main()
    shop.settle()
    assert sheet.kilos_row.problem() != ""


def test_more_kilos_are_added_by_f3(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    QTest.keyClick(window, Qt.Key.Key_F3)
    [sheet] = sheets(window, ReloadSheet)
    QTest.keyClicks(sheet.kilos, "20")
    QTest.keyClick(sheet.kilos, Qt.Key.Key_Return)
    shop.settle()
    assert texts(day_form(window).table)[0][1] == "100.000 kg"


def test_kilos_go_from_one_vendor_to_another_by_f6(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    form = day_form(window)
    assert not form.move_kilos.isEnabled()
    shop.do(open_distribucion, OpenDistribucion(uuid4(), JOSE.member_id, "Carreta", Decimal("30.000")), by=PEPA)
    form.table.setCurrentIndex(form.table.rows.index(1, 0))
    QTest.keyClick(window, Qt.Key.Key_F6)
    [sheet] = sheets(window, MoveSheet)
    QTest.keyClicks(sheet.kilos, "12.5")
    QTest.keyClick(sheet.kilos, Qt.Key.Key_Return)
    shop.settle()
    assert [(row[0].partition(", ")[0], row[1]) for row in texts(form.table)] == [
        ("José Huamán", "42.500 kg"),
        ("Rosa Quispe", "67.500 kg"),
    ]


def test_the_account_follows_what_came_back_and_what_was_lost(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Pollo entero", "50.000")
    sheet = closing(enter(PEPA, DistribucionesScreen.KEY), shop)
    assert {"Faltante", "30.000 kg", "S/ 294.00"} <= set(words_in(sheet))
    QTest.keyClicks(sheet.returned, "25.5")
    QTest.keyClicks(sheet.merma, "1.5")
    assert {"3.000 kg", "S/ 29.40"} <= set(words_in(sheet))
    assert sheet.reason_row.isVisible()


def test_a_day_that_adds_up_closes_without_a_reason(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Pollo entero", "50.000")
    window = enter(PEPA, DistribucionesScreen.KEY)
    sheet = closing(window, shop)
    QTest.keyClicks(sheet.returned, "30")
    assert not sheet.reason_row.isVisible()
    QTest.keyClick(sheet.returned, Qt.Key.Key_Return)
    shop.settle()
    assert texts(day_form(window).table)[0][-1] == "Cerrada"
    assert not day_form(window).close_day.isEnabled()


def test_a_difference_asks_for_its_reason_beside_the_field(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, DistribucionesScreen.KEY)
    sheet = closing(window, shop)
    QTest.keyClicks(sheet.returned, "75")
    sheet.press_main()
    shop.settle()
    assert sheet.reason_row.problem() == "Hay una diferencia. Escriba el motivo."
    QTest.keyClicks(sheet.reason, "Se cayo una bolsa")
    QTest.keyClick(sheet.reason, Qt.Key.Key_Return)
    shop.settle()
    assert texts(day_form(window).table)[0][-1] == "Cerrada"


def test_a_day_without_distributions_offers_to_make_one(enter: Enter, shop: Shop) -> None:
    shop.clock.go_on(days=1)
    form = day_form(enter(PEPA, DistribucionesScreen.KEY))
    assert "Hoy todavía no se repartieron kilos." in words_in(form)


def test_the_vendor_takes_the_kilos_and_sees_them_go(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    window = enter(ROSA, OwnDistribucionScreen.KEY)
    form = own_form(window)
    assert "Asignada" in words_in(form)
    form.accept.setFocus()
    QTest.mouseClick(form.accept, Qt.MouseButton.LeftButton)
    shop.settle()
    assert "En ruta" in words_in(form)
    assert not form.accept.isVisible()
    assert window.focusWidget() is form, "and not what would close the notice"
    shop.sell("Pollo entero", "20.000")
    assert form.left.text() == "60.000 kg"
    assert form.progress.value() == 25


def test_selling_more_than_was_assigned_is_told(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    form = own_form(enter(ROSA, OwnDistribucionScreen.KEY))
    shop.sell("Pollo entero", "85.000")
    assert form.left.text() == "5.000 kg"
    assert "Vendido de más" in words_in(form)
    assert any("Vendió más kilos" in words for words in words_in(form))


def test_a_vendor_without_kilos_is_told_so(enter: Enter) -> None:
    assert "Hoy todavía no tiene kilos asignados." in words_in(own_form(enter(JOSE, OwnDistribucionScreen.KEY)))


def test_a_business_without_distributions_shows_neither_screen(shop: Shop, enter: Enter) -> None:
    window = enter(PEPA)
    rules = replace(BUSINESS.rules, mode=ModoOperacion.SIN_INVENTARIO)
    window.enter(replace(shop.till(PEPA, window), business=replace(BUSINESS, rules=rules)))
    shop.settle()
    shown = {button.accessibleName() for button in window.findChildren(QPushButton) if button.isVisible()}
    assert "Clientes" in shown
    assert not shown & {"Distribuciones", "Mi distribución"}


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def day_form(window: MainWindow) -> DayForm:
    screen = window.opened(DistribucionesScreen.KEY)
    assert isinstance(screen, DistribucionesScreen)
    return screen.form


def own_form(window: MainWindow) -> OwnForm:
    screen = window.opened(OwnDistribucionScreen.KEY)
    assert isinstance(screen, OwnDistribucionScreen)
    return screen.form


def closing(window: MainWindow, shop: Shop) -> CloseDistribucionSheet:
    QTest.keyClick(window, Qt.Key.Key_F4)
    shop.settle()
    [sheet] = sheets(window, CloseDistribucionSheet)
    return sheet
