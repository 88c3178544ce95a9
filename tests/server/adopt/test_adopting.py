"""Adopting a sound database: it becomes exactly ours, keeps all that it has, and owes what it owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest

from avileo_pos import migrations
from avileo_pos.migrations import HEADS, steps_taken
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.adopt.adopting import NothingToAdopt, adopt, plan_adoption
from avileo_pos.server.adopt.carry_out import CannotAdopt
from avileo_pos.server.adopt.plan_words import plan_text
from avileo_pos.server.adopt.staging import Answers
from avileo_pos.server.business.audit import flaws_of_chain
from avileo_pos.server.postgres.database import Database
from tests.postgres import TestPostgres, make_tables
from tests.server.adopt.old_database import (
    BETTER_AUTH_CAMEL_CASE,
    THEN,
    OldShop,
    by_columns_alone,
    by_drizzle,
    old_shop,
    with_texts_for_enums,
)
from tests.server.adopt.reckoning import Table, debts_by_ours, debts_by_the_old_reckoning, rows_of, same
from tests.server.adopt.shape import shape
from tests.server.adopt.snapshot import held_by_central, taken_by_a_till
from tests.server.test_derived import CHECKS


def a_day_at_the_old_shop(shop: OldShop) -> dict[str, str]:
    """Cash and credit, a down payment that is an abono too, a distribution, stock, and a profile."""
    made = {"rosa": shop.add_customer(dni="12345678"), "pollo": shop.add_product(), "given": shop.add_distribucion()}
    shop.add(
        "user_profiles", user_id=shop.people["Ana"], dni="87654321", is_active=True, created_at=THEN, updated_at=THEN
    )
    shop.add("inventory", product_id=made["pollo"], quantity=Decimal("30.500"), updated_at=THEN)
    made["cash"] = shop.add_sale(distribucion_id=made["given"])
    made["credit"] = shop.add_sale(made["rosa"], total=100, paid=30, tara=Decimal("1.5"))
    made["abono"] = shop.add_abono(made["rosa"], 30, notes="a cuenta")
    for sale in (made["cash"], made["credit"]):
        shop.add_item(sale, made["pollo"])
    shop.add_abono(made["rosa"], Decimal("12.35"))
    return made


@pytest.fixture
def shop(postgres: TestPostgres) -> Iterator[OldShop]:
    with old_shop(postgres) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Adopted:
    """A day at the old shop, before and after."""

    shop: OldShop
    made: dict[str, str]
    before: dict[str, Table]


@pytest.fixture(scope="module", params=[by_drizzle, by_columns_alone, with_texts_for_enums])
def day(request: pytest.FixtureRequest, postgres: TestPostgres) -> Iterator[Adopted]:
    """By each kind of tables, adopted once for the tests that only look."""
    with old_shop(postgres, request.param) as shop:
        made = a_day_at_the_old_shop(shop)
        before = rows_of(shop)
        shop.adopt()
        yield Adopted(shop, made, before)


def test_an_adopted_database_has_the_shape_that_the_steps_make(day: Adopted, postgres: TestPostgres) -> None:
    with postgres.database(make_tables) as ours, Database.connect(day.shop.url) as database:
        assert shape(day.shop.url) == shape(ours)
        with database.engine.connect() as connection:
            assert steps_taken(connection) == HEADS["server"]


def test_every_row_and_value_is_kept(day: Adopted) -> None:
    assert rows_of(day.shop, "before_adoption") == day.before
    after = rows_of(day.shop)
    for name, table in day.before.items():
        if name == "inventory":  # a product's stock has the product's id with us
            table = {row["product_id"]: row | {"id": row["product_id"]} for row in table.values()}
        for row_id, row in table.items():
            differing = {column for column in row if not same(row[column], after[name][row_id][column])}
            assert differing <= ({"kilos_vendidos", "monto_recaudado"} if name == "distribuciones" else set())


def test_derived_figures_are_the_sums_of_facts_and_parents_come_first(day: Adopted) -> None:
    shop = day.shop
    for check in CHECKS:
        assert shop.rows(check.replace("%(business)s", f"'{shop.business}'")) == []
    assert shop.rows("SELECT id::text, quantity FROM inventory") == [(day.made["pollo"], Decimal("30.500"))]
    given = "SELECT kilos_asignados, kilos_vendidos, monto_recaudado FROM distribuciones"
    assert shop.rows(given) == [(50, 10, 85)]
    revisions = [revision for name in COLLECTIONS for (revision,) in shop.rows(f"SELECT revision FROM {name}")]
    assert sorted(revisions) == list(range(1, len(revisions) + 1))
    assert shop.value("SELECT revision FROM sync_counters") == len(revisions)


def test_the_audit_begins_with_what_was_taken_over_and_how(day: Adopted) -> None:
    entries = day.shop.rows("SELECT number, action, user_id, details, business_id::text FROM audit_entries")
    [(number, action, user_id, told, business)] = entries
    assert (number, action, user_id, business) == (1, "business.adopted", None, day.shop.business)
    details = msgspec.json.decode(told)
    assert (details["command"], details["old_tables_in"]) == ("avileo-server adopt", "before_adoption")
    assert details["rows"] == {
        name: rows
        for name, rows in ((name, day.shop.value(f"SELECT count(*) FROM {name}")) for name in details["rows"])
        if rows
    }
    assert {"businesses", "sales", "sale_items", "abonos", "customers"} <= details["rows"].keys()
    with Database.connect(day.shop.url) as database, database.transaction() as connection:
        assert list(flaws_of_chain(connection, UUID(day.shop.business))) == []


def test_an_admin_s_new_till_takes_all_of_it(day: Adopted, tmp_path: Path) -> None:
    taken = taken_by_a_till(day.shop, day.shop.business, day.shop.people["Ana"], tmp_path)
    assert taken == held_by_central(day.shop, day.shop.business)
    assert {name for name, rows in taken.items() if not rows} == {"envases", "cash_sessions", "cash_movements"}


def test_adopting_twice_finds_nothing_to_do(day: Adopted) -> None:
    before = shape(day.shop.url), rows_of(day.shop)
    with Database.connect(day.shop.url) as database, database.engine.begin() as connection:
        for again in (plan_adoption(connection, Answers()), adopt(connection, Answers())):
            assert isinstance(again, NothingToAdopt)
            assert "nothing to adopt" in again.sentence
        migrations.upgrade(connection, "server")
    assert (shape(day.shop.url), rows_of(day.shop)) == before


def test_every_customer_owes_what_the_old_reckoning_says(shop: OldShop) -> None:
    rosa = a_day_at_the_old_shop(shop)["rosa"]
    never_an_abono = shop.add_customer("Casera Luz")
    shop.add_sale(never_an_abono, total=50, paid=20)
    in_favour = shop.add_customer("Casero Juan")
    shop.add_abono(in_favour, 15)
    before = debts_by_the_old_reckoning(rows_of(shop))
    assert before == {rosa: Decimal("57.65"), never_an_abono: Decimal(50), in_favour: Decimal(-15)}
    plan = shop.adopt()
    assert debts_by_ours(shop) == before
    assert dict(shop.rows("SELECT id::text, balance FROM customer_balances")) == before
    assert (plan.debts.before, plan.debts.after) == (Decimal("92.65"), Decimal("92.65"))


def test_a_down_payment_that_is_an_abono_too_is_not_taken_off_twice(shop: OldShop) -> None:
    rosa = shop.add_customer()
    sale = shop.add_sale(rosa, total=100, paid=30)
    shop.add_abono(rosa, 30)
    shop.adopt()
    assert shop.value("SELECT balance FROM customer_balances") == 70
    assert shop.value("SELECT opening_balance FROM customers") == 30
    assert shop.rows("SELECT amount_paid, balance_due FROM sales WHERE id = %s", sale) == [(30, 70)]


def test_an_abono_knows_what_was_owed_before_it(shop: OldShop) -> None:
    rosa = shop.add_customer()
    shop.add_sale(rosa, total=100, paid=0, sale_date=THEN.replace(hour=8))
    first = shop.add_abono(rosa, 30, created_at=THEN.replace(hour=9))
    second = shop.add_abono(rosa, 20, created_at=THEN.replace(hour=10))
    shop.adopt()
    owed = dict(shop.rows("SELECT id::text, balance_before FROM abonos"))
    assert owed == {first: 100, second: 70}


def test_receipts_are_numbered_in_the_order_of_what_happened(shop: OldShop) -> None:
    rosa = shop.add_customer()
    late = shop.add_sale(rosa, sale_date=THEN.replace(hour=18))
    early = shop.add_sale(rosa, sale_date=THEN.replace(hour=8))
    noon = shop.add_abono(rosa, 5, created_at=THEN.replace(hour=12))
    shop.adopt()
    numbers = dict(
        shop.rows("SELECT id::text, receipt_number FROM sales UNION SELECT id::text, receipt_number FROM abonos")
    )
    assert numbers == {early: "ANT-000001", noon: "ANT-000002", late: "ANT-000003"}


def test_what_was_sold_after_midnight_belongs_to_the_day_before(shop: OldShop) -> None:
    shop.add_sale(sale_date=THEN.replace(hour=6))  # one in the morning in Lima
    shop.adopt()
    assert str(shop.value("SELECT business_date FROM sales")) == "2025-06-09"


def test_the_plan_changes_nothing_and_says_what_would_become_of_it(shop: OldShop) -> None:
    a_day_at_the_old_shop(shop)
    before = (shape(shop.url), rows_of(shop))
    told = plan_text(shop.plan())
    assert (shape(shop.url), rows_of(shop)) == before
    assert "sales: 2 rows, 2 taken over" in told
    assert "Debts of 1 customer: S/ 57.65 before, S/ 57.65 after" in told


def test_people_and_their_sessions_are_untouched(postgres: TestPostgres) -> None:
    with old_shop(postgres, by_drizzle) as shop:
        ana = shop.people["Ana"]
        shop.add(
            "account", id="a1", account_id=ana, provider_id="credential", user_id=ana, password="x:y", updated_at=THEN
        )
        shop.add("session", id="s1", expires_at=THEN, token="t1", updated_at=THEN, user_id=ana)
        before = shop.rows(AUTH_TABLES), shop.rows(AUTH_ROWS)
        shop.adopt()
        assert (shop.rows(AUTH_TABLES), shop.rows(AUTH_ROWS)) == before


AUTH_TABLES = """
    SELECT c.oid, c.relname,
      (SELECT array_agg(format('%%s %%s', a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0),
      (SELECT array_agg(format('%%s %%s', conname, pg_get_constraintdef(k.oid)) ORDER BY conname)
        FROM pg_constraint k WHERE conrelid = c.oid)
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace
      AND relname IN ('user', 'session', 'account', 'verification') ORDER BY relname
"""
AUTH_ROWS = 'SELECT * FROM "user" LEFT JOIN session ON true LEFT JOIN account ON true ORDER BY "user".id'


def test_the_old_tables_hold_nobody_fast_whom_better_auth_deletes(postgres: TestPostgres) -> None:
    with old_shop(postgres, by_drizzle) as shop:
        eva = shop.add_user("Eva")
        shop.add("user_profiles", user_id=eva)
        shop.adopt()
        shop.run(f"DELETE FROM user_profiles; DELETE FROM \"user\" WHERE id = '{eva}'")
        assert shop.value("SELECT count(*) FROM before_adoption.user_profiles") == 1


def test_our_own_database_is_left_alone(postgres: TestPostgres) -> None:
    with (
        postgres.database(make_tables) as url,
        Database.connect(url) as database,
        database.engine.connect() as connection,
    ):
        assert isinstance(plan_adoption(connection, Answers()), NothingToAdopt)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("", "The database is empty"),
        ("CREATE TABLE recipes (id int); CREATE TABLE cooks (id int)", "no Avileo database: it has cooks, recipes"),
        ("CREATE TABLE customers (id uuid)", "it has customers, but lacks businesses, business_users, sales"),
    ],
)
def test_what_is_no_avileo_database_is_refused(postgres: TestPostgres, made: str, said: str) -> None:
    with postgres.database() as url:
        with psycopg.connect(url) as connection:
            connection.execute(made)
        assert said in refusal(url)


def refusal(url: str) -> str:
    with (
        Database.connect(url) as database,
        database.engine.connect() as connection,
        pytest.raises(CannotAdopt) as caught,
    ):
        plan_adoption(connection, Answers())
    return str(caught.value)


def test_better_auth_s_camel_case_tables_are_known_and_refused(shop: OldShop) -> None:
    shop.run(f'DROP TABLE session, account, verification, "user"; {BETTER_AUTH_CAMEL_CASE}')
    said = refusal(shop.url)
    assert '"user" has Better Auth\'s own camelCase columns' in said
    assert "docs/adopting.md" in said


def test_columns_of_the_other_tool_are_kept_and_named(shop: OldShop) -> None:
    shop.run("""
        CREATE TYPE mood AS ENUM ('happy', 'sad');
        ALTER TABLE customers ADD COLUMN mood mood DEFAULT 'happy', ADD COLUMN "loyaltyPoints" integer;
        ALTER TABLE sales ADD COLUMN voided_at date;
    """)
    shop.add_customer("Casera Rosa", loyaltyPoints=7)
    plans = {table.name: table for table in shop.adopt().tables}
    assert shop.rows('SELECT mood::text, "loyaltyPoints" FROM customers') == [("happy", 7)]
    assert plans["customers"].kept == ("mood", "loyaltyPoints")
    assert plans["sales"].in_the_way == ("voided_at",)


def test_what_leans_on_the_old_tables_is_named(shop: OldShop) -> None:
    shop.run("""
        ALTER TABLE sales ADD PRIMARY KEY (id);
        CREATE VIEW sold AS SELECT sum(total_amount) FROM sales;
        CREATE TABLE photos (sale_id uuid REFERENCES sales (id));
        CREATE TABLE devices (serial text);
    """)
    told = " ".join(shop.adopt().warnings)
    assert "the view sold reads sales" in told
    assert "the foreign key photos_sale_id_fkey of photos leads to sales" in told
    assert "The table devices has the name of one of ours" in told
    assert "stay as they are: photos" in told
    assert shop.rows("SELECT * FROM photos") == []


def test_a_failed_adoption_leaves_everything_as_it_was(shop: OldShop) -> None:
    a_day_at_the_old_shop(shop)
    before = shape(shop.url), rows_of(shop)
    with Database.connect(shop.url) as database, database.engine.connect() as connection:
        adopt(connection, Answers())
        connection.rollback()
    assert (shape(shop.url), rows_of(shop)) == before


def test_nobody_can_write_while_the_tables_change_places(shop: OldShop) -> None:
    with psycopg.connect(shop.url) as writer:
        writer.execute("UPDATE businesses SET name = 'Otra'")
        busy = pytest.raises(CannotAdopt, match="Another program is using the tables")
        with Database.connect(shop.url) as database, database.engine.connect() as connection, busy:
            adopt(connection, Answers(), patience=1)
