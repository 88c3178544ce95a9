"""What the hands of the tests do with any widget."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

Shown = TypeVar("Shown", bound=QWidget)


def shown(qtbot: QtBot, widget: Shown) -> Shown:
    """The widget in a window of its own, in front, with the focus; closed after the test."""
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    widget.setFocus()
    return widget


def touch(widget: QWidget) -> None:
    """With a finger, not with a mouse."""
    finger, left, plain = QTest.createTouchDevice(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(widget.rect().center())
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        QApplication.sendEvent(widget, QMouseEvent(kind, place, widget.mapToGlobal(place), left, left, plain, finger))
