"""A sentence that stands under the top bar for as long as it holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.banner import Banner


class StandingNotice(QWidget):
    """Closed by a person, it comes back with something else to say, or for who comes next."""

    action_chosen = Signal()

    def __init__(self, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner = Banner(tone=Tone.WARNING, action=action)
        self._banner.action_chosen.connect(self.action_chosen)
        self._banner.closed.connect(self.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, 0)
        column.addWidget(self._banner)
        self.hide()

    def say(self, sentence: str, tone: Tone = Tone.WARNING, *, with_action: bool = False) -> None:
        """The empty sentence takes it away."""
        if sentence == self.sentence():
            return
        self._banner.say(sentence, tone)
        self._banner.show_action(with_action)
        self.come_back()

    def come_back(self) -> None:
        """What still holds is said again to whoever comes in."""
        self._banner.show()
        self.setVisible(bool(self.sentence()))

    def sentence(self) -> str:
        return self._banner.sentence()
