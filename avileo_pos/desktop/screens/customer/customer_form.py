"""How «Clientes» looks: the list at the left, one customer's account at the right."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.item_models.rows_model import Column, State
from avileo_pos.desktop.screens.customer.statement_text import movement_text
from avileo_pos.desktop.sheets.debt_display import show_debt
from avileo_pos.desktop.theme import Space, TextSize, Tone, font, set_style
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.domain.business_day import format_date
from avileo_pos.domain.credit import Aging
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.customer import CustomerCard, CustomerFilter, CustomerList, CustomerRow
from avileo_pos.queries.statement import Statement, StatementKind, StatementLine
from avileo_pos.spanish.words import days, unbroken

_NARROWEST_LIST, _WIDEST_LIST = 400, 480
_WIDE_ACCOUNT = 640
_LOWEST_STATEMENT = 154  # two movements under their headings
_FILTERS = [
    (CustomerFilter.TODOS.value, "Todos"),
    (CustomerFilter.CON_DEUDA.value, "Con deuda"),
    (CustomerFilter.AL_DIA.value, "Al día"),
]
_OLD_DEBT_DAYS = 15
_NOBODY_YET = "Todavía no hay clientes en esta lista."


class CustomerForm(QWidget):
    """Says what the person asks for; the screen decides what to do."""

    looked_for = Signal()  # another text or filter
    chosen = Signal(object)  # CustomerRow, or None
    new_asked = Signal()
    edit_asked = Signal()
    abono_asked = Signal()
    message_asked = Signal()
    paper_asked = Signal(object)  # StatementLine of a sale or abono

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.filter = ChoiceBar("Filtro", _FILTERS, look="pills")
        self.table: RowsTable[CustomerRow] = RowsTable("Clientes", _CUSTOMER_COLUMNS)
        self.account = _Account()
        self._lists = QStackedWidget()
        self._accounts = QStackedWidget()
        self._nobody = EmptyState("users", _NOBODY_YET, action="Nuevo cliente")
        self._more = QLabel()
        self._total = AmountDisplay("Deuda total", look="figure")
        self._lay_out()
        self._connect()

    def wanted(self) -> tuple[CustomerFilter, str]:
        return CustomerFilter(self.filter.current()), self.search.text()

    def show_customers(self, customers: CustomerList, chosen: CustomerRow | None) -> None:
        """The one whose account is open stays marked."""
        self.table.show_rows(customers.rows)
        self._mark(chosen)
        self._total.show_soles(customers.total_debt)
        who = "cliente" if customers.count == 1 else "clientes"
        self._total.set_caption(f"Deuda total · {customers.count:,} {who}")
        self._more.setText(f"Se ven los primeros {len(customers.rows)}. Escriba un nombre para hallar a los demás.")
        self._more.setVisible(len(customers.rows) < customers.count)
        self._nobody.set_sentence(self._why_nobody())
        self._lists.setCurrentIndex(0 if customers.rows else 1)

    def show_account(self, card: CustomerCard, statement: Statement) -> None:
        self.account.show_customer(card, statement)
        self._accounts.setCurrentIndex(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search, the arrow goes down into the list, as does Enter."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _INTO_THE_LIST:
            self._enter_list()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes back a search first."""
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
        else:
            super().keyPressEvent(event)

    def _enter_list(self) -> None:
        if self.table.rows.rowCount():
            self.table.setFocus()
            if not self.table.currentIndex().isValid():
                self.table.setCurrentIndex(self.table.rows.index(0, 0))

    def _mark(self, chosen: CustomerRow | None) -> None:
        places = {row.id: place for place, row in enumerate(self.table.rows.rows())}
        if chosen is not None and chosen.id in places:
            self.table.setCurrentIndex(self.table.rows.index(places[chosen.id], 0))

    def _why_nobody(self) -> str:
        if self.search.text().strip():
            return "Nadie se llama así, ni tiene ese celular o DNI."
        if self.filter.current() == CustomerFilter.CON_DEUDA:
            return "Nadie debe nada."
        return _NOBODY_YET

    def _connect(self) -> None:
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self.looked_for)
        self.filter.chosen.connect(self.looked_for)
        self.table.selected.connect(self.chosen)
        self.table.opened.connect(self.chosen)
        self._nobody.action_chosen.connect(self.new_asked)
        self.account.edit.clicked.connect(self.edit_asked)
        self.account.abono.clicked.connect(self.abono_asked)
        self.account.message.clicked.connect(self.message_asked)
        self.account.statement.opened.connect(self._on_line_opened)
        QShortcut(QKeySequence("F10"), self).activated.connect(self.search.setFocus)

    def _on_line_opened(self, line: StatementLine) -> None:
        if line.entity_id is not None:
            self.paper_asked.emit(line)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Nombre, apodo, celular o DNI (F10)")
        self.search.setAccessibleName("Buscar cliente")
        self.search.setClearButtonEnabled(True)
        self._more.setProperty("look", "hint")
        self._more.setWordWrap(True)
        self._more.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._customers(), 2)
        row.addWidget(self._accounts, 3)
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._nobody)
        self._accounts.addWidget(self.account)
        self._accounts.addWidget(EmptyState("file-text", "Elija un cliente para ver su cuenta."))
        self._accounts.setCurrentIndex(1)

    def _customers(self) -> Card:
        panel = Card("Clientes", look="side")
        panel.setMinimumWidth(_NARROWEST_LIST)
        panel.setMaximumWidth(_WIDEST_LIST)
        new = Button("Nuevo", icon="user-plus", key="F2", accessible_name="Nuevo cliente")
        new.clicked.connect(self.new_asked)
        panel.header.addWidget(new)
        panel.body.addWidget(self.search)
        panel.body.addWidget(self.filter)
        panel.body.addWidget(self._lists, 1)
        panel.body.addWidget(self._more)
        panel.body.addWidget(self._total)
        return panel


