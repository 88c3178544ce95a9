"""Writing down a new customer, and changing what is known of one."""

from decimal import Decimal
from uuid import uuid4

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.customer import CustomerCard
from avileo_pos.usecases.customer import (
    CreateCustomer,
    CustomerDetails,
    EditCustomer,
    create_customer,
    edit_customer,
)

_WIDTH = 760
_LONGEST = {"name": 255, "apodo": 100, "dni": 20, "phone": 50, "address": 200, "notes": 200}


class CustomerFormSheet(OnceSheet):
    """With a `card` it edits that customer; else it writes down a new one, whose name may have been typed already.

    Only who may set a customer's terms is asked for the opening balance and the credit limit.
    """

    saved = Signal(object)  # UUID of the customer; the sheet is closed by then

    def __init__(self, host: QWidget, till: Till, card: CustomerCard | None = None, *, name: str = "") -> None:
        title = "Nuevo cliente" if card is None else "Editar cliente"
        super().__init__(host, title, action="Guardar", width=_WIDTH)
        self._till, self._card = till, card
        self._request_id = uuid4()
        self._is_active = card is None or card.figures.is_active
        self._lay_out()
        self._show(card, name)

    def focus_start(self) -> None:
        self._rows["name"].field.setFocus()

    def act(self) -> None:
        if self._opening.problem() or self._limit.problem():
            return
        self.start()
        if self._card is None:
            self._till.lane.write(create_customer, self._new(), then=self._on_saved, failed=self.show_problem)
        else:
            self._till.lane.write(
                edit_customer, self._edited(self._card), then=self._on_saved, failed=self.show_problem
            )

    def _new(self) -> CreateCustomer:
        opening, limit = self._terms()
        return CreateCustomer(self._request_id, self._details(), opening, limit)

    def _edited(self, card: CustomerCard) -> EditCustomer:
        opening, limit = self._terms()
        return EditCustomer(card.figures.id, self._details(), opening, limit, self._is_active, shown=card)

    def _on_saved(self, _answer: object) -> None:
        customer_id = self._request_id if self._card is None else self._card.figures.id
        self.close_sheet()
        self.saved.emit(customer_id)

    def _details(self) -> CustomerDetails:
        return CustomerDetails(**{name: self._text(name) for name in self._rows})

    def _text(self, name: str) -> str:
        field = self._rows[name].field
        assert isinstance(field, QLineEdit)
        return field.text().strip()

    def _terms(self) -> tuple[Decimal, Decimal | None]:
        return self._opening.value() or ZERO, self._limit.value()

    def _show(self, card: CustomerCard | None, name: str) -> None:
        details = CustomerDetails(name) if card is None else _details_of(card)
        for field_name, row in self._rows.items():
            assert isinstance(row.field, QLineEdit)
            said = getattr(details, field_name)
            if card is not None:
                row.field.setMaxLength(max(_LONGEST[field_name], len(said)))  # or the rest would be cut off
            row.field.setText(said)
        if card is not None:
            self._opening.set_value(card.opening_balance)
            self._limit.set_value(card.figures.credit_limit)

    def _lay_out(self) -> None:
        self._rows = {name: FieldRow(label, _line(name)) for name, label in _LABELS.items()}
        self.beside = {code: self._rows[name] for code, name in FIELD_OF.items()}
        self._opening, self._limit = MoneyField("Saldo inicial"), MoneyField("Límite de crédito")
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.MEDIUM)
        for place, row in enumerate(self._rows.values()):
            grid.addWidget(row, place // 2, place % 2)
        if self._till.person.may(Permission.CUSTOMER_DELETE):
            grid.addWidget(
                FieldRow("Saldo inicial", self._opening, hint="Lo que ya debía antes de usar esta caja."), 3, 0
            )
            grid.addWidget(FieldRow("Límite de crédito", self._limit, hint="Vacío: sin límite."), 3, 1)
        self.body.addLayout(grid)
        self.add_footer()


_LABELS = {
    "name": "Nombre",
    "apodo": "Apodo",
    "phone": "Celular",
    "dni": "DNI",
    "address": "Dirección",
    "notes": "Notas",
}
FIELD_OF = {"not_a_dni": "dni", "dni_of_another": "dni", "not_a_mobile": "phone", "name_required": "name"}


def _line(name: str) -> QLineEdit:
    line = QLineEdit()
    line.setMaxLength(_LONGEST[name])
    return line


def _details_of(card: CustomerCard) -> CustomerDetails:
    figures = card.figures
    return CustomerDetails(
        figures.name, figures.apodo or "", figures.dni or "", figures.phone or "", card.address or "", card.notes or ""
    )
