"""What is said over every screen: seen whatever is open, in nobody's way, and gone by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.entrance import ADDRESS_LOST, SEES_A_PART
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.top_bar import READING_TIME_MS, TopBar
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.status_chip import StatusChip
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.sync.state import SyncKind, SyncState
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import button, notice, the, words_in
from tests.desktop.shop import FRIDAY, PEPA, Shop

LONGEST = "Otra persona había cambiado 12 datos que usted también cambió. Quedó lo suyo."


def test_a_notice_stands_above_the_screens_that_are_opened_later(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA)
    window.say("Kilos recibidos.")
    for key in ("historial", "distribuciones", "por_enviar"):
        window.open_screen(key)
        shop.settle()
        assert notice(window) == "Kilos recibidos."
        assert "Kilos recibidos." in words_in(the(window, TopBar))


def test_a_notice_moves_nothing_on_the_screen(enter: Enter) -> None:
    window = enter(PEPA, "historial")
    before = window.opened("historial").geometry()
    window.say(LONGEST, Tone.WARNING)
    assert window.opened("historial").geometry() == before


@pytest.mark.parametrize("width", [1366, 1024])
def test_a_notice_leaves_the_state_and_the_lock_to_be_seen(enter: Enter, shop: Shop, width: int) -> None:
    window = enter(PEPA)
    window.resize(width, 640)
    window.say(LONGEST)
    shop.settle()
    bar = the(window, TopBar)
    assert all(each.visibleRegion().boundingRect() == each.rect() for each in (bar.chip, button(bar, "Bloquear")))
    assert notice(window) == LONGEST


def test_a_notice_too_long_for_its_place_is_read_whole_and_gives_the_state_back(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA)
    window.resize(911, 512)
    bar = the(window, TopBar)
    for sentence in (ADDRESS_LOST, SEES_A_PART):
        window.say(sentence, Tone.WARNING)
        shop.settle()
        said = the(bar, Banner)
        assert said.heightForWidth(said.width()) <= said.height(), sentence
        said.closed.emit()
        assert bar.chip.isVisible()


def test_a_notice_takes_the_focus_from_nobody_also_when_it_is_closed(enter: Enter) -> None:
    window = enter(PEPA, "clientes")
    before = QApplication.focusWidget()
    window.show_problem(BusinessRuleBroken("sale_is_empty"))
    QTest.mouseClick(button(the(window, TopBar), "Cerrar el aviso"), Qt.MouseButton.LeftButton)
    assert (notice(window), QApplication.focusWidget()) == ("", before)


def test_a_newer_notice_takes_the_place_of_the_older(enter: Enter) -> None:
    window = enter(PEPA)
    window.say("Guardado.")
    window.say("Sin papel.", Tone.WARNING)
    assert notice(window) == "Sin papel."


def test_a_notice_goes_by_itself_once_it_could_be_read(enter: Enter, qtbot: QtBot) -> None:
    window = enter(PEPA)
    window.say("Guardado.")
    farewell = the(the(window, TopBar), QTimer)
    assert (farewell.isActive(), farewell.interval()) == (True, READING_TIME_MS)
    farewell.start(0)
    qtbot.waitUntil(lambda: notice(window) == "")


def test_a_long_name_of_the_shop_pushes_nothing_out_of_the_window(enter: Enter, shop: Shop) -> None:
    window = enter(PEPA)
    window.resize(1024, 640)
    till = shop.till(PEPA, window)
    till = replace(till, business=replace(till.business, name="Distribuidora Avícola " * 4))
    window.enter(till)
    shop.settle()
    assert window.width() == 1024
    assert button(the(window, TopBar), "Bloquear").visibleRegion().boundingRect().right() > 0


def test_the_chip_keeps_its_width_from_one_state_to_the_next(qtbot: QtBot) -> None:
    chip = StatusChip()
    qtbot.addWidget(chip)
    chip.show_all_sent(FRIDAY.time())
    usual = chip.sizeHint().width()
    chip.show_sending(3)
    assert chip.sizeHint().width() == usual


def test_what_only_the_market_has_is_not_said_to_be_sent(enter: Enter) -> None:
    window = enter(PEPA)
    window.show_sync(SyncState(SyncKind.ONLINE, last_contact_at=FRIDAY, at_branch=True))
    assert the(window, StatusChip).text().startswith("Sin internet · compartido")
