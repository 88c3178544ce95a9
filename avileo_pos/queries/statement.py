"""The estado de cuenta: every movement of a customer's debt that this till can see, ending at the true balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from avileo_pos.domain.credit import Aging


class StatementKind(StrEnum):
    """OTROS_PUESTOS is what sales and abonos that this person may not see did to the debt, in one sum."""

    SALDO_INICIAL = "saldo_inicial"
    OTROS_PUESTOS = "otros_puestos"
    VENTA = "venta"
    ABONO = "abono"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """`change` is what it did to the debt in soles (zero for a voided one), `balance` the debt after it.

    `entity_id` and `number` are None for the two opening lines, `at` for OTROS_PUESTOS.
    """

    kind: StatementKind
    entity_id: UUID | None
    number: str | None
    at: datetime | None
    amount: Decimal
    change: Decimal
    balance: Decimal
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Oldest first. `balance` is the debt now, `available` None without a limit."""

    customer_id: UUID
    customer_name: str
    phone: str | None
    as_of: date
    lines: tuple[StatementLine, ...]
    balance: Decimal
    available: Decimal | None
    aging: Aging
    oldest_debt_days: int | None
