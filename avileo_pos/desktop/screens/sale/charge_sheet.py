"""Charging a sale: contado, crédito or a part of each, by one or several methods, with the change to give."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.sale.charge import Charge, Way, start_of
from avileo_pos.desktop.screens.sale.credit_account import CreditAccount
from avileo_pos.desktop.sentences import sentence
from avileo_pos.desktop.sheets.debt_display import show_debt
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.sheets.payment_fields import WIDTH_OF_SHEET, PaymentFields
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.quick_cash import QuickCash
from avileo_pos.domain.credit import require_within_limit
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.sale import LineInput, PricedSale
from avileo_pos.queries.customer import CustomerRow

_WAYS = [(Way.CONTADO, "Contado"), (Way.CREDITO, "Crédito"), (Way.MIXTO, "Mixto")]


class ChargeSheet(OnceSheet):
    """How a cart is paid; whoever opens it registers the sale."""

    confirmed = Signal(object)  # Charge

    def __init__(self, host: QWidget, lines: tuple[LineInput, ...], customer: CustomerRow | None) -> None:
        title = f"Cobrar a {customer.name}" if customer else "Cobrar"
        super().__init__(host, title, action="Registrar venta", icon="banknote", width=WIDTH_OF_SHEET)
        self._customer = customer
        self._charge = Charge(lines, has_customer=customer is not None)
        self._lay_out()
        self._way.chosen.connect(self._on_way)
        self._payments.changed.connect(self._on_payments)
        self._payments.method_chosen.connect(self._pay_rest_by)
        self._quick.amount_chosen.connect(self._pay_in_cash)
        self._quick.exact_chosen.connect(self._pay_exact)
        self._start(Way.CONTADO)

    def focus_start(self) -> None:
        self._payments.focus(PaymentMethod.EFECTIVO)

    def act(self) -> None:
        if self._payments.has_problem():
            return
        try:
            self._charge.priced()
        except BusinessRuleBroken as trouble:
            self.show_problem(trouble)
            return
        self.start()
        self.confirmed.emit(self._charge)

    def _on_way(self, way: str) -> None:
        self._start(Way(way))

    def _start(self, way: Way) -> None:
        self._charge = Charge(self._charge.lines, self._charge.has_customer, way)
        self._payments.show_amounts(start_of(self._charge))
        if way is Way.CREDITO:
            self._pages.setCurrentWidget(self._account)
            self.main.setFocus()
        else:
            self._pages.setCurrentWidget(self._paying)
            self._payments.focus(PaymentMethod.EFECTIVO)

    def _on_payments(self) -> None:
        """A new amount may put right what was wrong."""
        self.forget_problem()
        charge = self._charge
        self._charge = Charge(charge.lines, charge.has_customer, charge.way, self._payments.payments())
        self._show_outcome()

    def _pay_rest_by(self, method: PaymentMethod) -> None:
        try:
            self._payments.show_amounts(self._charge.rest_by(method))
        except BusinessRuleBroken as trouble:
            self.show_problem(trouble)
        self._payments.focus(method)

    def _pay_exact(self) -> None:
        self._pay_rest_by(PaymentMethod.EFECTIVO)

    def _pay_in_cash(self, amount: Decimal) -> None:
        self._payments.show_amounts({PaymentMethod.EFECTIVO: amount})
        self._payments.focus(PaymentMethod.EFECTIVO)

    def _show_outcome(self) -> None:
        try:
            priced = self._charge.priced()
        except BusinessRuleBroken as trouble:
            self._show_what_is_wrong(trouble)
            return
        self._redondeo.show_soles(-priced.redondeo)
        self._redondeo.setVisible(bool(priced.redondeo))
        self._show_result("Vuelto", priced.change)
        self._fiado.show_soles(priced.balance_due)
        self._fiado.setVisible(bool(priced.balance_due))
        self._result.setVisible(bool(priced.change) or not priced.balance_due)
        self._show_credit(priced)

    def _show_what_is_wrong(self, trouble: BusinessRuleBroken) -> None:
        """While it is being typed, what is missing is no mistake yet."""
        for hidden in (self._redondeo, self._fiado, self._debt, self._limit):
            hidden.hide()
        self._result.show()
        missing = trouble.details.get("missing")
        if isinstance(missing, Decimal):
            self._show_result("Falta", missing)
        else:
            self._show_result("Vuelto", ZERO)
            self.say_problem(sentence(trouble.code, trouble.details))

    def _show_result(self, caption: str, amount: Decimal) -> None:
        self._result.set_caption(caption)
        self._result.show_soles(amount)

    def _show_credit(self, priced: PricedSale) -> None:
        """What the customer will owe, and the limit that this passes: the admin decides then."""
        owes = self._customer is not None and priced.balance_due > 0
        self._debt.setVisible(owes and self._charge.way is Way.MIXTO)
        self._limit.hide()
        if self._customer is None or not owes:
            return
        show_debt(self._debt, "Deberá en total", self._customer.balance + priced.balance_due)
        self._account.show_account(self._customer, priced.balance_due)
        try:
            require_within_limit(self._customer.credit_limit, self._customer.balance, priced.balance_due)
        except BusinessRuleBroken as trouble:
            self._limit.setText(sentence(trouble.code, trouble.details))
            self._limit.show()

    def _lay_out(self) -> None:
        self._way = ChoiceBar("Cómo paga", _WAYS)
        self._way.set_enabled(Way.CREDITO, self._customer is not None)
        self._way.set_enabled(Way.MIXTO, self._customer is not None)
        self._payments, self._quick = PaymentFields(), QuickCash()
        self._paying, self._account = QWidget(), CreditAccount()
        paying = _column(self._payments, self._quick)
        paying.setContentsMargins(0, 0, 0, 0)
        self._paying.setLayout(paying)
        self._pages = QStackedWidget()
        no_fiado = QLabel("Para fiar, elija al cliente con F2 antes de cobrar.")
        no_fiado.setProperty("look", "muted")
        self._total, self._result = AmountDisplay("Total"), AmountDisplay("Vuelto", look="figure")
        self._total.show_soles(self._charge.total)
        self._redondeo = AmountDisplay("Redondeo a favor del cliente", look="body")
        self._fiado = AmountDisplay("Queda fiado", look="figure")
        self._debt = AmountDisplay("Deberá en total", look="body")
        self._limit = QLabel()
        self._limit.setProperty("look", "warning")
        self._limit.setWordWrap(True)
        keypad = Keypad()
        keypad.serve(*self._payments.fields())
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        columns.addLayout(_column(self._way, no_fiado, self._pages), 3)
        columns.addLayout(
            _column(self._total, self._redondeo, self._result, self._fiado, self._debt, self._limit, keypad), 2
        )
        self.body.addLayout(columns)
        self._pages.addWidget(self._paying)
        self._pages.addWidget(self._account)
        no_fiado.setVisible(self._customer is None)
        self.add_footer()


def _column(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.LARGE)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column
