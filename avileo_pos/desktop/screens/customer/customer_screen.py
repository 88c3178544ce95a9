"""«Clientes»: find one, see the account, take an abono, write down and change."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.customer.customer_form import CustomerForm
from avileo_pos.desktop.screens.customer.statement_text import statement_text, whatsapp_link
from avileo_pos.desktop.sheets.abono_sheet import AbonoSheet
from avileo_pos.desktop.sheets.customer_form_sheet import CustomerFormSheet
from avileo_pos.desktop.sheets.receipt_sheet import AbonoReceiptSheet, SaleReceiptSheet
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.domain.credit import may_remind_of_debt
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.customer import CustomerCard, CustomerList, CustomerRow, customer_card, list_customers
from avileo_pos.queries.receipt import AbonoReceipt, SaleReceipt, abono_receipt, sale_receipt
from avileo_pos.queries.statement import Statement, StatementKind, StatementLine, statement
from avileo_pos.work import Work

_HOURS_OF_THE_LAW = "La ley permite cobrar por mensaje solo de lunes a viernes, de 7:00 a 20:00."


class CustomerScreen(Screen):
    KEY = "clientes"
    TITLE = "Clientes"
    ICON = "users"
    NEEDS = Permission.CUSTOMER_DEBTS_SEE
    SHOWS = frozenset({"customers", "customer_balances", "sales", "abonos", "sync_queue"})
    KEYS = (
        ("F10", "Buscar un cliente"),
        ("↓", "Pasar de la búsqueda a la lista"),
        ("F2", "Anotar un cliente nuevo"),
        ("F3", "Recibir un abono"),
        ("Enter", "Ver la cuenta, o la copia de una línea"),
    )

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = CustomerForm(self)
        self._customer_id: UUID | None = None
        self._card: CustomerCard | None = None
        self._statement: Statement | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        self.form.looked_for.connect(self._read_customers)
        self.form.chosen.connect(self._on_chosen)
        self.form.new_asked.connect(self._write_down)
        self.form.edit_asked.connect(self._edit)
        self.form.abono_asked.connect(self._take_abono)
        self.form.message_asked.connect(self._send_message)
        self.form.paper_asked.connect(self._show_paper)

    def focus_start(self) -> None:
        self.form.search.setFocus()

    def refresh(self) -> None:
        self._read_customers()
        self._read_account()

    def _read_customers(self) -> None:
        which, text = self.form.wanted()
        self.till.lane.read(partial(list_customers, which=which, text=text), then=self._show_customers)

    def _show_customers(self, customers: CustomerList) -> None:
        self.form.show_customers(customers, self._card.figures if self._card else None)

    def _on_chosen(self, customer: CustomerRow | None) -> None:
        if customer is not None and customer.id != self._customer_id:
            self._open_account(customer.id)

    def _open_account(self, customer_id: UUID) -> None:
        self._customer_id = customer_id
        self._read_account()

    def _read_account(self) -> None:
        if self._customer_id is not None:
            self.till.lane.read(partial(_account_of, customer_id=self._customer_id), then=self._show_account)

    def _show_account(self, account: tuple[CustomerCard, Statement]) -> None:
        self._card, self._statement = account
        self.form.show_account(self._card, self._statement)

    def _write_down(self) -> None:
        sheet = CustomerFormSheet(self, self.till, name=self._typed_name())
        sheet.saved.connect(self._open_account)
        sheet.open()

    def _typed_name(self) -> str:
        """Who looked for a name in vain need not type it again."""
        text = self.form.search.text().strip()
        return "" if any(character.isdigit() for character in text) else text.title()

    def _edit(self) -> None:
        if self._card is not None:
            CustomerFormSheet(self, self.till, self._card).open()

    def _take_abono(self) -> None:
        if self._card is not None:
            AbonoSheet(self, self.till, self._card.figures).open()

    def _send_message(self) -> None:
        """Opens the chat with the text in it; it is copied too, for the telephone that is not here."""
        if self._statement is None:
            return
        if not may_remind_of_debt(self.till.now()):
            self.till.host.say(_HOURS_OF_THE_LAW, Tone.WARNING)
            return
        text = statement_text(self._statement, self.till.business.name)
        QGuiApplication.clipboard().setText(text)
        link = whatsapp_link(self._statement.phone, text)
        if link is None:
            self.till.host.say("Sin celular registrado. El texto está copiado: péguelo en WhatsApp.", Tone.INFO)
        else:
            QDesktopServices.openUrl(QUrl(link))
            self.till.host.say("El texto está copiado. Si WhatsApp no se abrió, péguelo allí.", Tone.INFO)

    def _show_paper(self, line: StatementLine) -> None:
        assert line.entity_id is not None
        if line.kind is StatementKind.VENTA:
            self.till.lane.read(partial(sale_receipt, sale_id=line.entity_id), then=self._show_sale)
        else:
            self.till.lane.read(partial(abono_receipt, abono_id=line.entity_id), then=self._show_abono)

    def _show_sale(self, receipt: SaleReceipt) -> None:
        SaleReceiptSheet(self, receipt, copy=True).open()

    def _show_abono(self, receipt: AbonoReceipt) -> None:
        AbonoReceiptSheet(self, receipt, copy=True).open()


def _account_of(work: Work, customer_id: UUID) -> tuple[CustomerCard, Statement]:
    return customer_card(work, customer_id), statement(work, customer_id)
