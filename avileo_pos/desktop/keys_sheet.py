"""What F1 shows: the keys of the screen that is open, and those that work everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.sheet import Sheet

_WIDTH: Final = 880
_EVERYWHERE: Final = (
    ("Alt + 1 … 9", "Ir a otra pantalla"),
    ("Enter", "Hacer lo principal"),
    ("Esc", "Volver; desde otra pantalla, a la primera"),
    ("Tab", "Pasar al siguiente campo"),
    ("F1", "Ver estas teclas"),
    ("F8", "Bloquear la caja"),
)


class KeysSheet(Sheet):
    """F1, Esc and Enter close it again."""

    def __init__(self, host: QWidget, screen: Screen) -> None:
        super().__init__(host, f"Teclas de «{screen.TITLE}»", width=_WIDTH)
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        columns.addLayout(_column("En esta pantalla", screen.KEYS), 1)
        columns.addLayout(_column("En todas", _EVERYWHERE), 1)
        self._done = Button("Entendido", variant="primary")
        self._done.clicked.connect(self.dismiss)
        self.body.addLayout(columns)
        self.add_buttons(self._done)

    def focus_start(self) -> None:
        self._done.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.dismiss()
        else:
            super().keyPressEvent(event)


def _column(title: str, keys: Iterable[tuple[str, str]]) -> QVBoxLayout:
    heading = QLabel(title)
    heading.setProperty("look", "muted")
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.MEDIUM)
    grid.setVerticalSpacing(Space.TIGHT)
    grid.setColumnStretch(1, 1)
    for row, (key, words) in enumerate(keys):
        cap, does = QLabel(key), QLabel(words)
        cap.setProperty("look", "keycap")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        does.setWordWrap(True)
        grid.addWidget(cap, row, 0)
        grid.addWidget(does, row, 1)
    column = QVBoxLayout()
    column.setSpacing(Space.MEDIUM)
    column.addWidget(heading)
    column.addLayout(grid)
    column.addStretch(1)
    return column
