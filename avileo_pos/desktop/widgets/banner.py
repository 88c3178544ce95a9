"""A notice that stands in the screen and stops nobody."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from avileo_pos.desktop.theme import Space, Tone, ink_token, set_style
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.icon_label import IconLabel

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.GOOD: "circle-check",
    Tone.INFO: "info",
    Tone.WARNING: "triangle-alert",
    Tone.DANGER: "circle-alert",
}


class Banner(QFrame):
    """Icon, sentence, perhaps one action, and a cross that closes it."""

    action_chosen = Signal()
    closed = Signal()

    def __init__(
        self, sentence: str = "", tone: Tone = Tone.INFO, *, action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "banner")
        self._icon = IconLabel(_ICONS[tone])
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = Button(action, variant="ghost")
        self._action.clicked.connect(self.action_chosen)
        cross = Button(icon="x", variant="ghost", accessible_name="Cerrar el aviso")
        cross.clicked.connect(self._close)
        cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # closing a notice takes nobody's hand from the work
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, Space.TIGHT, Space.TIGHT, Space.TIGHT)
        row.setSpacing(Space.MEDIUM)
        for widget in (self._icon, self._sentence, self._action, cross):
            row.addWidget(widget)
        self._action.setVisible(bool(action))
        self.say(sentence, tone)

    def say(self, sentence: str, tone: Tone) -> None:
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._icon.show_icon(_ICONS[tone], ink_token(tone))
        set_style(self, tone=tone.value)
        set_style(self._sentence, ink=tone.value)

    def show_action(self, visible: bool) -> None:
        """For a notice whose action does not always help."""
        self._action.setVisible(visible)

    def sentence(self) -> str:
        return self._sentence.text()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
