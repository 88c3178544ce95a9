"""What an operator sees of `avileo-server adopt`."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

from avileo_pos.server.cli import EXIT_CANNOT_ADOPT
from avileo_pos.server.postgres.isolation import service_url
from tests.postgres import TestPostgres, served
from tests.server.adopt.old_database import OldShop, by_drizzle, new_id, old_shop
from tests.server.test_cli import central, rows


def test_the_plan_is_shown_first_and_carried_out_on_a_yes(postgres: TestPostgres) -> None:
    with old_shop(postgres, by_drizzle) as shop:
        shop.add_sale(shop.add_customer(), total=100, paid=30)
        shown = central("adopt", url=shop.url)
        assert shown.returncode == 0
        assert "Debts of 1 customer: S/ 100.00 before, S/ 100.00 after" in shown.stdout
        assert "Nothing was changed" in shown.stdout
        assert rows(shop.url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'before_adoption'") == 0
        assert "`avileo-server adopt`" in central("migrate", url=shop.url).stderr
        done = central("adopt", "--yes", url=shop.url, served_at=service_url(shop.url))
        assert done.returncode == 0
        assert "kept in the schema before_adoption" in done.stdout
        with served(shop.url) as database, database.transaction(UUID(shop.business)) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM sales").scalar() == 1
        again = central("adopt", "--yes", url=shop.url)
        assert (again.returncode, again.stdout.strip()) == (
            0,
            "The database is Avileo POS's already: there is nothing to adopt.",
        )


def test_a_question_is_answered_by_the_operator(postgres: TestPostgres) -> None:
    with old_shop(postgres, by_drizzle) as shop:
        shop.add_business("Avícola Norte")
        pollo = shop.add_product()
        asked = central("adopt", "--yes", url=shop.url)
        assert asked.returncode == EXIT_CANNOT_ADOPT
        assert f"--owner {pollo}=BUSINESS" in asked.stdout
        assert "Nothing was changed" in asked.stderr
        answered = central("adopt", "--yes", "--owner", f"{pollo}={shop.business}", url=shop.url)
        assert answered.returncode == 0
        assert shop.value("SELECT business_id::text FROM products") == shop.business


def test_an_owner_who_may_nothing_else_can_adopt(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        owner = f"owner_{new_id()[:8]}"
        name = url.rpartition("/")[2]
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'x'; ALTER DATABASE {name} OWNER TO {owner}")
        own_url = make_url(url).set(username=owner, password="x").render_as_string(hide_password=False)
        by_drizzle(own_url)
        shop = OldShop.opened(own_url)
        shop.add_sale(shop.add_customer(), total=100, paid=30)
        assert central("adopt", "--yes", url=own_url).returncode == 0
        assert rows(url, "SELECT balance FROM customer_balances") == 100
        assert rows(url, "SELECT count(*) FROM audit_entries WHERE action = 'business.adopted'") == 1
    with postgres.database() as url, psycopg.connect(url) as connection:
        connection.execute(f"DROP ROLE {owner}")


def test_an_answer_that_is_none_is_said_so(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        refused = central("adopt", "--owner", "pollo", url=url)
        assert refused.returncode == 2
        assert "PRODUCT=BUSINESS" in re.sub(r"\s+", " ", refused.stderr)


def test_a_refusal_is_one_sentence_with_its_reason(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE recipes (id int)")
        refused = central("adopt", "--yes", url=url)
        assert refused.returncode == EXIT_CANNOT_ADOPT
        assert "This is no Avileo database: it has recipes" in refused.stderr
        assert "Traceback" not in refused.stderr
