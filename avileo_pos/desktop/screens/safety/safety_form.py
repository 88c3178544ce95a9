"""How «Respaldo» looks: what is kept where, and the copies to which the till can go back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop import safety_words
from avileo_pos.desktop.item_models.rows_model import Column
from avileo_pos.desktop.safety_desk import Copy, Elsewhere, Room, SafetyState
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.fact_line import FactLine
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.domain.business_day import format_moment

_UNWELL = frozenset({Elsewhere.GONE, Elsewhere.FULL, Elsewhere.FOREIGN})


class SafetyForm(QWidget):
    copy_asked = Signal()
    place_asked = Signal()
    place_given_up = Signal()
    return_asked = Signal(object)  # Copy

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copied, self._checked = FactLine("database", "Copias"), FactLine("circle-check", "Archivo")
        self._room, self._elsewhere = FactLine("boxes", "Disco"), FactLine("arrow-right-left", "Segundo lugar")
        self.copy = Button("Copiar ahora", icon="download", variant="primary", key="F4")
        self.copy.clicked.connect(self.copy_asked)
        self.choose = Button("Elegir carpeta…", icon="arrow-right-left")
        self.choose.clicked.connect(self.place_asked)
        self.give_up = Button("Dejar de usar", icon="x")
        self.give_up.clicked.connect(self.place_given_up)
        self.go_back = Button("Volver a esta copia…", icon="undo-2")
        self.go_back.clicked.connect(self._on_return)
        self.table: RowsTable[Copy] = RowsTable("Copias de esta caja", _COLUMNS, stretch=0)
        self.table.selected.connect(self._show_choice)
        self._lists = QStackedWidget()
        self._lay_out()

    def show_state(self, state: SafetyState, folder: str, now: datetime) -> None:
        self._copied.say(safety_words.copied(state))
        self._checked.say(safety_words.checked(state), Tone.DANGER if state.is_damaged else Tone.GOOD)
        self._room.say(safety_words.room(state), Tone.NEUTRAL if state.room is Room.ENOUGH else Tone.DANGER)
        tone = Tone.WARNING if state.elsewhere in _UNWELL else Tone.NEUTRAL
        self._elsewhere.say(safety_words.second_place(state, folder, now), tone)
        self.give_up.setVisible(state.elsewhere is not Elsewhere.NONE)
        self._show_copies(state.copies)
        self._lists.setCurrentIndex(0 if state.copies else 1)
        self._show_choice(self.table.current())

    def show_busy(self, *, busy: bool) -> None:
        self.copy.setEnabled(not busy)

    def _show_copies(self, copies: Sequence[Copy]) -> None:
        """The chosen one stays chosen while it is there."""
        before = self.table.current()
        self.table.show_rows(copies)
        if before in copies:
            self.table.setCurrentIndex(self.table.rows.index(copies.index(before), 0))

    def _on_return(self) -> None:
        chosen = self.table.current()
        if chosen is not None:
            self.return_asked.emit(chosen)

    def _show_choice(self, chosen: Copy | None) -> None:
        self.go_back.setEnabled(chosen is not None)

    def _lay_out(self) -> None:
        card = Card("Respaldo")
        card.header.addWidget(self.copy)
        for line in (self._copied, self._checked, self._room):
            card.body.addWidget(line)
        place = QHBoxLayout()
        place.setSpacing(Space.SMALL)
        place.addWidget(self._elsewhere, 1)
        place.addWidget(self.give_up)
        place.addWidget(self.choose)
        card.body.addLayout(place)
        copies = Card("Copias de esta caja")
        copies.header.addWidget(self.go_back)
        copies.body.addWidget(self._lists, 1)
        self.table.setMinimumHeight(_LOWEST_TABLE)
        self._lists.addWidget(self.table)
        self._lists.addWidget(EmptyState("database", "Todavía no hay copias. La primera se hace sola en un momento."))
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(card)
        column.addWidget(copies, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))


_LOWEST_TABLE = 146  # two copies under their headings

_COLUMNS: list[Column[Copy]] = [
    Column("Cuándo", lambda copy: format_moment(copy.made_at), order=lambda copy: copy.made_at),
    Column("Tamaño", lambda copy: safety_words.size(copy.size), "count"),
]
