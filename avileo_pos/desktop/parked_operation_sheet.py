"""One operation that central did not take: what it is, why, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from avileo_pos.desktop.queue_words import amount, what, why
from avileo_pos.desktop.sheets.correction_sheet import CorrectionSheet
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.dialogs import ReasonSheet
from avileo_pos.domain.business_day import format_moment
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.correction import StatedField, stated_fields
from avileo_pos.queries.queue import QueuedOperation
from avileo_pos.usecases.queue import DiscardOperation, discard_operation, retry_operation

_WIDTH = 760
_WHY_DISCARD = (
    "Se quita de esta caja y no se enviará nunca, ni lo que se le hizo después, como su anulación o sus cambios. "
    "El motivo queda en el registro."
)


class ParkedOperationSheet(OnceSheet):
    """Sending again is the main action. Discarding asks why, and for an admin's PIN where the role is not enough.

    What is put right goes out in the name of who does that: a PIN would lend a seller nothing that central believes.
    """

    def __init__(self, host: QWidget, till: Till, operation: QueuedOperation) -> None:
        super().__init__(
            host, what(operation), why(operation), action="Enviar otra vez", icon="refresh-cw", width=_WIDTH
        )
        self._host, self._till, self._operation = host, till, operation
        self._reason = ""
        self._stated: Sequence[StatedField] = ()
        self.body.addWidget(_details(operation))
        discard = Button("Descartar…", icon="trash-2", large=True)
        discard.clicked.connect(self._ask_why)
        self._correct = Button("Corregir…", icon="pencil", large=True)
        self._correct.clicked.connect(self._ask_what_is_right)
        self._correct.hide()
        self.add_footer(discard, self._correct)
        if till.person.may(Permission.OPERATION_DISCARD):
            till.lane.read(partial(stated_fields, operation_id=operation.id), then=self._offer_correction)

    def focus_start(self) -> None:
        self.main.setFocus()

    def act(self) -> None:
        self.start()
        self._till.lane.write(retry_operation, self._operation.id, then=self._on_sent, failed=self.show_problem)

    def _on_sent(self, _answer: None = None) -> None:
        self.close_sheet()
        self._till.host.send_now()

    def _offer_correction(self, stated: Sequence[StatedField]) -> None:
        self._stated = stated
        self._correct.setVisible(bool(stated))

    def _ask_what_is_right(self) -> None:
        sheet = CorrectionSheet(self._host, self._till, self._operation, self._stated)
        sheet.sent.connect(self._on_sent)
        sheet.open()

    def _ask_why(self) -> None:
        sheet = ReasonSheet(
            self._host,
            f"Descartar: {what(self._operation)}",
            _WHY_DISCARD,
            confirm="Descartar",
            suggestions=("Estaba repetida", "Se hizo por error"),
            variant="danger",
        )
        sheet.given.connect(self._on_reason)
        sheet.open()

    def _on_reason(self, reason: str) -> None:
        self._reason = reason
        if self._till.person.may(Permission.OPERATION_DISCARD):
            self._discard(self._till.person)
        else:
            self._till.host.ask_approval(Permission.OPERATION_DISCARD, _WHY_DISCARD, self._discard)

    def _discard(self, actor: Actor) -> None:
        self.start()
        request = DiscardOperation(self._operation.id, self._reason)
        self._till.lane.write(
            discard_operation, request, then=self._on_discarded, failed=self.show_problem, actor=actor
        )

    def _on_discarded(self, _answer: None) -> None:
        self.close_sheet()
        self._till.host.say(f"Descartada: {what(self._operation)}.")


def _details(operation: QueuedOperation) -> QLabel:
    lines = (
        f"Hecho el {format_moment(operation.created_at)}"
        + (f" por {operation.actor_name}" if operation.actor_name else ""),
        f"Monto: {amount(operation)}" if operation.amount is not None else "",
        f"Intentos: {operation.attempts}",
        f"Detalle para quien ayuda: {operation.last_error}" if operation.last_error else "",
    )
    label = QLabel("\n".join(filter(None, lines)))
    label.setProperty("look", "muted")
    label.setWordWrap(True)
    return label