class _Account(QWidget):
    """One customer: who it is, what is owed and for how long, and every movement."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = Button("Editar", icon="pencil", variant="ghost")
        self.message = Button("WhatsApp", icon="message-circle")
        self.abono = Button("Abono", icon="hand-coins", variant="primary", key="F3")
        self.statement: RowsTable[StatementLine] = RowsTable("Estado de cuenta", _STATEMENT_COLUMNS)
        self._name = ElidedLabel(most_lines=4)
        self._details = QLabel()
        self._balance = AmountDisplay("Debe")
        self._terms = QLabel()
        self._aging = _AgingBar()
        self._movements = QStackedWidget()
        self._lay_out()

    def show_customer(self, card: CustomerCard, statement: Statement) -> None:
        self._name.setText(card.figures.name)
        self._details.setText(_details_of(card))
        self._details.setVisible(bool(self._details.text()))
        show_debt(self._balance, "Debe", statement.balance)
        self._show_terms(card.figures)
        self._aging.show_aging(statement.aging)
        self._aging.setVisible(statement.balance > 0)
        self.statement.show_rows(statement.lines)
        self.statement.scrollToBottom()
        self._movements.setCurrentIndex(0 if statement.lines else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in self._buttons():
            button.show_word(self.width() >= _WIDE_ACCOUNT)

    def _buttons(self) -> tuple[Button, ...]:
        return self.edit, self.message, self.abono

    def _show_terms(self, figures: CustomerRow) -> None:
        self._terms.setText(_terms_of(figures))
        self._terms.setVisible(bool(self._terms.text()))
        is_over = figures.credit_limit is not None and figures.balance > figures.credit_limit
        set_style(self._terms, look="warning" if is_over else "muted")

    def _lay_out(self) -> None:
        self._name.setProperty("look", "title")
        self._details.setProperty("look", "muted")
        self._details.setWordWrap(True)
        self._terms.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._terms.setWordWrap(True)
        heading = QHBoxLayout()
        heading.setSpacing(Space.SMALL)
        heading.addWidget(self._name, 1)
        for button in self._buttons():
            heading.addWidget(button)
        owed = Card()
        owed.body.addWidget(self._balance)
        owed.body.addWidget(self._terms)
        owed.body.addWidget(self._aging)
        self.statement.setMinimumHeight(_LOWEST_STATEMENT)
        self._movements.addWidget(self.statement)
        self._movements.addWidget(EmptyState("file-text", "Todavía no tiene movimientos."))
        movements = Card("Estado de cuenta")
        movements.body.addWidget(self._movements, 1)
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.MEDIUM)
        column.addLayout(heading)
        column.addWidget(self._details)
        column.addWidget(owed)
        column.addWidget(movements, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))


class _AgingBar(QWidget):
    """What is owed, by how long it has been owed."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, Space.SMALL, 0, 0)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(0)
        self._amounts: dict[str, QLabel] = {}
        for place, (part, words) in enumerate(_AGES.items()):
            caption = QLabel(words)
            caption.setProperty("look", "muted")
            self._amounts[part] = QLabel()
            self._amounts[part].setFont(font(TextSize.BODY))
            grid.addWidget(caption, 0, place)
            grid.addWidget(self._amounts[part], 1, place)
            grid.setColumnStretch(place, 1)

    def show_aging(self, aging: Aging) -> None:
        for part, label in self._amounts.items():
            owed: Decimal = getattr(aging, part)
            label.setText(format_soles(owed))
            label.setAccessibleName(f"{_AGES[part]}: {format_soles(owed)}")
            set_style(label, look=_look_of(part, owed))


