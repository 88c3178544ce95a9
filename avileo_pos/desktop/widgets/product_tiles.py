"""The products of the stall as big buttons, each always in the same place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QWidget

from avileo_pos.desktop.theme import Size, Space, TextSize, Tone, current_theme, figure_size, font
from avileo_pos.domain.money import format_soles

_DIGIT_KEYS = "1234567890"
_PRICE_HEIGHT = 30
_BASELINE = 3
_NO_PRICE = "Sin precio"
_KEY_CAP = 20
_BOTTOM_LEFT = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
_URGENT = {Tone.WARNING: "warning", Tone.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Tile:
    """`key` is handed back when the tile is chosen; `stock` is a short hint such as «34 kg» or «Sin stock»."""

    key: object
    name: str
    price: Decimal
    unit: str = "kg"
    stock: str = ""
    stock_tone: Tone = Tone.NEUTRAL


class ProductTiles(QScrollArea):
    """Arrow keys move among the tiles; while one has the focus, the digits 1 to 9 and 0 choose the first ten.

    Tab stops at the first only, and goes on from there to what stands after all of them.
    """

    chosen = Signal(object)  # the tile's key

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[ProductTile] = []
        self._columns = 1
        self._ground = QWidget()
        self._ground.setProperty("look", "plain")
        self._grid = QGridLayout(self._ground)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.SMALL)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._ground)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Productos")

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """In the order given. Tiles that stay keep their button, so that the focus stays too; what is shown already
        costs nothing.
        """
        if [button.tile for button in self._buttons] == list(tiles):
            return
        while len(self._buttons) > len(tiles):
            surplus = self._buttons.pop()
            surplus.hide()  # at once, not when it is deleted: it must not stand beside the new ones
            surplus.deleteLater()
        while len(self._buttons) < len(tiles):
            self._buttons.append(self._new_button(len(self._buttons)))
        for button, tile in zip(self._buttons, tiles, strict=True):
            button.show_tile(tile)
        self._place()

    def buttons(self) -> list["ProductTile"]:
        return list(self._buttons)

    def follow_in_tab_order(self, before: QWidget) -> None:
        if self._buttons:
            self.setTabOrder(before, self._buttons[0])

    def focus_first(self) -> None:
        if self._buttons:
            self._buttons[0].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a focused tile did not use itself arrives here."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        digit = _DIGIT_KEYS.find(event.text()) if event.text() else -1
        if event.key() in steps:
            self._move_focus(steps[Qt.Key(event.key())])
        elif 0 <= digit < len(self._buttons):
            self._buttons[digit].click()
        else:
            super().keyPressEvent(event)

    def _new_button(self, position: int) -> "ProductTile":
        button = ProductTile(_DIGIT_KEYS[position : position + 1])
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus if position else Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        button = self.sender()
        assert isinstance(button, ProductTile)
        self.chosen.emit(button.tile.key)

    def _move_focus(self, step: int) -> None:
        focused = next((place for place, button in enumerate(self._buttons) if button.hasFocus()), None)
        if focused is not None and 0 <= focused + step < len(self._buttons):
            self._buttons[focused + step].setFocus()
            self.ensureWidgetVisible(self._buttons[focused + step])

    def _place(self) -> None:
        space = self.viewport().size()
        self._columns = columns_for(len(self._buttons), space.width(), space.height())
        for place, button in enumerate(self._buttons):
            self._grid.addWidget(button, place // self._columns, place % self._columns)
            button.show()  # at once, not with the next event: it may be given the focus now
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)


def columns_for(tiles: int, width: int, height: int) -> int:
    """As few columns as show all tiles without scrolling, as long as no tile gets too narrow; sizes in pixels."""
    columns = max(1, (width + Space.SMALL) // (Size.TILE_PREFERRED + Space.SMALL))
    most = max(1, (width + Space.SMALL) // (Size.TILE_NARROWEST + Space.SMALL))
    rows_that_fit = max(1, (height + Space.SMALL) // (Size.TILE_HEIGHT + Space.SMALL))
    while columns < most and ceil(tiles / columns) > rows_that_fit:
        columns += 1
    return columns


class ProductTile(QPushButton):
    """A real button, so that keyboard, touch and screen readers work; only its face is drawn by hand."""

    def __init__(self, digit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digit = digit
        self.tile = Tile(key=None, name="", price=Decimal(0))
        self.setProperty("look", "tile")
        self.setFixedHeight(Size.TILE_HEIGHT)

    def show_tile(self, tile: Tile) -> None:
        self.tile = tile
        self.setAccessibleName(_spoken(tile))
        self.setAccessibleDescription(tile.stock)
        self.setToolTip(tile.name)
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(Size.TILE_NARROWEST, Size.TILE_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        inside = self.rect().adjusted(Space.MEDIUM, Space.TIGHT + 2, -Space.MEDIUM, -Space.TIGHT - 2)
        self._draw_name(painter, inside)
        self._draw_stock(painter, inside)
        self._draw_price(painter, inside)
        self._draw_digit(painter, inside)
        painter.end()

    def _draw_name(self, painter: QPainter, inside: QRect) -> None:
        face = font(TextSize.BODY, QFont.Weight.DemiBold)
        painter.setPen(current_theme().color("text" if self.isEnabled() else "disabled"))
        painter.setFont(face)
        lines = two_lines(self.tile.name, QFontMetrics(face), inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, lines)

    def _draw_stock(self, painter: QPainter, inside: QRect) -> None:
        tone = self.tile.stock_tone
        painter.setFont(font(TextSize.BODY, QFont.Weight.DemiBold if tone in _URGENT else QFont.Weight.Normal))
        painter.setPen(current_theme().color(_URGENT.get(tone, "muted")))
        room = inside.adjusted(0, 0, -_KEY_CAP if self._digit else 0, -_PRICE_HEIGHT)
        shown = painter.fontMetrics().elidedText(self.tile.stock, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _BOTTOM_LEFT, shown)

    def _draw_price(self, painter: QPainter, inside: QRect) -> None:
        """The currency small, the figure big; without the currency where the tile is too narrow for both."""
        if not self.tile.price:
            self._draw_no_price(painter, inside)
            return
        currency, price = font(TextSize.BODY), f"{self.tile.price:,.2f}"
        figure = font(figure_size(lambda size: _figure_width(price, size) <= inside.width()), QFont.Weight.Bold)
        before = QFontMetrics(currency).horizontalAdvance("S/ ")
        if before + QFontMetrics(figure).horizontalAdvance(price) > inside.width():
            before = 0
        painter.setPen(current_theme().color("muted"))
        painter.setFont(currency)
        if before:
            painter.drawText(inside.left(), inside.bottom() - _BASELINE, "S/")
        painter.setPen(current_theme().color("text" if self.isEnabled() else "disabled"))
        painter.setFont(figure)
        painter.drawText(inside.left() + before, inside.bottom() - _BASELINE, price)

    def _draw_no_price(self, painter: QPainter, inside: QRect) -> None:
        painter.setFont(font(TextSize.BODY, QFont.Weight.Bold))
        painter.setPen(current_theme().color("warning"))
        painter.drawText(inside.left(), inside.bottom() - _BASELINE, _NO_PRICE)

    def _draw_digit(self, painter: QPainter, inside: QRect) -> None:
        """The key that chooses this tile, drawn as a key beside the stock, as a price may need its whole line."""
        if not self._digit:
            return
        cap = QRect(0, 0, _KEY_CAP, _KEY_CAP)
        cap.moveBottomRight(inside.bottomRight() - QPoint(0, _PRICE_HEIGHT))
        painter.setPen(current_theme().color("border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(cap, Space.TIGHT, Space.TIGHT)
        painter.setFont(font(TextSize.KEY_HINT))
        painter.setPen(current_theme().color("muted"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._digit)


def _spoken(tile: Tile) -> str:
    price = f"{format_soles(tile.price)} por {tile.unit}" if tile.price else _NO_PRICE.lower()
    return f"{tile.name}, {price}"


def _figure_width(figure: str, size: int) -> int:
    return QFontMetrics(font(size, QFont.Weight.Bold)).horizontalAdvance(figure)


def two_lines(text: str, metrics: QFontMetrics, width: int) -> str:
    """The text broken between words into at most two lines, the second cut with «…» if it must be."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    words = text.split()
    first = words.pop(0)
    while words and metrics.horizontalAdvance(f"{first} {words[0]}") <= width:
        first += f" {words.pop(0)}"
    lines = [first, " ".join(words)] if words else [first]
    return "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines)
