"""The replica's file: who may open it, what it survives, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import DiskFull, ReplicaDamaged, ReplicaInUse, ReplicaTooNew, ReplicaUnwritable
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.transaction import read, writes
from avileo_pos.tables.shared import businesses
from avileo_pos.tables.till import TILL_TABLES
from avileo_pos.work import Work
from tests.replica.till import BUSINESS, Till, create_customer


def test_a_second_program_on_the_same_file_is_told_so(till: Till) -> None:
    with pytest.raises(ReplicaInUse):
        Replica.open(till.replica.path)


def test_a_closed_file_can_be_opened_again(till: Till) -> None:
    customer = till.new_customer("Rosa")
    assert till.reopen().shown_name(customer) == "Rosa"


def test_what_was_not_committed_is_gone_after_a_crash(till: Till) -> None:
    crash = till.replica.writing()
    crash.__enter__().exec_driver_sql("DELETE FROM customers")
    till.reopen()
    assert till.value("SELECT count(*) FROM customers") == 1


def test_a_use_case_that_fails_keeps_nothing(till: Till) -> None:
    def half_done(work: Work) -> None:
        create_customer(work, "Rosa")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        till.does(half_done)
    assert till.value("SELECT count(*) FROM customers") == 1
    assert till.queue() == []
    assert till.replica.take_changed() == frozenset()


def test_the_news_names_every_table_that_was_written(till: Till) -> None:
    till.takes_abono()
    assert till.replica.take_changed() == {"abonos", "abono_payments", "sync_queue"}
    assert till.replica.take_changed() == frozenset()


def test_reading_changes_nothing(till: Till) -> None:
    read(till.replica, till.actor, lambda work: work.db.exec_driver_sql("DELETE FROM customers"))
    assert till.value("SELECT count(*) FROM customers") == 1
    assert till.replica.take_changed() == frozenset()


def test_new_settings_of_the_business_hold_from_the_next_transaction(till: Till) -> None:
    def cutoff(work: Work) -> int:
        return work.business.day_cutoff_hour

    assert till.does(cutoff) == 3
    till.does(lambda work: work.update(businesses, BUSINESS, {"day_cutoff_hour": 5}))
    assert till.does(cutoff) == 5


def test_writes_survive_a_power_cut(till: Till) -> None:
    assert till.value("PRAGMA journal_mode") == "wal"
    assert till.value("PRAGMA synchronous") == 2
    assert till.value("PRAGMA foreign_keys") == 1
    with till.replica.writing_pulled_rows():
        pass
    assert till.value("PRAGMA synchronous") == 2
    assert till.value("PRAGMA foreign_keys") == 1


def test_the_text_of_an_error_names_nobody(till: Till) -> None:
    """It goes into the log."""
    with pytest.raises(IntegrityError) as broken, till.replica.writing() as db:
        db.exec_driver_sql("INSERT INTO customers (id, name) VALUES (?, ?)", ("x", "Juana Mamani"))
    assert "Juana" not in str(broken.value)


def test_a_full_disk_is_told_and_nothing_is_half_written(till: Till) -> None:
    def no_more_pages(replica: Replica) -> None:
        with replica.reading() as db:
            pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
            db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def many_customers(work: Work) -> None:
        for number in range(2_000):
            create_customer(work, f"Cliente {number}")

    till.run(no_more_pages)
    with pytest.raises(DiskFull):
        till.does(many_customers)
    assert till.value("SELECT count(*) FROM customers") == 1
    assert till.queue() == []


def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path: Path) -> None:
    (tmp_path / "replica.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(ReplicaDamaged):
        Replica.open(tmp_path / "replica.db")


def test_a_damaged_page_is_found_at_the_start(till: Till) -> None:
    till.does(lambda work: [create_customer(work, f"Cliente {number}") for number in range(500)])
    path = till.replica.path
    till.replica.close()
    damage(path)
    with pytest.raises(ReplicaDamaged):
        Replica.open(path)


def test_an_operation_that_does_not_read_as_one_is_told_as_damage(till: Till) -> None:
    till.new_customer()
    till.run(writes(lambda db: db.exec_driver_sql("UPDATE sync_queue SET data = '{'")))
    with pytest.raises(ReplicaDamaged):
        till.value("SELECT json_extract(data, '$.name') FROM sync_queue")


def test_a_text_that_is_none_any_more_is_told_as_damage_without_its_words(till: Till) -> None:
    till.new_customer()
    spoilt = "UPDATE customers SET name = CAST('Juana' || x'ff' AS TEXT)"
    till.run(writes(lambda db: db.exec_driver_sql(spoilt)))
    with pytest.raises(ReplicaDamaged) as damaged:
        till.value("SELECT name FROM customers LIMIT 1")
    assert "Juana" not in str(damaged.value)


def test_a_till_is_told_apart_again_when_a_copy_brought_back_what_it_was_before(till: Till) -> None:
    first, second, third = (TillIdentity(BUSINESS, uuid4(), "Caja 1", series) for series in ("A2", "A3", "A4"))
    for identity in (first, second, first, third):
        till.run(writes(enrol, identity, till.clock()))
    former = [row["device_id"] for row in till.rows("SELECT device_id FROM former_devices")]
    assert {str(first.device_id), str(second.device_id)} < set(former)


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\x5a" * (len(content) - len(content) // 2)
    path.write_bytes(content)


def test_the_file_of_a_newer_program_is_left_alone(till: Till) -> None:
    path = till.replica.path
    till.replica.close()
    on_file(path, "INSERT INTO alembic_version VALUES ('till_9999')")
    with pytest.raises(ReplicaTooNew):
        Replica.open(path)


def test_a_file_is_copied_before_its_shape_changes(till: Till) -> None:
    path = till.replica.path
    till.replica.close()
    on_file(path, *(f"DROP TABLE {table.name}" for table in TILL_TABLES))
    on_file(path, "ALTER TABLE customer_balances DROP COLUMN opening_balance")
    on_file(path, "UPDATE alembic_version SET version_num = 'shared_0001'")
    with Replica.open(path) as replica, replica.reading() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM sync_queue").scalar_one() == 0
    (customers_before,) = on_file(path.with_suffix(".before-update"), "SELECT count(*) FROM customers")
    assert customers_before == [(1,)]


def on_file(path: Path, *statements: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return [connection.execute(statement).fetchall() for statement in statements]
    finally:
        connection.close()


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReplicaUnwritable):
        Replica.open(tmp_path / "gone" / "replica.db")


def test_a_copy_holds_everything(till: Till, tmp_path: Path) -> None:
    customer = till.new_customer("Rosa")
    till.replica.copy_into(tmp_path / "copy.db")
    (found,) = on_file(tmp_path / "copy.db", f"SELECT name FROM customers WHERE id = '{customer}'")
    assert found == [("Rosa",)]
