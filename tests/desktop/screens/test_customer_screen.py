"""«Clientes»: found, understood, paid, and reminded only when the law lets it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from avileo_pos.desktop.main_window import SMALLEST_SIZE, MainWindow
from avileo_pos.desktop.screens.customer.customer_form import CustomerForm
from avileo_pos.desktop.screens.customer.customer_screen import CustomerScreen
from avileo_pos.desktop.screens.customer.statement_text import statement_text, whatsapp_link
from avileo_pos.desktop.sheets.abono_sheet import AbonoSheet
from avileo_pos.desktop.sheets.customer_form_sheet import CustomerFormSheet
from avileo_pos.desktop.sheets.receipt_sheet import SaleReceiptSheet
from avileo_pos.queries.customer import CustomerFilter, CustomerList, customer_card
from avileo_pos.queries.statement import statement
from avileo_pos.tables.shared import customers
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import close_sheets, names_in, notice, sheets, texts, words_in
from tests.desktop.screens.reading import cut
from tests.desktop.shop import ROSA, Shop, customer_id


class Browser(QObject):
    """Takes the links that the program opens."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, link: QUrl) -> None:
        self.opened.append(link.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def window(enter: Enter, shop: Shop) -> MainWindow:
    shop.open_drawer()
    return enter(ROSA, CustomerScreen.KEY)


def test_every_customer_is_listed_with_what_is_owed(window: MainWindow) -> None:
    table = form_of(window).table
    assert table.rows.rowCount() == 5
    assert texts_of(window)[0] == ["Juana Mamani, La casera", "S/ 320.50, Hace 90 días"]
    assert texts_of(window)[2] == ["María Ángeles Díaz, Angelita", "-S/ 12.30, A favor"]


def test_the_debt_of_all_is_summed(window: MainWindow) -> None:
    assert "Deuda total · 5 clientes" in words_in(form_of(window))
    assert "S/ 1,600.00" in words_in(form_of(window))


def test_a_list_that_shows_only_the_first_of_them_says_so(window: MainWindow) -> None:
    form = form_of(window)
    form.show_customers(CustomerList(form.table.rows.rows()[:2], 20_000, Decimal("1600.00")), None)
    assert "Se ven los primeros 2. Escriba un nombre para hallar a los demás." in words_in(form)
    assert "Deuda total · 20,000 clientes" in words_in(form)


@pytest.mark.parametrize("typed", ["nandu", "Ñandú", "955111"])
def test_a_customer_is_found_by_name_without_accents_and_by_phone(window: MainWindow, shop: Shop, typed: str) -> None:
    form_of(window).search.insert(typed)  # QTest has no key for an Ñ
    shop.settle()
    assert [row[0] for row in texts_of(window)] == ["Restaurante El Ñandú"]


def test_the_filter_shows_who_owes_and_who_does_not(window: MainWindow, shop: Shop) -> None:
    form_of(window).filter.choose(CustomerFilter.CON_DEUDA)
    shop.settle()
    assert len(texts_of(window)) == 3
    form_of(window).filter.choose(CustomerFilter.AL_DIA)
    shop.settle()
    assert {row[1].partition(", ")[2] for row in texts_of(window)} == {"Al día", "A favor"}


def test_who_looks_for_somebody_unknown_can_write_them_down_at_once(window: MainWindow, shop: Shop) -> None:
    QTest.keyClicks(form_of(window).search, "rufina paz")
    shop.settle()
    assert "Nadie se llama así, ni tiene ese celular o DNI." in words_in(form_of(window))
    QTest.keyClick(window, Qt.Key.Key_F2)
    [sheet] = sheets(window, CustomerFormSheet)
    assert "Rufina Paz" in [field.text() for field in sheet.findChildren(QLineEdit)]
    sheet.press_main()
    shop.settle()
    assert {"Rufina Paz", "Todavía no tiene movimientos."} <= set(words_in(form_of(window).account))


def test_a_name_from_the_search_is_no_longer_than_a_name_may_be(window: MainWindow, shop: Shop) -> None:
    form_of(window).search.setText("a" * 300)
    shop.settle()
    QTest.keyClick(window, Qt.Key.Key_F2)
    [sheet] = sheets(window, CustomerFormSheet)
    sheet.press_main()
    shop.settle()
    assert sheets(window, CustomerFormSheet) == []
    assert "A" + "a" * 254 in words_in(form_of(window).account)


def test_a_long_note_is_not_cut_off_where_something_else_is_edited(window: MainWindow, shop: Shop) -> None:
    note = "Paga los sábados. " * 20
    shop.do(lambda work, notes: work.update(customers, customer_id("Juana Mamani"), {"notes": notes}), note.strip())
    open_account(window, shop)
    form_of(window).edit_asked.emit()
    [sheet] = sheets(window, CustomerFormSheet)
    sheet.press_main()
    shop.settle()
    card = shop.ask(partial(customer_card, customer_id=customer_id("Juana Mamani")))
    assert card.notes == note.strip()


def test_the_arrow_and_enter_go_from_the_search_into_the_list(window: MainWindow, shop: Shop) -> None:
    QTest.keyClick(form_of(window).search, Qt.Key.Key_Down)
    shop.settle()
    assert "Juana Mamani" in words_in(form_of(window).account)


def test_the_account_runs_from_the_opening_balance_to_what_is_owed_now(window: MainWindow, shop: Shop) -> None:
    shop.sell("Pollo entero", "10.000", to="Juana Mamani", paid="18.00")
    shop.clock.go_on(minutes=5)
    shop.take_abono("Juana Mamani", "100.00")
    open_account(window, shop)
    moved, amounts, balances = zip(*texts(form_of(window).account.statement), strict=True)
    assert [each.partition(", ")[0] for each in moved] == ["Saldo inicial", "Venta A1-000123", "Abono A1-000124"]
    assert amounts == ("S/ 320.50", "S/ 80.00", "-S/ 100.00")
    assert balances == ("S/ 320.50", "S/ 400.50", "S/ 300.50")
    assert "Todavía no tiene movimientos." not in words_in(form_of(window).account)


def test_no_heading_of_a_big_account_is_cut_in_the_smallest_window(window: MainWindow, shop: Shop) -> None:
    shop.sell("Pollo entero", "70000.000", to="Luis Cárdenas")
    shop.take_abono("Luis Cárdenas", "100000.00")
    open_account(window, shop, 1)
    window.resize(*SMALLEST_SIZE)
    assert "S/ 586,000.00" in words_in(form_of(window).account)
    assert cut(window) == []


def test_the_oldest_debt_is_paid_first_in_the_aging(window: MainWindow, shop: Shop) -> None:
    shop.sell("Pollo entero", "10.000", to="Juana Mamani")
    shop.take_abono("Juana Mamani", "320.50")
    open_account(window, shop)
    assert "0 a 7 días: S/ 98.00" in names_in(form_of(window))
    assert "Más de 30 días: S/ 0.00" in names_in(form_of(window))


def test_an_abono_is_taken_by_f3_and_the_account_follows(window: MainWindow, shop: Shop) -> None:
    open_account(window, shop)
    QTest.keyClick(window, Qt.Key.Key_F3)
    [sheet] = sheets(window, AbonoSheet)
    QTest.keyClicks(window.focusWidget(), "120.50")
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    shop.settle()
    close_sheets(window)
    assert "S/ 200.00" in words_in(form_of(window).account)
    assert texts_of(window)[0][1].startswith("S/ 200.00")


def test_enter_on_a_movement_shows_its_paper(window: MainWindow, shop: Shop) -> None:
    sale = shop.sell("Pollo entero", "10.000", to="Juana Mamani")
    open_account(window, shop)
    table = form_of(window).account.statement
    table.setCurrentIndex(table.rows.index(1, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    shop.settle()
    assert sale.number in sheets(window, SaleReceiptSheet)[0].accessibleName()


def test_the_statement_goes_to_the_customers_whatsapp_as_text(window: MainWindow, shop: Shop) -> None:
    open_account(window, shop)
    browser = Browser()
    # The binding takes the method's name as text, whatever its stub says.
    QDesktopServices.setUrlHandler("https", browser, "open")  # type: ignore[arg-type]
    form_of(window).account.message.click()
    QDesktopServices.unsetUrlHandler("https")
    assert browser.opened[0].startswith("https://wa.me/51987654321?text=")
    assert "Estado%20de%20cuenta%20de%20Juana%20Mamani" in browser.opened[0]
    assert "Debe: S/ 320.50" in QGuiApplication.clipboard().text()


def test_no_debt_is_claimed_on_a_saturday(window: MainWindow, shop: Shop) -> None:
    open_account(window, shop)
    shop.clock.go_on(days=1)
    QGuiApplication.clipboard().setText("nada")
    form_of(window).account.message.click()
    assert QGuiApplication.clipboard().text() == "nada"
    assert "lunes a viernes" in notice(window)


def test_a_long_statement_is_told_by_its_last_movements_and_the_balance_before(shop: Shop) -> None:
    shop.open_drawer()
    for _ in range(17):
        shop.take_abono("Juana Mamani", "10.00")
    told = statement_text(shop.ask(lambda work: statement(work, customer_id("Juana Mamani"))), "Avícola")
    assert told.count("Abono") == 15
    assert "Saldo anterior: S/ 300.50" in told
    assert "*Debe: S/ 150.50*" in told


def test_who_has_no_mobile_gets_no_link() -> None:
    assert whatsapp_link(None, "hola") is None
    assert whatsapp_link("01 4251234", "hola") is None


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def form_of(window: MainWindow) -> CustomerForm:
    screen = window.opened(CustomerScreen.KEY)
    assert isinstance(screen, CustomerScreen)
    return screen.form


def open_account(window: MainWindow, shop: Shop, row: int = 0) -> None:
    table = form_of(window).table
    table.setCurrentIndex(table.rows.index(row, 0))
    shop.settle()


def texts_of(window: MainWindow) -> list[list[str]]:
    return texts(form_of(window).table)
