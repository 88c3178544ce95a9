"""Behind PgBouncer in transaction mode, where one server connection serves one business after the other."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.engine import make_url

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.business.membership import workplaces_of
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.isolation import service_url
from tests.postgres import TestPostgres, make_tables
from tests.server.sync_central import TestCentral, open_business
from tests.server.test_pull import Copy, pull_all

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
SERVER_CONNECTIONS = 2

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None or sys.platform == "win32", reason="PgBouncer is a program of its own: apt-get install pgbouncer"
)


@pytest.fixture(scope="module")
def central(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestCentral]:
    """One business, whose central reaches PostgreSQL through two connections that it shares with everybody."""
    with (
        postgres.database(make_tables) as url,
        pooled(service_url(url), tmp_path_factory.mktemp("pgbouncer")) as pooled_url,
        Database.connect(pooled_url, pool_size=8) as database,
        Database.connect(url) as owner,
    ):
        yield open_business(database, owner, {"Ana": BusinessUserRole.ADMIN_NEGOCIO})


@contextmanager
def pooled(url: str, folder: Path) -> Iterator[str]:
    """The address of the same database through a pooler that runs until the end of the block."""
    there, port = make_url(url), free_port()
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={there.host} port={there.port} user={there.username} password={there.password}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {SERVER_CONNECTIONS}\nmax_client_conn = 100\n"
        f"{'user = nobody' if os.geteuid() == 0 else ''}\n",
        encoding="utf-8",
    )
    with subprocess.Popen([str(PGBOUNCER), "-q", str(settings)]) as process:
        try:
            pooled_url = replace_port(url, port)
            wait_until_it_answers(pooled_url)
            yield pooled_url
        finally:
            process.terminate()


def replace_port(url: str, port: int) -> str:
    return make_url(url).set(port=port).render_as_string(hide_password=False)


def wait_until_it_answers(url: str) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_one_connection_serves_one_business_after_the_other_and_shows_each_its_own(central: TestCentral) -> None:
    shops = [central, *(open_business(central.database, central.owner, ADMINS) for _ in range(5))]

    def a_day(shop: TestCentral) -> set[str]:
        product = shop.ana.product()
        shop.ana.push(product)
        for _ in range(10):
            shop.ana.push(shop.ana.sale([product["entity_id"]]))
        copy: Copy = {}
        pull_all(shop.ana, copy)
        return set(copy["sales"])

    with ThreadPoolExecutor(len(shops)) as at_once:
        sold = list(at_once.map(a_day, shops))
    assert [len(sales) for sales in sold] == [10] * len(shops)
    assert len(set().union(*sold)) == 10 * len(shops)
    connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'pos_app'"
    assert central.value(connections) <= SERVER_CONNECTIONS


def test_nothing_of_a_transaction_is_left_on_the_connection_for_the_next_one(central: TestCentral) -> None:
    user_id = central.users["Ana"]
    central.ana.push(central.ana.product())
    for _ in range(2 * SERVER_CONNECTIONS):
        with central.database.transaction(UUID(central.business_id), user_id=user_id) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM products").scalar_one() > 0
        with central.database.transaction() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM products").scalar_one() == 0
            assert workplaces_of(connection, user_id) == []


ADMINS = {"Ana": BusinessUserRole.ADMIN_NEGOCIO}
