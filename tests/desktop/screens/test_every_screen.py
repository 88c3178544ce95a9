"""What holds of every screen: it fits, it can be hit with a finger, and it can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDateEdit,
    QLineEdit,
    QWidget,
)

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.navigation import SCREENS
from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.theme import Size
from tests.desktop.screens.conftest import Enter
from tests.desktop.shop import PEPA, Shop

SMALL_SCREEN = (1366, 768)
ANSWERS = (QAbstractButton, QLineEdit, QComboBox, QDateEdit, QAbstractItemView)


class Windows(QObject):
    """Notes everything that shows itself as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return super().eventFilter(watched, event)


@pytest.fixture
def windows(qapp: QApplication) -> Iterator[Windows]:
    noted = Windows()
    qapp.installEventFilter(noted)
    yield noted
    qapp.removeEventFilter(noted)


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.KEY)
def opened(request: pytest.FixtureRequest, windows: Windows, enter: Enter, shop: Shop) -> tuple[MainWindow, Screen]:
    """Each screen in turn, with a day's work on it, as the admin sees it."""
    shop.open_drawer(PEPA)
    shop.sell("Pollo entero", "10.000", to="Juana Mamani", by=PEPA)
    window = enter(PEPA, request.param.KEY)
    return window, window.opened(request.param.KEY)


def test_it_fits_a_small_screen(opened: tuple[MainWindow, Screen]) -> None:
    window, _ = opened
    assert (window.width(), window.height()) == SMALL_SCREEN
    needed = window.minimumSizeHint()
    assert needed.width() <= SMALL_SCREEN[0]
    assert needed.height() <= SMALL_SCREEN[1]


def test_a_wet_finger_hits_everything_that_answers(opened: tuple[MainWindow, Screen]) -> None:
    _, screen = opened
    assert [described(each) for each in answering(screen) if min(each.width(), each.height()) < Size.TARGET] == []


def test_everything_that_answers_has_a_name(opened: tuple[MainWindow, Screen]) -> None:
    _, screen = opened
    assert [described(each) for each in answering(screen) if not each.accessibleName()] == []


def test_no_part_of_it_shows_itself_as_a_window_first(opened: tuple[MainWindow, Screen], windows: Windows) -> None:
    window, _ = opened
    assert windows.shown == [window]


def answering(screen: Screen) -> list[QWidget]:
    """What a person can press or type into; the parts inside of Qt's own fields belong to the field."""
    found = [each for each in screen.findChildren(QWidget) if isinstance(each, ANSWERS) and each.isVisible()]
    return [each for each in found if not isinstance(each.parent(), ANSWERS)]


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} «{widget.accessibleName()}» {widget.width()}x{widget.height()}"
