"""«Por enviar»: what waits to be sent or looked after, in the order in which people did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class QueueState(StrEnum):
    """GUARDADA waits for its turn, ENVIANDO is on its way, POR_REVISAR waits for a person."""

    GUARDADA = "pending"
    ENVIANDO = "inflight"
    POR_REVISAR = "parked"


@dataclass(frozen=True, slots=True)
class QueuedOperation:
    """`collection` and `operation_type` say what it is; `subject` its number or name, `amount` its soles, if any."""

    id: UUID
    seq: int
    operation_type: str
    collection: str
    entity_id: UUID
    subject: str | None
    amount: Decimal | None
    actor_name: str | None
    created_at: datetime
    state: QueueState
    attempts: int
    next_attempt_at: datetime | None
    last_code: str | None
    last_error: str | None
