"""«Corregir…»: what central did not take of a card is put right here, and goes as a new operation."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.parked_operation_sheet import ParkedOperationSheet
from avileo_pos.desktop.screens.queue.queue_screen import QueueScreen
from avileo_pos.desktop.sheets.correction_sheet import CorrectionSheet
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.domain.permissions import Actor
from avileo_pos.queries.customer import customer_card
from avileo_pos.queries.queue import QueuedOperation, QueueState, list_waiting
from avileo_pos.queries.stored import read
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, create_customer
from avileo_pos.usecases.product import NewPrice, SetPrices, set_prices
from avileo_pos.usecases.queue import retry_operation
from avileo_pos.work import Work
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import button, names_in, sheets, words_in
from tests.desktop.shop import PEPA, ROSA, Shop, product_id

ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


def test_an_admin_corrects_a_refused_new_customer_and_it_waits_again(enter: Enter, shop: Shop, qtbot: QtBot) -> None:
    customer = refuse_a_new_customer(shop)
    window = enter(PEPA, QueueScreen.KEY)
    sheet = correct(window, shop)
    with qtbot.waitSignal(window.round_asked):
        type_in(sheet, "Nombre", "Juana Flores Quispe")
        press(ENTER, shop)
    assert sheets(window, CorrectionSheet) == sheets(window, ParkedOperationSheet) == []
    [waiting] = shop.ask(list_waiting).operations
    assert (waiting.state, waiting.operation_type, waiting.entity_id) == (QueueState.GUARDADA, "create", customer)
    assert waiting.subject == "Juana Flores Quispe"
    assert waiting.actor_name == PEPA.name


def test_of_a_birth_everything_is_asked_that_its_form_asks_of_an_admin(enter: Enter, shop: Shop) -> None:
    refuse_a_new_customer(shop)
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    assert [(name, said_in(row_of(sheet, name).field)) for name in captions(sheet)] == [
        ("Nombre", "Juana Flores"),
        ("Apodo", ""),
        ("Celular", "987000111"),
        ("DNI", ""),
        ("Dirección", ""),
        ("Notas", ""),
        ("Saldo inicial", "0.00"),
        ("Límite de crédito", ""),
        ("Se atiende o se usa", "Sí"),
    ]


def test_of_a_price_only_the_price_is_asked(enter: Enter, shop: Shop) -> None:
    refuse_a_price(shop, "9800.00")
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    assert captions(sheet) == ["Precio"]
    type_in(sheet, "Precio", "9,90")
    press(ENTER, shop)
    [sent] = shop.ask(still_queued)
    assert msgspec.json.decode(sent)["base_price"] == {"was": 980, "now": 990}


def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_sent(enter: Enter, shop: Shop) -> None:
    refuse_a_new_customer(shop)
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    type_in(sheet, "Dirección", "Jr. Los Pinos 12")
    type_in(sheet, "DNI", "123")
    press(ENTER, shop)
    assert row_of(sheet, "DNI").problem() == "El DNI tiene 8 cifras."
    assert row_of(sheet, "DNI").field.hasFocus()
    type_in(sheet, "DNI", "41256378")
    press(ENTER, shop)
    assert row_of(sheet, "DNI").problem() == "Ese DNI ya es de Juana Mamani."
    type_in(sheet, "DNI", "")
    type_in(sheet, "Nombre", "  ")
    press(ENTER, shop)
    assert row_of(sheet, "Nombre").problem() == "Falta llenar esto."
    assert said_in(row_of(sheet, "Dirección").field) == "Jr. Los Pinos 12"
    assert parked(shop).subject == "Juana Flores"


def test_a_figure_that_is_none_is_told_and_nothing_is_sent(enter: Enter, shop: Shop) -> None:
    refuse_a_price(shop, "9800.00")
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    for typed, said in (("", "Falta llenar esto."), ("1.234", "Use como máximo 2 decimales.")):
        type_in(sheet, "Precio", typed)
        press(ENTER, shop)
        assert row_of(sheet, "Precio").problem() == said
    assert parked(shop).collection == "products"


def test_escape_leads_back_to_what_is_reviewed(enter: Enter, shop: Shop) -> None:
    refuse_a_new_customer(shop)
    window = enter(PEPA, QueueScreen.KEY)
    correct(window, shop)
    press(ESCAPE, shop)
    assert sheets(window, CorrectionSheet) == []
    [review] = sheets(window, ParkedOperationSheet)
    assert button(review, "Corregir…").hasFocus()
    assert parked(shop).subject == "Juana Flores"


def test_a_choice_is_changed_and_sent_by_the_keys(enter: Enter, shop: Shop) -> None:
    customer = refuse_a_new_customer(shop)
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    row_of(sheet, "Se atiende o se usa").setFocus()
    press(Qt.Key.Key_Down, shop)
    press(ENTER, shop)
    assert not shop.ask(lambda work: customer_card(work, customer)).figures.is_active


def test_what_was_sent_again_meanwhile_is_not_sent_twice(enter: Enter, shop: Shop) -> None:
    refuse_a_new_customer(shop)
    sheet = correct(enter(PEPA, QueueScreen.KEY), shop)
    shop.do(retry_operation, parked(shop).id)
    press(ENTER, shop)
    assert sheet.problem() == "Ya no está por revisar. Actualice y vuelva a mirar."
    assert len(shop.ask(list_waiting).operations) == 1


def test_a_seller_is_offered_no_correction(enter: Enter, shop: Shop) -> None:
    refuse_a_new_customer(shop)
    assert "Corregir…" not in names_in(review(enter(ROSA, QueueScreen.KEY), shop))


def test_a_sale_cannot_be_corrected(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    shop.refuse(shop.sell("Alitas", "1.000"))
    assert "Corregir…" not in names_in(review(enter(PEPA, QueueScreen.KEY), shop))


@pytest.mark.parametrize("data", ["what a disk made of it", "[]", '{"future": {"was": 1, "now": 2}}'])
def test_what_cannot_be_read_cannot_be_corrected(enter: Enter, shop: Shop, data: str) -> None:
    refuse_a_price(shop, "9800.00")
    shop.do(store_data, data)
    sheet = review(enter(PEPA, QueueScreen.KEY), shop)
    assert "Corregir…" not in names_in(sheet)
    assert "Cambio de producto Pollo entero" in words_in(sheet)


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def refuse_a_new_customer(shop: Shop, by: Actor = ROSA) -> UUID:
    customer = uuid4()
    details = CustomerDetails("Juana Flores", phone="987000111")
    shop.do(create_customer, CreateCustomer(customer, details), by=by)
    shop.refuse_of(customer, "customers")
    return customer


def refuse_a_price(shop: Shop, price: str) -> None:
    product = product_id("Pollo entero")
    shop.do(set_prices, SetPrices((NewPrice(product, Decimal(price)),)), by=PEPA)
    shop.refuse_of(product, "products")


def review(window: MainWindow, shop: Shop) -> ParkedOperationSheet:
    button(window, "Revisar la primera").click()
    shop.settle()
    [sheet] = sheets(window, ParkedOperationSheet)
    return sheet


def correct(window: MainWindow, shop: Shop) -> CorrectionSheet:
    asked = button(review(window, shop), "Corregir…")
    asked.setFocus()
    asked.click()
    [sheet] = sheets(window, CorrectionSheet)
    return sheet


def captions(sheet: CorrectionSheet) -> list[str]:
    return [row.field.accessibleName() for row in sheet.findChildren(FieldRow)]


def row_of(sheet: CorrectionSheet, name: str) -> FieldRow:
    return next(row for row in sheet.findChildren(FieldRow) if row.field.accessibleName() == name)


def said_in(field: QWidget) -> str:
    if isinstance(field, QComboBox):
        return field.currentText()
    assert isinstance(field, QLineEdit)
    return field.text()


def type_in(sheet: CorrectionSheet, name: str, text: str) -> None:
    field = row_of(sheet, name).field
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)


def press(key: Qt.Key, shop: Shop) -> None:
    """Where the focus is."""
    QTest.keyClick(QApplication.focusWidget(), key)
    shop.settle()


def parked(shop: Shop) -> QueuedOperation:
    [operation] = shop.ask(list_waiting).operations
    assert operation.state is QueueState.POR_REVISAR
    return operation


def still_queued(work: Work) -> list[str]:
    return [row.data for row in read(work, "SELECT data FROM sync_queue WHERE status = 'pending'")]


def store_data(work: Work, data: str) -> None:
    work.db.exec_driver_sql("UPDATE sync_queue SET data = ?", (data,))
