"""How much is paid in which way: one line a method, a press on its name pays the rest by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.sale import Payment
from avileo_pos.spanish.words import METHODS

_ICONS = {
    PaymentMethod.EFECTIVO: "banknote",
    PaymentMethod.YAPE: "smartphone",
    PaymentMethod.PLIN: "smartphone",
    PaymentMethod.TRANSFERENCIA: "arrow-right-left",
}
WIDTH_OF_SHEET = 984  # S/ 100,000.00 and an operation number stand in it beside what is paid in all
_LONGEST_REFERENCE = 100
_REFERENCE_WIDTH = 140


@dataclass(frozen=True, slots=True)
class _Line:
    method: PaymentMethod
    name: Button
    amount: MoneyField
    reference: QLineEdit | None


class PaymentFields(QWidget):
    """The reference of a payment without cash (its operation number) is asked only once an amount stands there."""

    changed = Signal()
    method_chosen = Signal(object)  # PaymentMethod: all that is still missing by this one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.SMALL)
        self._grid.setColumnStretch(1, 1)
        self._lines = {method: self._add_line(place, method) for place, method in enumerate(PaymentMethod)}

    def payments(self) -> tuple[Payment, ...]:
        """What was typed, method by method, without those left empty or at zero."""
        return tuple(
            Payment(line.method, amount, _reference(line))
            for line in self._lines.values()
            if (amount := line.amount.value())
        )

    def show_amounts(self, amounts: Mapping[PaymentMethod, Decimal | None]) -> None:
        """Sets the methods named, leaves the others, and tells `changed` once."""
        blocker = QSignalBlocker(self)
        for method, amount in amounts.items():
            self._lines[method].amount.set_value(amount)
        blocker.unblock()
        self.changed.emit()

    def clear(self) -> None:
        self.show_amounts(dict.fromkeys(PaymentMethod))

    def fields(self) -> tuple[MoneyField, ...]:
        return tuple(line.amount for line in self._lines.values())

    def field(self, method: PaymentMethod) -> MoneyField:
        return self._lines[method].amount

    def has_problem(self) -> bool:
        """Whether something is typed that is no amount."""
        return any(field.problem() for field in self.fields())

    def focus(self, method: PaymentMethod) -> None:
        self._lines[method].amount.setFocus()
        self._lines[method].amount.selectAll()

    def _add_line(self, row: int, method: PaymentMethod) -> _Line:
        word = METHODS[method]
        name = Button(word, icon=_ICONS[method])
        name.setProperty("method", method.value)
        name.clicked.connect(self._on_name)
        amount = MoneyField(f"Pago con {word}")
        amount.value_changed.connect(self._on_amount)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(amount, row, 1)
        return _Line(method, name, amount, self._add_reference(row, method))

    def _add_reference(self, row: int, method: PaymentMethod) -> QLineEdit | None:
        if method is PaymentMethod.EFECTIVO:
            return None
        reference = QLineEdit()
        reference.setPlaceholderText("N.º operación")
        reference.setAccessibleName(f"Número de operación de {METHODS[method]}")
        reference.setMaxLength(_LONGEST_REFERENCE)
        reference.setFixedWidth(_REFERENCE_WIDTH)
        keeps_its_place = reference.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        reference.setSizePolicy(keeps_its_place)
        reference.hide()
        reference.textChanged.connect(self.changed)
        self._grid.addWidget(reference, row, 2)
        return reference

    def _on_name(self) -> None:
        name = self.sender()
        assert isinstance(name, Button)
        self.method_chosen.emit(PaymentMethod(name.property("method")))

    def _on_amount(self) -> None:
        for line in self._lines.values():
            if line.reference is not None:
                line.reference.setVisible(bool(line.amount.value()))
        self.changed.emit()


def _reference(line: _Line) -> str | None:
    return (line.reference.text().strip() or None) if line.reference is not None else None
