"""A white ground that holds what belongs together."""

from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.elided_label import ElidedLabel


class Card(QFrame):
    """Content goes into `body`; buttons beside the title go into `header`.

    A «card» is framed; a «panel» stands at the right edge, a «side» at the left, a «bar» at the top, without corners.
    """

    def __init__(
        self, title: str = "", *, look: Literal["card", "panel", "side", "bar"] = "card", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", look)
        self._title = ElidedLabel(title)
        self._title.setProperty("look", "title")
        self.header = QHBoxLayout()
        self.header.setSpacing(Space.SMALL)
        self.header.addWidget(self._title)
        self.header.addStretch(1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        self.body.setSpacing(Space.SMALL)
        self.body.addLayout(self.header)
        self._title.setVisible(bool(title))  # not before: without its place in the card it would be a window

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
