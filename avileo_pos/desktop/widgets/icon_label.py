"""An icon that stands alone, in a colour of the theme."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from avileo_pos.desktop.icons import icon_pixmap
from avileo_pos.desktop.theme import Size


class IconLabel(QLabel):
    def __init__(self, name: str, token: str = "text", size: int = Size.ICON, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.setFixedSize(size, size)
        self._draw()

    def show_icon(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(icon_pixmap(self._name, self._token, self._size, self.devicePixelRatioF()))
