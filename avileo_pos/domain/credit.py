"""What a customer owes, since when, and up to which limit. Debts are soles; below zero is «saldo a favor»."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from avileo_pos.domain.business_day import lima
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO, exact
from avileo_pos.domain.sale import Payment, totals_by_method


def customer_debt(opening: Decimal, sale_balances: Iterable[Decimal], abonos: Iterable[Decimal]) -> Decimal:
    """Opening balance, plus the `balance_due` of the sales not voided, less the abonos not voided."""
    return opening + sum(sale_balances, ZERO) - sum(abonos, ZERO)


class DebtMovement(StrEnum):
    VENTA = "venta"
    ABONO = "abono"


@dataclass(frozen=True, slots=True)
class Movement:
    """A credit sale (`amount` is its `balance_due`) or an abono; the amount is not negative."""

    id: UUID
    kind: DebtMovement
    at: datetime
    amount: Decimal
    voided: bool = False

    @property
    def change(self) -> Decimal:
        """What it does to the debt; a voided one stays to be seen and does nothing."""
        if self.voided:
            return ZERO
        return self.amount if self.kind is DebtMovement.VENTA else -self.amount


@dataclass(frozen=True, slots=True)
class StatementRow:
    movement: Movement
    balance: Decimal


def statement(movements: Iterable[Movement], opening: Decimal) -> tuple[StatementRow, ...]:
    """Every movement, oldest first, with the debt after it."""
    rows: list[StatementRow] = []
    balance = opening
    for movement in sorted(movements, key=lambda each: (each.at, each.id)):
        balance += movement.change
        rows.append(StatementRow(movement, balance))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class AbonoBalances:
    """What the receipt of an abono shows."""

    saldo_anterior: Decimal
    abono: Decimal

    @property
    def saldo_nuevo(self) -> Decimal:
        return self.saldo_anterior - self.abono


def take_abono(debt: Decimal, payments: Iterable[Payment]) -> AbonoBalances:
    """An abono by one or several methods, against any debt or none.

    Raises BusinessRuleBroken: abono_is_empty, payment_not_positive, and those of `money.exact`.
    """
    amounts = [exact(payment.amount) for payment in payments]
    if not amounts:
        raise BusinessRuleBroken("abono_is_empty")
    if min(amounts) <= 0:
        raise BusinessRuleBroken("payment_not_positive")
    return AbonoBalances(debt, exact(sum(amounts, ZERO)))


def main_method(payments: Iterable[Payment]) -> PaymentMethod:
    """The `payment_method` that an abono shows: that of its largest part."""
    totals = totals_by_method(payments)
    return max(totals, key=lambda method: totals[method])


@dataclass(frozen=True, slots=True)
class Charge:
    """What a customer came to owe on a business date: a sale's `balance_due`, or the opening balance (no sale)."""

    on: date
    amount: Decimal
    sale_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CoveredCharge:
    charge: Charge
    covered: Decimal

    @property
    def open(self) -> Decimal:
        return self.charge.amount - self.covered


@dataclass(frozen=True, slots=True)
class Coverage:
    """Each charge, oldest first, with what abonos have covered of it; `in_favour` is what found nothing to cover."""

    charges: tuple[CoveredCharge, ...]
    in_favour: Decimal

    @property
    def debt(self) -> Decimal:
        return sum((charge.open for charge in self.charges), ZERO) - self.in_favour


def cover_oldest_first(charges: Iterable[Charge], paid: Decimal) -> Coverage:
    """Lay the abonos over the charges, oldest first; an opening balance comes before the sales of its date.

    A charge below zero (an opening «saldo a favor») pays like an abono.
    """
    given = sorted(charges, key=lambda charge: (charge.on, charge.sale_id is not None))
    left = paid - sum((charge.amount for charge in given if charge.amount < 0), ZERO)
    covered: list[CoveredCharge] = []
    for charge in given:
        if charge.amount >= 0:
            part = min(charge.amount, left)
            left -= part
            covered.append(CoveredCharge(charge, part))
    return Coverage(tuple(covered), in_favour=left)


def cover_up_to(balance: Decimal, charges: Iterable[Charge], today: date) -> Coverage:
    """The charges with what must have been covered of them for the customer to owe this balance now.

    Abonos cover the oldest charge first, so what is still owed are the newest ones, as many as make up the balance.
    What a balance holds beyond all that are known counts as of today, so that nobody is pressed for a delay that
    cannot be shown.
    """
    given = list(charges)
    known = sum((charge.amount for charge in given), ZERO)
    if balance > known:
        return cover_oldest_first([*given, Charge(today, balance - known)], ZERO)
    return cover_oldest_first(given, known - balance)


@dataclass(frozen=True, slots=True)
class Aging:
    """Open soles by the days since they were owed."""

    days_0_to_7: Decimal = ZERO
    days_8_to_15: Decimal = ZERO
    days_16_to_30: Decimal = ZERO
    over_30_days: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.days_0_to_7 + self.days_8_to_15 + self.days_16_to_30 + self.over_30_days


def aging(coverage: Coverage, today: date) -> Aging:
    def open_between(first: int, last: int) -> Decimal:
        owed = (charge.open for charge in coverage.charges if first <= _days_owed(charge, today) <= last)
        return sum(owed, ZERO)

    return Aging(open_between(0, 7), open_between(8, 15), open_between(16, 30), open_between(31, date.max.toordinal()))


def days_of_oldest_debt(coverage: Coverage, today: date) -> int | None:
    """Whole days since the oldest charge that is still open, None when nothing is."""
    return max((_days_owed(charge, today) for charge in coverage.charges if charge.open > 0), default=None)


def available_credit(limit: Decimal | None, debt: Decimal) -> Decimal | None:
    """What may still be sold on credit, never below zero; None for a customer without a limit."""
    return None if limit is None else max(limit - debt, ZERO)


def require_within_limit(limit: Decimal | None, debt: Decimal, new_balance: Decimal) -> None:
    """A sale that leaves nothing owing passes at any debt.

    Raises BusinessRuleBroken: over_credit_limit (limit, debt, excess).
    """
    if limit is None or new_balance <= 0:
        return
    excess = debt + new_balance - limit
    if excess > 0:
        raise BusinessRuleBroken("over_credit_limit", limit=limit, debt=debt, excess=excess)


def may_remind_of_debt(instant: datetime) -> bool:
    """Whether a debt may be claimed now: Monday to Friday, 07:00 to 20:00 in Lima (Ley 29571, art. 62)."""
    there = lima(instant)
    return there.isoweekday() <= 5 and 7 <= there.hour < 20


def _days_owed(charge: CoveredCharge, today: date) -> int:
    # A till whose clock runs ahead dates a sale tomorrow: it has been owed for no days, not for minus one.
    return max((today - charge.charge.on).days, 0)
