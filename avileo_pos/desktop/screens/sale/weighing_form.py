"""Where one product is weighed or counted: gross less tare is net, net by price is total, each field big."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.sale.envase_bar import EnvaseBar
from avileo_pos.desktop.screens.sale.weighing import Weighed, Weighing, is_weighed
from avileo_pos.desktop.sentences import sentence
from avileo_pos.desktop.theme import Size, Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.count_field import CountField
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.desktop.widgets.weight_field import WeightField
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import LARGEST_PRICE, format_soles
from avileo_pos.domain.weight import NO_TARE, Tare
from avileo_pos.queries.parked_sale import DraftLine
from avileo_pos.queries.product import Envase, ProductTile
from avileo_pos.spanish.words import UNITS, amount_of

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WeighingForm(Card):
    """Enter adds what was weighed; a problem stands beside its field."""

    weighed = Signal(object)  # Weighing, whose figures are in order
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._weighing: Weighing | None = None
        self._showing = False
        self._make_fields()
        self._lay_out()
        self._gross.value_changed.connect(self._on_gross)
        self._tare.value_changed.connect(self._on_tare)
        self._net.value_changed.connect(self._on_net)
        self._count.value_changed.connect(self._on_net)
        self._price.value_changed.connect(self._on_price)
        self._total.value_changed.connect(self._on_total)
        self._envases.tare_changed.connect(self._on_envases)

    def show_envases(self, envases: Sequence[Envase]) -> None:
        self._envases.show_envases(envases)

    def weigh(self, product: ProductTile) -> None:
        """Begin with a product that was just chosen."""
        self._begin(Weighing.of(product), "Agregar")

    def weigh_again(self, product: ProductTile, line: DraftLine) -> None:
        """Begin with a line of the cart, to change it."""
        self._begin(Weighing.again(product, line), "Guardar cambio")

    def is_blank(self) -> bool:
        """Whether nothing was weighed yet."""
        return self._weighing is None or self._weighing.is_blank()

    def add(self) -> bool:
        """Hand over what was weighed, or say beside the field what is wrong with it; whether it was handed over."""
        if self._weighing is None or self._has_problem():
            return False
        try:
            self._weighing.weighed()
        except BusinessRuleBroken as trouble:
            self._show_problem(trouble)
            return False
        self.weighed.emit(self._weighing)
        return True

    def focus_weight(self) -> None:
        field = self._gross if self._gross.isVisible() else self._count
        field.setFocus()
        field.selectAll()

    def focus_price(self) -> None:
        self._price.setFocus()

    def focus_tare(self) -> None:
        if self._tare.isVisible():
            self._tare.setFocus()

    def focus_containers(self) -> None:
        if self._envases.isVisible():
            self._envases.focus_count()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.isAutoRepeat():
            self.add()
        elif event.text() == "*":
            self.focus_containers()
        else:
            super().keyPressEvent(event)

    def _begin(self, weighing: Weighing, action: str) -> None:
        product = weighing.product
        self._weighing = weighing
        self.set_title(product.name)
        self._about.setText(_about(product))
        self._add.setText(action)
        self._envases.forget_count()
        for row in (self._gross_row, self._tare_row, self._net_row, self._minus, self._equals):
            row.setVisible(is_weighed(product))
        self._envases.setVisible(is_weighed(product) and self._envases.has_envases())
        self._count_row.setVisible(not is_weighed(product))
        self._show_figures(None)
        self.focus_weight()

    def _on_gross(self, gross: Decimal | None) -> None:
        self._take(lambda weighing: weighing.with_gross(gross), self._gross)

    def _on_tare(self, tare: Decimal | None) -> None:
        if not self._showing:
            self._envases.forget_count()
        typed = NO_TARE if tare is None else Tare.typed(tare)
        self._take(lambda weighing: weighing.with_tare(typed), self._tare)

    def _on_envases(self, tare: Tare) -> None:
        self._take(lambda weighing: weighing.with_tare(tare))

    def _on_net(self, net: Decimal | None) -> None:
        field = self.sender()
        assert isinstance(field, NumberField)
        self._take(lambda weighing: weighing.with_net(net), field)

    def _on_price(self, price: Decimal | None) -> None:
        self._take(lambda weighing: weighing.with_price(price), self._price)

    def _on_total(self, total: Decimal | None) -> None:
        self._take(lambda weighing: weighing.with_total(total), self._total)

    def _take(self, typed: Callable[[Weighing], Weighing], field: NumberField | None = None) -> None:
        """What a person typed, not what this form shows."""
        if self._weighing is not None and not self._showing:
            self._weighing = typed(self._weighing)
            self._show_figures(field)

    def _show_figures(self, typed_in: NumberField | None) -> None:
        """What follows from what was typed, in every other field."""
        assert self._weighing is not None
        figures = self._figures()
        self._showing = True
        for field, value in self._shown(self._weighing, figures).items():
            if field is not typed_in:
                field.set_value(value)
                field.set_problem("")
        self._showing = False
        self._show_aside(self._weighing, figures)

    def _shown(self, weighing: Weighing, figures: Weighed | None) -> dict[NumberField, Decimal | None]:
        net = figures.net if figures else weighing.net
        return {
            self._gross: figures.gross if figures else weighing.gross,
            self._tare: weighing.tare.kilos or None,
            self._net: net,
            self._count: None if is_weighed(weighing.product) else net,
            self._price: figures.price if figures else weighing.price,
            self._total: figures.total if figures else weighing.total,
        }

    def _show_aside(self, weighing: Weighing, figures: Weighed | None) -> None:
        """What a person would not expect of the line."""
        words = []
        if figures and weighing.total not in (None, figures.total):
            words.append(f"Se cobrará {format_soles(figures.total)}.")
        if figures and figures.price != weighing.product.price:
            words.append(f"El precio de hoy es {format_soles(weighing.product.price)}: se pedirá el motivo.")
        self._aside.setText(" ".join(words))
        self._aside.setVisible(bool(words))

    def _figures(self) -> Weighed | None:
        try:
            return self._weighing.weighed() if self._weighing is not None else None
        except BusinessRuleBroken:
            return None

    def _has_problem(self) -> bool:
        return any(field.isVisible() and field.problem() for field in self._fields())

    def _show_problem(self, trouble: BusinessRuleBroken) -> None:
        row = self._row_for(trouble)
        row.set_problem(sentence(trouble.code, trouble.details))
        row.setFocus()

    def _row_for(self, trouble: BusinessRuleBroken) -> FieldRow:
        weight = self._gross_row if self._gross_row.isVisible() else self._count_row
        if trouble.code == "calculator_not_positive":
            return {"price": self._price_row, "total": self._total_row}.get(str(trouble.details["field"]), weight)
        return {
            "tare_exceeds_gross": self._tare_row,
            "tare_negative": self._tare_row,
            "too_large": self._total_row,
        }.get(trouble.code, weight)

    def _fields(self) -> tuple[NumberField, ...]:
        return self._gross, self._tare, self._net, self._count, self._price, self._total

    def _make_fields(self) -> None:
        self._gross, self._tare, self._net = WeightField("Bruto"), WeightField("Tara"), WeightField("Neto")
        self._count = CountField("Cantidad")
        self._price = MoneyField("Precio", largest=LARGEST_PRICE)
        self._total = MoneyField("Total")
        self._envases = EnvaseBar()
        self._gross_row, self._tare_row = FieldRow("Bruto", self._gross), FieldRow("Tara (F5)", self._tare)
        self._net_row, self._count_row = FieldRow("Neto", self._net), FieldRow("Cantidad", self._count)
        self._price_row, self._total_row = FieldRow("Precio (F4)", self._price), FieldRow("Total", self._total)
        self._minus, self._equals = _sign("−"), _sign("=")
        self._about, self._aside = QLabel(), QLabel()
        self._about.setProperty("look", "muted")
        self._aside.setProperty("look", "warning")
        self._aside.setWordWrap(True)
        self._add = Button("Agregar", icon="corner-down-left", variant="primary", large=True)
        self._add.clicked.connect(self.add)
        self._keypad = Keypad()
        self._keypad.serve(*self._fields(), self._envases.count)

    def _lay_out(self) -> None:
        back = Button("Productos", icon="arrow-left", variant="ghost", accessible_name="Volver a los productos")
        back.clicked.connect(self.left)
        self.header.insertWidget(0, back)
        self.header.addWidget(self._about)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.SMALL)
        grid.setVerticalSpacing(Space.MEDIUM)
        top = Qt.AlignmentFlag.AlignTop
        for column, widget in enumerate((self._gross_row, self._minus, self._tare_row, self._equals, self._net_row)):
            grid.addWidget(widget, 0, column, top)
        grid.addWidget(self._count_row, 0, 0, top)
        grid.addWidget(self._price_row, 1, 0, top)
        grid.addWidget(self._total_row, 1, 2, top)
        grid.addWidget(self._add, 1, 4, Qt.AlignmentFlag.AlignBottom)
        for column in (0, 2, 4):
            grid.setColumnStretch(column, 1)
        self.body.addWidget(_scrolled(grid, self._aside, self._envases, self._keypad), 1)


def _scrolled(grid: QGridLayout, *below: QWidget) -> QScrollArea:
    """Only a window lower than the smallest laptop's needs to scroll, with the keypad open."""
    ground = QWidget()
    column = QVBoxLayout(ground)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.MEDIUM)
    column.addLayout(grid)
    *above, last = below
    for widget in above:
        column.addWidget(widget)
    column.addStretch(1)
    column.addWidget(last)
    return scrolled(ground)


def _sign(sign: str) -> QLabel:
    """Beside the figure of the fields, which stand under their labels."""
    label = QLabel(sign)
    label.setProperty("look", "figure")
    label.setContentsMargins(0, Size.FIGURE_FIELD // 2, 0, 0)
    return label


def _about(product: ProductTile) -> str:
    price = f"{format_soles(product.price)} por {UNITS[product.unit]}" if product.price else "Sin precio"
    return price if product.stock is None else f"{price} · hay {amount_of(product.stock, product.unit)}"
