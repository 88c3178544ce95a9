"""One line that ends in «…» where there is no room for all of it, as a name may be of any length."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

_FEWEST_LETTERS = "Mmm…"


class ElidedLabel(QLabel):
    """`text` stays whole, also for a screen reader; the whole of it shows when the pointer rests on it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        fewest = min(metrics.horizontalAdvance(_FEWEST_LETTERS), metrics.horizontalAdvance(self.text()))
        return QSize(fewest, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        QFrame.paintEvent(self, event)
        inside = self.contentsRect()
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, inside.width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter, inside, self.alignment(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()
