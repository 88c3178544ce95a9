"""The turn at the drawer: opened with a float, closed with a blind count."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import CashMovementKind


@dataclass(frozen=True, slots=True)
class OpenCashSession:
    """`request_id` becomes the session's id."""

    request_id: UUID
    opening_float: Decimal


@dataclass(frozen=True, slots=True)
class RecordCashMovement:
    """A gasto, ingreso or retiro in the person's open session; `request_id` becomes its id."""

    request_id: UUID
    kind: CashMovementKind
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class CloseCashSession:
    """`counted_cash` is counted before the expected sum is known; the reason is asked only for a difference."""

    session_id: UUID
    counted_cash: Decimal
    difference_reason: str = ""
