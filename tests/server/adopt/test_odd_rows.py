"""Odd rows, all of them in one database that is adopted once, and what has become of each.

A case stores its rows, waits until everything was adopted, is handed the plan, and looks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from avileo_pos.server.adopt.plan import Plan
from avileo_pos.server.adopt.stage_facts import REVIEWED
from avileo_pos.spanish.review import review_sentences
from tests.postgres import TestPostgres
from tests.server.adopt.adopted import adopted, table, why_left
from tests.server.adopt.old_database import THEN, OldShop, new_id, old_shop

Odd = Generator[Any, Plan, None]

NAN = Decimal("NaN")
TOTAL = "SELECT total_amount, review_reason FROM sales WHERE id = %s"


def an_email_in_mixed_case_is_told_and_left_as_it_is(shop: OldShop) -> Odd:
    user = shop.add_user("Carla", "Carla@Example.com")
    plan = yield
    assert [each for each in plan.warnings if "Carla@Example.com" in each and user in each]
    assert shop.value('SELECT email FROM "user" WHERE id = %s', user) == "Carla@Example.com"


def a_person_who_is_a_member_twice_becomes_one(shop: OldShop) -> Odd:
    twice = shop.add_member("Beto", "vendedor", is_active=False)
    sale = shop.add_sale(seller_id=twice)
    plan = yield
    assert shop.value("SELECT seller_id::text FROM sales WHERE id = %s", sale) == shop.beto
    assert "a member of that business already" in why_left(plan, "business_users", twice)
    assert shop.value("SELECT review_reason FROM sales WHERE id = %s", sale) is None


def an_unknown_seller_is_replaced_by_the_admin_and_the_sale_is_to_be_reviewed(shop: OldShop) -> Odd:
    sale = shop.add_sale(seller_id=new_id())
    abono = shop.add_abono(shop.add_customer(), 5, seller_id=None)
    yield
    question = "SELECT seller_id::text, review_reason FROM {} WHERE id = %s"
    assert shop.rows(question.format("sales"), sale) == [(shop.ana, REVIEWED)]
    assert shop.rows(question.format("abonos"), abono) == [(shop.ana, REVIEWED)]
    assert "Motivo" not in review_sentences([REVIEWED])[0]


def products_of_one_name_are_all_kept(shop: OldShop) -> Odd:
    same = [shop.add_product("Gallina vieja"), shop.add_product("gallina vieja ")]
    plan = yield
    assert shop.value("SELECT count(*) FROM products WHERE id::text = ANY(%s)", same) == 2
    assert [each for each in plan.warnings if each.startswith("2 products") and "allina vieja" in each]


def stock_that_was_counted_twice_is_the_last_count(shop: OldShop) -> Odd:
    pollo = shop.add_product()
    old = shop.add("inventory", product_id=pollo, quantity=3, updated_at=THEN)
    shop.add("inventory", product_id=pollo, quantity=-4, updated_at=THEN.replace(year=2026))
    lost = shop.add("inventory", product_id=new_id(), quantity=9, updated_at=THEN)
    plan = yield
    assert shop.rows("SELECT quantity FROM inventory WHERE id = %s", pollo) == [(-4,)]
    assert shop.rows("SELECT sum(quantity) FROM inventory_movements WHERE product_id = %s", pollo) == [(-4,)]
    assert "counted later" in why_left(plan, "inventory", old)
    assert why_left(plan, "inventory", lost) == "its product does not exist"


def a_line_without_its_sale_stays_among_the_old_tables(shop: OldShop) -> Odd:
    orphan = shop.add_item(new_id(), shop.add_product())
    plan = yield
    assert why_left(plan, "sale_items", orphan) == "its sale does not exist"
    assert shop.value("SELECT count(*) FROM sale_items WHERE id = %s", orphan) == 0


def a_line_that_says_no_quantity_or_price_stays_and_its_sale_is_to_be_reviewed(shop: OldShop) -> Odd:
    pollo = shop.add_product()
    odd = [{"quantity": -2}, {"quantity": 0}, {"quantity": NAN}, {"unit_price": None}, {"unit_price": -1}]
    sales = [shop.add_sale() for _ in odd]
    lines = [shop.add_item(sale, pollo, **each) for sale, each in zip(sales, odd, strict=True)]
    plan = yield
    assert {why_left(plan, "sale_items", line) for line in lines} == {
        "its quantity is not above zero, or it has no price that can be counted"
    }
    assert shop.rows("SELECT DISTINCT review_reason FROM sales WHERE id::text = ANY(%s)", sales) == [(REVIEWED,)]


def a_line_is_rounded_once_from_its_quantity_and_price(shop: OldShop) -> Odd:
    sale = shop.add_sale(total=Decimal("2.18"))
    item = shop.add_item(
        sale, shop.add_product(), quantity=Decimal("0.575"), unit_price=Decimal("3.80"), subtotal=Decimal("2.18")
    )
    plan = yield
    assert shop.rows("SELECT subtotal FROM sale_items WHERE id = %s", item) == [(Decimal("2.19"),)]
    assert shop.rows(TOTAL, sale) == [(Decimal("2.18"), None)]
    assert "subtotal" in [each.column for each in table(plan, "sale_items").changed]


def a_sale_whose_lines_do_not_add_up_keeps_its_total_and_is_to_be_reviewed(shop: OldShop) -> Odd:
    sale = shop.add_sale(total=90)
    shop.add_item(sale, shop.add_product())
    yield
    assert shop.rows(TOTAL, sale) == [(90, "sums_differ")]


def an_unknown_product_gets_a_card_out_of_use(shop: OldShop) -> Odd:
    unknown = new_id()
    item = shop.add_item(shop.add_sale(), unknown, product_name="Gallina")
    nameless = shop.add_item(shop.add_sale(), None, product_name=None)
    yield
    assert shop.rows("SELECT name, is_active FROM products WHERE id = %s", unknown) == [("Gallina", False)]
    assert shop.rows("SELECT product_id::text FROM sale_items WHERE id = %s", item) == [(unknown,)]
    assert shop.rows("SELECT product_name FROM sale_items WHERE id = %s", nameless) == [("Producto por revisar",)]


def an_unknown_customer_gets_a_card_and_owes_what_was_owed(shop: OldShop) -> Odd:
    unknown = new_id()
    shop.add_sale(unknown, total=40, paid=0)
    shop.add_abono(unknown, 15)
    yield
    card = "SELECT name, balance FROM customers JOIN customer_balances USING (business_id, id) WHERE id = %s"
    assert shop.rows(card, unknown) == [("Cliente por revisar", 25)]


def a_credit_sale_to_nobody_is_owed_by_somebody_to_be_found(shop: OldShop) -> Odd:
    sale = shop.add_sale(None, total=40, paid=0)
    yield
    question = "SELECT c.name, s.balance_due, s.review_reason FROM sales s JOIN customers c ON c.id = s.client_id"
    assert shop.rows(f"{question} WHERE s.id = %s", sale) == [("Cliente por revisar", 40, REVIEWED)]


def amounts_that_cannot_be_counted_count_nothing(shop: OldShop) -> Odd:
    rosa = shop.add_customer()
    shop.add_sale(rosa, total=100, paid=0)
    odd = (NAN, None, Decimal(-20))
    sales = [shop.add_sale(rosa, each, 0, sale_type="credito", balance_due=each) for each in odd]
    abonos = {shop.add_abono(rosa, each) for each in odd}
    plan = yield
    assert shop.rows("SELECT DISTINCT total_amount, balance_due FROM sales WHERE id::text = ANY(%s)", sales) == [(0, 0)]
    [left] = table(plan, "abonos").left_behind
    assert set(left.ids) == abonos
    assert shop.value("SELECT balance FROM customer_balances WHERE id = %s", rosa) == 100


def a_credit_sale_that_contradicts_itself_keeps_its_total(shop: OldShop) -> Odd:
    rosa = shop.add_customer()
    said_and_stored = {
        (Decimal(30), Decimal(80)): (100, 30, 70),  # the sums do not add up
        (Decimal(130), Decimal(-30)): (100, 100, 0),  # more than the total
        (NAN, NAN): (100, 0, 100),
        (Decimal(-5), Decimal(105)): (100, 0, 100),
    }
    made = {
        shop.add_sale(rosa, 100, paid, balance_due=due, sale_type="credito"): stored
        for (paid, due), stored in said_and_stored.items()
    }
    yield
    amounts = "SELECT id::text, total_amount, amount_paid, balance_due FROM sales WHERE client_id = %s"
    found = shop.rows(amounts, rosa)
    assert {sale: tuple(amounts) for sale, *amounts in found} == made


def a_cash_sale_is_paid(shop: OldShop) -> Odd:
    said_and_stored = (
        ((Decimal("9.90"), 0), ["0.06", "9.90", None]),  # rounded in the buyer's favour
        ((None, None), ["0.00", "9.96", None]),
        ((20, 0), ["0.00", "9.96", None]),  # what was handed over, change included
        ((5, Decimal("4.96")), ["0.00", "9.96", REVIEWED]),
    )
    made = {
        shop.add_sale(None, Decimal("9.96"), 0, amount_paid=paid, balance_due=due, sale_type="contado"): stored
        for (paid, due), stored in said_and_stored
    }
    yield
    amounts = "SELECT id::text, redondeo::text, amount_paid::text, review_reason FROM sales WHERE id::text = ANY(%s)"
    found = shop.rows(amounts, list(made))
    assert {sale: stored for sale, *stored in found} == made


def weights_below_zero_are_none(shop: OldShop) -> Odd:
    sale = shop.add_sale(tara=-1, net_weight=NAN)
    shop.add_item(sale, shop.add_product())
    yield
    assert shop.rows("SELECT tara, net_weight FROM sales WHERE id = %s", sale) == [(0, 10)]


def a_distribution_s_figures_follow_from_its_sales(shop: OldShop) -> Odd:
    given = shop.add_distribucion(kilos_asignados=-5, kilos_vendidos=99, monto_recaudado=NAN, estado="en_ruta")
    shop.add_item(shop.add_sale(distribucion_id=given), shop.add_product())
    yield
    figures = "kilos_asignados, kilos_vendidos, monto_recaudado, estado::text, closed_at"
    found = shop.rows(f"SELECT {figures} FROM distribuciones WHERE id = %s", given)
    assert found == [(-5, 10, 85, "en_ruta", None)]


CASES = (
    an_email_in_mixed_case_is_told_and_left_as_it_is,
    a_person_who_is_a_member_twice_becomes_one,
    an_unknown_seller_is_replaced_by_the_admin_and_the_sale_is_to_be_reviewed,
    products_of_one_name_are_all_kept,
    stock_that_was_counted_twice_is_the_last_count,
    a_line_without_its_sale_stays_among_the_old_tables,
    a_line_that_says_no_quantity_or_price_stays_and_its_sale_is_to_be_reviewed,
    a_line_is_rounded_once_from_its_quantity_and_price,
    a_sale_whose_lines_do_not_add_up_keeps_its_total_and_is_to_be_reviewed,
    an_unknown_product_gets_a_card_out_of_use,
    an_unknown_customer_gets_a_card_and_owes_what_was_owed,
    a_credit_sale_to_nobody_is_owed_by_somebody_to_be_found,
    amounts_that_cannot_be_counted_count_nothing,
    a_credit_sale_that_contradicts_itself_keeps_its_total,
    a_cash_sale_is_paid,
    weights_below_zero_are_none,
    a_distribution_s_figures_follow_from_its_sales,
)


@pytest.fixture(scope="module")
def waiting(postgres: TestPostgres) -> Iterator[tuple[Plan, Mapping[str, Odd]]]:
    """The plan that was carried out, and the cases that wait for it."""
    with old_shop(postgres) as shop:
        cases = {case.__name__: case(shop) for case in CASES}
        for case in cases.values():
            next(case)
        yield adopted(shop), cases


@pytest.mark.parametrize("case", [case.__name__ for case in CASES])
def test_odd_rows(case: str, waiting: tuple[Plan, Mapping[str, Odd]]) -> None:
    plan, cases = waiting
    with pytest.raises(StopIteration):
        cases[case].send(plan)
