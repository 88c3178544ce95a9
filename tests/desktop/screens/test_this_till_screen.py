"""«Esta caja»: what is told before somebody leaves, and that nobody leaves more behind than they were told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from avileo_pos.desktop import leaving_words
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.market_desk import JoinBranch, MarketState, Neighbour, Whereabouts
from avileo_pos.desktop.safety_desk import Carried, CarryOperations, RemoveTill, SignOut
from avileo_pos.desktop.screens.this_till.leaving_sheets import RemoveTillSheet, SignOutSheet
from avileo_pos.desktop.screens.this_till.market_sheets import JoinSheet, ShareSheet
from avileo_pos.desktop.screens.this_till.this_till_screen import ThisTillScreen
from avileo_pos.desktop.sheets.handover_sheets import ExportSheet
from avileo_pos.desktop.widgets.dialogs import PinSheet
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.queries.queue import Waiting, what_waits
from avileo_pos.replica.errors import DiskFull
from avileo_pos.sync.state import SyncKind, SyncState
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import as_read, button, close_sheets, names_in, notice, sheets, the, words_in
from tests.desktop.shop import FRIDAY, PEPA, PEPA_PIN, ROSA, Shop

SheetT = TypeVar("SheetT", bound=Sheet)

UNSENT = "2 ventas por S/ 36.00, 1 abono por S/ 40.00 y 1 registro más, desde el 20/11/2026, 10:42."


class Asked:
    """What the program was asked for."""

    def __init__(self, window: MainWindow) -> None:
        self.sign_outs: list[SignOut] = []
        self.removals: list[RemoveTill] = []
        self.carried: list[CarryOperations] = []
        window.safety.sign_out_asked.connect(self.sign_outs.append)
        window.safety.removal_asked.connect(self.removals.append)
        window.safety.carry_asked.connect(self.carried.append)


def a_morning_that_was_not_sent(shop: Shop) -> None:
    """A drawer, two sales of which central refused the second, an abono."""
    shop.open_drawer()
    shop.sell("Alitas", "1.000")
    shop.refuse(shop.sell("Alitas", "2.000"))
    shop.take_abono("Juana Mamani", "40.00")


def stood_before(enter: Enter, shop: Shop, who: Actor = PEPA) -> MainWindow:
    a_morning_that_was_not_sent(shop)
    return enter(who, ThisTillScreen.KEY)


def permit(window: MainWindow, shop: Shop) -> None:
    [question] = sheets(window, PinSheet)
    the(question, QLineEdit).setText(PEPA_PIN)
    button(question, "Permitir").click()
    shop.settle()


def open_sheet(window: MainWindow, shop: Shop, press: str, kind: type[SheetT]) -> SheetT:
    button(window, press).click()
    shop.settle()
    [sheet] = sheets(window, kind)
    return sheet


def said_in(widget: QWidget) -> str:
    return " ".join(words_in(widget))


def test_what_waits_is_added_up_for_a_person(shop: Shop) -> None:
    a_morning_that_was_not_sent(shop)
    assert shop.ask(what_waits) == Waiting(2, Decimal("36.00"), 1, Decimal("40.00"), 1, FRIDAY)


def test_nothing_waits_at_a_till_that_has_sent_all(shop: Shop) -> None:
    assert shop.ask(what_waits) == Waiting()


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (Waiting(), "Nada: todo lo de esta caja está en el servidor."),
        (Waiting(others=1, since=FRIDAY), "1 registro, desde el 20/11/2026, 10:42."),
        (Waiting(sales=1, sold=Decimal(9), since=FRIDAY), "1 venta por S/ 9.00, desde el 20/11/2026, 10:42."),
        (
            Waiting(1234, Decimal("98765.40"), 2, Decimal(40), 3, FRIDAY),
            "1,234 ventas por S/ 98,765.40, 2 abonos por S/ 40.00 y 3 registros más, desde el 20/11/2026, 10:42.",
        ),
    ],
)
def test_it_is_said_as_a_person_counts_it(waiting: Waiting, said: str) -> None:
    assert as_read(leaving_words.unsent(waiting)) == said


def test_the_screen_tells_what_waits_and_hears_of_more(enter: Enter, shop: Shop) -> None:
    window = stood_before(enter, shop)
    assert UNSENT in words_in(window)
    shop.sell("Alitas", "1.000")
    assert any(said.startswith("3 ventas por S/ 48.00") for said in words_in(window))


def test_signing_out_warns_offers_the_export_and_is_asked_for_once(enter: Enter, shop: Shop) -> None:
    window = stood_before(enter, shop, ROSA)
    asked = Asked(window)
    sheet = open_sheet(window, shop, "Cerrar sesión…", SignOutSheet)
    assert UNSENT in words_in(sheet)
    assert button(sheet, "Exportar…").isEnabled()
    for _ in range(2):
        button(sheet, "Cerrar sesión").click()
    [sign_out] = asked.sign_outs
    sign_out.failed(DiskFull())
    assert "El disco está lleno" in said_in(sheet)
    sign_out.done()
    assert sheets(window, SignOutSheet) == []


def test_a_hurried_enter_signs_nobody_out(enter: Enter, shop: Shop) -> None:
    window = enter(ROSA, ThisTillScreen.KEY)
    asked = Asked(window)
    sheet = open_sheet(window, shop, "Cerrar sesión…", SignOutSheet)
    assert leaving_words.ALL_SENT in words_in(sheet)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Enter)
    assert (asked.sign_outs, sheets(window, SignOutSheet)) == ([], [])


def test_a_till_with_something_unsent_goes_only_after_the_export_and_the_word(
    enter: Enter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = stood_before(enter, shop)
    asked = Asked(window)
    sheet = open_sheet(window, shop, "Quitar esta caja…", RemoveTillSheet)
    assert UNSENT in words_in(sheet)
    word = the(sheet, QLineEdit)
    word.setText("QUITAR")
    sheet.press_main()
    assert "Lo que falta enviar se perdería: expórtelo primero, o espere a que se envíe." in words_in(sheet)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("E:/por enviar.avileo", ""))
    sheet.export.click()
    [export] = sheets(window, ExportSheet)
    for field in export.findChildren(QLineEdit):
        field.setText("tres gallinas")
    export.press_main()
    assert asked.removals == []
    asked.carried[0].then(Carried(5, ids=frozenset("abcde")))
    assert "5 registros en el archivo" in said_in(sheet)
    assert "se aparta y no se borra" in said_in(sheet)
    word.setText("quitar")
    sheet.press_main()
    assert "Escriba QUITAR, con mayúsculas." in words_in(sheet)
    assert asked.removals == []
    word.setText("QUITAR")
    sheet.press_main()
    [removal] = asked.removals
    assert removal.exported == frozenset("abcde")
    removal.failed(BusinessRuleBroken("not_exported"))
    assert "Hay cosas sin enviar que no están en un archivo." in said_in(sheet)


def test_a_till_that_has_sent_everything_goes_by_the_word_alone(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, ThisTillScreen.KEY)
    asked = Asked(window)
    sheet = open_sheet(window, shop, "Quitar esta caja…", RemoveTillSheet)
    sheet.press_main()
    assert asked.removals == []
    the(sheet, QLineEdit).setText("QUITAR")
    sheet.press_main()
    assert [removal.exported for removal in asked.removals] == [frozenset()]


def test_what_is_sent_while_the_sheet_is_open_is_no_longer_told(enter: Enter, shop: Shop) -> None:
    window = stood_before(enter, shop)
    sheet = open_sheet(window, shop, "Quitar esta caja…", RemoveTillSheet)
    shop.all_is_sent()
    assert leaving_words.ALL_SENT in words_in(sheet)
    assert not sheet.export.isVisible()


def test_only_an_admin_takes_a_till_away(enter: Enter, shop: Shop) -> None:
    window = enter(ROSA, ThisTillScreen.KEY)
    button(window, "Quitar esta caja…").click()
    assert sheets(window, RemoveTillSheet) == []
    permit(window, shop)
    assert len(sheets(window, RemoveTillSheet)) == 1


def test_at_a_till_that_was_withdrawn_nobody_is_asked_to_sign_in(enter: Enter, shop: Shop) -> None:
    window = stood_before(enter, shop)
    window.show_sync(SyncState(SyncKind.SIGNED_OUT, waiting=5, code="device_revoked", last_contact_at=FRIDAY))
    assert "El administrador retiró esta caja." in said_in(window)
    assert "Iniciar sesión" not in names_in(window)
    assert "Caja retirada · 5 guardadas aquí" in names_in(window)
    assert button(window, "Exportar…").isEnabled()


# --- Sharing without internet ----------------------------------------------------------------------------------------

HOSTING = MarketState(Whereabouts.HOST, "K7QX-M2PD-9RTE", ("192.168.18.24:51732",))


def test_who_sells_shares_by_an_owner_s_pin(enter: Enter, shop: Shop) -> None:
    window = enter(ROSA, ThisTillScreen.KEY)
    button(window, "Compartir desde aquí…").click()
    permit(window, shop)
    assert len(sheets(window, ShareSheet)) == 1


def test_what_a_host_tells_the_others_is_shown_and_what_is_kept_for_them(enter: Enter) -> None:
    window = enter(PEPA, ThisTillScreen.KEY)
    window.market.show_state(HOSTING)
    said = words_in(window)
    assert any("K7QX-M2PD-9RTE" in words for words in said)
    assert any("192.168.18.24:51732" in words for words in said)
    assert not any("no tiene todo" in words for words in said)
    window.market.show_state(replace(HOSTING, addresses=(), keeps=True))
    assert any("no está en ninguna red" in words for words in words_in(window))
    assert any("no tiene todo" in words for words in words_in(window))


def test_a_till_that_keeps_what_others_sent_stays_on_its_computer(enter: Enter) -> None:
    window = enter(PEPA, ThisTillScreen.KEY)
    window.market.show_state(HOSTING)
    button(window, "Quitar esta caja…").click()
    assert not sheets(window, RemoveTillSheet)
    assert "Primero deje de compartir" in notice(window)


def test_a_sheet_that_is_gone_when_others_are_found_hears_nothing(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, ThisTillScreen.KEY)
    button(window, "Unirse a otra caja…").click()
    close_sheets(window)
    shop.settle()
    window.market.found.emit((Neighbour("Puesto 14", "http://192.168.18.24:51732"),))


def test_who_joins_is_told_what_is_missing_and_asks_once(enter: Enter) -> None:
    window = enter(ROSA, ThisTillScreen.KEY)
    asked: list[JoinBranch] = []
    window.market.join_asked.connect(asked.append)
    button(window, "Unirse a otra caja…").click()
    [sheet] = sheets(window, JoinSheet)
    window.market.found.emit((Neighbour("Puesto 14", "http://192.168.18.24:51732"),))
    sheet.press_main()
    assert not asked
    sheet.code.setText("k7qx m2pd 9rte")
    sheet.press_main()
    sheet.press_main()
    [join] = asked
    assert (join.name, join.address) == ("Puesto 14", "http://192.168.18.24:51732")
    join.failed(BusinessRuleBroken("wrong_code"))
    assert any("no es el código" in words for words in words_in(sheet))
