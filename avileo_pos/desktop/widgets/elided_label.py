"""A line, or a few, that end in «…» where there is no room for all of it, as a name may be of any length."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

_FEWEST_LETTERS = "Mmm…"


class ElidedLabel(QLabel):
    """`text` stays whole, also for a screen reader; the whole of it shows when the pointer rests on it."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, most_lines: int = 1) -> None:
        super().__init__(parent)
        self._most_lines = most_lines
        self.setWordWrap(most_lines > 1)
        height = QSizePolicy.Policy.Fixed if most_lines == 1 else QSizePolicy.Policy.Minimum
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, height)
        policy.setHeightForWidth(most_lines > 1)
        self.setSizePolicy(policy)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        fewest = min(metrics.horizontalAdvance(_FEWEST_LETTERS), metrics.horizontalAdvance(self.text()))
        return QSize(fewest, metrics.height())

    def heightForWidth(self, width: int) -> int:
        return QFontMetrics(self.font()).lineSpacing() * len(self._lines(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        QFrame.paintEvent(self, event)
        inside = self.contentsRect()
        shown = "\n".join(self._lines(inside.width()))
        painter = QPainter(self)
        self.style().drawItemText(
            painter, inside, self.alignment(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()

    def _lines(self, width: int) -> list[str]:
        return list(lines_of(self.text(), self.font(), width, self._most_lines))


def lines_of(text: str, face: QFont, width: int, most_lines: int) -> Iterator[str]:
    """A text broken at words where it can be, in at most so many lines; what is too long ends in «…»."""
    metrics = QFontMetrics(face)
    rest = text
    for _ in range(most_lines - 1):
        if metrics.horizontalAdvance(rest) <= width:
            break
        line = _first_line(rest, face, width)
        yield line.rstrip()
        rest = rest[len(line) :]
    yield metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)


def _first_line(text: str, face: QFont, width: int) -> str:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, face)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    return text.encode("utf-16-le")[: 2 * line.textLength()].decode("utf-16-le")  # Qt counts as UTF-16 does
