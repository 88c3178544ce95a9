"""The drawer: what it should hold and what was counted."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.closing import DENOMINATIONS, CashCount, CashFlow, count_cash, require_explained
from avileo_pos.domain.money import ZERO, payable_in_cash
from tests.domain.rules import refused
from tests.domain.strategies import soles


def test_the_drawer_holds_what_entered_less_what_left() -> None:
    flow = CashFlow(
        opening_float=Decimal("100.00"),
        sales=Decimal("1000.00"),
        abonos=Decimal("200.00"),
        ingresos=Decimal("50.00"),
        gastos=Decimal("8.00"),
        retiros=Decimal("300.00"),
        refunds=Decimal("20.00"),
    )
    assert flow.expected == Decimal("1022.00")


def test_a_session_with_nothing_in_it_expects_nothing() -> None:
    assert CashFlow().expected == ZERO


def test_the_coins_and_notes_of_peru_are_counted() -> None:
    values = "0.10 0.20 0.50 1.00 2.00 5.00 10.00 20.00 50.00 100.00 200.00"
    assert [str(denomination) for denomination in DENOMINATIONS] == values.split()
    assert count_cash(dict.fromkeys(DENOMINATIONS, 1)) == Decimal("388.80")
    assert count_cash({Decimal("0.2"): 3, Decimal("50"): 2}) == Decimal("100.60")
    assert count_cash({}) == ZERO


@given(soles(smallest="0.10", largest="2000.00"))
def test_every_cash_price_can_be_paid_with_coins_and_notes(amount: Decimal) -> None:
    due = payable_in_cash(amount)
    pieces, left = {}, due
    for denomination in reversed(DENOMINATIONS):
        pieces[denomination], left = int(left // denomination), left % denomination
    assert count_cash(pieces) == due


@given(st.dictionaries(st.sampled_from(DENOMINATIONS), st.integers(0, 500)))
def test_a_count_is_the_sum_of_its_pieces(pieces: dict[Decimal, int]) -> None:
    each = [count_cash({denomination: count}) for denomination, count in pieces.items()]
    assert count_cash(pieces) == sum(each)


def test_what_is_no_money_is_not_counted() -> None:
    with refused("unknown_denomination", denomination=Decimal("0.05")):
        count_cash({Decimal("0.05"): 1})
    with refused("negative_count", denomination=Decimal("5.00")):
        count_cash({Decimal("5.00"): -1})


@pytest.mark.parametrize(("counted", "difference"), [("99.90", "-0.10"), ("120.00", "20.00")])
def test_a_difference_needs_a_reason(counted: str, difference: str) -> None:
    count = CashCount(expected=Decimal("100.00"), counted=Decimal(counted))
    assert count.difference == Decimal(difference)
    with refused("difference_needs_reason", soles=Decimal(difference)):
        require_explained(count, "\t ")
    assert require_explained(count, "di vuelto de más ") == "di vuelto de más"


def test_an_exact_count_needs_no_reason() -> None:
    assert require_explained(CashCount(Decimal("100.00"), Decimal("100.00")), "") == ""
