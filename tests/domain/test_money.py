"""Rounding, writing and reading soles."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.money import (
    LARGEST_AMOUNT,
    SMALLEST_COIN,
    ZERO,
    exact,
    format_soles,
    line_subtotal,
    parse_amount,
    payable_in_cash,
    round_cents,
)
from tests.domain.rules import answer_or_code, refused
from tests.domain.strategies import kilos, soles


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("1234.50", "S/ 1,234.50"),
        ("-3.00", "-S/ 3.00"),
        ("0.00", "S/ 0.00"),
        ("-0.001", "S/ 0.00"),
        ("1234567.80", "S/ 1,234,567.80"),
        ("0.005", "S/ 0.01"),
    ],
)
def test_soles_are_written_as_on_a_price_board(amount: str, written: str) -> None:
    assert format_soles(Decimal(amount)) == written


@given(soles(smallest="-9999999.99", largest="9999999.99"))
def test_what_is_written_reads_back_the_same(amount: Decimal) -> None:
    assert parse_amount(format_soles(amount)) == amount


@given(soles(largest="9999999.99"))
def test_commas_and_points_may_change_places(amount: Decimal) -> None:
    spanish = f"{amount:,.2f}".translate({ord(","): ".", ord("."): ","})
    assert parse_amount(spanish) == amount
    assert parse_amount(f"{amount:.2f}".replace(".", ",")) == amount


@given(st.text(alphabet="0123456789.,-S/ ٣", max_size=12))
def test_whatever_is_typed_gives_an_amount_or_a_reason(typed: str) -> None:
    answer = answer_or_code(lambda: parse_amount(typed))
    if isinstance(answer, str):
        assert answer in {"not_a_number", "too_many_decimals", "too_large"}
    else:
        assert answer.as_tuple().exponent == -2
        assert abs(answer) <= LARGEST_AMOUNT


@pytest.mark.parametrize(
    "typed", ["", " ", ".", ",", "-", "S/", "1e5", "NaN", "1_000", "٣", "--5", "1 000", "1.234,567,8"]
)
def test_what_is_no_number_is_said_so(typed: str) -> None:
    with refused("not_a_number", text=typed):
        parse_amount(typed)


@pytest.mark.parametrize(
    ("typed", "amount"), [("S/.12.50", "12.50"), ("S/ .5", "0.50"), ("s/3", "3.00"), ("-4", "-4.00")]
)
def test_the_currency_may_be_typed_too(typed: str, amount: str) -> None:
    assert parse_amount(typed) == Decimal(amount)


def test_more_decimals_than_asked_for_are_refused_even_when_zero() -> None:
    with refused("too_many_decimals", places=2):
        parse_amount("1.500")


def test_an_amount_may_fill_its_column_and_no_more() -> None:
    assert parse_amount("9,999,999,999.99") == LARGEST_AMOUNT
    with refused("too_large", largest=LARGEST_AMOUNT):
        parse_amount("10,000,000,000.00")


@given(kilos(), soles(smallest="0.00", largest="999.99"))
def test_a_line_is_never_off_by_more_than_half_a_centimo(quantity: Decimal, price: Decimal) -> None:
    subtotal = line_subtotal(quantity, price)
    assert subtotal.as_tuple().exponent == -2
    assert -Decimal("0.005") < subtotal - quantity * price <= Decimal("0.005")


@given(soles())
def test_cash_rounding_takes_less_than_a_coin_and_never_everything(amount: Decimal) -> None:
    due = payable_in_cash(amount)
    assert ZERO <= amount - due < SMALLEST_COIN
    assert due % SMALLEST_COIN == 0 or due == amount < SMALLEST_COIN
    assert (due == 0) == (amount == 0)


@given(soles())
def test_cash_already_rounded_is_left_alone(amount: Decimal) -> None:
    due = payable_in_cash(amount)
    assert payable_in_cash(due) == due


@pytest.mark.parametrize(
    ("value", "rounded"), [("2.185", "2.19"), ("2.1849", "2.18"), ("-2.185", "-2.19"), ("5", "5.00")]
)
def test_half_a_centimo_goes_up(value: str, rounded: str) -> None:
    assert str(round_cents(Decimal(value))) == rounded


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("0.001", "too_many_decimals"),
        ("1E-60", "too_many_decimals"),
        ("1E+60", "too_large"),
        ("-10000000000.00", "too_large"),
    ],
)
def test_a_number_that_no_column_holds_is_refused(value: str, code: str) -> None:
    with refused(code):
        exact(Decimal(value))


def test_a_number_gets_the_places_of_its_column() -> None:
    assert str(exact(Decimal("1E+1"))) == "10.00"
    assert str(exact(Decimal("1.5000"), places=3)) == "1.500"
