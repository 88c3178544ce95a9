"""A till that has been without a line for a month: nothing is lost, and all of it goes in one go."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Final
from uuid import UUID

from avileo_pos.queries.product import ProductTile
from avileo_pos.server.business.sample import PASSWORD, ROSA
from avileo_pos.sync.state import SyncKind
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Till

DAYS: Final = 30
OPERATIONS: Final = int(os.environ.get("AVILEO_OPERATIONS", "300"))  # the whole month of a busy stall: 50000
A_WORKING_DAY: Final = timedelta(hours=10)
PRODUCTS: Final = ("Pollo entero", "Pechuga", "Gallina")


def test_a_month_without_a_line_is_sent_in_one_go(shop: Shop) -> None:
    till = shop.till(ROSA)
    till.cable.is_cut = True
    for _ in range(DAYS):
        sell_for_a_day(till, OPERATIONS // DAYS)
    waiting = till.value("SELECT count(*) FROM sync_queue WHERE status = 'pending'")
    assert waiting >= OPERATIONS // DAYS * DAYS
    assert till.value("SELECT max(attempts) FROM sync_queue") == 0

    till.cable.is_cut = False
    assert till.sync().state.kind is SyncKind.SIGNED_OUT  # a session that nobody uses lasts a week
    till.sign_in_again(ROSA.email, PASSWORD)
    state = till.sync().state
    assert (state.kind, state.waiting) == (SyncKind.ONLINE, 0)
    assert_promises_hold(shop)


def sell_for_a_day(till: Till, operations: int) -> None:
    """Mostly sales for cash, every fifth on credit; now and then a new customer, an abono, a void."""
    random = Random(operations)
    customers = [till.new_customer(f"Casera {till.clock.now:%d.%m.}")]
    a_moment = A_WORKING_DAY / operations
    for number, product in zip(range(operations - 1), cycle(map(till.product, PRODUCTS)), strict=False):
        do_something(till, number, product, customers, random)
        till.clock.go_on(a_moment)
    till.sync()
    till.clock.go_on(timedelta(days=1) - A_WORKING_DAY)


def do_something(till: Till, number: int, product: ProductTile, customers: list[UUID], random: Random) -> None:
    quantity = f"{random.randint(1, 4)}.{random.randint(0, 999):03}"
    match number % 20:
        case 3 | 7 | 11 | 15:
            till.sell(product, quantity, to=random.choice(customers), paid="1.00")
        case 9:
            till.take_abono(random.choice(customers), "4.50")
        case 13:
            customers.append(till.new_customer(f"Vecina {number}"))
        case 17:
            till.void_sale(till.sell(product, quantity).sale_id)
        case _:
            till.sell(product, quantity)
