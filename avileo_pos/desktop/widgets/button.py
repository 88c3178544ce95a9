"""The house's button: a word, perhaps an icon beside it, perhaps the key that does the same."""

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import Size, Space, set_style

Variant = Literal["primary", "secondary", "ghost", "danger"]

_INK = {"primary": "on_primary", "danger": "on_danger", "secondary": "text", "ghost": "text"}


class Button(QPushButton):
    """`key` is a shortcut such as «F12»: shown after the word, or alone where room is scarce; pressing it clicks."""

    def __init__(
        self,
        text: str = "",
        *,
        icon: str = "",
        variant: Variant = "secondary",
        key: str = "",
        large: bool = False,
        accessible_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._ink = _INK[variant]
        self._key = key
        self._word, self._shows_word = text, True
        self._size = Size.ICON + 4 if large else Size.ICON
        self.setProperty("variant", variant)
        self.setProperty("large", large)
        self.setProperty("square", bool(icon) and not text)
        self.setText(text)
        self.setAccessibleName(accessible_name or text)
        if not text:
            self.setToolTip(accessible_name)
        self._draw_icon()
        if key:
            click_at_once(self, key)

    @property
    def key(self) -> str:
        """Empty for none."""
        return self._key

    def setText(self, text: str) -> None:
        """The word itself; an ampersand in it is shown."""
        self._word = text
        self.setAccessibleName(text)
        self._write()

    def show_word(self, visible: bool) -> None:
        """Without the word, the icon and the key stand alone, and the word shows when the pointer rests on it."""
        if visible != self._shows_word:
            self._shows_word = visible
            self.setToolTip("" if visible else self._word)
            self._write()
            set_style(self, square=not self.text())
            self._draw_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter clicks the focused button as Space does; a held key clicks once."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_icon()

    def _write(self) -> None:
        shown = self._word.replace("&", "&&")
        if not self._shows_word:
            shown = self._key
        elif self._key:
            shown = f"{shown}   ({self._key})"
        super().setText(shown)

    def _draw_icon(self) -> None:
        if self._icon_name:
            gap = Space.SMALL if self.text() else 0
            self.setIcon(icon(self._icon_name, self._ink, self._size, gap=gap))
            self.setIconSize(QSize(self._size + gap, self._size))


def click_at_once(button: QPushButton, key: str) -> None:
    """A shortcut of its own: a button's built-in one waits 100 ms for its animation, and goes with the next text."""
    shortcut = QShortcut(QKeySequence(key), button)
    shortcut.setAutoRepeat(False)
    shortcut.activated.connect(button.click)
