"""What a customer owes, since when, and up to which limit."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.credit import (
    AbonoBalances,
    Aging,
    Charge,
    DebtMovement,
    Movement,
    aging,
    available_credit,
    cover_oldest_first,
    cover_up_to,
    customer_debt,
    days_of_oldest_debt,
    main_method,
    may_remind_of_debt,
    require_within_limit,
    statement,
    take_abono,
)
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.sale import Payment
from tests.domain.rules import refused
from tests.domain.strategies import instants, soles

TODAY = date(2026, 11, 22)
openings = soles(smallest="-500.00", largest="500.00")
movements = st.lists(
    st.builds(
        Movement,
        id=st.uuids(),
        kind=st.sampled_from(DebtMovement),
        at=instants,
        amount=soles(largest="999.99"),
        voided=st.booleans(),
    ),
    max_size=12,
)
charges = st.lists(
    st.builds(
        Charge, on=st.dates(date(2026, 1, 1), TODAY), amount=soles(largest="999.99"), sale_id=st.uuids() | st.none()
    ),
    max_size=12,
)


@given(movements, openings)
def test_the_statement_ends_at_the_debt(moved: list[Movement], opening: Decimal) -> None:
    counted = [movement for movement in moved if not movement.voided]
    debt = customer_debt(
        opening,
        [movement.amount for movement in counted if movement.kind is DebtMovement.VENTA],
        [movement.amount for movement in counted if movement.kind is DebtMovement.ABONO],
    )
    rows = statement(moved, opening)
    assert (rows[-1].balance if rows else opening) == debt


@given(movements, openings)
def test_the_statement_shows_every_movement_in_its_time(moved: list[Movement], opening: Decimal) -> None:
    rows = statement(moved, opening)
    assert sorted(moved, key=lambda movement: (movement.at, movement.id)) == [row.movement for row in rows]
    before = [opening, *(row.balance for row in rows)]
    assert [after - earlier for earlier, after in pairwise(before)] == [row.movement.change for row in rows]


def test_a_voided_sale_is_shown_and_not_owed() -> None:
    at = datetime(2026, 11, 22, 15, tzinfo=UTC)
    sold = Movement(UUID(int=1), DebtMovement.VENTA, at, Decimal("30.00"))
    voided = Movement(UUID(int=2), DebtMovement.VENTA, at + timedelta(hours=1), Decimal("99.00"), voided=True)
    paid = Movement(UUID(int=3), DebtMovement.ABONO, at + timedelta(hours=2), Decimal("50.00"))
    rows = statement([paid, voided, sold], opening=Decimal("10.00"))
    assert [row.movement for row in rows] == [sold, voided, paid]
    assert [row.balance for row in rows] == [Decimal("40.00"), Decimal("40.00"), Decimal("-10.00")]


@given(charges, soles(largest="9999.99"), openings)
def test_what_abonos_cover_adds_up_to_what_was_paid(owed: list[Charge], paid: Decimal, opening: Decimal) -> None:
    coverage = cover_oldest_first([Charge(date(2025, 12, 31), opening), *owed], paid)
    paid_by_opening = max(-opening, ZERO)
    assert sum(charge.covered for charge in coverage.charges) + coverage.in_favour == paid + paid_by_opening
    assert coverage.debt == customer_debt(opening, [charge.amount for charge in owed], [paid])
    assert all(ZERO <= charge.covered <= charge.charge.amount for charge in coverage.charges)
    assert coverage.in_favour >= 0
    assert coverage.in_favour == 0 or all(charge.open == 0 for charge in coverage.charges)


@given(charges, soles(largest="9999.99"))
def test_nothing_newer_is_covered_while_something_older_is_open(owed: list[Charge], paid: Decimal) -> None:
    covered = cover_oldest_first(owed, paid).charges
    assert [charge.charge.on for charge in covered] == sorted(charge.on for charge in owed)
    for older, newer in pairwise(covered):
        assert older.open == 0 or newer.covered == 0


def test_the_opening_balance_is_older_than_the_sales_of_its_date() -> None:
    sale, opening = Charge(TODAY, Decimal("10.00"), UUID(int=1)), Charge(TODAY, Decimal("20.00"))
    covered = cover_oldest_first([sale, opening], Decimal("25.00")).charges
    assert [(charge.charge, charge.open) for charge in covered] == [(opening, ZERO), (sale, Decimal("5.00"))]


@given(charges, soles(largest="9999.99"))
def test_a_balance_tells_what_is_open_as_the_abonos_do(owed: list[Charge], paid: Decimal) -> None:
    by_abonos = cover_oldest_first(owed, paid)
    assert cover_up_to(by_abonos.debt, owed, TODAY) == by_abonos


def test_what_a_balance_holds_beyond_every_charge_is_owed_since_today() -> None:
    coverage = cover_up_to(Decimal("30.00"), [Charge(TODAY - timedelta(days=40), Decimal("10.00"))], TODAY)
    assert aging(coverage, TODAY) == Aging(days_0_to_7=Decimal("20.00"), over_30_days=Decimal("10.00"))


def test_aging_puts_each_open_debt_under_its_days() -> None:
    owed = {0: "1.00", 7: "2.00", 8: "4.00", 15: "8.00", 16: "16.00", 30: "32.00", 31: "64.00", 900: "128.00"}
    coverage = cover_oldest_first(days_ago(owed), ZERO)
    assert aging(coverage, TODAY) == Aging(Decimal("3.00"), Decimal("12.00"), Decimal("48.00"), Decimal("192.00"))
    assert days_of_oldest_debt(coverage, TODAY) == 900


def days_ago(owed: dict[int, str]) -> list[Charge]:
    return [
        Charge(TODAY - timedelta(days), Decimal(amount), UUID(int=number))
        for number, (days, amount) in enumerate(owed.items())
    ]


@given(charges, soles(largest="9999.99"))
def test_aging_holds_all_that_is_open(owed: list[Charge], paid: Decimal) -> None:
    coverage = cover_oldest_first(owed, paid)
    assert aging(coverage, TODAY).total == max(coverage.debt, ZERO)


def test_the_oldest_debt_is_the_oldest_still_open() -> None:
    owed = days_ago({40: "10.00", 12: "10.00", 3: "10.00"})
    assert days_of_oldest_debt(cover_oldest_first(owed, Decimal("9.99")), TODAY) == 40
    assert days_of_oldest_debt(cover_oldest_first(owed, Decimal("10.00")), TODAY) == 12
    assert days_of_oldest_debt(cover_oldest_first(owed, Decimal("30.00")), TODAY) is None


def test_a_sale_dated_tomorrow_by_a_fast_clock_is_owed_for_no_days() -> None:
    coverage = cover_oldest_first([Charge(TODAY + timedelta(1), Decimal("5.00"), UUID(int=1))], ZERO)
    assert days_of_oldest_debt(coverage, TODAY) == 0
    assert aging(coverage, TODAY).days_0_to_7 == Decimal("5.00")


def test_two_yapeos_pay_a_debt_of_nine_hundred() -> None:
    paid = yapeos("500.00", "400.00")
    assert take_abono(Decimal("900.00"), paid) == AbonoBalances(Decimal("900.00"), Decimal("900.00"))
    assert take_abono(Decimal("900.00"), paid).saldo_nuevo == ZERO


def test_an_abono_needs_no_debt_and_leaves_a_saldo_a_favor() -> None:
    assert take_abono(ZERO, yapeos("15.00")).saldo_nuevo == Decimal("-15.00")


def yapeos(*amounts: str) -> Sequence[Payment]:
    return [Payment(PaymentMethod.YAPE, Decimal(amount)) for amount in amounts]


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ((), "abono_is_empty"),
        (("0.00",), "payment_not_positive"),
        (("5.00", "-1.00"), "payment_not_positive"),
        (("5.001",), "too_many_decimals"),
        (("9999999999.99", "0.01"), "too_large"),
    ],
)
def test_an_abono_is_some_amount_above_nothing(amounts: tuple[str, ...], code: str) -> None:
    with refused(code):
        take_abono(Decimal("10.00"), yapeos(*amounts))


def test_an_abono_is_named_after_its_largest_part() -> None:
    parts = [
        Payment(PaymentMethod.EFECTIVO, Decimal("20.00")),
        Payment(PaymentMethod.PLIN, Decimal("15.00")),
        Payment(PaymentMethod.PLIN, Decimal("15.00")),
    ]
    assert main_method(parts) is PaymentMethod.PLIN


@given(soles(largest="500.00"), openings, soles(largest="500.00"))
def test_what_is_available_is_just_what_may_be_sold(limit: Decimal, debt: Decimal, wanted: Decimal) -> None:
    available = available_credit(limit, debt)
    assert available is not None
    assert available >= 0
    if wanted <= available:
        require_within_limit(limit, debt, wanted)
    else:
        with refused("over_credit_limit", limit=limit, debt=debt, excess=debt + wanted - limit):
            require_within_limit(limit, debt, wanted)


def test_a_customer_without_a_limit_has_none() -> None:
    assert available_credit(None, Decimal("99999.00")) is None
    require_within_limit(None, Decimal("99999.00"), Decimal("99999.00"))


def test_who_is_over_the_limit_may_still_pay_at_once() -> None:
    require_within_limit(Decimal("50.00"), Decimal("80.00"), ZERO)


@pytest.mark.parametrize(
    ("utc", "allowed"),
    [
        (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 0, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 28, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 29, 15, 0, tzinfo=UTC), False),
    ],
)
def test_debts_are_claimed_on_weekdays_from_seven_to_eight_at_night(utc: datetime, allowed: bool) -> None:
    assert may_remind_of_debt(utc) is allowed
