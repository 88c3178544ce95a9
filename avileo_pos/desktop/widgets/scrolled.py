"""Content that scrolls up and down where a low window leaves it no room."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def scrolled(ground: QWidget) -> QScrollArea:
    """`ground` in the colour of what is around it. Its fields and buttons are reached by Tab, so the area is not."""
    ground.setProperty("look", "plain")
    area = QScrollArea()
    area.setWidget(ground)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
