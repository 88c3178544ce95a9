"""The lines of the sale being made, legible from where the customer stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from avileo_pos.desktop.theme import Space, TextSize, current_theme, figure_size, font
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.weight import format_kilos

_Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 64
_NAME = TextSize.BODY + 2


@dataclass(frozen=True, slots=True)
class CartLine:
    """`quantity` is the net kilos of a weighed line, the count of any other. `note` tells what is unusual."""

    key: object
    name: str
    quantity: Decimal
    unit_price: Decimal
    subtotal: Decimal
    unit: str = "kg"
    gross: Decimal | None = None
    tare: Decimal | None = None
    note: str = ""

    def weighing(self) -> str:
        """«12.500 − 1.000 =», empty where nothing was taken off."""
        if self.gross is None or not self.tare:
            return ""
        return f"{self.gross:,.3f} − {self.tare:,.3f} ="

    def amount(self) -> str:
        return f"{self.quantity:,.3f}" if self.unit == "kg" else f"{self.quantity:,.0f}"

    def spoken(self) -> str:
        """The whole line in words, for a screen reader."""
        weighing = (
            f"bruto {format_kilos(self.gross)}, tara {format_kilos(self.tare)}, " if self.gross and self.tare else ""
        )
        counted = f"{self.amount()} {self.unit}"
        return f"{self.name}, {weighing}{counted} a {format_soles(self.unit_price)}, {format_soles(self.subtotal)}"


class CartTable(QListView):
    """One line is current; Enter, a double press or Delete asks the screen to act on it."""

    selected = Signal(object)  # the current CartLine, or None
    edit_asked = Signal(object)  # CartLine
    removal_asked = Signal(object)  # CartLine

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _CartModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_CartDelegate(self))
        self.setAccessibleName("Venta actual")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def show_lines(self, lines: Sequence[CartLine]) -> None:
        """The current line stays current while it is in the cart; a line that came last becomes it."""
        before = self.current()
        grown = len(lines) > self._model.rowCount()
        self._model.show(lines)
        keys = [line.key for line in lines]
        stays = before is not None and before.key in keys and not grown
        row = keys.index(before.key) if before is not None and stays else len(lines) - 1
        self.setCurrentIndex(self._model.index(row))
        self.scrollTo(self.currentIndex())
        if before is not None and not lines:
            self.selected.emit(None)  # Qt says nothing of a current row that went with all others

    def current(self) -> CartLine | None:
        return self._model.line_at(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current()
        if current is not None and event.key() == Qt.Key.Key_Delete:
            self.removal_asked.emit(current)
        elif current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_asked.emit(current)
        else:
            super().keyPressEvent(event)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.edit_asked.emit(self._model.line_at(index))

    def _on_current_changed(self, current: QModelIndex) -> None:
        self.selected.emit(self._model.line_at(current))


class _CartModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: tuple[CartLine, ...] = ()

    def show(self, lines: Sequence[CartLine]) -> None:
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def line_at(self, index: _Index) -> CartLine | None:
        return self._lines[index.row()] if index.isValid() else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line_at(index)
        if line is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return line.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken()
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, _ROW_HEIGHT)
            case Qt.ItemDataRole.UserRole:
                return line
        return None


class _CartDelegate(QStyledItemDelegate):
    """Above: the product, and gross less tare. Below, big: net kilos times price, and the subtotal."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme = current_theme()
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("good_soft"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("border"))
        inside = rect.adjusted(Space.MEDIUM, Space.TIGHT, -Space.MEDIUM, -Space.TIGHT)
        _draw_heading(painter, inside, line)
        _draw_figures(painter, inside, line)
        painter.restore()


def _draw_heading(painter: QPainter, inside: QRect, line: CartLine) -> None:
    aside = line.note or line.weighing()
    face = font(TextSize.BODY, QFont.Weight.Medium if line.note else QFont.Weight.Normal)
    painter.setFont(face)
    painter.setPen(current_theme().color("warning" if line.note else "muted"))
    painter.drawText(inside, _TOP_RIGHT, aside)
    room = inside.width() - QFontMetrics(face).horizontalAdvance(aside) - Space.SMALL
    name_face = font(_NAME, QFont.Weight.DemiBold)
    painter.setFont(name_face)
    painter.setPen(current_theme().color("text"))
    painter.drawText(
        inside, _TOP_LEFT, QFontMetrics(name_face).elidedText(line.name, Qt.TextElideMode.ElideRight, room)
    )


def _draw_figures(painter: QPainter, inside: QRect, line: CartLine) -> None:
    size = figure_size(lambda size: sum(_figure_widths(line, size)) + Space.MEDIUM <= inside.width())
    baseline = inside.bottom() - Space.TIGHT
    left = inside.left()
    for text, face, token in _product_of(line, size):
        painter.setFont(face)
        painter.setPen(current_theme().color(token))
        painter.drawText(left, baseline, text)
        left += QFontMetrics(face).horizontalAdvance(text)
    painter.setFont(font(size, QFont.Weight.Bold))
    painter.setPen(current_theme().color("text"))
    _, width = _figure_widths(line, size)
    painter.drawText(inside.right() - width, baseline, f"{line.subtotal:,.2f}")


def _product_of(line: CartLine, size: int) -> tuple[tuple[str, QFont, str], ...]:
    """«12.320 kg × 15.50», part by part."""
    big, small = font(size, QFont.Weight.DemiBold), font(TextSize.BODY)
    return (
        (line.amount(), big, "text"),
        (f" {line.unit}  ×  ", small, "muted"),
        (f"{line.unit_price:,.2f}", big, "text"),
    )


def _figure_widths(line: CartLine, size: int) -> tuple[int, int]:
    """Of the product at the left, and of the subtotal at the right."""
    left = sum(QFontMetrics(face).horizontalAdvance(text) for text, face, _ in _product_of(line, size))
    return left, QFontMetrics(font(size, QFont.Weight.Bold)).horizontalAdvance(f"{line.subtotal:,.2f}")


_TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
_TOP_RIGHT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
