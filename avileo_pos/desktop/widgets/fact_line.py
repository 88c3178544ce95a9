"""An icon, what it is about, and how it stands."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from avileo_pos.desktop.theme import Space, Tone, ink_token
from avileo_pos.desktop.widgets.icon_label import IconLabel

_NAME_WIDTH = 130


class FactLine(QWidget):
    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        self._icon_name = icon
        self._icon = IconLabel(icon, "muted")
        name = QLabel(title)
        name.setProperty("look", "strong")
        name.setFixedWidth(_NAME_WIDTH)
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.TIGHT, 0, Space.TIGHT)
        row.setSpacing(Space.MEDIUM)
        row.addWidget(self._icon)
        row.addWidget(name)
        row.addWidget(self._sentence, 1)

    def say(self, sentence: str, tone: Tone = Tone.NEUTRAL) -> None:
        self._sentence.setText(sentence)
        icon = "triangle-alert" if tone in (Tone.WARNING, Tone.DANGER) else self._icon_name
        self._icon.show_icon(icon, "muted" if tone is Tone.NEUTRAL else ink_token(tone))
