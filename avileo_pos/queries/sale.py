"""The sales as a list: of a day, of a customer, and the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from avileo_pos.domain.enums import SaleType


class PaperState(StrEnum):
    """How far a sale or abono has come: stored here, stored at central, waiting for a person, or voided."""

    GUARDADA = "guardada"
    ENVIADA = "enviada"
    POR_REVISAR = "por_revisar"
    ANULADA = "anulada"


@dataclass(frozen=True, slots=True)
class SaleRow:
    """`may_void` says whether this person's own role allows it now; else an admin's PIN does."""

    id: UUID
    number: str
    sold_at: datetime
    business_date: date
    seller_name: str
    customer_id: UUID | None
    customer_name: str | None
    sale_type: SaleType
    total_amount: Decimal
    amount_paid: Decimal
    balance_due: Decimal
    net_weight: Decimal
    state: PaperState
    may_void: bool
    void_reason: str | None
