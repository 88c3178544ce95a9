"""How much everything is enlarged: as the system wishes, as long as the window has room on its screen."""

from __future__ import annotations

import os
import sys
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication

from avileo_pos.desktop.main_window import SMALLEST_SIZE

_SETTING: Final = "QT_SCALE_FACTOR"
_TITLE_BAR: Final = 32


def fit_to_screen() -> None:
    """To be called before the application is made. Who has set Qt's scale by hand keeps it.

    Qt settles its scale as an application begins, so one that shows nothing is asked for the room first.
    """
    if _SETTING in os.environ:
        return
    asked = QGuiApplication(sys.argv[:1])
    scale = scale_for(asked.primaryScreen().availableSize())
    asked.shutdown()
    if scale < 1:
        os.environ[_SETTING] = f"{scale:.4f}"


def scale_for(room: QSize) -> float:
    """Times the system's own; `room` is that of the screen without the system's bars, as enlarged by the system."""
    width, height = SMALLEST_SIZE
    return min(1.0, room.width() / (width + 1), (room.height() - _TITLE_BAR) / (height + 1))
