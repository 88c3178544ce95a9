"""The third of total, price and net kilos from the other two."""

from decimal import Decimal

import pytest
from hypothesis import given

from avileo_pos.domain.calculator import solve
from avileo_pos.domain.money import CENT, line_subtotal
from avileo_pos.domain.weight import GRAM
from tests.domain.rules import refused
from tests.domain.strategies import kilos, soles

prices = soles(smallest="1.00", largest="99.99")


@given(prices, kilos(smallest="0.100"))
def test_the_total_is_what_the_line_will_cost(price: Decimal, net: Decimal) -> None:
    assert solve(price=price, net=net).total == line_subtotal(net, price)


@given(soles(smallest="1.00", largest="9999.99"), prices)
def test_the_kilos_for_so_many_soles_cost_them_but_for_half_a_gram(total: Decimal, price: Decimal) -> None:
    net = solve(total=total, price=price).net
    assert abs(net * price - total) <= price * GRAM / 2


@given(soles(smallest="1.00", largest="9999.99"), soles(smallest="0.50", largest="10.00"))
def test_up_to_ten_soles_a_kilo_the_round_trip_is_within_a_centimo(total: Decimal, price: Decimal) -> None:
    there = solve(total=total, price=price)
    assert abs(solve(price=there.price, net=there.net).total - total) <= CENT


@given(prices, kilos(smallest="1.000"))
def test_the_price_comes_back_from_the_total_of_a_kilo_or_more(price: Decimal, net: Decimal) -> None:
    total = solve(price=price, net=net).total
    assert abs(solve(total=total, net=net).price - price) <= CENT


def test_the_price_is_what_a_kilo_costs() -> None:
    assert solve(total=Decimal("232.00"), net=Decimal("14.500")).price == Decimal("16.00")


def test_the_gross_weight_is_net_and_tare() -> None:
    asked = solve(total=Decimal("10.00"), price=Decimal("8.30"), tare=Decimal("0.500"))
    assert [str(weight) for weight in (asked.net, asked.tare, asked.gross)] == ["1.205", "0.500", "1.705"]


@pytest.mark.parametrize("given_names", [(), ("total",), ("price",), ("net",), ("total", "price", "net")])
def test_two_of_three_must_be_given(given_names: tuple[str, ...]) -> None:
    with refused("calculator_needs_two"):
        solve(**dict.fromkeys(given_names, Decimal("1.00")))


@pytest.mark.parametrize("field", ["price", "net"])
@pytest.mark.parametrize("value", ["0.00", "-1.00"])
def test_nothing_is_divided_by_nothing(field: str, value: str) -> None:
    with refused("calculator_not_positive", field=field):
        solve(**{"total": Decimal("5.00"), field: Decimal(value)})


def test_an_answer_that_no_line_can_hold_is_refused() -> None:
    with refused("too_large"):
        solve(total=Decimal("9999999999.99"), net=Decimal("0.001"))


def test_a_tare_below_zero_is_refused() -> None:
    with refused("tare_negative"):
        solve(total=Decimal("5.00"), price=Decimal("1.00"), tare=Decimal("-0.001"))
