"""What stands in the place of the payments when all of a sale is owed: the customer's account with it."""

from decimal import Decimal

from PySide6.QtWidgets import QFrame, QLabel, QWidget

from avileo_pos.desktop.sheets.debt_display import show_debt
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.customer import CustomerRow
from avileo_pos.spanish.words import days


class CreditAccount(Card):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Cuenta del cliente", parent=parent)
        self._before, self._sale = AmountDisplay("Debe hoy", look="body"), AmountDisplay("Esta venta", look="body")
        self._after = AmountDisplay("Deberá en total", look="figure")
        self._terms = _muted("")
        rule = QFrame()
        rule.setProperty("look", "line")
        self.body.setSpacing(Space.MEDIUM)
        for widget in (self._before, self._sale, rule, self._after, self._terms):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(_muted("Ahora no paga nada. Si deja una parte, elija «Mixto»."))

    def show_account(self, customer: CustomerRow, owed: Decimal) -> None:
        """`owed` is what this sale adds."""
        show_debt(self._before, "Debe hoy", customer.balance)
        self._sale.show_soles(owed)
        show_debt(self._after, "Deberá en total", customer.balance + owed)
        self._terms.setText(_terms(customer))
        self._terms.setVisible(bool(self._terms.text()))


def _terms(customer: CustomerRow) -> str:
    limit = f"Límite {format_soles(customer.credit_limit)}" if customer.credit_limit is not None else ""
    oldest = customer.oldest_debt_days
    since = f"Debe desde {days(oldest)}" if oldest is not None else ""
    return " · ".join(filter(None, (limit, since)))


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "muted")
    label.setWordWrap(True)
    return label
