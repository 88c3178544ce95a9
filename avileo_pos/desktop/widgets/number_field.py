"""A field for one exact number: big digits, comma or point, and a sentence when it makes no sense."""

from decimal import Decimal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QWidget

from avileo_pos.desktop.sentences import sentence
from avileo_pos.desktop.theme import Space, TextSize, current_theme, figure_size, font, set_style
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import parse_amount

_MARKS = ".,"
_OF_NUMBERS = frozenset("0123456789" + _MARKS)
_LONGEST_TEXT = 20
_EDGES = 5  # what Qt keeps free beside a text, and the cursor


class NumberField(QLineEdit):
    """Base of the money and the weight field; `unit` is shown inside it, before or after the figure.

    Other characters than digits and decimal marks are left to the window's shortcuts (`*`, F-keys).
    """

    value_changed = Signal(object)  # Decimal, or None while empty or wrong
    problem_changed = Signal(str)  # the sentence to show beside the field, empty when all is well
    touched = Signal()  # a finger, not a mouse: time to offer the keypad

    def __init__(
        self,
        accessible_name: str,
        *,
        unit: str,
        unit_first: bool,
        places: int,
        largest: Decimal,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self._unit, self._unit_first = unit, unit_first
        self._places, self._largest = places, largest
        self._value: Decimal | None = None
        self._problem = ""
        self._select_on_release = False
        self.setProperty("look", "figure")
        self.setAccessibleName(accessible_name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.setMaxLength(_LONGEST_TEXT)
        self.setFont(font(TextSize.FIGURE, QFont.Weight.Bold))
        room = self._unit_width() + Space.SMALL
        self.setTextMargins(room if unit_first else 0, 0, 0 if unit_first else room, 0)
        self.textChanged.connect(self._fit_figure)
        self.textChanged.connect(self._read)

    def value(self) -> Decimal | None:
        """The number with the field's decimals; None while the field is empty or wrong."""
        return self._value

    def set_value(self, value: Decimal | None) -> None:
        self.setText("" if value is None else f"{value:.{self._places}f}")

    def problem(self) -> str:
        return self._problem

    def set_problem(self, problem: str) -> None:
        """Shows the field as wrong until it is edited; the empty sentence takes it back."""
        if problem == self._problem:
            return
        self._problem = problem
        set_style(self, invalid=bool(problem))
        self.setAccessibleDescription(problem)
        self.problem_changed.emit(problem)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_foreign(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_foreign(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()
        self._select_on_release = event.reason() == Qt.FocusReason.MouseFocusReason

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.pointerType() is QPointingDevice.PointerType.Finger:
            self.touched.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._select_on_release and not self.hasSelectedText():
            self.selectAll()
        self._select_on_release = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_figure()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = Qt.AlignmentFlag.AlignLeft if self._unit_first else Qt.AlignmentFlag.AlignRight
        inside = self.rect().adjusted(Space.MEDIUM + 2, 0, -Space.MEDIUM - 2, 0)
        painter = QPainter(self)
        painter.setFont(self._unit_font())
        painter.setPen(current_theme().color("muted"))
        painter.drawText(inside, side | Qt.AlignmentFlag.AlignVCenter, self._unit)
        painter.end()

    def _fit_figure(self) -> None:
        size = figure_size(self._has_room)
        dress = "" if size == TextSize.FIGURE else f"font-size: {size}px;"
        if dress != self.styleSheet():
            self.setStyleSheet(dress)

    def _has_room(self, size: int) -> bool:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        room = inside.width() - self.textMargins().left() - self.textMargins().right() - _EDGES
        return QFontMetrics(font(size, QFont.Weight.Bold)).horizontalAdvance(self.text()) <= room

    def _read(self, text: str) -> None:
        before = self._value
        self._value, problem = self._understand(text)
        self.set_problem(problem)
        if self._value != before:
            self.value_changed.emit(self._value)

    def _understand(self, text: str) -> tuple[Decimal | None, str]:
        if text.strip(_MARKS + " ") == "":
            return None, ""
        try:
            return parse_amount(text, self._places, self._largest), ""
        except BusinessRuleBroken as problem:
            return None, sentence(problem.code, problem.details)

    def _unit_font(self) -> QFont:
        return font(TextSize.BODY, QFont.Weight.Medium)

    def _unit_width(self) -> int:
        return QFontMetrics(self._unit_font()).horizontalAdvance(self._unit)


def _is_foreign(event: QKeyEvent) -> bool:
    """A character that no number has, typed without Ctrl or Alt."""
    typed = event.text()
    command = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return (
        bool(typed)
        and typed.isprintable()
        and not (typed.isdigit() or typed in _MARKS)
        and not event.modifiers() & command
    )
