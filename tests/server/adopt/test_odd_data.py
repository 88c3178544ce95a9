"""Odd databases: whatever they hold is kept, debts stay the same, and the plan says what happened or was asked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest

from avileo_pos.server.adopt.plan_words import plan_text
from avileo_pos.server.adopt.stage_facts import REVIEWED
from avileo_pos.server.adopt.staging import Answers
from tests.postgres import TestPostgres
from tests.server.adopt.adopted import adopted, table
from tests.server.adopt.old_database import THEN, OldShop, new_id, old_shop, with_texts_for_enums

NAN = Decimal("NaN")


@pytest.fixture
def shop(postgres: TestPostgres) -> Iterator[OldShop]:
    """On tables that have no rules, so that any row fits."""
    with old_shop(postgres) as opened:
        yield opened


# --- People ----------------------------------------------------------------------------------------------------------


def test_what_is_null_gets_the_value_that_it_means(shop: OldShop) -> None:
    customer = shop.add("customers", business_id=shop.business)
    product = shop.add("products", name=None)
    sale = shop.add("sales", business_id=shop.business, total_amount=10)
    shop.add("distribuciones", business_id=shop.business)
    shop.run("UPDATE businesses SET name = NULL, modo_operacion = NULL, control_kilos = NULL, created_at = NULL")
    plan = adopted(shop)
    name, active, status = shop.rows(
        "SELECT name, is_active, sync_status::text FROM customers WHERE id = %s", customer
    )[0]
    assert (name, active, status) == ("Cliente sin nombre", True, "synced")
    assert shop.value("SELECT name FROM products WHERE id = %s", product) == "Producto sin nombre"
    kind, paid, reason = shop.rows("SELECT sale_type::text, amount_paid, review_reason FROM sales WHERE id = %s", sale)[
        0
    ]
    assert (kind, paid, reason) == ("contado", 10, REVIEWED)
    assert dict(table(plan, "customers").filled)["sync_status"] == 1
    assert "fills sync_status in, where it was NULL: 1 row" in plan_text(plan)


def test_a_member_whom_better_auth_does_not_know_is_refused(shop: OldShop) -> None:
    stranger = shop.add("business_users", business_id=shop.business, user_id="nobody", role="vendedor")
    [refusal] = shop.plan().refusals
    assert "Better Auth has no such person" in refusal
    assert stranger in refusal


def test_a_sale_of_a_business_without_anybody_is_refused(shop: OldShop) -> None:
    empty = shop.add_business("Vacío")
    shop.add_sale(business_id=empty)
    [refusal] = shop.plan().refusals
    assert "no member who could stand for its past" in refusal
    assert empty in refusal


def test_roles_and_labels_that_nobody_knows(postgres: TestPostgres) -> None:
    with old_shop(postgres, with_texts_for_enums) as shop:
        owner = shop.add_member("Carla", "ADMIN")
        helper = shop.add_member("Dora", "cocinera")
        rosa = shop.add_customer(sync_status="failed")
        abono = shop.add_abono(rosa, 10, payment_method="tarjeta")
        product = shop.add_product(type="pavo", unit="arroba")
        plan = adopted(shop)
        roles = dict(shop.rows("SELECT id::text, role::text FROM business_users"))
        assert (roles[owner], roles[helper]) == ("admin_negocio", "vendedor")
        assert shop.rows("SELECT payment_method::text, review_reason FROM abonos WHERE id = %s", abono) == [
            ("efectivo", REVIEWED)
        ]
        assert shop.rows("SELECT type::text, unit::text FROM products WHERE id = %s", product) == [("otro", "unidad")]
        [change] = [each for each in table(plan, "abonos").changed if each.column == "payment_method"]
        assert change.examples == ((abono, "tarjeta", "efectivo"),)


# --- Whose a product is ----------------------------------------------------------------------------------------------


@pytest.fixture
def two(shop: OldShop) -> str:
    """A second business, with a member."""
    business = shop.add_business("Avícola Norte")
    shop.add_member("Ana", "admin_negocio", business)
    return business


def seller_in(shop: OldShop, business: str) -> str:
    return str(shop.value("SELECT id::text FROM business_users WHERE business_id = %s", business))


def test_a_product_belongs_to_the_business_that_sold_it(shop: OldShop, two: str) -> None:
    here, there = shop.add_product("Pollo"), shop.add_product("Pavo")
    shop.add_item(shop.add_sale(), here)
    shop.add_item(shop.add_sale(business_id=two, seller_id=seller_in(shop, two)), there)
    shop.add("inventory", product_id=there, quantity=7)
    adopted(shop)
    owners = dict(shop.rows("SELECT id::text, business_id::text FROM products"))
    assert owners == {here: shop.business, there: two}
    assert shop.rows("SELECT business_id::text, quantity FROM inventory") == [(two, 7)]


def sold_by_both(shop: OldShop, two: str) -> tuple[str, str]:
    """A product with 20 in stock, of which the second business sold most, and an item of the first business."""
    pollo = shop.add_product()
    shop.add("inventory", product_id=pollo, quantity=20)
    item = shop.add_item(shop.add_sale(), pollo, quantity=1, subtotal=Decimal("8.5"))
    shop.add_item(shop.add_sale(business_id=two, seller_id=seller_in(shop, two)), pollo)
    return pollo, item


def test_a_product_that_two_businesses_sold_is_asked_for(shop: OldShop, two: str) -> None:
    pollo, _ = sold_by_both(shop, two)
    plan = shop.plan()
    [question] = plan.questions
    assert question.product_id == pollo
    assert question.sellers == ((two, "Avícola Norte"), (shop.business, "Pollos Rosita"))
    assert not plan.can_be_carried_out
    assert f"--owner {pollo}=BUSINESS" in plan_text(plan)


def test_the_owner_that_was_named_has_the_stock_and_the_other_a_card_out_of_use(shop: OldShop, two: str) -> None:
    pollo, item = sold_by_both(shop, two)
    shop.adopt(Answers({UUID(pollo): UUID(two)}))
    cards = dict(shop.rows("SELECT business_id::text, is_active FROM products WHERE id = %s", pollo))
    assert cards == {two: True, shop.business: False}
    assert shop.rows("SELECT business_id::text, quantity FROM inventory") == [(two, 20)]
    where = "SELECT business_id::text, product_id::text FROM sale_items WHERE id = %s"
    assert shop.rows(where, item) == [(shop.business, pollo)]


def test_shared_products_become_a_card_for_each_business(shop: OldShop, two: str) -> None:
    pollo, _ = sold_by_both(shop, two)
    unused = shop.add_product("Pavo")
    shop.adopt(Answers(copy_shared=True))
    cards = shop.rows("SELECT id::text, business_id::text, is_active FROM products")
    assert sorted(cards) == sorted(
        (each, business, True) for each in (pollo, unused) for business in (shop.business, two)
    )
    assert shop.rows("SELECT business_id::text, quantity FROM inventory") == [(two, 20)]


def test_the_stock_of_a_product_that_nobody_sold_is_asked_for_even_when_cards_are_copied(
    shop: OldShop, two: str
) -> None:
    unused = shop.add_product()
    shop.add("inventory", product_id=unused, quantity=3)
    assert [each.product_id for each in shop.plan(Answers(copy_shared=True)).questions] == [unused]


def test_an_answer_about_something_else_is_refused(shop: OldShop) -> None:
    pollo, nothing = UUID(shop.add_product()), UUID(new_id())
    refusals = shop.plan(Answers({nothing: UUID(shop.business), pollo: nothing})).refusals
    assert [str(nothing) in each for each in refusals] == [True, True]


# --- Sales -----------------------------------------------------------------------------------------------------------


def test_a_customer_of_another_business_has_a_card_in_both(shop: OldShop, two: str) -> None:
    rosa = shop.add_customer(business_id=two)
    shop.add_sale(rosa, total=40, paid=0)
    shop.add_abono(rosa, 15, business_id=two)
    adopted(shop)
    owed = dict(shop.rows("SELECT business_id::text, balance FROM customer_balances WHERE id = %s", rosa))
    assert owed == {shop.business: 40, two: -15}


def test_amounts_of_more_places_are_rounded_once_for_each_debt(postgres: TestPostgres) -> None:
    with old_shop(postgres, with_texts_for_enums) as shop:
        rosa = shop.add_customer()
        for _ in range(3):
            shop.add_sale(rosa, total=Decimal("0.335"), paid=0)
        adopted(shop)
        assert shop.rows("SELECT balance FROM customer_balances") == [(Decimal("1.01"),)]


def test_amounts_that_add_up_to_more_than_can_be_kept_are_refused(shop: OldShop) -> None:
    rosa = shop.add_customer()
    for _ in range(2):
        shop.add_sale(rosa, total=Decimal("9999999999.99"), paid=0)
    [refusal] = shop.plan().refusals
    assert refusal == f"The amounts add up to more than can be kept: customers {rosa}."


def test_moments_that_are_missing_or_beyond_all_calendars(shop: OldShop) -> None:
    shop.add_sale(sale_date=None)
    shop.run("UPDATE sales SET created_at = '2025-01-02 15:00'")
    shop.run("UPDATE businesses SET created_at = 'infinity', updated_at = NULL")
    adopted(shop)
    assert str(shop.value("SELECT sale_date FROM sales")) == "2025-01-02 15:00:00"
    assert shop.value("SELECT isfinite(created_at) AND isfinite(updated_at) FROM businesses")


# --- Distributions and the rest --------------------------------------------------------------------------------------


def test_a_sale_of_an_unknown_distribution_shows_where_it_belongs(shop: OldShop, two: str) -> None:
    elsewhere, unknown = shop.add_distribucion(business_id=two), new_id()
    for given in (elsewhere, unknown):
        shop.add_sale(distribucion_id=given)
    adopted(shop)
    made = "SELECT id::text FROM distribuciones WHERE business_id = %s AND punto_venta = 'Por revisar'"
    assert {each for (each,) in shop.rows(made, shop.business)} == {elsewhere, unknown}


def test_without_a_configuration_new_businesses_have_the_usual_one(shop: OldShop) -> None:
    adopted(shop)
    assert shop.value("SELECT count(*) FROM system_config") == 0


def test_of_several_configurations_the_last_one_counts(shop: OldShop) -> None:
    first = shop.add("system_config", modo_operacion="mixto", updated_at=THEN)
    shop.add("system_config", modo_operacion="pedidos", updated_at=THEN.replace(year=2026))
    bare = shop.add_business("Nueva", modo_operacion="rapido", control_kilos=None)
    plan = adopted(shop)
    assert shop.rows("SELECT modo_operacion::text FROM system_config") == [("pedidos",)]
    assert shop.value("SELECT modo_operacion FROM businesses WHERE id = %s", bare) == "pedidos"
    assert table(plan, "system_config").left_behind[0].ids == (first,)


def test_tables_that_an_old_version_did_not_have(shop: OldShop) -> None:
    rosa = shop.add_customer()
    shop.add_sale(rosa, total=10, paid=0)
    shop.run("DROP TABLE abonos, distribuciones, inventory, system_config, user_profiles; ALTER TABLE sales DROP tara")
    shop.adopt()
    assert shop.rows("SELECT balance FROM customer_balances") == [(10,)]


def test_rows_that_cannot_be_told_apart_are_refused(shop: OldShop) -> None:
    rosa = shop.add_customer()
    shop.add_customer(id=rosa)
    with pytest.raises(Exception, match=f"customers has rows without an id, or several with the same one: {rosa}"):
        shop.plan()


def test_whose_a_row_is_must_be_told_where_there_are_several_businesses(shop: OldShop, two: str) -> None:
    lost = shop.add_customer(business_id=None, created_by=None)
    [refusal] = shop.plan().refusals
    assert refusal == f"Nothing tells whose this is: customers {lost}."
