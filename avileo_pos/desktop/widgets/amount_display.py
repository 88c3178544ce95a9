"""An amount that must be read from two steps away: the total, the change, the balance."""

from decimal import Decimal
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from avileo_pos.desktop.theme import Space, TextSize, font
from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.domain.money import ZERO, format_soles
from avileo_pos.domain.weight import format_kilos

_CAPTION_LOOK = {"total": "title", "figure": "strong", "body": "muted"}


class AmountDisplay(QWidget):
    """A word on the left, the amount on the right; the look «body» is for what only explains another amount.

    Where both have no room, the word gives way.
    """

    def __init__(
        self, caption: str, *, look: Literal["total", "figure", "body"] = "total", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._caption = ElidedLabel(caption)
        self._caption.setProperty("look", _CAPTION_LOOK[look])
        self._amount = QLabel()
        self._amount.setProperty("look", look)
        self._amount.setFont(font(TextSize[look.upper()]))
        self._amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.MEDIUM)
        row.addWidget(self._caption)
        row.addStretch(1)
        row.addWidget(self._amount)
        self.show_soles(ZERO)

    def set_caption(self, caption: str) -> None:
        """For the word that depends on the amount: «Debe», «Saldo a favor»."""
        self._caption.setText(caption)
        self._say(self._amount.text())

    def show_soles(self, amount: Decimal) -> None:
        self._say(format_soles(amount))

    def show_kilos(self, kilos: Decimal) -> None:
        self._say(format_kilos(kilos))

    def text(self) -> str:
        return self._amount.text()

    def _say(self, amount: str) -> None:
        self._amount.setText(amount)
        self.setAccessibleName(f"{self._caption.text()}: {amount}")
