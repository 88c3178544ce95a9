"""What stands where there is nothing yet: a picture, a sentence, and the way out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.icon_label import IconLabel

_PICTURE = 48
_READABLE_WIDTH = 360


class EmptyState(QWidget):
    action_chosen = Signal()

    def __init__(self, icon: str, sentence: str, *, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QLabel()
        self._sentence.setProperty("look", "muted")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setFixedWidth(_READABLE_WIDTH)
        column = QVBoxLayout(self)
        column.setSpacing(Space.LARGE)
        column.addStretch(1)
        column.addWidget(IconLabel(icon, "muted", _PICTURE), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._sentence, alignment=Qt.AlignmentFlag.AlignHCenter)
        if action:
            button = Button(action, variant="primary")
            button.clicked.connect(self.action_chosen)
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.set_sentence(sentence)

    def set_sentence(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self._sentence.ensurePolished()
        self._sentence.setMinimumHeight(self._sentence.heightForWidth(_READABLE_WIDTH))
