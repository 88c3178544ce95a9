"""The cash sessions: the open one, and what one took in, gave out and should hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.closing import CashFlow
from avileo_pos.domain.enums import CashMovementKind, PaymentMethod


@dataclass(frozen=True, slots=True)
class CashSession:
    """One turn at the drawer; the last five are None while it is open, the reason also when nothing differed."""

    id: UUID
    seller_id: UUID
    seller_name: str
    opened_at: datetime
    business_date: date
    opening_float: Decimal
    closed_at: datetime | None
    counted_cash: Decimal | None
    expected_cash: Decimal | None
    difference: Decimal | None
    difference_reason: str | None


@dataclass(frozen=True, slots=True)
class CashMovementRow:
    id: UUID
    kind: CashMovementKind
    amount: Decimal
    reason: str
    created_at: datetime
    created_by_name: str


@dataclass(frozen=True, slots=True)
class MethodTotals:
    """Soles by way of payment, every method present, and how many papers they come from."""

    count: int
    by_method: dict[PaymentMethod, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.by_method.values(), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class CashReport:
    """An X report while the session is open, the Z report once it is closed.

    `sales` and `abonos` are apart; `fiado` is what this session's sales left owing. `refunds` is what was given back
    here for sales and abonos of other sessions. `voided` are this session's own papers that were voided.
    """

    session: CashSession
    sales: MethodTotals
    abonos: MethodTotals
    refunds: MethodTotals
    fiado: Decimal
    cash: CashFlow
    movements: tuple[CashMovementRow, ...]
    voided: tuple[VoidedPaper, ...]


@dataclass(frozen=True, slots=True)
class VoidedPaper:
    """A voided sale or abono of the session, for the report."""

    number: str
    amount: Decimal
    voided_at: datetime
    voided_by_name: str
    reason: str
