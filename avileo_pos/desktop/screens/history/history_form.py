"""How «Historial» looks: the day above, its sales and abonos below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QLocale, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.item_models.rows_model import Column, State
from avileo_pos.desktop.screens.history.papers import Paper, total_of
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.domain.business_day import format_time
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.sale import PaperState

ALL, SALES, ABONOS = "todo", "ventas", "abonos"
_ONE_DAY = 1
_WIDE = 1000


class HistoryForm(QWidget):
    day_chosen = Signal()
    paper_asked = Signal(object)  # Paper
    void_asked = Signal(object)  # Paper

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._papers: Sequence[Paper] = ()
        self.day = QDateEdit()
        self.earlier = Button(icon="chevron-left", accessible_name="Día anterior")
        self.later = Button(icon="chevron-right", accessible_name="Día siguiente")
        self.kind = ChoiceBar("Qué ver", [(ALL, "Todo"), (SALES, "Ventas"), (ABONOS, "Abonos")], look="pills")
        self.table: RowsTable[Paper] = RowsTable("Historial", _COLUMNS, stretch=2)
        self.copy = Button("Ver copia", icon="receipt-text", key="F9")
        self.void = Button("Anular…", icon="ban")
        self._sold, self._paid = AmountDisplay("Vendido", look="figure"), AmountDisplay("Abonos", look="figure")
        self._lists = QStackedWidget()
        self._nothing = EmptyState("history", _NOTHING[ALL])
        self.day.setDate(QDate(today.year, today.month, today.day))
        self.day.setMaximumDate(self.day.date())
        self._lay_out()
        self._connect()

    def chosen_day(self) -> date:
        chosen = self.day.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    def show_today(self, today: date) -> None:
        """No day after this one can be chosen. Whoever was looking at today still is when a new one has begun."""
        was_today = self.day.date() == self.day.maximumDate()
        self.day.setMaximumDate(QDate(today.year, today.month, today.day))
        if was_today:
            self.day.setDate(self.day.maximumDate())

    def show_papers(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._sold.show_soles(total_of(paper for paper in papers if paper.is_sale))
        self._paid.show_soles(total_of(paper for paper in papers if not paper.is_sale))
        self._show_chosen_kind()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.copy.show_word(self.width() >= _WIDE)

    def _show_chosen_kind(self) -> None:
        """The current paper stays current while it is in the list."""
        before, kind = self.table.current(), self.kind.current()
        shown = [paper for paper in self._papers if kind == ALL or paper.is_sale == (kind == SALES)]
        self.table.show_rows(shown)
        places = {paper.id: place for place, paper in enumerate(self.table.rows.rows())}
        if shown:
            place = places.get(before.id, 0) if before is not None else 0
            self.table.setCurrentIndex(self.table.rows.index(place, 0))
        self._nothing.set_sentence(_NOTHING[kind])
        self._lists.setCurrentIndex(0 if shown else 1)
        self._show_actions()
        self.later.setEnabled(self.day.date() < self.day.maximumDate())

    def _show_actions(self) -> None:
        paper = self.table.current()
        self.copy.setEnabled(paper is not None)
        self.void.setEnabled(paper is not None and not paper.is_voided)

    def _connect(self) -> None:
        self.day.dateChanged.connect(self.day_chosen)
        self.earlier.clicked.connect(self._go_earlier)
        self.later.clicked.connect(self._go_later)
        self.kind.chosen.connect(self._show_chosen_kind)
        self.table.selected.connect(self._show_actions)
        self.table.opened.connect(self.paper_asked)
        self.copy.clicked.connect(self._on_copy)
        self.void.clicked.connect(self._on_void)

    def _go_earlier(self) -> None:
        self.day.setDate(self.day.date().addDays(-_ONE_DAY))

    def _go_later(self) -> None:
        self.day.setDate(self.day.date().addDays(_ONE_DAY))

    def _on_copy(self) -> None:
        self.paper_asked.emit(self.table.current())

    def _on_void(self) -> None:
        self.void_asked.emit(self.table.current())

    def _lay_out(self) -> None:
        self.day.setAccessibleName("Día")
        self.day.setDisplayFormat("dddd dd/MM/yyyy")
        self.day.setLocale(QLocale(QLocale.Language.Spanish, QLocale.Country.Peru))
        self.day.setCalendarPopup(True)
        self.day.setMinimumWidth(240)
        heading = QHBoxLayout()
        heading.setSpacing(Space.SMALL)
        for widget in (self.earlier, self.day, self.later):
            heading.addWidget(widget)
        heading.addSpacing(Space.LARGE)
        heading.addWidget(self.kind)
        heading.addStretch(1)
        heading.addWidget(self.copy)
        heading.addWidget(self.void)
        card = Card()
        card.body.addWidget(self._lists, 1)
        sums = QHBoxLayout()
        sums.setSpacing(Space.WIDE * 2)
        sums.addStretch(1)
        sums.addWidget(self._sold)
        sums.addWidget(self._paid)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.MEDIUM)
        column.setSpacing(Space.MEDIUM)
        column.addLayout(heading)
        column.addWidget(card, 1)
        column.addLayout(sums)
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._nothing)


_NOTHING = {
    ALL: "Ese día no se registró nada en esta caja.",
    SALES: "Ese día no hay ventas.",
    ABONOS: "Ese día no hay abonos.",
}
_STATE_WORDS = {
    PaperState.GUARDADA: "Guardada",
    PaperState.ENVIADA: "Enviada",
    PaperState.POR_REVISAR: "Por revisar",
    PaperState.ANULADA: "Anulada",
}
_STATES = {
    PaperState.GUARDADA: State("clock", Tone.WARNING),
    PaperState.ENVIADA: State("circle-check", Tone.GOOD),
    PaperState.POR_REVISAR: State("triangle-alert", Tone.DANGER),
    PaperState.ANULADA: State("ban", Tone.NEUTRAL),
}

_COLUMNS: list[Column[Paper]] = [
    Column("Hora", lambda paper: format_time(paper.at), order=lambda paper: paper.at),
    Column("Nota", lambda paper: f"{paper.kind} {paper.number}", order=lambda paper: paper.number),
    Column(
        "Cliente",
        lambda paper: paper.customer_name,
        order=lambda paper: paper.customer_name,
        below=lambda paper: paper.seller,
    ),
    Column("Pago", lambda paper: paper.how),
    Column("Monto", lambda paper: format_soles(paper.amount), "money", order=lambda paper: paper.amount),
    Column(
        "Estado",
        lambda paper: _STATE_WORDS[paper.state],
        "state",
        order=lambda paper: paper.state,
        state=lambda paper: _STATES[paper.state],
    ),
]
