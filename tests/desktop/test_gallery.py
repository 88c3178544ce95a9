"""Every widget can be drawn, hit by a finger and named to a blind person, in both themes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.theme import THEMES, Size, apply_theme
from tests.desktop.gallery import WINDOWS
from tests.desktop.hands import shown

TOUCHED = (QAbstractButton, QComboBox, QLineEdit)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_widget_is_drawn_named_and_big_enough(qapp: QApplication, qtbot: QtBot, theme: str, name: str) -> None:
    apply_theme(qapp, theme)
    window = shown(qtbot, WINDOWS[name]())
    assert not window.grab().isNull()
    assert [thing for thing in touched(window) if not spoken_name(thing)] == []
    assert [thing for thing in touched(window) if min(thing.width(), thing.height()) < Size.TARGET] == []
    apply_theme(qapp)


def touched(window: QWidget) -> list[QWidget]:
    things = window.findChildren(QWidget, options=Qt.FindChildOption.FindChildrenRecursively)
    return [thing for thing in things if isinstance(thing, TOUCHED) and thing.isVisible()]


def spoken_name(thing: QWidget) -> str:
    """A button without a name of its own is called by its word."""
    return thing.accessibleName() or (thing.text() if isinstance(thing, QAbstractButton) else "")
