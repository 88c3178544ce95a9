"""A promise that is broken on purpose is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from avileo_pos.server.business.sample import CUSTOMERS, ROSA
from tests.invariants import (
    assert_businesses_stay_apart,
    assert_each_operation_has_one_effect,
    assert_money_and_grams_are_conserved,
    assert_nothing_is_lost,
    assert_status_is_what_the_queue_says,
    assert_tills_and_central_show_the_same,
)
from tests.journeys.shop import Shop
from tests.journeys.till import Till

JUANA = next(customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui")

AT_CENTRAL = {
    "the receipt of an operation is gone": ("DELETE FROM sync_operations", assert_nothing_is_lost),
    "a line of a sale is gone": ("DELETE FROM sale_items", assert_each_operation_has_one_effect),
    "a céntimo too much is owed": (
        "UPDATE customer_balances SET balance = balance + 0.01",
        assert_money_and_grams_are_conserved,
    ),
    "a gram is missing in the stock": (
        "UPDATE inventory SET quantity = quantity - 0.001",
        assert_money_and_grams_are_conserved,
    ),
    "a customer has another name": ("UPDATE customers SET name = 'Otra'", assert_tills_and_central_show_the_same),
}
AT_THE_TILL = {
    "a sale shows as waiting": (
        "UPDATE sales SET sync_status = 'pending'",
        assert_status_is_what_the_queue_says,
    ),
    "a debt was changed": (
        "UPDATE customer_balances SET balance = balance + 1",
        assert_money_and_grams_are_conserved,
    ),
    "a customer is not central's": (
        "UPDATE customers SET id = '00000000-0000-4000-8000-000000000000' WHERE name = 'Chifa Wong'",
        assert_businesses_stay_apart,
    ),
}


@pytest.fixture
def rosa(shop: Shop) -> Till:
    """Rosa has sold and sent it."""
    till = shop.till(ROSA)
    till.sell("Pollo entero", "2.000", to=JUANA, paid="5.00")
    till.sync_until_quiet()
    return till


@pytest.mark.parametrize("broken", AT_CENTRAL)
def test_what_goes_wrong_at_central_is_noticed(shop: Shop, rosa: Till, broken: str) -> None:
    statement, checker = AT_CENTRAL[broken]
    with shop.owner.transaction() as connection:
        connection.exec_driver_sql(statement)
    _assert_noticed(shop, checker)


@pytest.mark.parametrize("broken", AT_THE_TILL)
def test_what_goes_wrong_at_a_till_is_noticed(shop: Shop, rosa: Till, broken: str) -> None:
    statement, checker = AT_THE_TILL[broken]
    with rosa.replica.writing_pulled_rows() as db:
        db.exec_driver_sql(statement)
    _assert_noticed(shop, checker)


def _assert_noticed(shop: Shop, checker: Callable[[Shop], None]) -> None:
    with pytest.raises(AssertionError):
        checker(shop)
