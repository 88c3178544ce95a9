"""What a sale costs, how it is paid and what stays owing."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.money import LARGEST_AMOUNT, LARGEST_PRICE, SMALLEST_COIN, ZERO, payable_in_cash
from avileo_pos.domain.sale import MOST_LINES, LineInput, Payment, PricedSale, cash_due, price_sale, totals_by_method
from avileo_pos.domain.weight import LARGEST_WEIGHT
from tests.domain.rules import answer_or_code, refused
from tests.domain.strategies import kilos, not_cash, soles

EFECTIVO, YAPE, PLIN = PaymentMethod.EFECTIVO, PaymentMethod.YAPE, PaymentMethod.PLIN
CONTADO, CREDITO = SaleType.CONTADO, SaleType.CREDITO


@st.composite
def weighed_lines(draw: st.DrawFn) -> LineInput:
    net, tara = draw(kilos()), draw(kilos(smallest="0.000", largest="20.000"))
    gross = draw(st.sampled_from([None, net + tara]))
    return LineInput(draw(st.uuids()), "Pollo", ProductUnit.KG, net, draw(soles(largest="99.99")), gross, tara)


@st.composite
def counted_lines(draw: st.DrawFn) -> LineInput:
    units = Decimal(draw(st.integers(1, 500)))
    return LineInput(draw(st.uuids()), "Huevo", ProductUnit.UNIDAD, units, draw(soles(largest="99.99")))


lines = st.lists(weighed_lines() | counted_lines(), min_size=1, max_size=6)
payments = st.lists(st.builds(Payment, st.sampled_from(PaymentMethod), soles(smallest="0.01")), max_size=4)


@given(st.sampled_from(SaleType), lines, payments)
def test_whatever_is_sold_and_paid_the_books_add_up(
    sale_type: SaleType, sold: list[LineInput], offered: list[Payment]
) -> None:
    answer = answer_or_code(lambda: price_sale(sale_type, sold, offered, has_customer=True))
    if isinstance(answer, str):
        assert answer in {"payment_too_small", "payment_exceeds_total"}
    else:
        assert_books_add_up(answer, sold, offered)


@given(st.sampled_from(SaleType), lines, st.data())
def test_a_sale_settled_partly_in_cash_adds_up_too(
    sale_type: SaleType, sold: list[LineInput], data: st.DataObject
) -> None:
    total = price_sale(CREDITO, sold, (), has_customer=True).total_amount
    share = data.draw(st.decimals(0, 1, places=2))
    offered = [Payment(YAPE, amount) for amount in [(total * share).quantize(Decimal("0.01"))] if amount]
    due = cash_due(total, offered)
    extra = data.draw(soles(largest="200.00"))
    if due + extra:
        offered.append(Payment(EFECTIVO, due + extra))
    sale = price_sale(sale_type, sold, offered, has_customer=True)
    assert_books_add_up(sale, sold, offered)
    assert sale.balance_due == ZERO
    assert sale.change == extra
    assert totals_by_method(sale.payments)[EFECTIVO] == due


def assert_books_add_up(sale: PricedSale, sold: Sequence[LineInput], offered: Sequence[Payment]) -> None:
    assert sale.total_amount == sum(line.subtotal for line in sale.lines)
    assert tuple(line.line for line in sale.lines) == tuple(sold)
    assert sale.amount_paid == sum(payment.amount for payment in sale.payments)
    assert sale.balance_due == sale.total_amount - sale.redondeo - sale.amount_paid
    assert sale.balance_due >= 0
    assert sum(payment.amount for payment in offered) == sale.amount_paid + sale.change
    assert ZERO <= sale.redondeo < SMALLEST_COIN
    paid_in_cash = any(payment.method is EFECTIVO for payment in sale.payments)
    assert paid_in_cash or sale.redondeo == 0
    assert sale.balance_due == 0 or sale.redondeo == sale.change == 0
    assert all(payment.amount > 0 for payment in sale.payments)
    weighed = [line for line in sold if line.unit is ProductUnit.KG]
    assert sale.net_weight == sum(line.quantity for line in weighed)
    assert sale.tara == sum(line.tara for line in weighed)
    assert sale.net_weight.as_tuple().exponent == sale.tara.as_tuple().exponent == -3


@given(lines, not_cash)
def test_what_is_not_cash_is_exact(sold: list[LineInput], method: PaymentMethod) -> None:
    total = price_sale(CREDITO, sold, (), has_customer=True).total_amount
    exact_payment = (Payment(method, total),) if total else ()
    sale = price_sale(CONTADO, sold, exact_payment, has_customer=False)
    assert (sale.payments, sale.redondeo, sale.change) == (exact_payment, ZERO, ZERO)


@given(soles(smallest="0.02"), st.data())
def test_the_charge_screen_asks_for_the_cash_that_settles(total: Decimal, data: st.DataObject) -> None:
    by_yape = data.draw(soles(smallest="0.01", largest=str(total)))
    due = cash_due(total, [Payment(YAPE, by_yape), Payment(EFECTIVO, Decimal("3.00"))])
    assert due == payable_in_cash(total - by_yape)


@pytest.mark.parametrize(
    ("quantity", "price", "subtotal"),
    [("0.575", "3.80", "2.19"), ("0.625", "8.30", "5.19"), ("14.500", "16.00", "232.00")],
)
def test_a_line_costs_its_kilos_times_its_price(quantity: str, price: str, subtotal: str) -> None:
    sale = one_line(Decimal(price), Decimal(quantity))
    assert [line.subtotal for line in sale.lines] == [Decimal(subtotal)]
    assert (sale.total_amount, sale.net_weight) == (Decimal(subtotal), Decimal(quantity))


def one_line(
    price: Decimal,
    quantity: Decimal = Decimal("1.000"),
    offered: Sequence[Payment] = (),
    sale_type: SaleType = CREDITO,
    has_customer: bool = True,
) -> PricedSale:
    line = LineInput(UUID(int=7), "Pollo entero", ProductUnit.KG, quantity, price)
    return price_sale(sale_type, [line], offered, has_customer)


def test_change_is_taken_out_of_the_stored_cash() -> None:
    offered = [
        Payment(EFECTIVO, Decimal("10.00")),
        Payment(YAPE, Decimal("5.00"), "042"),
        Payment(EFECTIVO, Decimal("10.00")),
    ]
    sale = one_line(Decimal("20.00"), offered=offered, sale_type=CONTADO)
    assert sale.payments == (Payment(YAPE, Decimal("5.00"), "042"), Payment(EFECTIVO, Decimal("15.00")))
    assert sale.change == Decimal("5.00")


def test_cash_for_what_yape_has_paid_already_is_all_given_back() -> None:
    offered = [Payment(YAPE, Decimal("9.96")), Payment(EFECTIVO, Decimal("5.00"))]
    sale = one_line(Decimal("9.96"), offered=offered, sale_type=CONTADO)
    assert sale.payments == (Payment(YAPE, Decimal("9.96")),)
    assert (sale.change, sale.redondeo) == (Decimal("5.00"), ZERO)


def test_a_part_payment_on_credit_keeps_its_references_and_order() -> None:
    offered = (Payment(EFECTIVO, Decimal("5.00")), Payment(PLIN, Decimal("2.00"), "881"))
    assert one_line(Decimal("9.96"), offered=offered).payments == offered


def test_an_empty_sale_is_refused() -> None:
    with refused("sale_is_empty"):
        price_sale(CONTADO, [], [], has_customer=True)


def test_nobody_buys_on_credit_without_a_name() -> None:
    with refused("customer_required"):
        one_line(Decimal("9.96"), sale_type=CREDITO, has_customer=False)
    settled = (Payment(YAPE, Decimal("9.96")),)
    with refused("customer_required"):
        one_line(Decimal("9.96"), offered=settled, sale_type=CREDITO, has_customer=False)
    assert one_line(Decimal("9.96"), offered=settled, sale_type=CONTADO, has_customer=False).balance_due == 0


def test_two_apps_together_may_not_exceed_the_total() -> None:
    with refused("payment_exceeds_total", excess=Decimal("0.04")):
        one_line(Decimal("9.96"), offered=[Payment(YAPE, Decimal("5.00")), Payment(PLIN, Decimal("5.00"))])


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_a_payment_is_more_than_nothing(amount: str) -> None:
    with refused("payment_not_positive", method=EFECTIVO):
        one_line(Decimal("9.96"), offered=[Payment(EFECTIVO, Decimal(amount))])


def test_a_payment_has_no_tenths_of_a_centimo() -> None:
    with refused("too_many_decimals", places=2):
        one_line(Decimal("9.96"), offered=[Payment(YAPE, Decimal("5.001"))])


@pytest.mark.parametrize("quantity", ["0.000", "-1.000"])
def test_a_line_sells_more_than_nothing(quantity: str) -> None:
    with refused("quantity_not_positive", product_name="Pollo entero"):
        one_line(Decimal("9.00"), Decimal(quantity))


def test_a_line_may_be_given_away_but_not_paid_for_by_the_shop() -> None:
    assert one_line(ZERO, sale_type=CONTADO).total_amount == ZERO
    with refused("price_negative", product_name="Pollo entero"):
        one_line(Decimal("-0.01"))


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("1.0001", "9.00", "too_many_decimals"),
        ("1.000", "9.001", "too_many_decimals"),
        ("NaN", "9.00", "not_a_number"),
        (str(LARGEST_WEIGHT + 1), "9.00", "too_large"),
        ("1.000", str(LARGEST_PRICE + 1), "too_large"),
        (str(LARGEST_WEIGHT), str(LARGEST_PRICE), "too_large"),
    ],
)
def test_a_line_that_no_column_holds_is_refused(quantity: str, price: str, code: str) -> None:
    with refused(code):
        one_line(Decimal(price), Decimal(quantity))


@pytest.mark.parametrize(("quantity", "tara"), [("1.0001", "0.000"), ("1.000", "0.0001")])
def test_what_is_sold_by_the_piece_is_exact_too(quantity: str, tara: str) -> None:
    line = LineInput(UUID(int=8), "Huevo", ProductUnit.UNIDAD, Decimal(quantity), Decimal("0.50"), tara=Decimal(tara))
    with refused("too_many_decimals", places=3):
        price_sale(CREDITO, [line], [], has_customer=True)


def test_lines_that_fit_may_make_a_total_that_does_not() -> None:
    line = LineInput(UUID(int=7), "Oro", ProductUnit.KG, Decimal("100.000"), LARGEST_PRICE)
    assert price_sale(CREDITO, [line], [], has_customer=True).total_amount < LARGEST_AMOUNT
    with refused("too_large", largest=LARGEST_AMOUNT):
        price_sale(CREDITO, [line, line], [], has_customer=True)


def test_a_sale_has_no_more_lines_than_central_takes() -> None:
    line = LineInput(UUID(int=7), "Pollo", ProductUnit.KG, Decimal("1.000"), Decimal("9.00"))
    assert len(price_sale(CREDITO, [line] * MOST_LINES, [], has_customer=True).lines) == MOST_LINES
    with refused("too_many_lines", most=MOST_LINES):
        price_sale(CREDITO, [line] * (MOST_LINES + 1), [], has_customer=True)


def test_gross_less_tare_must_be_what_is_sold() -> None:
    line = LineInput(
        UUID(int=7), "Pollo", ProductUnit.KG, Decimal("14.500"), Decimal("9.00"), Decimal("15.000"), Decimal("0.400")
    )
    with refused("net_differs_from_gross", product_name="Pollo"):
        price_sale(CREDITO, [line], [], has_customer=True)


def test_a_gross_weight_that_no_column_holds_is_refused() -> None:
    line = LineInput(
        UUID(int=7), "Pollo", ProductUnit.KG, LARGEST_WEIGHT, ZERO, gross=LARGEST_WEIGHT + 1, tara=Decimal("1.000")
    )
    with refused("too_large", largest=LARGEST_WEIGHT):
        price_sale(CREDITO, [line], [], has_customer=True)


def test_a_tare_below_zero_is_refused() -> None:
    line = LineInput(UUID(int=7), "Pollo", ProductUnit.KG, Decimal("1.000"), Decimal("9.00"), tara=Decimal("-0.100"))
    with refused("tare_negative"):
        price_sale(CREDITO, [line], [], has_customer=True)


def test_totals_by_method_name_every_method() -> None:
    paid = [Payment(YAPE, Decimal("5.00")), Payment(YAPE, Decimal("2.50")), Payment(EFECTIVO, Decimal("1.00"))]
    assert totals_by_method(paid) == {
        PaymentMethod.EFECTIVO: Decimal("1.00"),
        PaymentMethod.YAPE: Decimal("7.50"),
        PaymentMethod.PLIN: ZERO,
        PaymentMethod.TRANSFERENCIA: ZERO,
    }
