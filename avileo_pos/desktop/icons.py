"""Bundled line icons, drawn in the colours of the theme and sharp on every screen."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from avileo_pos.desktop import resources
from avileo_pos.desktop.theme import Size, current_theme


def icon(name: str, token: str = "text", size: int = Size.ICON, *, checked: str = "", gap: int = 0) -> QIcon:
    """The icon in the colour `token` of the current theme, `size` logical pixels.

    `checked` is the colour while the button is on. `gap` widens the picture with emptiness on its right, as a style
    sheet cannot part a button's icon from its word.
    """
    drawn = QIcon()
    for ratio in _screen_ratios():
        drawn.addPixmap(icon_pixmap(name, token, size, ratio, gap))
        drawn.addPixmap(icon_pixmap(name, "disabled", size, ratio, gap), QIcon.Mode.Disabled)
        if checked:
            drawn.addPixmap(icon_pixmap(name, checked, size, ratio, gap), QIcon.Mode.Normal, QIcon.State.On)
    return drawn


def icon_pixmap(name: str, token: str, size: int, ratio: float, gap: int = 0) -> QPixmap:
    """`ratio` is the device pixels per logical pixel of the screen on which it is shown."""
    return _render(name, current_theme().color(token).name(), size, ratio, gap)


def _screen_ratios() -> list[float]:
    return sorted({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())})


@lru_cache(maxsize=512)
def _render(name: str, color: str, size: int, ratio: float, gap: int) -> QPixmap:
    drawing = resources.icon_svg(name).replace("currentColor", color)
    pixmap = QPixmap(round((size + gap) * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
