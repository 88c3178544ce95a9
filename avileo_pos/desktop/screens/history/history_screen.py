"""«Historial»: the day's sales and abonos, their copies, and voiding them with a reason."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.history.history_form import HistoryForm
from avileo_pos.desktop.screens.history.papers import Paper, paper_of_abono, paper_of_sale
from avileo_pos.desktop.sheets.receipt_sheet import AbonoReceiptSheet, SaleReceiptSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.dialogs import ReasonSheet
from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.abono import abonos_of_day
from avileo_pos.queries.receipt import AbonoReceipt, SaleReceipt, abono_receipt, sale_receipt
from avileo_pos.queries.sale import sales_of_day
from avileo_pos.usecases.abono import VoidAbono, void_abono
from avileo_pos.usecases.sale import VoidSale, void_sale
from avileo_pos.usecases.void import VoidReceipt
from avileo_pos.work import Work

_USUAL_REASONS = ("Error de peso", "Error de precio", "El cliente se arrepintió", "Se cobró dos veces")


class HistoryScreen(Screen):
    KEY = "historial"
    TITLE = "Historial"
    ICON = "history"
    NEEDS = Permission.SALES_SEE_OWN
    SHOWS = frozenset({"sales", "abonos", "sync_queue"})
    KEYS = (
        ("↑ ↓", "Recorrer la lista"),
        ("Enter", "Ver la copia"),
        ("F9", "Ver la copia"),
    )

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = HistoryForm(self._today(), self)
        self._voiding: Paper | None = None
        self._reason = ""
        self.form.day_chosen.connect(self.refresh)
        self.form.paper_asked.connect(self._show_paper)
        self.form.void_asked.connect(self._ask_why)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def focus_start(self) -> None:
        self.form.table.setFocus()

    def refresh(self) -> None:
        self.till.lane.read(partial(_papers_of, day=self.form.chosen_day()), then=self.form.show_papers)

    def showEvent(self, event: QShowEvent) -> None:
        self.form.show_today(self._today())
        super().showEvent(event)

    def _today(self) -> date:
        return business_date(self.till.now(), self.till.business.day_cutoff_hour)

    def _show_paper(self, paper: Paper) -> None:
        if paper.is_sale:
            self.till.lane.read(partial(sale_receipt, sale_id=paper.id), then=self._show_sale)
        else:
            self.till.lane.read(partial(abono_receipt, abono_id=paper.id), then=self._show_abono)

    def _show_sale(self, receipt: SaleReceipt) -> None:
        SaleReceiptSheet(self, receipt, copy=True).open()

    def _show_abono(self, receipt: AbonoReceipt) -> None:
        AbonoReceiptSheet(self, receipt, copy=True).open()

    def _ask_why(self, paper: Paper) -> None:
        self._voiding = paper
        sheet = ReasonSheet(
            self,
            f"Anular {paper.kind.lower()} {paper.number}",
            f"{format_soles(paper.amount)} de {paper.customer_name}. Queda en el historial con el motivo.",
            confirm="Anular",
            suggestions=_USUAL_REASONS,
            variant="danger",
        )
        sheet.given.connect(self._on_reason)
        sheet.open()

    def _on_reason(self, reason: str) -> None:
        assert self._voiding is not None
        self._reason = reason
        if self._voiding.may_void:
            self._void(self.till.person)
        else:
            needed = Permission.SALE_VOID_ANY if self._voiding.is_sale else Permission.ABONO_VOID_ANY
            self.till.host.ask_approval(
                needed, "Anular lo de otra persona o de otro día lo permite un administrador.", self._void
            )

    def _void(self, actor: Actor) -> None:
        assert self._voiding is not None
        lane, problem = self.till.lane, self.till.host.show_problem
        if self._voiding.is_sale:
            voiding = VoidSale(self._voiding.id, self._reason)
            lane.write(void_sale, voiding, then=self._on_voided, failed=problem, actor=actor)
        else:
            abono = VoidAbono(self._voiding.id, self._reason)
            lane.write(void_abono, abono, then=self._on_voided, failed=problem, actor=actor)

    def _on_voided(self, receipt: VoidReceipt) -> None:
        refund = f" Devuelva {format_soles(receipt.refund)} en efectivo." if receipt.refund else ""
        self.till.host.say(f"Anulada: {receipt.number}.{refund}")


def _papers_of(work: Work, day: date) -> tuple[Paper, ...]:
    """Newest first."""
    sales = [paper_of_sale(sale) for sale in sales_of_day(work, day)]
    abonos = [paper_of_abono(abono) for abono in abonos_of_day(work, day)]
    return tuple(sorted([*sales, *abonos], key=lambda paper: (paper.at, paper.number), reverse=True))
