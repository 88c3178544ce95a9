"""The kilos that a vendor takes out in a day: who moves them on, and how they are accounted for at night."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from avileo_pos.domain.enums import DistribucionMovementKind, DistribucionStatus
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO, round_cents
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.sale import Payment, totals_by_method

# The admin may also settle what the vendor never took. Nothing leads out of CERRADO: a late sale still counts there.
NEXT_STATUSES = {
    DistribucionStatus.ACTIVO: frozenset({DistribucionStatus.EN_RUTA, DistribucionStatus.CERRADO}),
    DistribucionStatus.EN_RUTA: frozenset({DistribucionStatus.CERRADO}),
    DistribucionStatus.CERRADO: frozenset[DistribucionStatus](),
}

SIGN_OF_ASSIGNED: Final = {
    DistribucionMovementKind.CARGA: 1,
    DistribucionMovementKind.RECARGA: 1,
    DistribucionMovementKind.TRASPASO_ENTRADA: 1,
    DistribucionMovementKind.TRASPASO_SALIDA: -1,
}
"""What counts in `kilos_asignados`: load and reloads, with what was moved from and to other vendors."""


def require_step(actor: Actor, vendedor_id: UUID, status: DistribucionStatus, following: DistribucionStatus) -> None:
    """The vendor accepts the own distribution; everything else is the admin's.

    Raises BusinessRuleBroken: distribucion_cannot_become (status, following); PermissionDenied.
    """
    if following not in NEXT_STATUSES[status]:
        raise BusinessRuleBroken("distribucion_cannot_become", status=status, following=following)
    accepts_own = following is DistribucionStatus.EN_RUTA and actor.member_id == vendedor_id
    actor.require(Permission.DISTRIBUCION_ACCEPT_OWN if accepts_own else Permission.DISTRIBUCION_MANAGE)


@dataclass(frozen=True, slots=True)
class Collected:
    """Soles that a vendor answers for, by the way they were paid; `fiado` is what customers still owe."""

    efectivo: Decimal = ZERO
    yape: Decimal = ZERO
    plin: Decimal = ZERO
    transferencia: Decimal = ZERO
    fiado: Decimal = ZERO

    @classmethod
    def of(cls, payments: Iterable[Payment], fiado: Decimal) -> "Collected":
        """From the stored payments of the sales and the sum of their `balance_due`."""
        return cls(fiado=fiado, **totals_by_method(payments))

    @property
    def total(self) -> Decimal:
        return self.efectivo + self.yape + self.plin + self.transferencia + self.fiado


@dataclass(frozen=True, slots=True)
class Settlement:
    """The account of one distribution.

    Kilos: `asignado`, `vendido`, `devuelto`, `merma`. Soles: `vendido_por_peso` is the subtotals of the kg lines, which
    give the average price; `monto_vendido` is all sales, total_amount - redondeo, which `cobrado` must equal;
    `reference_price` per kg values the kilos when none were sold.
    """

    asignado: Decimal
    vendido: Decimal
    devuelto: Decimal
    merma: Decimal
    vendido_por_peso: Decimal
    monto_vendido: Decimal
    cobrado: Collected
    reference_price: Decimal

    @property
    def faltante(self) -> Decimal:
        """Kilos without explanation; below zero more came back or was sold than had been assigned."""
        return self.asignado - self.vendido - self.devuelto - self.merma

    @property
    def faltante_soles(self) -> Decimal:
        """The unexplained kilos at the day's average price, rounded once."""
        if self.vendido == 0:
            return round_cents(self.faltante * self.reference_price)
        return round_cents(self.faltante * self.vendido_por_peso / self.vendido)

    @property
    def average_price(self) -> Decimal:
        """Soles per kg as sold today, for showing."""
        return round_cents(self.vendido_por_peso / self.vendido) if self.vendido else self.reference_price

    @property
    def money_difference(self) -> Decimal:
        """Collected less sold: below zero money is missing."""
        return self.cobrado.total - self.monto_vendido

    @property
    def oversold(self) -> bool:
        """More was sold than assigned, which is allowed and flagged."""
        return self.vendido > self.asignado

    @property
    def has_difference(self) -> bool:
        return self.faltante != 0 or self.money_difference != 0


def require_explained(settlement: Settlement, reason: str) -> str:
    """The reason to keep with the closing, "" where none is needed.

    Raises BusinessRuleBroken: difference_needs_reason (kilos, soles).
    """
    if not settlement.has_difference:
        return reason.strip()
    return required_reason(
        reason, "difference_needs_reason", kilos=settlement.faltante, soles=settlement.money_difference
    )


def performance(sold: Decimal, assigned: Decimal) -> Decimal | None:
    """Sold of assigned kilos in per cent with 2 places, None when nothing was assigned."""
    return round_cents(sold * 100 / assigned) if assigned > 0 else None
