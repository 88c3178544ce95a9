"""The notes that a customer holds out, one press each, and «exacto»."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button

NOTES = tuple(Decimal(note) for note in (10, 20, 50, 100, 200))


class QuickCash(QWidget):
    amount_chosen = Signal(object)  # Decimal, in PEN
    exact_chosen = Signal()

    def __init__(self, *, exact: str = "Exacto", parent: QWidget | None = None) -> None:
        """`exact` is the word for the whole amount: «Exacto» at a sale, «Todo» at an abono."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        whole = Button(exact)
        whole.clicked.connect(self.exact_chosen)
        row.addWidget(whole, 1)
        self._notes: dict[QPushButton, Decimal] = {}
        for note in NOTES:
            button = Button(f"{note}", accessible_name=f"{note} soles")
            button.setProperty("square", True)
            button.clicked.connect(self._on_note)
            self._notes[button] = note
            row.addWidget(button, 1)

    def _on_note(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        self.amount_chosen.emit(self._notes[button])
