"""What holds wherever a person comes in the till: all can be read, reached by Tab, and spoken aloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import SMALLEST_SIZE
from avileo_pos.desktop.theme import THEMES, Size, apply_theme
from tests.desktop.hands import shown
from tests.desktop.screens.reading import cut, described, focus_unseen, front_of, seen, takes_tab
from tests.desktop.screens.test_every_screen import ANSWERS
from tests.desktop.screens.tour import tour
from tests.desktop.shop import Shop

USUAL, SMALL = (1366, 768), SMALLEST_SIZE


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, request.param)
    yield
    apply_theme(qapp)


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("size", [USUAL, SMALL], ids=lambda size: "x".join(map(str, size)))
def test_nothing_that_is_written_is_cut(qtbot: QtBot, shop: Shop, size: tuple[int, int]) -> None:
    unreadable = {stop: cut(window) for stop, window in tour(qtbot, shop, *size)}
    assert {stop: words for stop, words in unreadable.items() if words} == {}


@pytest.mark.usefixtures("theme")
def test_wherever_tab_stops_it_can_be_seen(qtbot: QtBot, shop: Shop) -> None:
    hidden = {stop: focus_unseen(window) for stop, window in tour(qtbot, shop, *USUAL)}
    assert {stop: widgets for stop, widgets in hidden.items() if widgets} == {}


def test_everything_that_can_be_reached_has_a_name_and_the_size_of_a_finger(qtbot: QtBot, shop: Shop) -> None:
    nameless, small = [], []
    for stop, window in tour(qtbot, shop, *USUAL):
        for each in answering(front_of(window)):
            if not each.accessibleName():
                nameless.append((stop, described(each)))
            if min(each.width(), each.height()) < Size.TARGET:
                small.append((stop, described(each)))
    assert (nameless, small) == ([], [])


# --- Whoever looks must be able to find something ---------------------------------------------------------------------


def test_a_label_without_enough_room_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    label = QLabel("Cobrar S/ 1,234.50", window)
    label.adjustSize()
    shown(qtbot, window)
    assert cut(window) == []
    label.setFixedWidth(20)
    assert cut(window) == ["«Cobrar S/ 1,234.50»"]


def test_a_label_beyond_the_edge_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(300, 100)
    label = QLabel("Cobrar S/ 1,234.50", window)
    label.move(250, 0)
    shown(qtbot, window)
    assert cut(window) == ["«Cobrar S/ 1,234.50»"]


def test_a_field_that_hides_its_focus_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    plain, secret = QLineEdit(window), QLineEdit(window)
    secret.setStyleSheet("QLineEdit, QLineEdit:focus { border: 1px solid gray; padding: 0; }")
    secret.move(0, 60)
    secret.setAccessibleName("secreto")
    shown(qtbot, window)
    plain.setFocus(Qt.FocusReason.TabFocusReason)
    assert focus_unseen(window) == ["QLineEdit «secreto»"]


def answering(front: QWidget) -> list[QWidget]:
    """What takes a press, a key or a text; the parts inside of Qt's own fields belong to the field."""
    found = [each for each in seen(front, QWidget) if isinstance(each, ANSWERS) or takes_tab(each)]
    return [each for each in found if not isinstance(each.parent(), ANSWERS)]
