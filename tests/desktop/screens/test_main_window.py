"""The window around the screens: who sees which, how sending stands, and the admin's PIN."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.keys_sheet import KeysSheet
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.navigation import SCREENS
from avileo_pos.desktop.sync_notice import SyncNotice
from avileo_pos.desktop.widgets.dialogs import PinSheet
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.side_navigation import SideNavigation
from avileo_pos.desktop.widgets.status_chip import StatusChip
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.sync.state import SyncKind, SyncState
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import button, sheets, texts, the, words_in
from tests.desktop.shop import FRIDAY, PEPA, PEPA_PIN, ROSA, Shop

ONLINE = SyncState(SyncKind.ONLINE, last_contact_at=FRIDAY)


class Lent:
    """Who was lent a permission, in the order in which it happened."""

    def __init__(self) -> None:
        self.actors: list[Actor] = []

    def take(self, actor: Actor) -> None:
        self.actors.append(actor)


def test_a_vendor_does_not_see_what_only_the_admin_may_open(enter: Enter) -> None:
    assert "Distribuciones" not in words_of_navigation(enter(ROSA))
    assert "Mi distribución" in words_of_navigation(enter(ROSA))
    assert "Distribuciones" in words_of_navigation(enter(PEPA))


def test_leaving_shows_the_sign_in_page_and_the_next_person_sees_the_own_screens(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, "distribuciones")
    window.leave()
    assert not the(window, SideNavigation).isVisible()
    window.enter(shop.till(ROSA, window))
    shop.settle()
    assert "Distribuciones" not in words_of_navigation(window)


def test_a_screen_opens_by_alt_and_its_place(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    window = enter()
    place = words_of_navigation(window).index("Clientes") + 1
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + place), Qt.KeyboardModifier.AltModifier)
    assert window.opened("clientes").isVisible()


def test_a_screen_built_ahead_leaves_the_focus_and_shows_what_was_sold_since(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    window = enter()
    here = QApplication.focusWidget()
    while window.build_ahead():
        shop.settle()
    ahead = window.opened("historial")
    assert not ahead.isVisible()
    assert QApplication.focusWidget() is here
    sale = shop.sell("Pollo entero", "2.000")
    window.open_screen("historial")
    shop.settle()
    assert window.opened("historial") is ahead
    assert any(sale.number in cell for row in texts(the(ahead, RowsTable)) for cell in row)


def test_nothing_is_built_ahead_when_nobody_works(enter: Enter, shop: Shop) -> None:
    shop.open_drawer()
    window = enter()
    window.leave()
    assert not window.build_ahead()


def test_f8_locks(enter: Enter, shop: Shop, qtbot: QtBot) -> None:
    shop.open_drawer()
    window = enter()
    with qtbot.waitSignal(window.lock_asked):
        QTest.keyClick(window, Qt.Key.Key_F8)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ONLINE, "En línea · todo enviado 10:42"),
        (SyncState(SyncKind.SENDING, waiting=3, last_contact_at=FRIDAY), "Enviando 3"),
        (SyncState(SyncKind.OFFLINE, waiting=7, last_contact_at=FRIDAY), "Sin internet · 7 guardadas aquí"),
        (SyncState(SyncKind.TO_REVIEW, to_review=2, last_contact_at=FRIDAY), "2 por revisar"),
        (SyncState(SyncKind.SIGNED_OUT, waiting=1, last_contact_at=FRIDAY), "Sin sesión · 1 guardada aquí"),
        (SyncState(SyncKind.TOO_OLD, waiting=4, last_contact_at=FRIDAY), "Enviando 4"),
        (SyncState(SyncKind.SENDING, waiting=2), "Sin internet · 2 guardadas aquí"),
    ],
)
def test_the_chip_says_how_sending_stands(enter: Enter, state: SyncState, words: str) -> None:
    window = enter()
    window.show_sync(state)
    assert the(window, StatusChip).accessibleName() == words


def test_a_press_on_the_chip_opens_what_waits(enter: Enter, shop: Shop) -> None:
    window = enter()
    QTest.mouseClick(the(window, StatusChip), Qt.MouseButton.LeftButton)
    shop.settle()
    assert window.opened("por_enviar").isVisible()


def test_who_is_signed_out_is_told_and_goes_on_selling(enter: Enter, qtbot: QtBot) -> None:
    window = enter()
    window.show_sync(SyncState(SyncKind.SIGNED_OUT, code="signed_out", last_contact_at=FRIDAY))
    notice = the(window, SyncNotice)
    assert notice.isVisible()
    assert "Inicie sesión cuando pueda" in notice.sentence()
    with qtbot.waitSignal(window.sign_in_asked):
        button(notice, "Iniciar sesión").click()


def test_a_wrong_clock_is_told_with_how_wrong_it_is(enter: Enter) -> None:
    window = enter()
    window.show_sync(SyncState(SyncKind.CLOCK_WRONG, clock_skew=timedelta(minutes=-12), last_contact_at=FRIDAY))
    assert "atrasado 12 minutos" in the(window, SyncNotice).sentence()


def test_a_closed_notice_is_said_again_to_who_comes_in_next(enter: Enter, shop: Shop) -> None:
    window = enter()
    notice = the(window, SyncNotice)
    window.show_sync(SyncState(SyncKind.SIGNED_OUT, code="signed_out", last_contact_at=FRIDAY))
    button(notice, "Cerrar el aviso").click()
    window.leave()
    window.enter(shop.till(PEPA, window))
    shop.settle()
    assert notice.isVisible()
    assert button(notice, "Iniciar sesión").isVisible()


def test_a_closed_notice_comes_back_only_with_something_else_to_say(enter: Enter) -> None:
    window = enter()
    notice = the(window, SyncNotice)
    too_old = SyncState(SyncKind.TOO_OLD, last_contact_at=FRIDAY)
    window.show_sync(too_old)
    button(notice, "Cerrar el aviso").click()
    window.show_sync(too_old)
    assert not notice.isVisible()
    window.show_sync(ONLINE)
    window.show_sync(too_old)
    assert notice.isVisible()


def test_an_admins_pin_lends_the_permission_once(enter: Enter, shop: Shop) -> None:
    window, lent = enter(), Lent()
    window.ask_approval(Permission.SALE_VOID_ANY, "Anular una venta de ayer.", lent.take)
    type_pin(window, PEPA_PIN)
    shop.settle()
    assert [actor.approved_by for actor in lent.actors] == [PEPA.member_id]
    assert not sheets(window, PinSheet)


def test_a_mistaken_pin_says_how_many_tries_are_left(enter: Enter, shop: Shop) -> None:
    window, lent = enter(), Lent()
    window.ask_approval(Permission.SALE_VOID_ANY, "Anular una venta de ayer.", lent.take)
    for left in ("Quedan 4 intentos", "Quedan 3 intentos", "Quedan 2 intentos", "Queda 1 intento", "las 10:43"):
        type_pin(window, "0000")
        shop.settle()
        assert left in the(sheets(window, PinSheet)[0], QLineEdit).accessibleDescription()
    assert lent.actors == []


def words_of_navigation(window: MainWindow) -> list[str]:
    navigation = the(window, SideNavigation)
    return [each.accessibleName() for each in navigation.findChildren(QPushButton) if not each.isHidden()]


def type_pin(window: MainWindow, pin: str) -> None:
    field = the(sheets(window, PinSheet)[0], QLineEdit)
    QTest.keyClicks(field, pin)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("key", [screen.KEY for screen in SCREENS])
def test_f1_tells_the_keys_of_every_screen_and_goes_again_by_f1(enter: Enter, key: str) -> None:
    window = enter(PEPA, key)
    QTest.keyClick(window, Qt.Key.Key_F1)
    [sheet] = sheets(window, KeysSheet)
    assert {words for _, words in window.opened(key).KEYS} <= set(words_in(sheet))
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_F1)
    assert sheets(window, KeysSheet) == []


@pytest.mark.parametrize("key", [screen.KEY for screen in SCREENS])
def test_f1_names_exactly_the_function_keys_that_a_screen_has(enter: Enter, shop: Shop, key: str) -> None:
    screen = enter(PEPA, key).opened(key)
    told = {name for name, _ in screen.KEYS if re.fullmatch(r"F\d+", name)}
    assert {shortcut.key().toString() for shortcut in screen.findChildren(QShortcut)} == told


@pytest.mark.parametrize("key", [screen.KEY for screen in SCREENS[1:]])
def test_escape_goes_back_to_the_first_screen(enter: Enter, shop: Shop, key: str) -> None:
    window = enter(PEPA, key)
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    shop.settle()
    assert window.opened(SCREENS[0].KEY).isVisible()


def test_escape_takes_back_a_search_of_customers_first(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA, "clientes")
    search = QApplication.focusWidget()
    assert isinstance(search, QLineEdit)
    QTest.keyClicks(search, "juana")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), window.opened("clientes").isVisible()) == ("", True)


def test_a_screen_that_is_not_open_any_more_does_not_call_for_the_focus(enter: Enter) -> None:
    window = enter(PEPA, "clientes")
    assert window.focusWidget() is QApplication.focusWidget()
