"""The day's distributions: who took how many kilos, what is sold and left, and the account of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import DistribucionStatus


@dataclass(frozen=True, slots=True)
class DistribucionRow:
    """Kilos with 3 places, soles with 2; `performance` is sold of assigned in per cent, None when none assigned."""

    id: UUID
    vendedor_id: UUID
    vendedor_name: str
    punto_venta: str
    fecha: date
    estado: DistribucionStatus
    asignado: Decimal
    vendido: Decimal
    devuelto: Decimal
    merma: Decimal
    monto_recaudado: Decimal
    performance: Decimal | None
    accepted_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None

    @property
    def left(self) -> Decimal:
        """What should still be on the cart; below zero more was sold than assigned."""
        return self.asignado - self.vendido - self.devuelto - self.merma
