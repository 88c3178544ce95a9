"""From F12 to the receipt: the drawer is opened if it must be, the sale is charged once, its receipt is shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.screens.sale.charge import Charge
from avileo_pos.desktop.screens.sale.charge_sheet import ChargeSheet
from avileo_pos.desktop.screens.sale.open_cash_sheet import OpenCashSheet
from avileo_pos.desktop.screens.sale.open_sales import OpenSale
from avileo_pos.desktop.screens.sale.sale_draft import line_inputs, sale_lines
from avileo_pos.desktop.sheets.receipt_sheet import SaleReceiptSheet
from avileo_pos.desktop.till import Till
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.customer import CustomerRow
from avileo_pos.queries.receipt import SaleReceipt
from avileo_pos.usecases.sale import RegisterSale, register_sale

_LIFTED_BY = {
    "over_credit_limit": Permission.OVER_CREDIT_LIMIT,
    "sells_without_stock": Permission.SELL_WITHOUT_STOCK,
}


class Charging(QObject):
    """One sale at a time. What an admin's PIN lent serves this sale alone."""

    registered = Signal(object)  # UUID of the open sale that became a fact
    ended = Signal()  # charged and its receipt put away, or given up

    def __init__(self, screen: QWidget, till: Till) -> None:
        super().__init__(screen)
        self._screen, self._till = screen, till
        self._sale: OpenSale | None = None
        self._customer: CustomerRow | None = None
        self._actor: Actor | None = None
        self._sheet: ChargeSheet | None = None

    def is_under_way(self) -> bool:
        return self._sale is not None

    def begin(self, sale: OpenSale, customer: CustomerRow | None, lent: Actor | None, *, drawer_is_open: bool) -> None:
        """`lent` is the person with what was approved for this sale while it was put together."""
        if self.is_under_way():
            return
        self._sale, self._customer, self._actor = sale, customer, lent
        if drawer_is_open:
            self._open_sheet()
        else:
            self._ask_float()

    def _ask_float(self) -> None:
        sheet = OpenCashSheet(self._screen, self._till)
        sheet.opened.connect(self._open_sheet)
        sheet.dismissed.connect(self._end)
        sheet.open()

    def _open_sheet(self) -> None:
        assert self._sale is not None
        self._sheet = ChargeSheet(self._screen, line_inputs(self._sale.draft), self._customer)
        self._sheet.confirmed.connect(self._register)
        self._sheet.dismissed.connect(self._end)
        self._sheet.open()

    def _register(self, charge: Charge) -> None:
        assert self._sale is not None
        assert self._sheet is not None
        request = RegisterSale(
            request_id=self._sale.id,
            sale_type=charge.sale_type,
            lines=sale_lines(self._sale.draft),
            payments=charge.payments,
            customer_id=self._sale.draft.customer_id,
        )
        self._till.lane.write(
            register_sale, request, then=self._show_receipt, failed=self._on_refused, actor=self._actor
        )

    def _show_receipt(self, receipt: SaleReceipt) -> None:
        assert self._sale is not None
        assert self._sheet is not None
        self._sheet.close_sheet()
        self.registered.emit(self._sale.id)
        sheet = SaleReceiptSheet(self._screen, receipt)
        sheet.dismissed.connect(self._end)
        sheet.open()

    def _on_refused(self, trouble: Exception) -> None:
        """What an admin may allow is asked of one, and the same sale is tried again."""
        assert self._sheet is not None
        self._sheet.show_problem(trouble)
        permission = _what_would_lift(trouble)
        if permission is not None:
            self._till.host.ask_approval(permission, self._sheet.problem(), self._try_again)

    def _try_again(self, lent: Actor) -> None:
        if self._sheet is not None:
            self._actor = with_both(self._actor, lent)
            self._sheet.press_main()

    def _end(self) -> None:
        self._sale = self._customer = self._actor = self._sheet = None
        self.ended.emit()


def with_both(before: Actor | None, lent: Actor) -> Actor:
    """The person with what was lent now and what was lent before for the same sale."""
    return lent if before is None else replace(lent, approvals=lent.approvals | before.approvals)


def _what_would_lift(trouble: Exception) -> Permission | None:
    if not isinstance(trouble, BusinessRuleBroken):
        return None
    if trouble.code == "permission_denied":
        return Permission(str(trouble.details["permission"]))
    return _LIFTED_BY.get(trouble.code)
