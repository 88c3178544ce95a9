"""Sales in the history, and what waits to be sent."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from avileo_pos.protocol import OperationResult, OperationStatus
from avileo_pos.queries.member import members, vendors
from avileo_pos.queries.queue import QueueState, WaitingList, list_waiting
from avileo_pos.queries.sale import PaperState, last_sale, sales_of_customer, sales_of_day
from avileo_pos.replica.queue import next_batch, settle
from avileo_pos.replica.transaction import writes
from avileo_pos.tables.shared import business_users
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, create_customer
from avileo_pos.usecases.sale import VoidSale, void_sale
from tests.desktop.shop import BUSINESS, JOSE, PEPA, ROSA, TODAY, customer_id
from tests.till import Till, cash_sale, credit_sale, line

LUIS = customer_id("Luis Cárdenas")


def test_a_sale_is_first_kept_then_sent(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pechuga", "1.000")))
    assert [row.state for row in till.ask(sales_of_day, TODAY)] == [PaperState.GUARDADA]
    till.push()
    assert [row.state for row in till.ask(sales_of_day, TODAY)] == [PaperState.ENVIADA]


def test_a_voided_sale_says_so_and_why(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    assert till.ask(sales_of_day, TODAY)[0].may_void
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    [row] = till.ask(sales_of_day, TODAY)
    assert (row.state, row.void_reason, row.may_void) == (PaperState.ANULADA, "se equivocó", False)


def test_what_central_could_not_take_waits_for_a_person(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    batch = writes(next_batch, 10, 10**9, till.clock())(till.replica)
    refused = [OperationResult(one.id, OperationStatus.QUARANTINED, code="unknown_product") for one in batch]
    writes(settle, BUSINESS.id, refused, till.clock(), lambda _: till.clock())(till.replica)
    [row] = till.ask(sales_of_day, TODAY)
    assert row.state is PaperState.POR_REVISAR
    waiting = {each.entity_id: each for each in till.ask(list_waiting).operations}[sold.sale_id]
    assert (waiting.state, waiting.last_code) == (QueueState.POR_REVISAR, "unknown_product")
    assert (waiting.subject, waiting.amount) == (sold.number, Decimal("15.50"))


def test_a_seller_sees_the_own_sales_and_the_admin_all_newest_first(till: Till) -> None:
    till.open_drawer()
    till.open_drawer(by=JOSE)
    first = till.sell(cash_sale(line("Pechuga", "1.000")))
    till.clock.go_on(minutes=1)
    second = till.sell(credit_sale(LUIS, line("Pechuga", "1.000")), by=JOSE)
    assert [row.id for row in till.ask(sales_of_day, TODAY)] == [first.sale_id]
    assert [row.id for row in till.ask_as(PEPA, sales_of_day, TODAY)] == [second.sale_id, first.sale_id]
    assert till.ask(sales_of_customer, LUIS) == ()
    [bought] = till.ask_as(PEPA, sales_of_customer, LUIS)
    assert (bought.customer_name, bought.seller_name) == ("Luis Cárdenas", "José Huamán")


def test_the_last_sale_is_the_last_of_this_person_on_this_till(till: Till) -> None:
    assert till.ask(last_sale) is None
    till.open_drawer()
    till.open_drawer(by=JOSE)
    mine = [till.sell(cash_sale(line("Pechuga", "1.000")))]
    till.clock.go_on(minutes=1)
    mine.append(till.sell(cash_sale(line("Alitas", "1.000"))))
    till.clock.go_on(minutes=1)
    till.sell(cash_sale(line("Pechuga", "1.000")), by=JOSE)
    copy = till.ask(last_sale)
    assert copy
    assert copy.number == mine[-1].number


def test_what_waits_is_told_in_the_order_in_which_it_was_done(till: Till) -> None:
    drawer = till.open_drawer()
    born = till.do(create_customer, CreateCustomer(uuid4(), CustomerDetails("Doña Julia"))).figures
    sold = till.sell(credit_sale(born.id, line("Pechuga", "1.000")))
    waiting = till.ask(list_waiting).operations
    assert [(each.collection, each.entity_id) for each in waiting] == [
        ("cash_sessions", drawer),
        ("customers", born.id),
        ("sales", sold.sale_id),
    ]
    assert [each.subject for each in waiting] == [None, "Doña Julia", sold.number]
    assert {each.actor_name for each in waiting} == {"Rosa Quispe"}
    till.push()
    assert till.ask(list_waiting) == WaitingList((), 0, 0)


def test_a_long_queue_tells_its_oldest_and_whatever_needs_a_person(till: Till) -> None:
    till.open_drawer()
    sold = [till.sell(cash_sale(line("Pechuga", "1.000"))) for _ in range(6)]
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'parked' WHERE entity_id = ?", (str(sold[4].sale_id),))
    waiting = till.ask(list_waiting, 3)
    assert (waiting.count, waiting.to_review) == (7, 1)
    assert [each.subject for each in waiting.operations] == [None, sold[0].number, sold[1].number, sold[4].number]


def test_people_are_told_by_name_and_who_left_gets_no_kilos(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(business_users.update().where(business_users.c.id == JOSE.member_id).values(is_active=False))
    assert [member.name for member in till.ask(members)] == ["José Huamán", "Pepa Salas", "Rosa Quispe"]
    assert {member.id for member in till.ask(vendors)} == {PEPA.member_id, ROSA.member_id}
    assert [member.has_pin for member in till.ask(members)] == [False, True, True]
