"""One choice among a few, always visible: pills to filter a list, segments to set how something is done."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from avileo_pos.desktop.theme import Space


class ChoiceBar(QFrame):
    """`options` are (key, word). The first is chosen at the start; the arrow keys move among them."""

    chosen = Signal(str)  # the key, when a person or `choose` changed it

    def __init__(
        self,
        accessible_name: str,
        options: Sequence[tuple[str, str]],
        *,
        look: Literal["pills", "segments"] = "segments",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self._look = look
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._on_toggled)
        self._row = QHBoxLayout(self)
        self._buttons: dict[str, QPushButton] = {}
        if look == "segments":
            self.setProperty("look", "segments")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lay_out(options)

    def current(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Raises KeyError for a key that is not among the options."""
        self._buttons[key].setChecked(True)

    def set_word(self, key: str, word: str) -> None:
        """For words that carry a count: «Con deuda (12)»."""
        self._buttons[key].setText(word)

    def set_enabled(self, key: str, enabled: bool) -> None:
        self._buttons[key].setEnabled(enabled)

    def _lay_out(self, options: Sequence[tuple[str, str]]) -> None:
        inset = Space.TIGHT if self._look == "segments" else 0
        self._row.setContentsMargins(inset, inset, inset, inset)
        self._row.setSpacing(Space.TIGHT if self._look == "segments" else Space.SMALL)
        for key, word in options:
            self._buttons[key] = self._button(word)
            self._row.addWidget(self._buttons[key])
        if self._look == "pills":
            self._row.addStretch(1)
        first = next(iter(self._buttons.values()))
        first.setChecked(True)

    def _button(self, word: str) -> QPushButton:
        button = QPushButton(word)
        button.setProperty("look", "pill" if self._look == "pills" else "segment")
        button.setCheckable(True)
        button.setAccessibleName(word)
        self._group.addButton(button)
        return button

    def _on_toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.chosen.emit(next(key for key, known in self._buttons.items() if known is button))
