"""What adds up beyond what one paper may say is kept to the last céntimo and gram, and keeps nobody from selling."""

from __future__ import annotations

from avileo_pos.domain.sale import MOST_LINES
from tests.server.sync_central import TestCentral, stored
from tests.server.test_derived import require_sound

LARGEST_SOLES = 10**12 - 1
LARGEST_KILOS = 10**10 - 1


def test_who_owes_the_largest_amount_may_owe_more(central: TestCentral, pollo: str) -> None:
    rosa = stored(central, central.ana.customer("Rosa", opening_balance=LARGEST_SOLES))
    sale = central.beto.sale([pollo], rosa, paid=0)
    assert central.beto.statuses(sale) == ["applied"]
    abono = central.beto.abono(rosa, 100, balance_before=LARGEST_SOLES + 2125)
    assert central.beto.statuses(abono) == ["applied"]
    assert central.ana.statuses(central.ana.void(sale)) == ["applied"]
    require_sound(central)


def test_a_weight_that_was_mistyped_keeps_nobody_from_selling_the_same(central: TestCentral, pollo: str) -> None:
    distribucion = central.ana.distribucion(central.members["Beto"])
    assert central.ana.statuses(distribucion) == ["applied"]
    where = distribucion["entity_id"]
    mistyped = [central.beto.sale([pollo], grams=LARGEST_KILOS, distribucion_id=where) for _ in range(2)]
    right = central.beto.sale([pollo], distribucion_id=where)
    assert central.beto.statuses(*mistyped) == ["applied", "applied"]
    assert central.beto.statuses(right) == ["applied"]
    assert central.ana.statuses(*map(central.ana.void, mistyped)) == ["applied", "applied"]
    assert central.value("SELECT quantity FROM inventory") == -2.5
    require_sound(central)


def test_a_sale_of_as_many_lines_as_a_till_lets_in_is_taken_and_voided(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo] * MOST_LINES)
    assert central.beto.statuses(sale, central.beto.void(sale)) == ["applied", "applied"]
    require_sound(central)


def test_an_opening_balance_may_go_from_one_end_to_the_other(central: TestCentral) -> None:
    rosa = stored(central, central.ana.customer("Rosa", opening_balance=LARGEST_SOLES))
    turned = central.ana.patch("customers", rosa, opening_balance=(LARGEST_SOLES, -LARGEST_SOLES))
    assert central.ana.statuses(turned) == ["applied"]
    require_sound(central)


def test_a_turn_of_two_largest_sales_is_closed(central: TestCentral) -> None:
    session = central.beto.cash_session()
    closing = {
        "closed_at": (None, "2026-11-22T23:00:00.000000Z"),
        "counted_cash": (None, 0),
        "expected_cash": (None, 2 * LARGEST_SOLES),
        "difference_reason": (None, "se tecleó un peso de más"),
    }
    closed = central.beto.patch("cash_sessions", session["entity_id"], **closing)
    assert central.beto.statuses(session, closed) == ["applied", "applied"]
