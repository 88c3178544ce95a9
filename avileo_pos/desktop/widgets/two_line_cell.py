"""A cell of a table that says the main thing, and below, quieter, what else is known of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from avileo_pos.desktop.item_models.rows_model import BELOW
from avileo_pos.desktop.theme import Space, TextSize, current_theme, font

_Index = QModelIndex | QPersistentModelIndex
_INSET = 13  # where the style sheet puts the text of the other cells
_ICON = TextSize.KEY_HINT


class TwoLineCell(QStyledItemDelegate):
    """Both lines end in «…» where the column is too narrow; without a second line the first stands in the middle.

    The icon and the colour of a state belong to the second line.
    """

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self._draw_ground(painter, option, index)
        rect: QRect = option.rect
        inside = rect.adjusted(_INSET, Space.SMALL, -_INSET, -Space.SMALL)
        side = index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignHorizontal_Mask
        text, below = str(index.data()), str(index.data(BELOW))
        painter.save()
        painter.setFont(font(TextSize.BODY, QFont.Weight.Medium))
        painter.setPen(current_theme().color("text"))
        _draw_line(painter, inside, text, side | _TOP if below else side | _MIDDLE)
        painter.setFont(font(TextSize.KEY_HINT))
        painter.setPen(_ink_of(index))
        _draw_line(painter, _beside_icon(painter, inside, below, index, side), below, side | _BOTTOM)
        painter.restore()

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text, ground.icon = "", QIcon()
        style = ground.widget.style() if ground.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, ground.widget)


def _draw_line(painter: QPainter, inside: QRect, text: str, where: Qt.AlignmentFlag) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
    painter.drawText(inside, where, shown)


def _ink_of(index: _Index) -> QColor:
    ink = index.data(Qt.ItemDataRole.ForegroundRole)
    return ink if isinstance(ink, QColor) else current_theme().color("muted")


def _beside_icon(painter: QPainter, inside: QRect, below: str, index: _Index, side: Qt.AlignmentFlag) -> QRect:
    """Draws the icon before the second line, and gives the room that is left for the words."""
    icon = index.data(Qt.ItemDataRole.DecorationRole)
    if not isinstance(icon, QIcon):
        return inside
    metrics: QFontMetrics = painter.fontMetrics()
    place = QRect(inside.left(), inside.bottom() - _ICON - 1, _ICON, _ICON)
    if side & Qt.AlignmentFlag.AlignRight:
        place.moveRight(inside.right() - metrics.horizontalAdvance(below) - Space.TIGHT)
    icon.paint(painter, place)
    return inside if side & Qt.AlignmentFlag.AlignRight else inside.adjusted(_ICON + Space.TIGHT, 0, 0, 0)


_TOP, _MIDDLE, _BOTTOM = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignBottom
