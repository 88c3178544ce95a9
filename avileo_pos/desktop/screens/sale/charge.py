"""A sale being charged, as a value: how it is settled, with what, and what comes of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.sale import LineInput, Payment, PricedSale, cash_due, price_sale, totals_by_method

Amounts = dict[PaymentMethod, Decimal | None]


class Way(StrEnum):
    """All now, all later, or a part of each."""

    CONTADO = "contado"
    CREDITO = "credito"
    MIXTO = "mixto"


@dataclass(frozen=True, slots=True)
class Charge:
    lines: tuple[LineInput, ...]
    has_customer: bool
    way: Way = Way.CONTADO
    payments: tuple[Payment, ...] = ()

    @property
    def sale_type(self) -> SaleType:
        return SaleType.CONTADO if self.way is Way.CONTADO else SaleType.CREDITO

    @property
    def total(self) -> Decimal:
        return price_sale(SaleType.CREDITO, self.lines, (), has_customer=True).total_amount

    def priced(self) -> PricedSale:
        """Raises what `domain.sale.price_sale` raises."""
        return price_sale(self.sale_type, self.lines, self.payments, self.has_customer)

    def rest_by(self, method: PaymentMethod) -> Amounts:
        """The amounts once this method pays what is missing, or all of it where nothing is missing.

        Raises BusinessRuleBroken: payment_exceeds_total.
        """
        others = [payment for payment in self.payments if payment.method is not method]
        if method is PaymentMethod.EFECTIVO:
            return {method: cash_due(self.total, others)}
        if _settles(self.total, others):
            return {**dict.fromkeys(PaymentMethod), method: self.total}
        return {method: self.total - _sum(others)}


def start_of(charge: Charge) -> Amounts:
    """What stands in the fields when a way is chosen: for contado the exact cash, as most pay so."""
    nothing: Amounts = dict.fromkeys(PaymentMethod)
    if charge.way is not Way.CONTADO:
        return nothing
    return {**nothing, PaymentMethod.EFECTIVO: cash_due(charge.total, ()) or None}


def _settles(total: Decimal, payments: list[Payment]) -> bool:
    by_method = totals_by_method(payments)
    cash = by_method[PaymentMethod.EFECTIVO]
    return _sum(payments) >= total or (cash > 0 and cash >= cash_due(total, payments))


def _sum(payments: Iterable[Payment]) -> Decimal:
    return sum((payment.amount for payment in payments), ZERO)
