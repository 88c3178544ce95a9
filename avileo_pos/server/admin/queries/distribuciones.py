"""Who took how many kilos on a day, what is sold and left of them, and the money that came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from avileo_pos.domain.distribution import performance
from avileo_pos.domain.enums import DistribucionStatus
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.server.business.desk import Desk


@dataclass(frozen=True, slots=True)
class DistribucionOf:
    """Kilos and soles of one vendor. `paid` was handed over by customers, `fiado` is what they still owe of it."""

    vendor: str
    punto_venta: str
    estado: DistribucionStatus
    asignado: Decimal
    vendido: Decimal
    devuelto: Decimal
    merma: Decimal
    paid: Decimal
    fiado: Decimal
    close_reason: str | None

    @property
    def left(self) -> Decimal:
        """What should still be on the cart, or is unexplained once it is settled; below zero more was sold."""
        return self.asignado - self.vendido - self.devuelto - self.merma

    @property
    def is_closed(self) -> bool:
        return self.estado is DistribucionStatus.CERRADO

    @property
    def performance(self) -> Decimal | None:
        """Sold of assigned in per cent, None when nothing was assigned."""
        return performance(self.vendido, self.asignado)


@dataclass(frozen=True, slots=True)
class DistribucionesOf:
    """A day's distributions by vendor."""

    day: date
    rows: Sequence[DistribucionOf]

    @property
    def asignado(self) -> Decimal:
        return sum((row.asignado for row in self.rows), NO_KILOS)

    @property
    def vendido(self) -> Decimal:
        return sum((row.vendido for row in self.rows), NO_KILOS)


def read_distribuciones(desk: Desk, day: date) -> DistribucionesOf:
    asked = {"business": desk.business_id, "day": day}
    return DistribucionesOf(
        day,
        [
            DistribucionOf(**row | {"estado": DistribucionStatus(row["estado"])})
            for row in map(dict, desk.connection.exec_driver_sql(_OF_A_DAY, asked).mappings())
        ],
    )


_OF_A_DAY: Final = f"""
    SELECT u.name AS vendor, d.punto_venta, d.estado::text, d.kilos_asignados AS asignado, d.kilos_vendidos AS vendido,
      coalesce(back.devuelto, {NO_KILOS}) AS devuelto, coalesce(back.merma, {NO_KILOS}) AS merma,
      d.monto_recaudado AS paid, coalesce(owed.fiado, {ZERO}) AS fiado, d.close_reason
    FROM distribuciones d
    JOIN business_users u ON u.business_id = d.business_id AND u.id = d.vendedor_id
    CROSS JOIN LATERAL (
      SELECT sum(kilos) FILTER (WHERE kind = 'devolucion') AS devuelto,
        sum(kilos) FILTER (WHERE kind = 'merma') AS merma
      FROM distribucion_movements m WHERE m.business_id = d.business_id AND m.distribucion_id = d.id
    ) back
    CROSS JOIN LATERAL (
      SELECT sum(balance_due) AS fiado FROM sales s
      WHERE s.business_id = d.business_id AND s.distribucion_id = d.id AND s.voided_at IS NULL
    ) owed
    WHERE d.business_id = %(business)s AND d.fecha = %(day)s
    ORDER BY u.name, d.created_at
"""
