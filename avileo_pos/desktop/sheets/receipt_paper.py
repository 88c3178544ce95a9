"""The paper of a sale or an abono as it is shown: the same words that are printed."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.domain.business_day import format_moment
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.receipt import weighing
from avileo_pos.domain.sale import Payment
from avileo_pos.queries.receipt import AbonoReceipt, ReceiptLine, SaleReceipt
from avileo_pos.spanish.words import METHODS, amount_of

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class ReceiptPaper(QFrame):
    """Rows of a word and a figure under a heading; ruled apart."""

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.setAccessibleName(accessible_name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        self._column.setSpacing(Space.SMALL)
        self._texts: list[str] = []

    def add_heading(self, text: str, look: str = "strong") -> None:
        self._column.addWidget(self._label(text, look), alignment=Qt.AlignmentFlag.AlignLeft)

    def add_text(self, text: str, look: str = "") -> None:
        label = self._label(text, look)
        label.setWordWrap(True)
        self._column.addWidget(label)

    def add_row(self, word: str, figure: str, look: str = "") -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        said = self._label(word, look)
        said.setWordWrap(True)
        grid.addWidget(said, 0, 0)
        grid.addWidget(self._label(figure, look), 0, 1, _RIGHT)
        self._column.addLayout(grid)

    def add_rule(self) -> None:
        rule = QFrame()
        rule.setProperty("look", "line")
        self._column.addWidget(rule)

    def finish(self) -> None:
        self._column.addStretch(1)

    def text(self) -> str:
        """All that the paper says, line by line."""
        return "\n".join(self._texts)

    def _label(self, text: str, look: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("look", look)
        self._texts.append(text)
        return label


def sale_paper(receipt: SaleReceipt) -> ReceiptPaper:
    paper = ReceiptPaper(f"Nota de venta {receipt.number}")
    _add_head(paper, receipt.business_name, receipt.business_ruc)
    paper.add_text(receipt.title, "muted")
    paper.add_row(receipt.number, format_moment(receipt.sold_at), "strong")
    paper.add_text(f"Cliente: {receipt.customer_name or 'Cliente genérico'}")
    paper.add_text(f"Atendió: {receipt.seller_name}", "muted")
    _add_void(paper, receipt.void_reason)
    paper.add_rule()
    for line in receipt.lines:
        _add_line(paper, line)
    paper.add_rule()
    _add_sums(paper, receipt)
    _add_payments(paper, receipt.payments)
    _add_debt(paper, receipt)
    paper.finish()
    return paper


def abono_paper(receipt: AbonoReceipt) -> ReceiptPaper:
    paper = ReceiptPaper(f"Recibo de abono {receipt.number}")
    _add_head(paper, receipt.business_name, receipt.business_ruc)
    paper.add_text("RECIBO DE ABONO", "muted")
    paper.add_row(receipt.number, format_moment(receipt.paid_at), "strong")
    paper.add_text(f"Cliente: {receipt.customer_name}")
    paper.add_text(f"Recibió: {receipt.seller_name}", "muted")
    _add_void(paper, receipt.void_reason)
    paper.add_rule()
    paper.add_row("Saldo anterior", format_soles(receipt.saldo_anterior))
    _add_payments(paper, receipt.payments)
    paper.add_row("Abono", format_soles(receipt.abono), "strong")
    paper.add_row("Saldo nuevo", format_soles(receipt.saldo_nuevo), "strong")
    if receipt.notes:
        paper.add_text(receipt.notes, "muted")
    paper.finish()
    return paper


def _add_head(paper: ReceiptPaper, name: str, ruc: str | None) -> None:
    paper.add_heading(name, "title")
    if ruc:
        paper.add_text(f"RUC {ruc}", "muted")


def _add_void(paper: ReceiptPaper, reason: str | None) -> None:
    if reason is not None:
        paper.add_text(f"ANULADA: {reason}", "problem")


def _add_line(paper: ReceiptPaper, line: ReceiptLine) -> None:
    paper.add_row(line.product_name, format_soles(line.subtotal), "strong")
    paper.add_text(f"{_quantity(line)} × {format_soles(line.unit_price)}", "muted")


def _quantity(line: ReceiptLine) -> str:
    if line.gross is None or not line.tara:
        return amount_of(line.quantity, line.unit)
    return weighing(line.gross, line.tara, line.quantity)


def _add_sums(paper: ReceiptPaper, receipt: SaleReceipt) -> None:
    if receipt.net_weight:
        paper.add_row("Kilos netos", f"{receipt.net_weight:,.3f} kg", "muted")
    paper.add_row("Total", format_soles(receipt.total_amount), "strong")
    if receipt.redondeo:
        paper.add_row("Redondeo", format_soles(-receipt.redondeo))


def _add_payments(paper: ReceiptPaper, payments: tuple[Payment, ...]) -> None:
    for payment in payments:
        reference = f" (op. {payment.reference})" if payment.reference else ""
        paper.add_row(f"{METHODS[payment.method]}{reference}", format_soles(payment.amount))


def _add_debt(paper: ReceiptPaper, receipt: SaleReceipt) -> None:
    if receipt.change:
        paper.add_row("Vuelto", format_soles(receipt.change), "strong")
    if receipt.balance_due:
        paper.add_row("Queda a crédito", format_soles(receipt.balance_due), "strong")
    _add_balance(paper, "Saldo anterior", receipt.balance_before)
    _add_balance(paper, "Saldo nuevo", receipt.balance_after)


def _add_balance(paper: ReceiptPaper, word: str, balance: Decimal | None) -> None:
    if balance is not None:
        paper.add_row(word, format_soles(balance))
