"""Selling without central, and what becomes of it when central is there again."""

from __future__ import annotations

from decimal import Decimal

from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, ROSA
from avileo_pos.sync.state import SyncKind
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop

[JUANA] = [customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui"]


def test_a_sale_without_network_waits_and_is_sent_when_it_returns(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.cable.is_cut = True
    receipt = rosa.sell("Pollo entero", "2.450")
    away = rosa.sync().state
    assert (away.kind, away.code, away.waiting) == (SyncKind.OFFLINE, "no_route", 2)
    rosa.cable.is_cut = False
    assert rosa.sync_until_quiet().kind is SyncKind.ONLINE
    assert shop.value("SELECT total_amount FROM sales WHERE id = %(id)s", id=receipt.sale_id) == Decimal("24.01")
    assert_promises_hold(shop)


def test_being_offline_for_a_week_burns_no_attempts(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.cable.is_cut = True
    rosa.sell("Pollo entero", "2.450")
    for _ in range(100):
        shop.clock.go_on(rosa.sync().wait)
    assert {each["attempts"] for each in rosa.queue()} == {0}
    rosa.cable.is_cut = False
    assert_promises_hold(shop)


def test_an_answer_that_is_lost_after_the_commit_has_one_effect(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.sync_until_quiet()
    sold = rosa.sell("Pechuga", "1.500", to=JUANA, paid="4.00")
    rosa.cable.answers_to_lose = 1
    assert rosa.sync().state.code == "interrupted"
    assert shop.value("SELECT count(*) FROM sales WHERE id = %(id)s", id=sold.sale_id) == 1
    assert rosa.queue()[-1]["status"] == "pending"
    assert_promises_hold(shop)


def test_everything_may_be_answered_into_the_void_several_times(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    for _ in range(3):
        rosa.sell("Alas", "0.800")
        rosa.cable.answers_to_lose = 2
        rosa.sync()
        shop.clock.go_on(rosa.sync().wait)
    assert_promises_hold(shop)
    assert len(pepa.rows("SELECT id FROM sales")) == 3
