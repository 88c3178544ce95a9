"""One choice among a few, always visible: pills to filter a list, segments to set how something is done."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyleOptionButton,
    QWidget,
)

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.flow_layout import FlowLayout


class ChoiceBar(QFrame):
    """`options` are (key, word). The first is chosen at the start; the arrow keys move among them.

    Segments share one line; pills begin another where the room ends.
    """

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
        self._look_of_one = "pill" if look == "pills" else "segment"
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._on_toggled)
        self._buttons: dict[str, QPushButton] = {key: self._button(word) for key, word in options}
        if look == "segments":
            self.setProperty("look", "segments")
            self._lay_out_in_one_line()
        else:
            self._lay_out_in_lines()
        next(iter(self._buttons.values())).setChecked(True)

    def current(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def buttons(self) -> tuple[QPushButton, ...]:
        return tuple(self._buttons.values())

    def choose(self, key: str) -> None:
        """Raises KeyError for a key that is not among the options."""
        self._buttons[key].setChecked(True)

    def set_word(self, key: str, word: str) -> None:
        """For words that carry a count: «Con deuda (12)»."""
        self._buttons[key].setText(word.replace("&", "&&"))
        self._buttons[key].setAccessibleName(word)

    def set_enabled(self, key: str, enabled: bool) -> None:
        self._buttons[key].setEnabled(enabled)

    def _lay_out_in_one_line(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.TIGHT, Space.TIGHT, Space.TIGHT, Space.TIGHT)
        row.setSpacing(Space.TIGHT)
        for button in self._buttons.values():
            row.addWidget(button)

    def _lay_out_in_lines(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        flow = FlowLayout(self, spacing=Space.SMALL)
        for button in self._buttons.values():
            flow.addWidget(button)

    def _button(self, word: str) -> QPushButton:
        button = _Choice(word.replace("&", "&&"))
        button.setProperty("look", self._look_of_one)
        button.setCheckable(True)
        button.setAccessibleName(word)
        self._group.addButton(button)
        return button

    def _on_toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.chosen.emit(next(key for key, known in self._buttons.items() if known is button))


class _Choice(QPushButton):
    """Too long a word loses its middle, as the end often tells what the beginning does not."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        room = self.width() - 2 * Space.LARGE
        metrics, middle = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        option.text = metrics.elidedText(option.text, middle, room, Qt.TextFlag.TextShowMnemonic)
