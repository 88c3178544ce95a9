"""What an operation on its way to central is called at the stall, and why it is where it is."""

from __future__ import annotations

from avileo_pos.desktop.item_models.rows_model import State
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.troubles import trouble_sentence
from avileo_pos.domain.business_day import format_time
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.queue import QueuedOperation, QueueState
from avileo_pos.spanish.operations import kind_of

STATE_WORDS = {
    QueueState.GUARDADA: "Guardada",
    QueueState.ENVIANDO: "Enviando",
    QueueState.POR_REVISAR: "Por revisar",
}
STATES = {
    QueueState.GUARDADA: State("clock", Tone.WARNING),
    QueueState.ENVIANDO: State("cloud-upload", Tone.INFO),
    QueueState.POR_REVISAR: State("triangle-alert", Tone.DANGER),
}


def what(operation: QueuedOperation) -> str:
    """«Venta A1-000123», «Cambio de cliente Juana Mamani»."""
    kind = kind_of(operation.collection, operation.operation_type)
    return f"{kind} {operation.subject}" if operation.subject else kind


def amount(operation: QueuedOperation) -> str:
    return "" if operation.amount is None else format_soles(operation.amount)


def why(operation: QueuedOperation) -> str:
    if operation.last_code:
        return trouble_sentence(operation.last_code)
    if operation.state is QueueState.ENVIANDO:
        return "Va en camino."
    if operation.next_attempt_at is not None:
        return f"Se vuelve a enviar a las {format_time(operation.next_attempt_at)}."
    return "Espera su turno."
