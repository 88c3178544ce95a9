"""The day's distributions: who took how many kilos, what is sold and left, and the account of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.distribution import Collected, Settlement, performance
from avileo_pos.domain.enums import DistribucionMovementKind, DistribucionStatus, PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.sale import Payment
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.figures import changes_of_distribuciones, from_wanted
from avileo_pos.queries.stored import day, identity, instant, kilos, read, soles
from avileo_pos.work import Work


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


def distribuciones_of_day(work: Work, fecha: date) -> tuple[DistribucionRow, ...]:
    """The day's distributions by vendor: all of them for the admin, else the person's own."""
    manages = work.actor.may(Permission.DISTRIBUCION_MANAGE)
    return _rows(work, "d.fecha = :day AND (:all OR d.vendedor_id = :member)", day=fecha, all=manages)


def my_distribucion(work: Work) -> DistribucionRow | None:
    """Today's distribution of this person: the one under way, else the last one settled."""
    found = _rows(work, "d.fecha = :day AND d.vendedor_id = :member", day=work.today)
    under_way_last = sorted(found, key=lambda row: row.estado is not DistribucionStatus.CERRADO)
    return under_way_last[-1] if under_way_last else None


def distribucion(work: Work, distribucion_id: UUID) -> DistribucionRow:
    """Raises BusinessRuleBroken("not_found")."""
    found = _rows(work, "d.id = :id", id=distribucion_id)
    if not found:
        raise BusinessRuleBroken("not_found", collection="distribuciones")
    return found[0]


def left_of_distribucion(work: Work, distribucion_id: UUID) -> Decimal:
    """The kg that should still be there. Raises BusinessRuleBroken("not_found")."""
    return distribucion(work, distribucion_id).left


OPEN_DISTRIBUCION = """
SELECT id FROM distribuciones
WHERE business_id = :business AND vendedor_id = :member AND fecha = :day AND estado <> 'cerrado'
ORDER BY created_at DESC LIMIT 1
"""
"""SQL for the id of the person's distribution that sales are made from on `:day`."""


def settlement_of(work: Work, distribucion_id: UUID) -> Settlement:
    """The account of one distribution as it stands now. Raises BusinessRuleBroken("not_found")."""
    row = distribucion(work, distribucion_id)
    [sold] = read(work, _SOLD, id=distribucion_id)
    [by_weight] = read(work, _SOLD_BY_WEIGHT, id=distribucion_id)
    payments = [
        Payment(PaymentMethod(paid.method), soles(paid.amount)) for paid in read(work, _PAID, id=distribucion_id)
    ]
    reference = read(work, _REFERENCE_PRICE, id=distribucion_id)
    return Settlement(
        asignado=row.asignado,
        vendido=row.vendido,
        devuelto=row.devuelto,
        merma=row.merma,
        vendido_por_peso=soles(by_weight.soles),
        monto_vendido=soles(sold.soles),
        cobrado=Collected.of(payments, soles(sold.fiado)),
        reference_price=soles(reference[0].base_price) if reference else ZERO,
    )


_SALES_OF_IT = "FROM sales s WHERE s.business_id = :business AND s.distribucion_id = :id AND s.voided_at IS NULL"
_SOLD = f"""
SELECT coalesce(sum(s.total_amount - s.redondeo), 0) AS soles, coalesce(sum(s.balance_due), 0) AS fiado {_SALES_OF_IT}
"""
_SOLD_BY_WEIGHT = f"""
SELECT coalesce(sum(i.subtotal), 0) AS soles FROM sale_items i
WHERE i.business_id = :business AND i.unit = 'kg' AND i.sale_id IN (SELECT s.id {_SALES_OF_IT})
"""
_PAID = f"""
SELECT y.method, sum(y.amount) AS amount FROM sale_payments y
WHERE y.business_id = :business AND y.sale_id IN (SELECT s.id {_SALES_OF_IT}) GROUP BY y.method
"""
# What was loaded, else the first product that is sold by weight.
_REFERENCE_PRICE = """
SELECT p.base_price FROM products p
LEFT JOIN distribucion_movements v ON v.business_id = :business AND v.product_id = p.id AND v.distribucion_id = :id
WHERE p.business_id = :business AND p.unit = 'kg' AND (p.is_active OR v.id IS NOT NULL)
ORDER BY v.id IS NULL, p.tile_position LIMIT 1
"""

_DISTRIBUCIONES = """
SELECT d.*, m.name AS vendedor_name
FROM distribuciones d
JOIN business_users m ON m.business_id = d.business_id AND m.id = d.vendedor_id
WHERE d.business_id = :business AND {condition}
ORDER BY m.name, d.created_at, d.id
"""
_SALES, _MOVEMENTS = (
    from_wanted(table, row, "distribucion_id") for table, row in (("sales", "s"), ("distribucion_movements", "v"))
)
_OWN = f"""
SELECT id, sum(asignado) AS asignado, sum(vendido) AS vendido, sum(recaudado) AS recaudado
FROM ({changes_of_distribuciones(_SALES, _MOVEMENTS)}) GROUP BY id
"""
_MOVED = """
SELECT v.distribucion_id AS id, v.kind, sum(v.kilos) AS kilos
FROM json_each(:ids) wanted
CROSS JOIN distribucion_movements v ON v.business_id = :business AND v.distribucion_id = wanted.value
GROUP BY v.distribucion_id, v.kind
"""


def _rows(work: Work, condition: str, **named: Any) -> tuple[DistribucionRow, ...]:
    found = read(work, _DISTRIBUCIONES.format(condition=condition), **named)
    ids = [row.id for row in found]
    own = {row.id: row for row in read(work, _OWN, ids=ids)}
    moved: defaultdict[str, dict[DistribucionMovementKind, Decimal]] = defaultdict(dict)
    for row in read(work, _MOVED, ids=ids):
        moved[row.id][DistribucionMovementKind(row.kind)] = kilos(row.kilos)
    return tuple(_row(row, own.get(row.id), moved[row.id]) for row in found)


def _row(row: Row[Any], own: Row[Any] | None, moved: Mapping[DistribucionMovementKind, Decimal]) -> DistribucionRow:
    asignado = kilos(row.kilos_asignados + (own.asignado if own else 0))
    vendido = kilos(row.kilos_vendidos + (own.vendido if own else 0))
    return DistribucionRow(
        id=identity(row.id),
        vendedor_id=identity(row.vendedor_id),
        vendedor_name=row.vendedor_name,
        punto_venta=row.punto_venta,
        fecha=day(row.fecha),
        estado=DistribucionStatus(row.estado),
        asignado=asignado,
        vendido=vendido,
        devuelto=moved.get(DistribucionMovementKind.DEVOLUCION, NO_KILOS),
        merma=moved.get(DistribucionMovementKind.MERMA, NO_KILOS),
        monto_recaudado=soles(row.monto_recaudado + (own.recaudado if own else 0)),
        performance=performance(vendido, asignado),
        accepted_at=row.accepted_at and instant(row.accepted_at),
        closed_at=row.closed_at and instant(row.closed_at),
        close_reason=row.close_reason,
    )
