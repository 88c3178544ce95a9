"""The cash session: what the drawer should hold, what was counted, and the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.reason import required_reason

# The coins and notes of Peru (BCRP) in use; those of 1 and 5 céntimos were withdrawn.
COINS = tuple(map(Decimal, ("0.10", "0.20", "0.50", "1.00", "2.00", "5.00")))
NOTES = tuple(map(Decimal, ("10.00", "20.00", "50.00", "100.00", "200.00")))
DENOMINATIONS = COINS + NOTES


@dataclass(frozen=True, slots=True)
class CashFlow:
    """What entered and left the drawer during a session, in soles, each not negative.

    `sales` and `abonos` are the cash of those that were not voided within this same session; `refunds` is the cash
    given back now for what another session had taken.
    """

    opening_float: Decimal = ZERO
    sales: Decimal = ZERO
    abonos: Decimal = ZERO
    ingresos: Decimal = ZERO
    gastos: Decimal = ZERO
    retiros: Decimal = ZERO
    refunds: Decimal = ZERO

    @property
    def expected(self) -> Decimal:
        entered = self.opening_float + self.sales + self.abonos + self.ingresos
        return entered - self.gastos - self.retiros - self.refunds


def count_cash(pieces: Mapping[Decimal, int]) -> Decimal:
    """Soles in so many pieces of each denomination.

    Raises BusinessRuleBroken: unknown_denomination (denomination), negative_count (denomination).
    """
    for denomination, count in pieces.items():
        if denomination not in DENOMINATIONS:
            raise BusinessRuleBroken("unknown_denomination", denomination=denomination)
        if count < 0:
            raise BusinessRuleBroken("negative_count", denomination=denomination)
    return sum((denomination * count for denomination, count in pieces.items()), ZERO)


@dataclass(frozen=True, slots=True)
class CashCount:
    expected: Decimal
    counted: Decimal

    @property
    def difference(self) -> Decimal:
        """Above zero there is too much (sobrante), below zero too little (faltante)."""
        return self.counted - self.expected


def require_explained(count: CashCount, reason: str) -> str:
    """The reason to keep with the closing, "" where none is needed.

    Raises BusinessRuleBroken: difference_needs_reason (soles).
    """
    if count.difference == 0:
        return reason.strip()
    return required_reason(reason, "difference_needs_reason", soles=count.difference)
