"""What a sale costs, how it is paid, and what is left owing. Worked examples: docs/money.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import LARGEST_PRICE, ZERO, exact, line_subtotal, payable_in_cash
from avileo_pos.domain.weight import LARGEST_WEIGHT, NO_KILOS

MOST_LINES: Final = 500
"""Central takes no more of one sale."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money handed over in one way. Asked with cash as tendered, stored with cash as kept."""

    method: PaymentMethod
    amount: Decimal
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """One product on the sale. `quantity` is net kg or units; `gross` is None when the net itself was typed."""

    product_id: UUID
    product_name: str
    unit: ProductUnit
    quantity: Decimal
    unit_price: Decimal
    gross: Decimal | None = None
    tara: Decimal = NO_KILOS


@dataclass(frozen=True, slots=True)
class PricedLine:
    line: LineInput
    subtotal: Decimal


@dataclass(frozen=True, slots=True)
class PricedSale:
    """A sale as it is stored, with `change` for the screen and the receipt only.

    Always balance_due == total_amount - redondeo - amount_paid, and amount_paid is the sum of `payments`.
    """

    lines: tuple[PricedLine, ...]
    payments: tuple[Payment, ...]
    total_amount: Decimal
    redondeo: Decimal
    amount_paid: Decimal
    balance_due: Decimal
    tara: Decimal
    net_weight: Decimal
    change: Decimal


@dataclass(frozen=True, slots=True)
class _Paid:
    payments: tuple[Payment, ...]
    redondeo: Decimal = ZERO
    change: Decimal = ZERO


def price_sale(
    sale_type: SaleType, lines: Sequence[LineInput], payments: Iterable[Payment], has_customer: bool
) -> PricedSale:
    """The sale with every figure decided.

    A crédito sale may be paid in full at once: it keeps its type and owes nothing. A price of zero is allowed, as for
    a yapa; whether a price may differ from the list is a matter of permission.

    Raises BusinessRuleBroken: sale_is_empty, too_many_lines (most), quantity_not_positive (product_name),
    price_negative (product_name), tare_negative, net_differs_from_gross (product_name), customer_required,
    payment_not_positive, payment_exceeds_total (excess), payment_too_small (missing), and those of `money.exact`.
    """
    if not lines:
        raise BusinessRuleBroken("sale_is_empty")
    if len(lines) > MOST_LINES:
        raise BusinessRuleBroken("too_many_lines", most=MOST_LINES)
    if sale_type is SaleType.CREDITO and not has_customer:
        raise BusinessRuleBroken("customer_required")
    priced = tuple(PricedLine(line, _subtotal(line)) for line in lines)
    total = exact(sum((line.subtotal for line in priced), ZERO))
    offered = tuple(payments)
    paid = _pay(total, offered)
    amount_paid = _sum_of(paid.payments)
    balance_due = total - paid.redondeo - amount_paid
    if sale_type is SaleType.CONTADO and balance_due > 0:
        raise BusinessRuleBroken("payment_too_small", missing=_missing(total, offered))
    weighed = [line for line in lines if line.unit is ProductUnit.KG]
    return PricedSale(
        lines=priced,
        payments=paid.payments,
        total_amount=total,
        redondeo=paid.redondeo,
        amount_paid=amount_paid,
        balance_due=balance_due,
        tara=_sum_of_kilos(line.tara for line in weighed),
        net_weight=_sum_of_kilos(line.quantity for line in weighed),
        change=paid.change,
    )


def cash_due(total: Decimal, other_payments: Iterable[Payment]) -> Decimal:
    """The cash that settles a total after what is paid by Yape, Plin and transfer; cash in the list is ignored.

    Raises BusinessRuleBroken: payment_exceeds_total (excess).
    """
    return payable_in_cash(_left_for_cash(total, other_payments))


def totals_by_method(payments: Iterable[Payment]) -> dict[PaymentMethod, Decimal]:
    """Soles by method, every method present. Sales and abonos are separate blocks: ask once for each."""
    totals = dict.fromkeys(PaymentMethod, ZERO)
    for payment in payments:
        totals[payment.method] += payment.amount
    return totals


def _subtotal(line: LineInput) -> Decimal:
    if exact(line.quantity, 3, LARGEST_WEIGHT) <= 0:
        raise BusinessRuleBroken("quantity_not_positive", product_name=line.product_name)
    if exact(line.unit_price, largest=LARGEST_PRICE) < 0:
        raise BusinessRuleBroken("price_negative", product_name=line.product_name)
    _require_weighing_adds_up(line)
    return exact(line_subtotal(line.quantity, line.unit_price))


def _require_weighing_adds_up(line: LineInput) -> None:
    if exact(line.tara, 3, LARGEST_WEIGHT) < 0:
        raise BusinessRuleBroken("tare_negative", tare=line.tara)
    if line.gross is not None and exact(line.gross, 3, LARGEST_WEIGHT) - line.tara != line.quantity:
        raise BusinessRuleBroken("net_differs_from_gross", product_name=line.product_name)


def _pay(total: Decimal, payments: tuple[Payment, ...]) -> _Paid:
    """Cash that settles the total is cut to what is due, its rounding and change told; any other is kept as it is."""
    for payment in payments:
        if exact(payment.amount) <= 0:
            raise BusinessRuleBroken("payment_not_positive", method=payment.method)
    left = _left_for_cash(total, payments)
    due = payable_in_cash(left)
    tendered = _sum_of(_in_cash(payments))
    if not tendered or tendered < due:
        return _Paid(payments)
    kept = (Payment(PaymentMethod.EFECTIVO, due),) if due else ()
    return _Paid((*_not_in_cash(payments), *kept), redondeo=left - due, change=tendered - due)


def _left_for_cash(total: Decimal, payments: Iterable[Payment]) -> Decimal:
    left = total - _sum_of(_not_in_cash(payments))
    if left < 0:
        raise BusinessRuleBroken("payment_exceeds_total", excess=-left)
    return left


def _missing(total: Decimal, payments: tuple[Payment, ...]) -> Decimal:
    """What the buyer still has to hand over: in cash once some cash is there, else to the céntimo."""
    tendered = _sum_of(_in_cash(payments))
    return cash_due(total, payments) - tendered if tendered else _left_for_cash(total, payments)


def _in_cash(payments: Iterable[Payment]) -> list[Payment]:
    return [payment for payment in payments if payment.method is PaymentMethod.EFECTIVO]


def _not_in_cash(payments: Iterable[Payment]) -> list[Payment]:
    return [payment for payment in payments if payment.method is not PaymentMethod.EFECTIVO]


def _sum_of(payments: Iterable[Payment]) -> Decimal:
    return sum((payment.amount for payment in payments), ZERO)


def _sum_of_kilos(weights: Iterable[Decimal]) -> Decimal:
    return exact(sum(weights, NO_KILOS), 3, LARGEST_WEIGHT)
