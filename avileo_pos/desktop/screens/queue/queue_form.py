"""How «Por enviar» looks: a heading that says whether to worry, and the list."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop import queue_words
from avileo_pos.desktop.item_models.rows_model import Column
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.domain.business_day import format_moment
from avileo_pos.queries.queue import QueuedOperation, QueueState, WaitingList

_SAFE_HERE: Final = "Lo vendido está a salvo en esta computadora y se envía solo cuando hay internet."


class QueueForm(QWidget):
    send_asked = Signal()
    review_asked = Signal(object)  # a QueuedOperation that is parked
    retry_all_asked = Signal()
    export_asked = Signal()
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: RowsTable[QueuedOperation] = RowsTable("Por enviar", _COLUMNS, stretch=1)
        self.send = Button("Enviar ahora", icon="cloud-upload", variant="primary")
        self.send.clicked.connect(self.send_asked)
        self.review = Button("Revisar", icon="search", key="F4")
        self.review.clicked.connect(self._on_review)
        self.retry_all = Button("Enviar todas otra vez", icon="refresh-cw")
        self.retry_all.clicked.connect(self.retry_all_asked)
        self.export_button = Button("Exportar…", icon="share-2")
        self.export_button.clicked.connect(self.export_asked)
        self.import_button = Button("Importar…", icon="download")
        self.import_button.clicked.connect(self.import_asked)
        self.table.opened.connect(self._ask_for_review)
        self.table.selected.connect(self._show_review)
        self._heading = QLabel()
        self._explained = QLabel(_SAFE_HERE)
        self._warning = Banner(tone=Tone.DANGER, action="Revisar la primera")
        self._warning.action_chosen.connect(self._review_first)
        self._lists = QStackedWidget()
        self._lay_out()

    def show_waiting(self, waiting: WaitingList) -> None:
        """The current one stays current while it is in the list."""
        before = self.table.current()
        self.table.show_rows(waiting.operations)
        places = {operation.id: place for place, operation in enumerate(self.table.rows.rows())}
        if before is not None and before.id in places:
            self.table.setCurrentIndex(self.table.rows.index(places[before.id], 0))
        self._heading.setText(_counted(waiting.count, "guardada aquí", "guardadas aquí"))
        self._explained.setText(f"{_SAFE_HERE} {_how_much_is_seen(waiting)}".strip())
        self._warn(waiting.to_review)
        self._show_review(self.table.current())
        self.send.setEnabled(bool(waiting.count))
        self.export_button.setEnabled(bool(waiting.count))
        self._lists.setCurrentIndex(0 if waiting.count else 1)

    def _warn(self, to_review: int) -> None:
        needs = "necesita que alguien la revise" if to_review == 1 else "necesitan que alguien las revise"
        self._warning.say(f"{_counted(to_review, 'operación', 'operaciones')} {needs}. Lo demás sigue.", Tone.DANGER)
        self._warning.setVisible(bool(to_review))
        self.retry_all.setVisible(to_review > 1)

    def _on_review(self) -> None:
        self._ask_for_review(self.table.current())

    def _ask_for_review(self, operation: QueuedOperation | None) -> None:
        if operation is not None and operation.state is QueueState.POR_REVISAR:
            self.review_asked.emit(operation)

    def _review_first(self) -> None:
        parked = (row for row in self.table.rows.rows() if row.state is QueueState.POR_REVISAR)
        self._ask_for_review(next(parked, None))

    def _show_review(self, operation: QueuedOperation | None) -> None:
        self.review.setEnabled(operation is not None and operation.state is QueueState.POR_REVISAR)

    def _lay_out(self) -> None:
        self._heading.setProperty("look", "muted")
        self._warning.hide()
        self.retry_all.hide()
        card = Card("Por enviar")
        card.header.insertWidget(1, self._heading)
        card.header.addWidget(self.review)
        card.header.addWidget(self.send)
        card.body.addWidget(self._warning)
        card.body.addWidget(self._lists, 1)
        self._explained.setProperty("look", "muted")
        self._explained.setWordWrap(True)
        foot = QHBoxLayout()
        foot.addWidget(self._explained, 1)
        foot.addWidget(self.retry_all)
        foot.addWidget(self.import_button)
        foot.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(card, 1)
        column.addLayout(foot)
        self._lists.addWidget(self.table)
        self._lists.addWidget(EmptyState("cloud-check", "Todo está enviado. No hay nada pendiente en esta caja."))


def _how_much_is_seen(waiting: WaitingList) -> str:
    if len(waiting.operations) == waiting.count:
        return ""
    to_review = sum(each.state is QueueState.POR_REVISAR for each in waiting.operations)
    oldest = f"Se ven las {len(waiting.operations) - to_review} más antiguas"
    return f"{oldest} y {to_review} por revisar." if to_review else f"{oldest}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


_COLUMNS: list[Column[QueuedOperation]] = [
    Column("Cuándo", lambda row: format_moment(row.created_at), order=lambda row: row.seq),
    Column("Qué", queue_words.what, below=queue_words.why),
    Column("Monto", queue_words.amount, "money"),
    Column(
        "Estado",
        lambda row: queue_words.STATE_WORDS[row.state],
        "state",
        state=lambda row: queue_words.STATES[row.state],
    ),
    Column("Intentos", lambda row: str(row.attempts), "count"),
]
