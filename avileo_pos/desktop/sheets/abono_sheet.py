"""Taking an abono from a customer: how much, in which ways, and what is owed before and after."""

from decimal import Decimal
from uuid import uuid4

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from avileo_pos.desktop.sheets.debt_display import show_debt
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.sheets.payment_fields import WIDTH_OF_SHEET, PaymentFields
from avileo_pos.desktop.sheets.receipt_sheet import AbonoReceiptSheet
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.quick_cash import QuickCash
from avileo_pos.domain.credit import take_abono
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.queries.customer import CustomerRow
from avileo_pos.queries.receipt import AbonoReceipt
from avileo_pos.usecases.abono import RegisterAbono, register_abono

_LONGEST_NOTE = 200


class AbonoSheet(OnceSheet):
    """Opens the receipt itself once the abono is stored, then says `registered`."""

    registered = Signal(object)  # AbonoReceipt

    def __init__(self, host: QWidget, till: Till, customer: CustomerRow) -> None:
        super().__init__(
            host, f"Abono de {customer.name}", action="Registrar abono", icon="hand-coins", width=WIDTH_OF_SHEET
        )
        self._host, self._till, self._customer = host, till, customer
        self._request_id = uuid4()
        self._lay_out()
        self._payments.changed.connect(self._show_after)
        self._payments.method_chosen.connect(self._pay_all_by)
        self._quick.amount_chosen.connect(self._pay_in_cash)
        self._quick.exact_chosen.connect(self._pay_all_in_cash)
        self._show_after()

    def focus_start(self) -> None:
        self._payments.focus(PaymentMethod.EFECTIVO)

    def act(self) -> None:
        if self._payments.has_problem():
            return
        request = RegisterAbono(
            self._request_id, self._customer.id, self._payments.payments(), self._notes.text().strip()
        )
        self.start()
        self._till.lane.write(register_abono, request, then=self._on_registered, failed=self.show_problem)

    def _on_registered(self, receipt: AbonoReceipt) -> None:
        self.close_sheet()
        AbonoReceiptSheet(self._host, receipt).open()
        self.registered.emit(receipt)

    def _show_after(self) -> None:
        """A new amount may put right what was wrong."""
        self.forget_problem()
        try:
            balances = take_abono(self._customer.balance, self._payments.payments())
            abono, after = balances.abono, balances.saldo_nuevo
        except BusinessRuleBroken:
            abono, after = ZERO, self._customer.balance
        show_debt(self._before, "Debe ahora", self._customer.balance)
        self._abono.show_soles(abono)
        show_debt(self._after, "Queda debiendo", after)

    def _pay_all_by(self, method: PaymentMethod) -> None:
        """The press on a method's name pays by it what the others leave of the debt."""
        others = sum((each.amount for each in self._payments.payments() if each.method is not method), ZERO)
        self._payments.show_amounts({method: max(self._customer.balance - others, ZERO) or None})
        self._payments.focus(method)

    def _pay_all_in_cash(self) -> None:
        self._pay_all_by(PaymentMethod.EFECTIVO)

    def _pay_in_cash(self, amount: Decimal) -> None:
        self._payments.show_amounts({PaymentMethod.EFECTIVO: amount})
        self._payments.focus(PaymentMethod.EFECTIVO)

    def _lay_out(self) -> None:
        self._payments = PaymentFields()
        self._quick = QuickCash(exact="Todo")
        self._notes = QLineEdit()
        self._notes.setMaxLength(_LONGEST_NOTE)
        self._before = AmountDisplay("Debe ahora", look="figure")
        self._abono = AmountDisplay("Abona", look="figure")
        self._after = AmountDisplay("Queda debiendo", look="figure")
        keypad = Keypad()
        keypad.serve(*self._payments.fields())
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        columns.addLayout(_column(self._payments, self._quick, FieldRow("Nota (si hace falta)", self._notes)), 3)
        columns.addLayout(_column(self._before, self._abono, self._after, keypad), 2)
        self.body.addLayout(columns)
        self.add_footer()


def _column(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.LARGE)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column
