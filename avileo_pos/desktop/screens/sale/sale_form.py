"""Nueva venta laid out: products or the scale at the left, the cart at the right, and the keys of both."""

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.sale.cart_panel import CartPanel
from avileo_pos.desktop.screens.sale.product_page import ProductPage
from avileo_pos.desktop.screens.sale.weighing_form import WeighingForm
from avileo_pos.desktop.theme import Space
from avileo_pos.queries.parked_sale import DraftLine
from avileo_pos.queries.product import ProductTile

_WIDE = 1040
_LEFT_AT_LEAST = 320


class SaleForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.products, self.weighing, self.cart = ProductPage(), WeighingForm(), CartPanel()
        left, pages = QWidget(), QWidget()
        left.setMinimumWidth(_LEFT_AT_LEAST)
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self.products)
        self._pages.addWidget(self.weighing)
        around = QVBoxLayout(left)
        around.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        around.addWidget(pages)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left, 1)
        row.addWidget(self.cart)
        self._pages.currentChanged.connect(self._make_room)
        self._keys_of_hidden_cart = [self.on_key(button.key, button.click) for button in self.cart.buttons_with_keys()]

    def _make_room(self) -> None:
        """In a narrow window the scale takes the place of the cart too; a hidden button does not hear its own key."""
        has_room = self.width() >= _WIDE or not self.is_weighing()
        self.cart.setVisible(has_room)
        for shortcut in self._keys_of_hidden_cart:
            shortcut.setEnabled(not has_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def on_key(self, key: str, act: Callable[[], None]) -> QShortcut:
        """A key that works wherever the focus is; held down it counts once."""
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(act)
        return shortcut

    def is_weighing(self) -> bool:
        return self._pages.currentWidget() is self.weighing

    def focus_start(self) -> None:
        if self.is_weighing():
            self.weighing.focus_weight()
        else:
            self.products.start()

    def show_products(self) -> None:
        self._pages.setCurrentWidget(self.products)
        self.products.start()

    def search_products(self) -> None:
        self._pages.setCurrentWidget(self.products)
        self.products.focus_search()

    def weigh(self, product: ProductTile) -> None:
        self._pages.setCurrentWidget(self.weighing)
        self.weighing.weigh(product)

    def weigh_again(self, product: ProductTile, line: DraftLine) -> None:
        self._pages.setCurrentWidget(self.weighing)
        self.weighing.weigh_again(product, line)
