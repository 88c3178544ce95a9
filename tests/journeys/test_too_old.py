"""A till whose program is older than central takes goes on selling, and all the rest goes once it is up to date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.sync.state import SyncKind
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop


@pytest.mark.parametrize("silence", [timedelta(), timedelta(days=3)])
def test_sales_are_sent_by_an_older_program_and_edits_wait_for_the_update(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, silence: timedelta
) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    shop.sync_all()
    monkeypatch.setattr("avileo_pos.server.routes.sync.OLDEST_PROTOCOL", 2)
    shop.clock.go_on(silence)
    sold = rosa.sell("Pollo entero", "2.450")
    customer = pepa.new_customer("Rosa")
    pepa.edit_customer(customer, phone="987654321")
    for _ in range(9):
        assert {till.sync().state.kind for till in (rosa, pepa)} == {SyncKind.TOO_OLD}
        shop.clock.go_on(timedelta(minutes=5))
    assert shop.value("SELECT count(*) FROM sales WHERE id = %(id)s", id=sold.sale_id) == 1
    assert [each["status"] for till in (rosa, pepa) for each in till.queue()[-1:]] == ["acked", "pending"]
    assert {each["attempts"] for till in (rosa, pepa) for each in till.queue()} == {0}
    monkeypatch.undo()
    assert_promises_hold(shop)
