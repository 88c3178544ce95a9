"""The way to every screen that this person may open: icon, word and key, down the left side."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QScrollArea, QVBoxLayout, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import Size, Space, TextSize, current_theme, font
from avileo_pos.desktop.widgets.button import click_at_once


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """`shortcut` is a key such as «Alt+1»; empty for none."""

    key: str
    word: str
    icon: str
    shortcut: str = ""


class SideNavigation(QScrollArea):
    chosen = Signal(str)  # the entry's key, when a person pressed it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "side")
        self._shows_words = True
        self.setFixedWidth(Size.NAVIGATION_WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setAccessibleName("Pantallas")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_clicked)
        self._buttons: dict[str, _NavigationButton] = {}
        ground = QWidget()
        ground.setProperty("look", "plain")
        self._column = QVBoxLayout(ground)
        self._column.setContentsMargins(Space.SMALL, Space.SMALL, Space.SMALL, Space.SMALL)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self.setWidget(ground)

    def show_entries(self, entries: Sequence[NavigationEntry]) -> None:
        """Replaces all: another person may see other screens."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._buttons = {entry.key: _NavigationButton(entry) for entry in entries}
        for place, button in enumerate(self._buttons.values()):
            self._group.addButton(button)
            self._column.insertWidget(place, button)
            button.show_word(self._shows_words)
            button.show()  # at once, not with the next event: its key works from now on

    def show_words(self, visible: bool) -> None:
        """Without the words, in a narrow window, the icons and keys stay."""
        self._shows_words = visible
        self.setFixedWidth(Size.NAVIGATION_WIDTH if visible else Size.NAVIGATION_NARROW)
        for button in self._buttons.values():
            button.show_word(visible)

    def show_current(self, key: str) -> None:
        """Marks the screen that is open, without saying that it was chosen. Raises KeyError for an unknown one."""
        self._buttons[key].setChecked(True)

    def _on_clicked(self, button: QPushButton) -> None:
        self.chosen.emit(next(key for key, known in self._buttons.items() if known is button))


class _NavigationButton(QPushButton):
    def __init__(self, entry: NavigationEntry) -> None:
        super().__init__(entry.word)
        self._entry = entry
        self.setProperty("look", "navigation")
        self.setCheckable(True)
        self.setAccessibleName(entry.word)
        if entry.shortcut:
            click_at_once(self, entry.shortcut)
        self._draw_icon()

    def show_word(self, visible: bool) -> None:
        self.setText(self._entry.word if visible else "")
        self.setToolTip("" if visible else self._entry.word)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_icon()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(font(TextSize.KEY_HINT))
        painter.setPen(current_theme().color("on_good_soft" if self.isChecked() else "muted"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -Space.MEDIUM, 0), side, self._entry.shortcut.rpartition("+")[2])
        painter.end()

    def _draw_icon(self) -> None:
        self.setIcon(icon(self._entry.icon, "muted", checked="on_good_soft", gap=Space.SMALL))
        self.setIconSize(QSize(Size.ICON + Space.SMALL, Size.ICON))
