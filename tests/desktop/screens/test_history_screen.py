"""«Historial»: what was sold and paid in a day, how far it has come, and voiding it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.screens.history.history_form import ABONOS, HistoryForm
from avileo_pos.desktop.screens.history.history_screen import HistoryScreen
from avileo_pos.desktop.screens.queue.queue_screen import QueueScreen
from avileo_pos.desktop.sheets.receipt_sheet import AbonoReceiptSheet, SaleReceiptSheet
from avileo_pos.desktop.widgets.dialogs import PinSheet, ReasonSheet
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import notice, sheets, texts, the, words_in
from tests.desktop.shop import JOSE, PEPA, PEPA_PIN, ROSA, Shop


def test_the_day_shows_sales_and_abonos_newest_first_with_how_far_each_has_come(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    refused = shop.sell("Alitas", "1.000")
    shop.refuse(refused)
    shop.clock.go_on(minutes=5)
    shop.sell("Pollo entero", "10.000", to="Juana Mamani", paid="18.00")
    shop.clock.go_on(minutes=5)
    shop.take_abono("Juana Mamani", "50.00")
    assert texts(form_of(enter(ROSA, HistoryScreen.KEY)).table) == [
        ["10:52", "Abono A1-000125", "Juana Mamani, Recibió Rosa Quispe", "Yape", "S/ 50.00", "Guardada"],
        ["10:47", "Venta A1-000124", "Juana Mamani, Vendió Rosa Quispe", "Fiado S/ 80.00", "S/ 98.00", "Guardada"],
        ["10:42", "Venta A1-000123", "Cliente genérico, Vendió Rosa Quispe", "Contado", "S/ 12.00", "Por revisar"],
    ]


def test_what_central_has_remarked_is_told_with_its_reasons(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    with shop.replica.writing() as db:
        db.exec_driver_sql("UPDATE sales SET needs_review = 1, review_reason = 'clock_skew over_credit_limit'")
    window = enter(ROSA, HistoryScreen.KEY)
    [row] = texts(form_of(window).table)
    assert row[2] == "Cliente genérico, Vendió Rosa Quispe · con observación"
    form_of(window).copy.click()
    shop.settle()
    [sheet] = sheets(window, SaleReceiptSheet)
    assert {
        "Se guardó con observación: La caja tenía mal puesta la hora.",
        "Se guardó con observación: Pasó el límite de crédito del cliente.",
    } <= set(words_in(sheet))


def test_a_remark_at_which_an_owner_has_looked_is_not_told_any_more(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    with shop.replica.writing() as db:
        db.exec_driver_sql("UPDATE sales SET needs_review = 0, review_reason = 'clock_skew'")
    [row] = texts(form_of(enter(ROSA, HistoryScreen.KEY)).table)
    assert row[2] == "Cliente genérico, Vendió Rosa Quispe"


def test_sales_and_abonos_are_summed_apart_and_what_was_voided_not_at_all(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.clock.go_on(minutes=1)
    shop.sell("Pechuga", "2.000")
    shop.clock.go_on(minutes=1)
    shop.take_abono("Juana Mamani", "50.00")
    window = enter(ROSA, HistoryScreen.KEY)
    assert {"S/ 43.00", "S/ 50.00"} <= set(words_in(form_of(window)))
    void(window, shop, row=1)
    assert "S/ 12.00" in words_in(form_of(window))


def test_a_vendor_sees_the_own_sales_only_and_the_admin_all(enter: Enter, shop: Shop) -> None:
    for person in (ROSA, JOSE):
        shop.open_drawer(person)
        shop.sell("Alitas", "1.000", by=person)
    assert len(texts(form_of(enter(ROSA, HistoryScreen.KEY)).table)) == 1
    assert len(texts(form_of(enter(PEPA, HistoryScreen.KEY)).table)) == 2


def test_only_the_abonos_are_shown_when_asked_for(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.take_abono("Juana Mamani", "50.00")
    form = form_of(enter(ROSA, HistoryScreen.KEY))
    form.kind.choose(ABONOS)
    assert [row[1] for row in texts(form.table)] == ["Abono A1-000124"]


def test_yesterday_is_one_press_away_and_tomorrow_cannot_be_chosen(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.clock.go_on(days=1)
    form = form_of(enter(ROSA, HistoryScreen.KEY))
    assert "Ese día no se registró nada en esta caja." in words_in(form)
    assert not form.later.isEnabled()
    form.earlier.click()
    shop.settle()
    assert len(texts(form.table)) == 1
    assert form.later.isEnabled()


def test_who_looks_at_today_sees_the_new_day_once_it_has_begun(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    window = enter(ROSA, HistoryScreen.KEY)
    window.open_screen(QueueScreen.KEY)
    shop.clock.go_on(days=1)
    window.open_screen(HistoryScreen.KEY)
    shop.settle()
    assert texts(form_of(window).table) == []


def test_f9_shows_the_copy_of_the_current_paper(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.clock.go_on(minutes=1)
    shop.take_abono("Juana Mamani", "50.00")
    window = enter(ROSA, HistoryScreen.KEY)
    QTest.keyClick(window, Qt.Key.Key_F9)
    shop.settle()
    [abono] = sheets(window, AbonoReceiptSheet)
    assert "RECIBO DE ABONO" in abono.paper.text()
    abono.close_sheet()
    choose(window, 1)
    QTest.keyClick(form_of(window).table, Qt.Key.Key_Return)
    shop.settle()
    assert sheets(window, SaleReceiptSheet)[0].accessibleName() == "Copia de A1-000123"


def test_an_own_sale_of_today_is_voided_with_a_reason_and_the_cash_to_give_back_is_told(
    enter: Enter, shop: Shop
) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    window = enter(ROSA, HistoryScreen.KEY)
    void(window, shop)
    assert texts(form_of(window).table)[0][-1] == "Anulada"
    assert notice(window) == "Anulada: A1-000123. Devuelva S/ 12.00 en efectivo."
    assert not form_of(window).void.isEnabled()


def test_an_abono_is_voided_as_a_sale_is(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.take_abono("Juana Mamani", "50.00")
    window = enter(ROSA, HistoryScreen.KEY)
    void(window, shop)
    assert notice(window) == "Anulada: A1-000123."


def test_a_sale_of_yesterday_is_voided_only_with_an_admins_pin(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.clock.go_on(days=1)
    window = enter(ROSA, HistoryScreen.KEY)
    form_of(window).earlier.click()
    shop.settle()
    void(window, shop)
    [asked] = sheets(window, PinSheet)
    assert texts(form_of(window).table)[0][-1] == "Guardada"
    QTest.keyClicks(the(asked, QLineEdit), PEPA_PIN)
    QTest.keyClick(the(asked, QLineEdit), Qt.Key.Key_Return)
    shop.settle()
    assert texts(form_of(window).table)[0][-1] == "Anulada"


def test_cash_cannot_be_given_back_from_a_drawer_that_is_closed(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    window = enter(PEPA, HistoryScreen.KEY)
    void(window, shop)
    assert notice(window) == "Abra primero su turno de caja."
    assert texts(form_of(window).table)[0][-1] == "Guardada"


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def form_of(window: MainWindow) -> HistoryForm:
    screen = window.opened(HistoryScreen.KEY)
    assert isinstance(screen, HistoryScreen)
    return screen.form


def choose(window: MainWindow, row: int) -> None:
    table = form_of(window).table
    table.setCurrentIndex(table.rows.index(row, 0))


def void(window: MainWindow, shop: Shop, row: int = 0) -> None:
    choose(window, row)
    form_of(window).void.click()
    [sheet] = sheets(window, ReasonSheet)
    QTest.keyClicks(the(sheet, QLineEdit), "Me equivoque")
    QTest.keyClick(the(sheet, QLineEdit), Qt.Key.Key_Return)
    shop.settle()
