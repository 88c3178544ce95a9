"""«Por enviar»: what waits, why in words, and what a person can do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.parked_operation_sheet import ParkedOperationSheet
from avileo_pos.desktop.safety_desk import Carried, CarryOperations
from avileo_pos.desktop.screens.history.history_screen import HistoryScreen
from avileo_pos.desktop.screens.queue.queue_form import QueueForm
from avileo_pos.desktop.screens.queue.queue_screen import QueueScreen
from avileo_pos.desktop.sheets.handover_sheets import ExportSheet, ImportSheet
from avileo_pos.desktop.widgets.dialogs import PinSheet, ReasonSheet
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.domain.errors import BusinessRuleBroken
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import button, notice, sheets, texts, the, words_in
from tests.desktop.shop import PEPA, PEPA_PIN, ROSA, Shop


def test_an_empty_queue_says_that_all_is_sent(enter: Enter) -> None:
    form = form_of(enter(ROSA, QueueScreen.KEY))
    assert "Todo está enviado. No hay nada pendiente en esta caja." in words_in(form)
    assert not form.send.isEnabled()


def test_each_operation_says_what_it_is_and_why_it_is_still_here(enter: Enter, shop: Shop) -> None:
    open_with_a_refused_sale(shop)
    assert texts(form_of(enter(ROSA, QueueScreen.KEY)).table) == [
        ["20/11/2026, 10:42", "Apertura de caja, Espera su turno.", "", "Guardada", "0"],
        [
            "20/11/2026, 10:42",
            "Venta A1-000123, El rol de quien lo hizo no lo permite.",
            "S/ 12.00",
            "Por revisar",
            "1",
        ],
    ]


def test_a_new_sale_appears_at_once(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    form = form_of(enter(ROSA, QueueScreen.KEY))
    shop.sell("Alitas", "1.000")
    assert subjects(form) == ["Apertura de caja", "Venta A1-000123"]


def test_a_long_queue_says_how_much_of_it_is_seen(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    for _ in range(101):
        shop.sell("Alitas", "0.100")
    shop.refuse(shop.sell("Alitas", "1.000"))
    form = form_of(enter(ROSA, QueueScreen.KEY))
    assert "103 guardadas aquí" in words_in(form)
    assert any(said.endswith("Se ven las 100 más antiguas y 1 por revisar.") for said in words_in(form))
    assert len(subjects(form)) == 101
    assert texts(form.table)[-1][3] == "Por revisar"


def test_send_now_asks_for_a_round(enter: Enter, shop: Shop, qtbot: QtBot) -> None:
    shop.open_drawer()
    window = enter(ROSA, QueueScreen.KEY)
    with qtbot.waitSignal(window.round_asked):
        form_of(window).send.click()
    assert "Se está enviando" in notice(window)


def test_only_what_central_refused_can_be_reviewed(enter: Enter, shop: Shop) -> None:
    open_with_a_refused_sale(shop)
    form = form_of(enter(ROSA, QueueScreen.KEY))
    form.table.setCurrentIndex(form.table.rows.index(0, 0))
    assert not form.review.isEnabled()
    form.table.setCurrentIndex(form.table.rows.index(1, 0))
    assert form.review.isEnabled()


def test_sending_again_puts_it_back_among_those_that_wait(enter: Enter, shop: Shop, qtbot: QtBot) -> None:
    open_with_a_refused_sale(shop)
    window = enter(ROSA, QueueScreen.KEY)
    sheet = review(window)
    with qtbot.waitSignal(window.round_asked):
        sheet.press_main()
        shop.settle()
    assert texts(form_of(window).table)[1][3] == "Guardada"


def test_all_that_is_parked_is_sent_again_at_once(enter: Enter, shop: Shop, qtbot: QtBot) -> None:
    open_with_a_refused_sale(shop)
    window = enter(ROSA, QueueScreen.KEY)
    form = form_of(window)
    assert not form.retry_all.isVisible(), "for one there is «Revisar la primera»"
    shop.refuse(shop.sell("Alitas", "0.500"))
    with qtbot.waitSignal(window.round_asked):
        button(form, "Enviar todas otra vez").click()
        shop.settle()
    assert [row[3] for row in texts(form.table)] == ["Guardada"] * 3
    assert not form.retry_all.isVisible()


def test_the_admin_discards_with_a_reason_and_the_sale_goes(enter: Enter, shop: Shop) -> None:
    open_with_a_refused_sale(shop)
    window = enter(PEPA, QueueScreen.KEY)
    discard(window, shop)
    assert subjects(form_of(window)) == ["Apertura de caja"]
    assert notice(window) == "Descartada: Venta A1-000123."
    window.open_screen(HistoryScreen.KEY)
    shop.settle()
    assert "Ese día no se registró nada en esta caja." in words_in(window.opened(HistoryScreen.KEY))


def test_a_vendor_needs_an_admins_pin_to_discard(enter: Enter, shop: Shop) -> None:
    open_with_a_refused_sale(shop)
    window = enter(ROSA, QueueScreen.KEY)
    discard(window, shop)
    [asked] = sheets(window, PinSheet)
    assert len(texts(form_of(window).table)) == 2
    QTest.keyClicks(the(asked, QLineEdit), PEPA_PIN)
    QTest.keyClick(the(asked, QLineEdit), Qt.Key.Key_Return)
    shop.settle()
    assert len(texts(form_of(window).table)) == 1


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def open_with_a_refused_sale(shop: Shop) -> None:
    shop.open_drawer()
    shop.refuse(shop.sell("Alitas", "1.000"))


def subjects(form: QueueForm) -> list[str]:
    return [row[1].partition(", ")[0] for row in texts(form.table)]


def form_of(window: MainWindow) -> QueueForm:
    screen = window.opened(QueueScreen.KEY)
    assert isinstance(screen, QueueScreen)
    return screen.form


def review(window: MainWindow) -> ParkedOperationSheet:
    button(form_of(window), "Revisar la primera").click()
    [sheet] = sheets(window, ParkedOperationSheet)
    return sheet


def discard(window: MainWindow, shop: Shop) -> None:
    button(review(window), "Descartar…").click()
    [why] = sheets(window, ReasonSheet)
    QTest.keyClicks(the(why, QLineEdit), "Estaba repetida")
    QTest.keyClick(the(why, QLineEdit), Qt.Key.Key_Return)
    shop.settle()


# --- Carried in a file ------------------------------------------------------------------------------------------------


class Carrier:
    """The program, as far as it carries operations."""

    def __init__(self, window: MainWindow) -> None:
        self.asked: list[CarryOperations] = []
        window.safety.carry_asked.connect(self.asked.append)


def write_in(sheet: Sheet, *texts: str) -> None:
    for field, text in zip(sheet.findChildren(QLineEdit), texts, strict=True):
        field.setText(text)


def test_what_waits_is_exported_under_a_passphrase_typed_twice(
    enter: Enter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open_drawer()
    window = enter(ROSA, "por_enviar")
    carrier = Carrier(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("E:/por enviar.avileo", ""))
    button(window, "Exportar…").click()
    [sheet] = sheets(window, ExportSheet)
    write_in(sheet, "tres gallinas", "tres gallos")
    sheet.press_main()
    assert carrier.asked == []
    write_in(sheet, "tres gallinas", "tres gallinas")
    sheet.press_main()
    [asked] = carrier.asked
    assert (asked.file, asked.passphrase, asked.inward) == ("E:/por enviar.avileo", "tres gallinas", False)
    asked.failed(BusinessRuleBroken("passphrase_too_short", shortest=8))
    assert sheet.passphrase_row.problem() == "La clave necesita al menos 8 caracteres."
    asked.then(Carried(1))
    assert notice(window).startswith("1 operación en el archivo")
    assert sheets(window, ExportSheet) == []


def test_a_file_is_named_after_the_till_whatever_that_is_called(
    enter: Enter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.desktop.shop.DEVICE_NAME", "Puesto 14/15: <pollos>")
    proposed: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *asked: (proposed.append(asked[2]) or "", ""))
    shop.open_drawer()
    window = enter(ROSA, "por_enviar")
    button(window, "Exportar…").click()
    [sheet] = sheets(window, ExportSheet)
    write_in(sheet, "tres gallinas", "tres gallinas")
    sheet.press_main()
    assert [Path(each).name for each in proposed] == ["Por enviar de Puesto 14-15- -pollos- 2026-11-20 10-42.avileo"]


@pytest.mark.parametrize(
    ("carried", "said"),
    [
        (Carried(3), "Entraron 3 operaciones"),
        (Carried(0), "Todo ya estaba"),
        (Carried(3, left_out=2), "Faltan 2 de alguien que no ha entrado aquí"),
    ],
    ids=["new", "known", "of a stranger"],
)
def test_what_was_carried_here_is_said(
    enter: Enter, shop: Shop, monkeypatch: pytest.MonkeyPatch, carried: Carried, said: str
) -> None:
    window = enter(ROSA, "por_enviar")
    carrier = Carrier(window)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("E:/por enviar.avileo", ""))
    button(window, "Importar…").click()
    [sheet] = sheets(window, ImportSheet)
    write_in(sheet, "tres gallinas")
    sheet.press_main()
    [asked] = carrier.asked
    assert asked.inward
    asked.then(carried)
    assert said in notice(window)
