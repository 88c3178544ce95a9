"""Figures that no single paper could tell: somebody's slip keeps nobody from selling, paying and closing."""

from __future__ import annotations

from avileo_pos.domain.money import LARGEST_AMOUNT
from avileo_pos.domain.weight import LARGEST_WEIGHT
from avileo_pos.queries.cash_session import cash_report, open_cash_session_of
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.sync.state import SyncKind
from avileo_pos.usecases.cash_session import CloseCashSession, close_cash_session
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop

SLIPS = 110  # of a weight typed without its point, as many as make a debt beyond any amount


def test_slips_of_the_scale_keep_nobody_from_selling_paying_and_closing(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    juana = rosa.new_customer("Juana")
    shop.sync_all()
    slips = [rosa.sell("Pollo entero", str(LARGEST_WEIGHT), to=juana, paid="0.00") for _ in range(SLIPS)]
    shop.sync_all()
    pepa.sell("Pollo entero", "2.000", to=juana, paid="0.00")
    assert (pepa.take_abono(juana, "5.00").saldo_anterior or 0) > LARGEST_AMOUNT
    session = rosa.ask(open_cash_session_of)
    assert session is not None
    rosa.do(close_cash_session, CloseCashSession(session.id, rosa.ask(cash_report, session.id).cash.expected))
    shop.sync_all()
    assert {till.sync().state.kind for till in shop.tills} == {SyncKind.ONLINE}
    assert_promises_hold(shop)
    for slip in slips:
        pepa.void_sale(slip.sale_id)
    assert_promises_hold(shop)
    assert pepa.debt_of(juana) < 100
