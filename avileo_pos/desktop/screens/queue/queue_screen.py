"""«Por enviar»: what waits, why, sending it now, and looking after what central did not take."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.queue.queue_form import QueueForm
from avileo_pos.desktop.sheets.handover_sheets import ExportSheet, ImportSheet
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.queries.queue import list_waiting
from avileo_pos.usecases.queue import retry_all


class QueueScreen(Screen):
    KEY = "por_enviar"
    TITLE = "Por enviar"
    ICON = "cloud-upload"
    SHOWS = frozenset({"sync_queue"})
    KEYS = (
        ("↑ ↓", "Recorrer la lista"),
        ("F4", "Revisar lo que el servidor no recibió"),
    )

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = QueueForm(self)
        self.form.send_asked.connect(self._send)
        self.form.review_asked.connect(till.host.review_operation)
        self.form.retry_all_asked.connect(self._retry_all)
        self.form.export_asked.connect(self._export)
        self.form.import_asked.connect(self._import)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def focus_start(self) -> None:
        self.form.table.setFocus()

    def refresh(self) -> None:
        self.till.lane.read(list_waiting, then=self.form.show_waiting)

    def _export(self) -> None:
        ExportSheet(self, self.till).open()

    def _import(self) -> None:
        ImportSheet(self, self.till).open()

    def _retry_all(self) -> None:
        self.till.lane.write(retry_all, None, then=self._on_retried, failed=self.till.host.show_problem)

    def _on_retried(self, _answer: None) -> None:
        self._send()

    def _send(self) -> None:
        self.till.host.send_now()
        self.till.host.say("Se está enviando. Puede seguir vendiendo.", Tone.INFO)
