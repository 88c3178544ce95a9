"""How a sale is settled, without any widget."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from avileo_pos.desktop.screens.sale.charge import Charge, Way, start_of
from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.sale import LineInput, Payment

EFECTIVO, YAPE, PLIN = PaymentMethod.EFECTIVO, PaymentMethod.YAPE, PaymentMethod.PLIN
LINES = (LineInput(UUID(int=1), "Pollo entero", ProductUnit.KG, Decimal("1.017"), Decimal("9.80")),)
CHARGE = Charge(LINES, has_customer=True)
TOTAL = Decimal("9.97")


def paying(way: Way = Way.CONTADO, **amounts: str) -> Charge:
    payments = tuple(Payment(PaymentMethod(method), Decimal(amount)) for method, amount in amounts.items())
    return Charge(LINES, has_customer=True, way=way, payments=payments)


def test_contado_begins_with_the_exact_cash() -> None:
    assert start_of(CHARGE)[EFECTIVO] == Decimal("9.90")


def test_on_credit_nothing_is_paid_yet() -> None:
    assert set(start_of(paying(Way.CREDITO)).values()) == {None}
    assert paying(Way.CREDITO).priced().balance_due == TOTAL


def test_a_part_paid_makes_it_a_credit_sale() -> None:
    part = paying(Way.MIXTO, efectivo="5.00")
    assert (part.sale_type, part.priced().balance_due) == (SaleType.CREDITO, Decimal("4.97"))


def test_one_press_pays_all_by_yape_to_the_centimo() -> None:
    amounts = paying(efectivo="9.90").rest_by(YAPE)
    assert {method: amount for method, amount in amounts.items() if amount} == {YAPE: TOTAL}


def test_yape_pays_what_the_cash_leaves() -> None:
    assert paying(efectivo="5.00").rest_by(YAPE) == {YAPE: Decimal("4.97")}


def test_cash_pays_what_yape_leaves_rounded_in_the_buyers_favour() -> None:
    assert paying(yape="5.00").rest_by(EFECTIVO) == {EFECTIVO: Decimal("4.90")}


def test_a_method_pays_all_where_another_has_paid_all() -> None:
    amounts = paying(yape="9.97").rest_by(PLIN)
    assert {method: amount for method, amount in amounts.items() if amount} == {PLIN: TOTAL}
