"""The abonos as a list: of a day and of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.queries.sale import PaperState


@dataclass(frozen=True, slots=True)
class AbonoRow:
    """`payment_method` is that of the largest part; `may_void` as for a sale."""

    id: UUID
    number: str
    paid_at: datetime
    business_date: date
    seller_name: str
    customer_id: UUID
    customer_name: str
    amount: Decimal
    payment_method: PaymentMethod
    state: PaperState
    may_void: bool
    void_reason: str | None
