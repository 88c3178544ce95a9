"""Taking abonos: money against a customer's debt, by one or several methods, and its voiding."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from avileo_pos.domain.sale import Payment


@dataclass(frozen=True, slots=True)
class RegisterAbono:
    """`request_id`, made once per charge, becomes the abono's id."""

    request_id: UUID
    customer_id: UUID
    payments: tuple[Payment, ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class VoidAbono:
    abono_id: UUID
    reason: str