_AGES = {
    "days_0_to_7": "0 a 7 días",
    "days_8_to_15": "8 a 15 días",
    "days_16_to_30": "16 a 30 días",
    "over_30_days": "Más de 30 días",
}
_INTO_THE_LIST = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _look_of(part: str, owed: Decimal) -> str:
    if not owed:
        return "muted"
    return "problem" if part == "over_30_days" else "strong"


def _details_of(card: CustomerCard) -> str:
    figures = card.figures
    parts = (
        figures.apodo and f"«{figures.apodo}»",
        figures.phone and f"Cel. {figures.phone}",
        figures.dni and f"DNI {figures.dni}",
        card.address,
        card.notes,
    )
    return " · ".join(part for part in parts if part)


def _terms_of(figures: CustomerRow) -> str:
    since = f"Debe desde {days(figures.oldest_debt_days)}" if figures.oldest_debt_days is not None else ""
    limit = f"Límite {format_soles(figures.credit_limit)}" if figures.credit_limit is not None else ""
    available = f"disponible {format_soles(figures.available)}" if figures.available is not None else ""
    return " · ".join(unbroken(part) for part in (since, limit, available) if part)


def _state_in_list(row: CustomerRow) -> State:
    if row.oldest_debt_days is None:
        return State("circle-check", Tone.GOOD)
    return State("clock", Tone.WARNING) if row.oldest_debt_days > _OLD_DEBT_DAYS else State("clock", Tone.NEUTRAL)


def _since_in_list(row: CustomerRow) -> str:
    if row.oldest_debt_days is None:
        return "A favor" if row.balance < 0 else "Al día"
    return days(row.oldest_debt_days).capitalize()


def _day_of_line(line: StatementLine) -> str:
    return format_date(line.at) if line.at else ""


def _words_of_line(line: StatementLine) -> str:
    return f"{movement_text(line)} (anulada)" if line.voided else movement_text(line)


def _amount(line: StatementLine) -> str:
    """What was paid stands with its minus, as in the message to the customer."""
    return format_soles(-line.amount if line.kind is StatementKind.ABONO else line.amount)


_CUSTOMER_COLUMNS: list[Column[CustomerRow]] = [
    Column("Cliente", lambda row: row.name, below=lambda row: row.apodo or ""),
    Column("Debe", lambda row: format_soles(row.balance), "money", state=_state_in_list, below=_since_in_list),
]
_STATEMENT_COLUMNS: list[Column[StatementLine]] = [
    Column("Movimiento", _words_of_line, below=_day_of_line),
    Column("Importe", _amount, "money"),
    Column("Saldo", lambda line: format_soles(line.balance), "money"),
]
