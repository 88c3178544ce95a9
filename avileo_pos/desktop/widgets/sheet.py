"""A panel laid over the window: it asks one thing, keeps the keys to itself, and hands the focus back."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.elided_label import ElidedLabel

_CARD_WIDTH = 480
_LOW = 640  # windows lower than this need every line


class Sheet(QFrame):
    """Lies over the whole window of `host` from `open` until it is answered or Esc dismisses it.

    No dialog of the system: it looks the same everywhere, and the status chip behind it goes on telling the state.
    """

    dismissed = Signal()

    def __init__(self, host: QWidget, title: str, sentence: str = "", *, width: int = _CARD_WIDTH) -> None:
        super().__init__(host.window())
        self._window = host.window()
        self._focus_before: QWidget | None = None
        self.setProperty("look", "scrim")
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.hide()
        card = QFrame(self)
        card.setProperty("look", "sheet")
        card.setFixedWidth(width)
        self.body = QVBoxLayout(card)
        is_low = self._window.height() < _LOW
        around_all, between = (Space.LARGE, Space.SMALL) if is_low else (Space.WIDE, Space.LARGE)
        self.body.setContentsMargins(around_all, around_all, around_all, around_all)
        self.body.setSpacing(between)
        self.body.addWidget(_title(title, is_low=is_low))
        if sentence:
            self.body.addWidget(_wrapped(sentence))
        around = QVBoxLayout(self)
        around.addWidget(card, alignment=Qt.AlignmentFlag.AlignCenter)

    def open(self) -> None:
        self._focus_before = QApplication.focusWidget()
        self._window.installEventFilter(self)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.focus_start()

    def focus_start(self) -> None:
        """Puts the focus where the person answers; a sheet with a field says which."""
        self.focusNextChild()

    def close_sheet(self) -> None:
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        # A list behind the sheet may have been filled anew meanwhile.
        if self._focus_before is not None and isValid(self._focus_before):
            self._focus_before.setFocus()

    def dismiss(self) -> None:
        self.close_sheet()
        self.dismissed.emit()

    def add_buttons(self, *buttons: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        for button in buttons:
            row.addWidget(button, 1)
        self.body.addLayout(row)

    def dismiss_button(self, word: str = "Volver") -> Button:
        button = Button(word)
        button.clicked.connect(self.dismiss)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """The window's shortcuts sleep under the sheet: F12 must not charge what it hides."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the sheet."""
        stops = [widget for widget in self.findChildren(QWidget) if _takes_focus(widget)]
        if not stops:
            return False
        here = next((place for place, widget in enumerate(stops) if widget.hasFocus()), -1 if forward else 0)
        stops[(here + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True


def _title(text: str, *, is_low: bool) -> QLabel:
    """Where every line is needed, a long name in it ends in «…»."""
    title = ElidedLabel(text) if is_low else _wrapped(text)
    title.setProperty("look", "title")
    return title


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _takes_focus(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
