"""Who buys: found while typing, with what they owe before anything is weighed; or written down now."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QStackedLayout, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.item_models.rows_model import Column
from avileo_pos.desktop.sheets.customer_form_sheet import CustomerFormSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.customer import FEWEST_LETTERS, CustomerRow, customer_row, search_customers
from avileo_pos.spanish.words import days

_WIDTH = 980
_LIST_HEIGHT = 380
_AROUND_LIST = 290
_MOST_FOUND = 30
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ALONG_THE_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CustomerPicker(Sheet):
    """The typing stays in the search while the arrows go along the list; Enter takes the row that is current."""

    chosen = Signal(object)  # CustomerRow, or None for the «cliente genérico»

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, "¿Quién compra?", width=_WIDTH)
        self._till = till
        self._lay_out(host.window())
        self._search.textChanged.connect(self._look)
        self._list.opened.connect(self._choose)
        self._list.clicked.connect(self._choose_current)

    def focus_start(self) -> None:
        self._search.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ALONG_THE_LIST:
            self._list.keyPressEvent(event)
        elif event.key() in _ENTER and not event.isAutoRepeat():
            self._choose_current()
        elif event.key() == Qt.Key.Key_F2:
            self._write_down()
        else:
            super().keyPressEvent(event)

    def _look(self) -> None:
        text = self._search.text()
        self._till.lane.read(partial(search_customers, text=text, limit=_MOST_FOUND), then=self._show_found)

    def _show_found(self, rows: tuple[CustomerRow, ...]) -> None:
        self._list.show_rows(rows)
        self._pages.setCurrentIndex(0 if rows else 1)
        if rows:
            self._list.selectRow(0)
        self._say_nothing_found()

    def _say_nothing_found(self) -> None:
        typed = len(self._search.text().replace(" ", ""))
        self._nothing.set_sentence(_NOBODY if typed >= FEWEST_LETTERS else _TYPE_MORE)

    def _choose_current(self) -> None:
        current = self._list.current()
        if current is not None:
            self._choose(current)

    def _choose(self, customer: CustomerRow | None) -> None:
        self.close_sheet()
        self.chosen.emit(customer)

    def _choose_nobody(self) -> None:
        self._choose(None)

    def _write_down(self) -> None:
        if self._till.person.may(Permission.CUSTOMER_EDIT):
            form = CustomerFormSheet(self, self._till, name=self._search.text().strip())
            form.saved.connect(self._choose_saved)
            form.open()

    def _choose_saved(self, customer_id: UUID) -> None:
        self._till.lane.read(partial(customer_row, customer_id=customer_id), then=self._choose)

    def _lay_out(self, window: QWidget) -> None:
        self._search = QLineEdit()
        self._search.setPlaceholderText("Nombre, apodo, celular o DNI: desde 3 letras")
        self._search.setAccessibleName("Buscar cliente")
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._list = RowsTable("Clientes encontrados", _COLUMNS)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = EmptyState("users", _TYPE_MORE)
        pages = QWidget()
        pages.setFixedHeight(min(_LIST_HEIGHT, window.height() - _AROUND_LIST))
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._nothing)
        self._pages.setCurrentIndex(1)
        nobody = Button("Cliente genérico", icon="user")
        nobody.clicked.connect(self._choose_nobody)
        new = Button("Nuevo cliente", icon="user-plus", key="F2")
        new.clicked.connect(self._write_down)
        hint = QLabel("Enter elige · ↑ ↓ recorren la lista · Esc vuelve")
        hint.setProperty("look", "hint")
        self.body.addWidget(self._search)
        self.body.addWidget(pages)
        self.body.addWidget(hint)
        self.add_buttons(self.dismiss_button(), nobody, new)
        new.setVisible(self._till.person.may(Permission.CUSTOMER_EDIT))


_TYPE_MORE = "Escriba al menos 3 letras del nombre o apodo, o 3 cifras del celular o DNI."
_NOBODY = "Nadie se llama así. Con F2 lo anota como cliente nuevo."


def _named(row: CustomerRow) -> str:
    return f"{row.name} «{row.apodo}»" if row.apodo else row.name


def _balance(row: CustomerRow) -> str:
    return f"{format_soles(-row.balance)} a favor" if row.balance < 0 else format_soles(row.balance)


def _available(row: CustomerRow) -> str:
    return "Sin límite" if row.available is None else format_soles(row.available)


def _since(row: CustomerRow) -> str:
    return "—" if row.oldest_debt_days is None else days(row.oldest_debt_days).capitalize()


_COLUMNS: tuple[Column[CustomerRow], ...] = (
    Column("Cliente", _named),
    Column("Celular", lambda row: row.phone or "—"),
    Column("Debe", _balance, "money"),
    Column("Disponible", _available, "money"),
    Column("Deuda más antigua", _since),
)
