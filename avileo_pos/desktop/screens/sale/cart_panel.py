"""The sale being put together: who buys, what is in it, what it comes to, and the way to charge it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QTabBar, QWidget

from avileo_pos.desktop.screens.sale.open_sales import OpenSale
from avileo_pos.desktop.screens.sale.sale_draft import line_inputs, what_it_comes_to
from avileo_pos.desktop.screens.sale.usual_order import UsualOrder
from avileo_pos.desktop.screens.sale.weighing import is_overridden
from avileo_pos.desktop.theme import Space, set_style
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.cart_table import CartLine, CartTable
from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.domain.money import ZERO, format_soles
from avileo_pos.domain.sale import PricedLine, PricedSale
from avileo_pos.domain.weight import format_kilos
from avileo_pos.queries.customer import CustomerRow, UsualLine
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft
from avileo_pos.spanish.words import UNITS, days, unbroken

_WIDTH = 440
_LONGEST_TAB = 16
_LOW = 560  # panels lower than this need every line of the cart


class CartPanel(Card):
    sale_chosen = Signal(int)  # the place of the tab
    set_aside_asked = Signal()
    customer_asked = Signal()
    abono_asked = Signal()
    usual_chosen = Signal(object)  # UUID of the product
    edit_asked = Signal(int)  # the place of the line
    removal_asked = Signal(int)
    emptying_asked = Signal()
    charge_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(look="panel", parent=parent)
        self.setFixedWidth(_WIDTH)
        self._has_lines = self._has_usual = False
        self._lay_out()
        self._tabs.currentChanged.connect(self.sale_chosen)
        self._lines.edit_asked.connect(self._on_edit_line)
        self._lines.removal_asked.connect(self._on_remove_line)

    def show_sales(self, sales: Sequence[OpenSale], current: int) -> None:
        """The tabs, each named by its customer, and the sale that is current."""
        blocker = QSignalBlocker(self._tabs)
        while self._tabs.count() > len(sales):
            self._tabs.removeTab(self._tabs.count() - 1)
        while self._tabs.count() < len(sales):
            self._tabs.addTab("")
        for place, sale in enumerate(sales):
            self._tabs.setTabText(place, tab_name(sale, place).replace("&", "&&"))
            self._tabs.setTabToolTip(place, sale.draft.customer_name or "")
        self._tabs.setCurrentIndex(current)
        blocker.unblock()
        self._show_draft(sales[current].draft)

    def show_customer(self, name: str | None, figures: CustomerRow | None) -> None:
        """`figures` come a moment after the name."""
        self._name.setText(name or "Cliente genérico")
        self._figures.setText(_owing(figures) if figures else "" if name else "Solo al contado")
        set_style(self._figures, look="warning" if figures and figures.balance > 0 else "muted")
        self._abono.setEnabled(figures is not None)

    def show_usual(self, lines: Sequence[UsualLine]) -> None:
        """What the customer always takes, while nothing is in the cart."""
        self._usual.show_lines(lines)
        self._has_usual = bool(lines)
        self._show_page()

    def buttons_with_keys(self) -> tuple[Button, ...]:
        """Those whose keys must work also while the panel is hidden."""
        return self._customer, self._abono, self._aside, self._charge

    def current_line(self) -> int | None:
        line = self._lines.current()
        return None if line is None else _place_of(line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        around, between = (Space.SMALL, Space.TIGHT) if self.height() < _LOW else (Space.MEDIUM, Space.SMALL)
        self.body.setContentsMargins(Space.LARGE, around, Space.LARGE, around)
        self.body.setSpacing(between)

    def _show_draft(self, draft: SaleDraft) -> None:
        priced = what_it_comes_to(line_inputs(draft))
        lines = priced.lines if priced else ()
        self._lines.show_lines(
            [_cart_line(place, *each) for place, each in enumerate(zip(draft.lines, lines, strict=True))]
        )
        self._has_lines = bool(lines)
        self._show_page()
        for button in (self._edit, self._remove, self._empty):
            button.setEnabled(bool(lines))
        self._total.show_soles(priced.total_amount if priced else ZERO)
        self._kilos.setText(_kilos(priced))
        self._charge.setText(f"Cobrar {format_soles(priced.total_amount)}" if priced else "Cobrar")

    def _show_page(self) -> None:
        page = self._lines if self._has_lines else self._usual if self._has_usual else self._nothing
        self._pages.setCurrentWidget(page)

    def _on_edit(self) -> None:
        line = self._lines.current()
        if line is not None:
            self._on_edit_line(line)

    def _on_remove(self) -> None:
        line = self._lines.current()
        if line is not None:
            self._on_remove_line(line)

    def _on_edit_line(self, line: CartLine) -> None:
        self.edit_asked.emit(_place_of(line))

    def _on_remove_line(self, line: CartLine) -> None:
        self.removal_asked.emit(_place_of(line))

    def _lay_out(self) -> None:
        self._make_buttons()
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self._tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tabs.setAccessibleName("Ventas abiertas")
        self._name = ElidedLabel(most_lines=2)
        self._figures, self._kilos = QLabel(), QLabel()
        self._figures.setWordWrap(True)
        self._name.setProperty("look", "title")
        self._kilos.setProperty("look", "muted")
        self._lines = CartTable()
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self._lines)
        self._nothing = EmptyState("shopping-cart", "Elija un producto para empezar.")
        self._usual = UsualOrder()
        self._usual.chosen.connect(self.usual_chosen)
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(self._usual)
        self._total = AmountDisplay("Total")
        self.body.addLayout(_row(self._tabs))
        self.body.addWidget(self._name)
        self.body.addWidget(self._figures)
        self.body.addLayout(_row(self._customer, self._abono, None, self._aside))
        self.body.addWidget(pages, 1)
        self.body.addLayout(_row(self._kilos, None, self._edit, self._remove, self._empty))
        self.body.addWidget(self._total)
        self.body.addWidget(self._charge)

    def _make_buttons(self) -> None:
        self._aside = Button("Aparcar esta venta", icon="circle-pause", variant="ghost", key="F6")
        self._aside.show_word(False)
        self._customer = Button("Cliente", icon="user", key="F2")
        self._abono = Button("Abono", key="F3")
        self._edit = Button(icon="pencil", variant="ghost", accessible_name="Cambiar la línea (Enter)")
        self._remove = Button(icon="trash-2", variant="ghost", accessible_name="Quitar la línea (Supr)")
        self._empty = Button(icon="x", variant="ghost", accessible_name="Vaciar la venta (Esc)")
        self._charge = Button("Cobrar", icon="banknote", variant="primary", key="F12", large=True)
        self._aside.clicked.connect(self.set_aside_asked)
        self._customer.clicked.connect(self.customer_asked)
        self._abono.clicked.connect(self.abono_asked)
        self._edit.clicked.connect(self._on_edit)
        self._remove.clicked.connect(self._on_remove)
        self._empty.clicked.connect(self.emptying_asked)
        self._charge.clicked.connect(self.charge_asked)


def tab_name(sale: OpenSale, place: int) -> str:
    """Short enough for three of them side by side."""
    name = sale.draft.customer_name or f"Venta {place + 1}"
    return name if len(name) <= _LONGEST_TAB else f"{name[: _LONGEST_TAB - 1].rstrip()}…"


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """None is the room between what stands left and what stands right."""
    row = QHBoxLayout()
    row.setSpacing(Space.SMALL)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _cart_line(place: int, line: DraftLine, priced: PricedLine) -> CartLine:
    return CartLine(
        key=place,
        name=line.product_name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        subtotal=priced.subtotal,
        unit=UNITS[line.unit],
        gross=line.gross,
        tare=line.tara,
        note=f"antes {format_soles(line.list_price)}" if is_overridden(line) else "",
    )


def _place_of(line: CartLine) -> int:
    assert isinstance(line.key, int)
    return line.key


def _kilos(priced: PricedSale | None) -> str:
    if priced is None or not priced.net_weight:
        return ""
    tare = f" · tara {format_kilos(priced.tara)}" if priced.tara else ""
    return f"{format_kilos(priced.net_weight)}{tare}"


def _owing(row: CustomerRow) -> str:
    words = [_debt(row)]
    if row.available is not None:
        words.append(f"disponible {format_soles(row.available)}")
    return " · ".join(unbroken(part) for part in words)


def _debt(row: CustomerRow) -> str:
    if row.balance < 0:
        return f"{format_soles(-row.balance)} a su favor"
    if row.balance == 0:
        return "No debe"
    since = f" {days(row.oldest_debt_days)}" if row.oldest_debt_days is not None else ""
    return f"Debe {format_soles(row.balance)}{since}"
