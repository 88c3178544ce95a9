"""The products to choose from: the tiles at their places, and the search over them."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import Space, Tone, set_style
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.product_tiles import ProductTiles, Tile
from avileo_pos.domain.enums import ProductUnit
from avileo_pos.domain.identity import folded
from avileo_pos.domain.weight import format_kilos
from avileo_pos.queries.distribucion import DistribucionRow
from avileo_pos.queries.product import ProductTile
from avileo_pos.spanish.words import UNITS, amount_of

_WIDE = 600
_MANY_KILOS = Decimal(10)


class ProductPage(QWidget):
    """A digit chooses one of the first ten tiles; a letter begins a search, Enter takes its first find."""

    chosen = Signal(object)  # UUID of the product
    last_sale_asked = Signal()
    cash_movement_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._products: tuple[ProductTile, ...] = ()
        self._lay_out()
        self._search.textChanged.connect(self._show_found)
        self._search.returnPressed.connect(self._choose_first)
        self._tiles.chosen.connect(self._choose)
        self._last.clicked.connect(self.last_sale_asked)
        self._gasto.clicked.connect(self.cash_movement_asked)

    def show_products(self, products: Sequence[ProductTile]) -> None:
        self._products = tuple(products)
        self._show_found()

    def show_distribucion(self, row: DistribucionRow | None) -> None:
        """What should still be on the cart of who sells from one."""
        self._load.setVisible(row is not None)
        if row is not None:
            self._load.setText(_left_of(row))
            set_style(self._load, look="warning" if row.left < 0 else "muted")

    def start(self) -> None:
        """Ready for the next product: the whole shop, and the digits choose."""
        self._search.clear()
        self._tiles.focus_first()

    def focus_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def clear_search(self) -> bool:
        """Whether there was something to clear."""
        searched = bool(self._search.text())
        if searched:
            self.start()
        return searched

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self._gasto, self._last):
            button.show_word(self.width() >= _WIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._tiles.focus_first()
        elif event.text().isalpha() and not self._search.hasFocus():
            self._search.setFocus()
            self._search.insert(event.text())
        else:
            super().keyPressEvent(event)

    def _show_found(self) -> None:
        found = self._found()
        self._tiles.show_tiles([_tile(product) for product in found])
        self._tiles.follow_in_tab_order(self._last)
        self._pages.setCurrentIndex(0 if found else 1)
        self._nothing.set_sentence(_NOTHING_FOUND if self._products else _NO_PRODUCTS)

    def _found(self) -> list[ProductTile]:
        words = folded(self._search.text()).split()
        return [product for product in self._products if all(word in folded(product.name) for word in words)]

    def _choose_first(self) -> None:
        found = self._found()
        if found:
            self._choose(found[0].id)

    def _choose(self, product_id: UUID) -> None:
        self.chosen.emit(product_id)

    def _lay_out(self) -> None:
        self._search = QLineEdit()
        self._search.setPlaceholderText("Busque un producto (F10)")
        self._search.setAccessibleName("Buscar producto")
        self._search.setClearButtonEnabled(False)
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._last = Button("Última venta", icon="receipt-text", key="F9")
        self._gasto = Button("Gasto", icon="wallet", key="F7")
        self._load = QLabel()
        self._load.setWordWrap(True)
        self._load.hide()
        self._tiles = ProductTiles()
        self._nothing = EmptyState("package", _NO_PRODUCTS)
        top = QHBoxLayout()
        top.setSpacing(Space.SMALL)
        top.addWidget(self._search, 1)
        top.addWidget(self._gasto)
        top.addWidget(self._last)
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self._tiles)
        self._pages.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addLayout(top)
        column.addWidget(self._load)
        column.addWidget(pages, 1)


_NOTHING_FOUND = "Ningún producto se llama así. Borre la búsqueda con Esc."
_NO_PRODUCTS = "Todavía no hay productos. El administrador los crea en «Productos y precios»."


def _tile(product: ProductTile) -> Tile:
    words, tone = _stock_hint(product)
    return Tile(product.id, product.name, product.price, UNITS[product.unit], words, tone)


def _stock_hint(product: ProductTile) -> tuple[str, Tone]:
    if product.stock is None:
        return "", Tone.NEUTRAL
    if product.stock <= 0:
        return "Sin stock", Tone.DANGER
    return _about(product.stock, product.unit), Tone.NEUTRAL


def _about(stock: Decimal, unit: ProductUnit) -> str:
    """To the hundred grams where there are many kilos: on a tile that is enough."""
    if unit is ProductUnit.KG and stock >= _MANY_KILOS:
        return f"{stock:,.1f} kg"
    return amount_of(stock, unit)


def _left_of(row: DistribucionRow) -> str:
    if row.left < 0:
        return f"Vendió {format_kilos(-row.left)} más de lo asignado hoy."
    return f"Su carga de hoy: quedan {format_kilos(row.left)} de {format_kilos(row.asignado)}."
