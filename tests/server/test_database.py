"""Central's connection to PostgreSQL: what is told when there is none, and what one transaction promises."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from avileo_pos.server.postgres.database import TIMES_A_TRANSACTION_IS_TRIED, CentralBusy, Database, PostgresUnavailable
from tests.postgres import TestPostgres


@pytest.fixture
def url(postgres: TestPostgres) -> Iterator[str]:
    with postgres.database(_two_stalls) as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database.connect(url) as connected:
        yield connected


def _two_stalls(url: str) -> None:
    with Database.connect(url) as database, database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE stalls (id int PRIMARY KEY, hens int NOT NULL)")
        connection.exec_driver_sql("INSERT INTO stalls VALUES (1, 0), (2, 0)")


def _hens(connection: Connection) -> list[int]:
    return list(connection.exec_driver_sql("SELECT hens FROM stalls ORDER BY id").scalars())


def _add_a_hen(connection: Connection, stall: int) -> None:
    connection.exec_driver_sql("UPDATE stalls SET hens = hens + 1 WHERE id = %s", (stall,))


def _refusal(url: str) -> PostgresUnavailable:
    with pytest.raises(PostgresUnavailable) as refused:
        Database.connect(url)
    return refused.value


def test_an_address_in_neon_s_form_is_understood(url: str) -> None:
    with Database.connect(url.replace("postgresql://", "postgres://") + "?sslmode=prefer") as database:
        assert database.is_alive()


def test_a_server_that_cannot_encrypt_is_refused_where_encryption_is_required(url: str) -> None:
    assert _refusal(f"{url}?sslmode=require").code == "unreachable"


@pytest.mark.parametrize("address", ["", "central", "mysql://ana@localhost/shop", "postgresql://ana@localhost:port/x"])
def test_what_is_no_address_is_told(address: str) -> None:
    assert _refusal(address).code == "bad_address"


def test_a_server_that_does_not_answer_is_told_with_its_place() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        trouble = _refusal(f"postgresql://ana:secret-word@127.0.0.1:{port}/shop")
    assert trouble.code == "unreachable"
    assert f"127.0.0.1:{port}" in trouble.message
    assert "secret-word" not in trouble.message


def test_a_wrong_password_is_told_without_showing_it(url: str) -> None:
    before, _, after = url.rpartition("@")
    trouble = _refusal(f"{before}wrong@{after}")
    assert trouble.code == "wrong_password"
    assert before.rpartition(":")[2] not in trouble.message


def test_a_missing_database_is_told(url: str) -> None:
    trouble = _refusal(url + "_of_another_shop")
    assert trouble.code == "no_such_database"
    assert "_of_another_shop" in trouble.message


def test_an_older_server_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("avileo_pos.server.postgres.database.OLDEST_SERVER", 17)
    assert _refusal(url).code == "server_too_old"


def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    def sell_and_stumble(connection: Connection) -> None:
        _add_a_hen(connection, 1)
        raise LookupError

    with pytest.raises(LookupError):
        database.in_transaction(sell_and_stumble)
    with database.transaction() as connection:
        assert _hens(connection) == [0, 0]


def test_a_transaction_sees_one_business_and_the_next_one_on_the_connection_none(url: str) -> None:
    business = uuid4()
    asked = "SELECT current_setting('app.business_id', true)"
    with Database.connect(url, pool_size=1, spare_connections=0) as database:
        with database.transaction(business) as connection:
            assert connection.exec_driver_sql(asked).scalar_one() == str(business)
        with database.transaction() as connection:
            assert connection.exec_driver_sql(asked).scalar_one() in (None, "")


def test_a_transaction_is_bounded_in_time(database: Database) -> None:
    with database.transaction() as connection:
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert connection.exec_driver_sql(f"SHOW {limit}").scalar_one() != "0"


def test_who_waits_too_long_for_a_lock_is_told_that_central_is_busy(database: Database) -> None:
    def wait_a_little(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")
        _add_a_hen(connection, 1)

    with database.transaction() as holder:
        _add_a_hen(holder, 1)
        with pytest.raises(CentralBusy):
            database.in_transaction(wait_a_little)


def test_of_two_that_block_each_other_both_succeed_in_the_end(database: Database) -> None:
    both_hold_one = threading.Barrier(2)
    attempts: list[int] = []

    def move_hens(connection: Connection, first: int, second: int) -> None:
        attempts.append(first)
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '20ms'")
        _add_a_hen(connection, first)
        if len(attempts) <= 2:
            both_hold_one.wait(30)
        _add_a_hen(connection, second)

    others = [
        threading.Thread(target=database.in_transaction, args=(lambda c, a=a, b=b: move_hens(c, a, b),))
        for a, b in ((1, 2), (2, 1))
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(attempts) == 3
    with database.transaction() as connection:
        assert _hens(connection) == [2, 2]


def test_what_always_collides_ends_as_busy(database: Database) -> None:
    attempts: list[Connection] = []

    def collide(connection: Connection) -> None:
        attempts.append(connection)
        connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    with pytest.raises(CentralBusy):
        database.in_transaction(collide)
    assert len(attempts) == TIMES_A_TRANSACTION_IS_TRIED


def test_a_mistake_in_a_statement_is_not_repeated(database: Database) -> None:
    attempts: list[Connection] = []

    def mistake(connection: Connection) -> None:
        attempts.append(connection)
        connection.exec_driver_sql("SELECT no_such_column FROM stalls")

    with pytest.raises(DBAPIError, match="no_such_column"):
        database.in_transaction(mistake)
    assert len(attempts) == 1


def test_a_connection_that_the_server_dropped_is_replaced(url: str) -> None:
    with Database.connect(url, pool_size=1, spare_connections=0) as database, Database.connect(url) as other:
        with database.transaction() as connection:
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with other.transaction() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(%s, 10000)", (process,))
        assert database.is_alive()
