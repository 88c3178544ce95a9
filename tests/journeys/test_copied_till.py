"""A till's file goes back to an older state, or is used twice: the drawer and the cart that were open stay as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from avileo_pos.domain.enums import BusinessUserRole, PaymentMethod, SaleType
from avileo_pos.domain.sale import Payment
from avileo_pos.queries.cash_session import cash_report, open_cash_session_id
from avileo_pos.queries.receipt import SaleReceipt, sale_receipt
from avileo_pos.queries.sale import last_sale
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ROSA
from avileo_pos.usecases.cash_session import CloseCashSession, close_cash_session
from avileo_pos.usecases.queue import DiscardOperation, discard_operation
from avileo_pos.usecases.sale import RegisterSale, SaleLine, register_sale
from tests.invariants import assert_promises_hold, assert_tills_and_central_show_the_same
from tests.journeys.shop import Shop
from tests.journeys.till import Till


def test_the_turn_goes_on_after_the_file_went_back_and_the_till_became_another_device(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    drawer, device = rosa.ask(open_cash_session_id), rosa.device_id
    older = rosa.copy_file("older.db")
    rosa.sell("Alas", "1.000")
    rosa.sync_until_quiet()
    rosa.go_back_to(older)
    rosa.sell("Gallina", "1.000")
    rosa.sync_until_quiet()
    assert rosa.device_id != device
    assert rosa.ask(open_cash_session_id) == drawer
    rosa.sell("Pechuga", "1.000")
    assert_promises_hold(shop)
    assert sales_of_turns(shop) == {drawer: 3}
    assert rosa.ask(cash_report, drawer).sales.count == 3


def test_a_turn_that_was_begun_after_the_older_file_comes_back_from_central(shop: Shop) -> None:
    rosa = shop.new_till()
    rosa.sign_in(ROSA.email, sample.PASSWORD)
    rosa.sync_until_quiet()
    older = rosa.copy_file("older.db")
    drawer = rosa.open_drawer()
    rosa.sell("Alas", "1.000")
    rosa.sync_until_quiet()
    rosa.go_back_to(older)
    rosa.new_customer("Bodega Nueva")
    assert rosa.ask(open_cash_session_id) is None
    rosa.sync_until_quiet()
    assert rosa.ask(open_cash_session_id) == drawer
    assert_promises_hold(shop)


def test_of_two_turns_the_later_goes_on_first_and_then_the_earlier(shop: Shop) -> None:
    rosa = shop.new_till()
    rosa.sign_in(ROSA.email, sample.PASSWORD)
    rosa.sync_until_quiet()
    older = rosa.copy_file("older.db")
    earlier = rosa.open_drawer()
    rosa.sync_until_quiet()
    rosa.go_back_to(older)
    shop.clock.go_on(timedelta(hours=1))
    later = rosa.open_drawer()
    rosa.sync_until_quiet()
    assert rosa.ask(open_cash_session_id) == later
    count(rosa, later)
    assert rosa.ask(open_cash_session_id) == earlier
    assert_promises_hold(shop)


def test_a_copy_and_its_original_share_the_turn_that_was_open_and_nothing_after_it(shop: Shop) -> None:
    original = shop.till(ROSA)
    drawer = original.ask(open_cash_session_id)
    assert drawer is not None
    copy = copied(shop, original)
    sold = original.sell("Alas", "1.000")
    original.sync_until_quiet()
    copy.sell("Gallina", "1.000")
    shop.sync_all()
    assert copy.device_id != original.device_id
    assert copy.ask(open_cash_session_id) == original.ask(open_cash_session_id) == drawer
    shop.clock.go_on(timedelta(hours=8))
    count(original, drawer)
    late = copy.sell("Pechuga", "1.000")  # it has not heard yet that the turn is over
    shop.sync_all()
    assert copy.ask(open_cash_session_id) is None
    tomorrow = original.open_drawer()
    shop.sync_all()
    assert (original.ask(open_cash_session_id), copy.ask(open_cash_session_id)) == (tomorrow, None)
    own = copy.open_drawer()
    assert_promises_hold(shop)
    assert sales_of_turns(shop) == {drawer: 3}
    assert (original.ask(open_cash_session_id), copy.ask(open_cash_session_id)) == (tomorrow, own)
    assert (last_number(original), last_number(copy)) == (sold.number, late.number)


def test_a_cart_that_an_older_file_brought_back_is_one_sale_though_it_is_charged_again(shop: Shop) -> None:
    rosa, cart = shop.till(ROSA), uuid4()
    before = rosa.stock()
    older = rosa.copy_file("older.db")
    sold = charge(rosa, cart)
    rosa.sync_until_quiet()
    once = rosa.stock()
    rosa.go_back_to(older)
    charge(rosa, cart)
    rosa.sync_until_quiet()
    assert rosa.ask(sale_receipt, cart).lines == sold.lines
    assert rosa.ask(cash_report, turn_of(rosa)).sales.total == sold.total_amount
    assert rosa.stock() == once
    assert_tills_and_central_show_the_same(shop)
    rosa.void_sale(cart)
    rosa.sync_until_quiet()
    assert rosa.stock() == before
    assert_tills_and_central_show_the_same(shop)


def test_what_was_charged_again_and_voided_before_central_told_of_it_returns_once(shop: Shop) -> None:
    rosa, cart = shop.till(ROSA), uuid4()
    before = rosa.stock()
    older = rosa.copy_file("older.db")
    charge(rosa, cart)
    rosa.sync_until_quiet()
    rosa.go_back_to(older)
    charge(rosa, cart)
    rosa.void_sale(cart)
    rosa.sync_until_quiet()
    assert rosa.stock() == before
    assert_tills_and_central_show_the_same(shop)


def test_what_was_sold_from_the_same_cart_to_the_next_in_line_waits_for_a_person(shop: Shop) -> None:
    rosa, cart = shop.till(ROSA), uuid4()
    older = rosa.copy_file("older.db")
    sold = charge(rosa, cart)
    rosa.sync_until_quiet()
    once = rosa.stock()
    rosa.go_back_to(older)
    charge(rosa, cart, kilos="1.500")
    assert rosa.sync_until_quiet().to_review == 1
    assert rosa.value("SELECT last_code FROM sync_queue WHERE status = 'parked'") == "sold_otherwise"
    assert rosa.stock() == once
    rosa.actor = replace(rosa.actor, role=BusinessUserRole.ADMIN_NEGOCIO)
    [parked] = rosa.rows("SELECT id FROM sync_queue WHERE status = 'parked'")
    rosa.do(discard_operation, DiscardOperation(UUID(parked["id"]), "era del mismo carrito"))
    assert rosa.ask(sale_receipt, cart).lines == sold.lines
    assert rosa.stock() == once
    assert_tills_and_central_show_the_same(shop)


def charge(till: Till, cart: UUID, kilos: str = "1.000") -> SaleReceipt:
    """Wings, in cash."""
    tile = till.product("Alas")
    line = SaleLine(tile.id, Decimal(kilos), unit_price=tile.price, list_price=tile.price)
    paid = Payment(PaymentMethod.EFECTIVO, Decimal("20.00"))
    return till.do(register_sale, RegisterSale(cart, SaleType.CONTADO, (line,), (paid,)))


def turn_of(till: Till) -> UUID:
    drawer = till.ask(open_cash_session_id)
    assert drawer is not None
    return drawer


def copied(shop: Shop, original: Till) -> Till:
    """A second PC that was made from a copy of this one's disk."""
    copy = shop.new_till()
    copy.go_back_to(original.copy_file("copy.db"))
    copy.token, copy.actor = original.token, original.actor
    return copy


def count(till: Till, drawer: UUID) -> None:
    """What should be in it is."""
    expected = till.ask(cash_report, drawer).cash.expected
    till.do(close_cash_session, CloseCashSession(drawer, expected))


def sales_of_turns(shop: Shop) -> dict[UUID, int]:
    return dict(shop.rows("SELECT cash_session_id, count(*) FROM sales GROUP BY 1"))


def last_number(till: Till) -> str:
    found = till.ask(last_sale)
    assert found is not None
    return found.number
