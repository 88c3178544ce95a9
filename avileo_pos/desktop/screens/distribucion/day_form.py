"""How «Distribuciones» looks: one line for each vendor of the day, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.item_models.rows_model import Column
from avileo_pos.desktop.screens.distribucion.words import STATES, performance
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.domain.enums import DistribucionStatus
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.weight import NO_KILOS, format_kilos
from avileo_pos.queries.distribucion import DistribucionRow
from avileo_pos.spanish.words import DISTRIBUCION_STATUSES

_WIDE = 980


class DayForm(QWidget):
    new_asked = Signal()
    reload_asked = Signal(object)  # DistribucionRow
    move_asked = Signal(object)  # DistribucionRow
    close_asked = Signal(object)  # DistribucionRow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: RowsTable[DistribucionRow] = RowsTable("Distribuciones de hoy", _COLUMNS)
        self.new = Button("Nueva", icon="plus", variant="primary", key="F2", accessible_name="Nueva distribución")
        self.reload = Button("Recargar", icon="truck", key="F3")
        self.move_kilos = Button(
            "Mover", icon="arrow-right-left", key="F6", accessible_name="Mover kilos a otro vendedor"
        )
        self.close_day = Button("Cerrar", icon="clipboard-list", key="F4", accessible_name="Cerrar la distribución")
        self._nothing = EmptyState("truck", "Hoy todavía no se repartieron kilos.", action="Nueva distribución")
        self._lists = QStackedWidget()
        self._sums = [AmountDisplay(word, look="figure") for word in ("Asignado", "Vendido", "Queda")]
        self._lay_out()
        self.new.clicked.connect(self.new_asked)
        self._nothing.action_chosen.connect(self.new_asked)
        self.reload.clicked.connect(self._on_reload)
        self.move_kilos.clicked.connect(self._on_move)
        self.close_day.clicked.connect(self._on_close)
        self.table.opened.connect(self._on_opened)
        self.table.selected.connect(self._show_actions)

    def show_rows(self, rows: Sequence[DistribucionRow]) -> None:
        """The current one stays current while it is in the list."""
        before = self.table.current()
        self.table.show_rows(rows)
        places = {row.id: place for place, row in enumerate(self.table.rows.rows())}
        if rows:
            place = places.get(before.id, 0) if before is not None else 0
            self.table.setCurrentIndex(self.table.rows.index(place, 0))
        for display, kilos in zip(self._sums, _sums_of(rows), strict=True):
            display.show_kilos(kilos)
        self._lists.setCurrentIndex(0 if rows else 1)
        self._show_actions(self.table.current())

    def others_under_way(self, row: DistribucionRow) -> list[DistribucionRow]:
        """To whom kilos of `row` can be moved."""
        return [each for each in self.table.rows.rows() if _is_open(each) and each.id != row.id]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self.reload, self.move_kilos, self.close_day):
            button.show_word(self.width() >= _WIDE)

    def _show_actions(self, row: DistribucionRow | None) -> None:
        is_open = row is not None and _is_open(row)
        self.reload.setEnabled(is_open)
        self.move_kilos.setEnabled(row is not None and is_open and bool(self.others_under_way(row)))
        self.close_day.setEnabled(is_open)

    def _on_reload(self) -> None:
        self.reload_asked.emit(self.table.current())

    def _on_move(self) -> None:
        self.move_asked.emit(self.table.current())

    def _on_close(self) -> None:
        self.close_asked.emit(self.table.current())

    def _on_opened(self, row: DistribucionRow) -> None:
        if _is_open(row):
            self.close_asked.emit(row)

    def _lay_out(self) -> None:
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._nothing)
        card = Card("Distribuciones de hoy")
        for button in (self.reload, self.move_kilos, self.close_day, self.new):
            card.header.addWidget(button)
        card.body.addWidget(self._lists, 1)
        sums = QHBoxLayout()
        sums.setSpacing(Space.WIDE * 2)
        sums.addStretch(1)
        for display in self._sums:
            sums.addWidget(display)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.MEDIUM)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(card, 1)
        column.addLayout(sums)


def _is_open(row: DistribucionRow) -> bool:
    return row.estado is not DistribucionStatus.CERRADO


def _sums_of(rows: Sequence[DistribucionRow]) -> tuple[Decimal, ...]:
    return (
        sum((row.asignado for row in rows), NO_KILOS),
        sum((row.vendido for row in rows), NO_KILOS),
        sum((row.left for row in rows), NO_KILOS),
    )


_COLUMNS: list[Column[DistribucionRow]] = [
    Column(
        "Vendedor",
        lambda row: row.vendedor_name,
        order=lambda row: row.vendedor_name,
        below=lambda row: row.punto_venta,
    ),
    Column("Asignado", lambda row: format_kilos(row.asignado), "kilos", order=lambda row: row.asignado),
    Column("Vendido", lambda row: format_kilos(row.vendido), "kilos", order=lambda row: row.vendido),
    Column("Queda", lambda row: format_kilos(row.left), "kilos", order=lambda row: row.left),
    Column("Avance", performance, "count"),
    Column("Soles", lambda row: format_soles(row.monto_recaudado), "money", order=lambda row: row.monto_recaudado),
    Column("Estado", lambda row: DISTRIBUCION_STATUSES[row.estado], "state", state=lambda row: STATES[row.estado]),
]
