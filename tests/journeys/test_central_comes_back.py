"""Central stops, is killed, or comes back from a backup: what was sold is neither lost nor counted twice."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.queries.customer import customer_card
from avileo_pos.server.business import sample
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.business.members import take_on
from avileo_pos.server.business.reviews import Reviewable, tick_off
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, ROSA, SAMPLE
from avileo_pos.server.central import Central
from avileo_pos.server.postgres.epoch import restored
from avileo_pos.sync.sign_in import set_new_password
from avileo_pos.sync.state import SyncKind
from tests.invariants import assert_promises_hold
from tests.journeys.shop import SETTINGS, Shop
from tests.journeys.till import Till
from tests.postgres import TestPostgres, served
from tests.server.test_cli import central, ended, launch

CARLA = "carla@example.com"
JUANA = next(customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui")


def test_central_stops_in_the_middle_of_a_queue_and_opens_again(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    for _ in range(60):
        rosa.sell("Alas", "0.800")
    pushes: list[str] = []

    def stop_at_the_second_push(path: str) -> None:
        pushes.append(path)
        if len(pushes) == 2:
            shop.close_central()

    rosa.cable.before_sending = stop_at_the_second_push
    assert rosa.sync().state.code == "no_route"
    assert 0 < shop.value("SELECT count(*) FROM sales") < 60
    shop.open_central()
    assert_promises_hold(shop)
    assert shop.value("SELECT count(*) FROM sales") == 60


def test_central_is_killed_while_it_stores_a_push(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.sell("Pechuga", "1.500", to=JUANA, paid="4.00")
    shop.close_central()
    with shop.central_process() as process, _the_business_locked(shop) as others:
        killer = Thread(target=_kill_once_it_waits, args=(process, others))
        killer.start()
        interrupted = rosa.sync().state
        killer.join()
    assert interrupted.kind is SyncKind.OFFLINE
    assert shop.value("SELECT count(*) FROM sales") == 0
    shop.open_central()
    assert_promises_hold(shop)
    assert shop.value("SELECT count(*) FROM sales") == 1


def test_what_a_restored_backup_has_lost_comes_back_from_the_tills(shop: Shop, postgres: TestPostgres) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    rosa.sell("Pollo entero", "2.000", to=JUANA, paid="0.00")
    shop.sync_all()
    with shop.backup(postgres) as backup:
        lost_sale = rosa.sell("Gallina", "1.250", to=JUANA, paid="5.00")
        lost_customer = pepa.new_customer("Bodega Nueva")
        pepa.edit_customer(JUANA, phone="911111111")
        shop.sync_all()
        pepa.void_sale(lost_sale.sale_id)
        shop.sync_all()
        with served(backup) as database:
            shop.run_on(database)
            restored(database, shop.clock())
            assert shop.value("SELECT count(*) FROM sales") == 1
            assert_promises_hold(shop)
            assert rosa.ask(customer_card, lost_customer).figures.name == "Bodega Nueva"
            assert rosa.ask(customer_card, JUANA).figures.phone == "911111111"
            assert shop.value("SELECT count(*) FROM sales WHERE voided_at IS NOT NULL") == 1


def test_what_central_does_not_believe_of_who_came_to_a_till_after_the_backup_goes_again_when_they_sign_in(
    shop: Shop, postgres: TestPostgres
) -> None:
    laptop = shop.till(ADMIN)
    shop.sync_all()
    with shop.backup(postgres) as backup:
        laptop.sign_in(ROSA.email, sample.PASSWORD)
        laptop.sync_until_quiet()
        drawer, nueva = laptop.open_drawer(), laptop.new_customer("Casera Nueva")
        wrong = laptop.sell("Pollo entero", "1.000", to=nueva, paid="0.00")
        laptop.void_sale(wrong.sale_id)
        laptop.sync_until_quiet()
        with served(backup) as database:
            shop.run_on(database)
            restored(database, shop.clock())
            laptop.sign_in(ADMIN.email, sample.PASSWORD)
            assert laptop.sync_until_quiet().to_review
            laptop.sign_in(ROSA.email, sample.PASSWORD)
            assert not laptop.sync_until_quiet().to_review
            assert shop.value("SELECT opening_float FROM cash_sessions WHERE id = %(drawer)s", drawer=drawer)
            assert shop.value("SELECT name FROM customers WHERE id = %(id)s", id=nueva) == "Casera Nueva"
            assert shop.value("SELECT voided_at FROM sales WHERE id = %(sale)s", sale=wrong.sale_id)


def test_who_was_taken_on_after_the_backup_is_taken_on_again_and_nothing_of_theirs_is_lost(
    shop: Shop, postgres: TestPostgres
) -> None:
    shop.sync_all()
    with shop.backup(postgres) as backup:
        carla = _come_for_the_first_time(shop, shop.new_till())
        carla.open_drawer()
        carla.sell("Gallina", "1.250", to=JUANA, paid="5.00")
        wrong = carla.sell("Pollo entero", "1.000")
        carla.void_sale(wrong.sale_id)
        carla.sync_until_quiet()
        with served(backup) as database:
            shop.run_on(database)
            restored(database, shop.clock())
            assert carla.sync().state.kind is SyncKind.SIGNED_OUT
            _come_for_the_first_time(shop, carla)
            assert not carla.sync_until_quiet().to_review
            assert_promises_hold(shop)
            sold = shop.rows(
                "SELECT s.voided_at IS NULL FROM sales s JOIN business_users u ON u.id = s.seller_id"
                " WHERE u.name = 'Carla Huamán' ORDER BY s.created_at"
            )
            assert sold == [(True,), (False,)]


def test_what_was_refused_of_somebody_unknown_goes_again_when_they_sign_in(shop: Shop, postgres: TestPostgres) -> None:
    laptop = shop.till(ADMIN)
    shop.sync_all()
    with shop.backup(postgres) as backup:
        _come_for_the_first_time(shop, laptop)
        laptop.open_drawer()
        nueva = laptop.new_customer("Casera Nueva")
        laptop.sync_until_quiet()
        with served(backup) as database:
            shop.run_on(database)
            restored(database, shop.clock())
            laptop.sign_in(ADMIN.email, sample.PASSWORD)
            laptop.sync_until_quiet()
            refused = laptop.rows("SELECT DISTINCT last_code FROM sync_queue WHERE status = 'parked'")
            assert refused == [{"last_code": "unknown_actor"}]
            _come_for_the_first_time(shop, laptop)
            assert not laptop.sync_until_quiet().to_review
            assert shop.value("SELECT name FROM customers WHERE id = %(id)s", id=nueva) == "Casera Nueva"


def _come_for_the_first_time(shop: Shop, till: Till) -> Till:
    """Somebody whom the owner takes on at central: by the password that was handed over, and one of their own."""
    owner = shop.value('SELECT id FROM "user" WHERE email = %(email)s', email=ADMIN.email)
    details = {"name": "Carla Huamán", "role": BusinessUserRole.VENDEDOR}
    hire = partial(take_on, email=CARLA, details=details, secret=SETTINGS.secret)
    _, handed = at_the_desk(Central(shop.database, SETTINGS, shop.clock), SAMPLE, owner, hire)
    set_new_password(till.central, till.keep_token, CARLA, handed.password, "la-clave-de-carla")
    till.sign_in(CARLA, "la-clave-de-carla")
    till.sync_until_quiet()
    return till


@pytest.mark.parametrize("sold_since", [0, 12])
def test_a_central_that_has_gone_back_without_a_word_is_given_everything_again(
    shop: Shop, postgres: TestPostgres, sold_since: int
) -> None:
    """As a snapshot of its disk that was put back: PostgreSQL does not know of it, and the epoch is as it was.

    Where somebody has sold since, its head is beyond where the tills stand.
    """
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    rosa.sell("Pollo entero", "2.000", to=JUANA, paid="0.00")
    shop.sync_all()
    with shop.backup(postgres) as snapshot:
        rosa.sell("Gallina", "1.250", to=JUANA, paid="5.00")
        lost_customer = pepa.new_customer("Bodega Nueva")
        pepa.edit_customer(JUANA, phone="911111111")
        shop.sync_all()
        with served(snapshot) as database:
            shop.run_on(database)
            for _ in range(sold_since):
                pepa.sell("Alas", "0.100", to=JUANA, paid="0.00")
            assert_promises_hold(shop)
            assert shop.value("SELECT count(*) FROM sales") == 2 + sold_since
            assert rosa.ask(customer_card, lost_customer).figures.name == "Bodega Nueva"
            assert rosa.ask(customer_card, JUANA).figures.phone == "911111111"


def test_a_sale_that_a_crash_cost_central_is_not_lost_though_another_has_got_its_number(
    shop: Shop, postgres: TestPostgres
) -> None:
    """Its till has not asked since; the owner, who has seen it, voids it before that."""
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    shop.sync_all()
    with shop.backup(postgres) as snapshot:
        lost = rosa.sell("Gallina", "1.250", to=JUANA, paid="5.00")
        rosa.sync()
        pepa.sync()
        with served(snapshot) as database:
            shop.run_on(database)
            pepa.void_sale(lost.sale_id)
            for _ in range(3):
                pepa.sell("Alas", "0.100", to=JUANA, paid="0.00")
                pepa.sync()
            assert_promises_hold(shop)
            assert shop.value("SELECT count(*) FROM sales") == 4
            assert shop.value("SELECT count(*) FROM sales WHERE voided_at IS NOT NULL") == 1


def test_an_older_backup_that_is_put_back_under_live_tills_loses_nothing_they_hold(
    shop: Shop, postgres: TestPostgres, tmp_path: Path
) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    addresses = {
        "url": postgres.owner_url(shop.database),
        "served_at": shop.database.engine.url.set(drivername="postgresql").render_as_string(False),
    }
    file = str(tmp_path / "central.backup")
    rosa.sell("Pollo entero", "2.000", to=JUANA, paid="0.00")
    shop.sync_all()
    assert central("backup", file, **addresses).returncode == 0
    rosa.sell("Gallina", "1.250", to=JUANA, paid="5.00")
    pepa.take_abono(JUANA, "3.00")
    bodega = pepa.new_customer("Bodega Nueva")
    shop.sync_all()
    pepa.sell("Pechuga", "0.900", to=bodega, paid="0.00")  # which waits at the till
    restoring = launch("restore", file, "--replace", **addresses)
    while restoring.poll() is None:
        rosa.sell("Alas", "0.100", to=JUANA, paid="0.00")
        rosa.sync()
    assert ended(restoring).returncode == 0
    assert shop.value("SELECT count(*) FROM customers WHERE name = 'Bodega Nueva'") == 0
    assert_promises_hold(shop)
    sold = sum(operation["collection"] == "sales" for till in shop.tills for operation in till.committed.values())
    assert shop.value("SELECT count(*) FROM sales") == sold > 3
    assert rosa.debt_of(JUANA) == pepa.debt_of(JUANA)
    assert rosa.debt_of(bodega) == pepa.debt_of(bodega) > 0


def test_a_till_whose_file_was_put_back_by_some_hours_does_no_harm(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    rosa.sell("Pollo entero", "2.000", to=JUANA, paid="0.00")
    older = rosa.copy_file("copy of the morning.db")
    rosa.sell("Gallina", "1.250", to=JUANA, paid="5.00")
    rosa.take_abono(JUANA, "10.00")
    shop.sync_all()
    rosa.go_back_to(older)
    again = rosa.sell("Alas", "0.700", to=JUANA, paid="1.00")
    assert_promises_hold(shop)
    assert len(pepa.rows("SELECT id FROM sales")) == len(rosa.rows("SELECT id FROM sales")) == 3
    reused = [flags for (flags,) in shop.rows("SELECT review_reason FROM sales WHERE needs_review")]
    assert again.number in {row["receipt_number"] for row in pepa.rows("SELECT receipt_number FROM sales")}
    assert len(reused) == 1
    # It is a till of its own now, and its open drawer goes on.
    assert rosa.sell("Alas", "0.100").number.partition("-")[0] != again.number.partition("-")[0]
    _the_owner_looks_at_what_was_remarked(shop)
    assert_promises_hold(shop)
    for till in (rosa, pepa):
        told = till.rows("SELECT needs_review, review_reason FROM sales WHERE review_reason IS NOT NULL")
        assert [tuple(row.values()) for row in told] == [(0, reused[0])]


def _the_owner_looks_at_what_was_remarked(shop: Shop) -> None:
    [(sale,)] = shop.rows("SELECT id FROM sales WHERE needs_review")
    [(owner,)] = shop.rows('SELECT id FROM "user" WHERE email = %(email)s', email=ADMIN.email)
    ticking = partial(tick_off, kind=Reviewable.SALE, subject_id=sale, note="Rosa volvió a una copia")
    at_the_desk(Central(shop.database, SETTINGS, shop.clock), SAMPLE, owner, ticking)


@contextmanager
def _the_business_locked(shop: Shop) -> Iterator[Connection]:
    """While somebody else writes, every push to this business has to wait inside its transaction."""
    with shop.database.transaction(SAMPLE) as connection:
        connection.exec_driver_sql("SELECT FROM sync_counters FOR UPDATE")
        yield connection


def _kill_once_it_waits(process: subprocess.Popen[bytes], connection: Connection) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not connection.exec_driver_sql(waiting).scalar_one():
        time.sleep(0.02)
    process.kill()
