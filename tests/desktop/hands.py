"""What the hands of the tests do with any widget."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget
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
