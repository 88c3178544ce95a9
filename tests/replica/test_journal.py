"""The journal in a second place: it follows the queue, survives what sticks go through, and gives all of it back."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.handover.sealing import PLAIN, KeySeal, Seal, SealBroken
from avileo_pos.queries.balance import customer_balance
from avileo_pos.replica.identity import find_identity
from avileo_pos.replica.journal import Journal, read_journal, renewed
from avileo_pos.replica.rescue import open_or_rescue
from avileo_pos.replica.safe import Safe
from avileo_pos.replica.sync_state import adopt_epoch, note_contact
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.tables.till import DISCARDED
from avileo_pos.usecases.queue import (
    DiscardOperation,
    ResendOperation,
    discard_operation,
    resend_operation,
    retry_operation,
)
from tests.replica.answers import let_go, only_parked, park_all, send_all
from tests.replica.till import BUSINESS, MARKET_CUSTOMER, Till, balance_row, page

SEALED = KeySeal(b"k" * 32)


def followed(till: Till, journal: Journal) -> Journal:
    identity = till.run(reads(find_identity))
    with closing(till.replica.reader()) as reader:
        journal.follow(reader, identity)
    return journal


def written(till: Till) -> list[tuple[str, bytes]]:
    return [(row["id"], row["data"].encode()) for row in till.queue()]


def told(path: Path, seal: Seal = PLAIN) -> list[tuple[str, bytes]]:
    return [(kept.operation.id, bytes(kept.operation.data)) for kept in read_journal(path, seal).operations]


@pytest.mark.parametrize("seal", [PLAIN, SEALED], ids=["plain", "sealed"])
def test_it_tells_every_operation_with_the_bytes_that_central_gets(till: Till, tmp_path: Path, seal: Seal) -> None:
    path = tmp_path / "a.journal"
    customer = till.new_customer("Rosa Quispe")
    journal = followed(till, Journal.open(path, seal))
    till.renames(customer, "Rosa")
    till.voids_abono(till.takes_abono())
    followed(till, journal)
    followed(till, journal)
    assert told(path, seal) == written(till)
    read = read_journal(path, seal)
    assert (read.damaged, read.broken_at, read.till) == (0, None, till.run(reads(find_identity)))


def test_a_stick_that_was_out_is_given_what_it_missed(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    till.new_customer()
    followed(till, Journal.open(path))
    for _ in range(510):  # more than are taken at once
        till.new_customer()
    till.reopen()
    followed(till, Journal.open(path))
    assert told(path) == written(till)


def test_whoever_finds_the_stick_reads_nobodys_name_on_it(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    till.new_customer("Rosa Quispe")
    followed(till, Journal.open(path, SEALED))
    assert b"Rosa" not in path.read_bytes()
    assert b"customers" not in path.read_bytes()
    with pytest.raises(SealBroken):
        read_journal(path, KeySeal(b"x" * 32))


@given(st.integers(min_value=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_torn_last_line_is_written_again(till: Till, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.journal"
    path.unlink(missing_ok=True)
    till.new_customer()
    followed(till, Journal.open(path))
    content = path.read_bytes()
    path.write_bytes(content[: -(cut % len(content))])
    followed(till, Journal.open(path))
    assert told(path) == written(till)
    assert read_journal(path).broken_at is None


@given(st.integers(min_value=0), st.integers(1, 40), st.binary(min_size=1, max_size=1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_costs_the_lines_that_it_touches_and_is_noticed(
    till: Till, tmp_path: Path, at: int, length: int, filler: bytes
) -> None:
    path = tmp_path / "a.journal"
    if not path.exists():
        for number in range(12):
            till.new_customer(f"Cliente {number}")
        followed(till, Journal.open(path))
    whole = path.read_bytes()
    start = at % len(whole)
    spoilt = whole[:start] + filler * min(length, len(whole) - start) + whole[start + length :]
    (tmp_path / "spoilt.journal").write_bytes(spoilt)
    untouched = [line for line in whole.splitlines() if line in spoilt.splitlines()]
    read = read_journal(tmp_path / "spoilt.journal")
    known = {each.operation.id: each for each in read_journal(path).operations}
    assert {each.operation.id for each in read.operations} >= {
        operation_id for operation_id in known if any(operation_id.encode() in line for line in untouched)
    }
    assert all(known[each.operation.id] == each for each in read.operations)
    assert spoilt == whole or read.broken_at is not None or spoilt[-1:] != b"\n"


def test_a_changed_line_is_noticed_though_its_own_hash_was_changed_with_it(till: Till, tmp_path: Path) -> None:
    honest, path = tmp_path / "honest.journal", tmp_path / "a.journal"
    till.new_customer("Rosa")
    followed(till, Journal.open(honest))
    till.new_customer("Juana")
    followed(till, Journal.open(path))
    first_of_other = path.read_bytes().splitlines(keepends=True)
    lines = honest.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first_of_other[0], lines[1], first_of_other[2]]))
    assert read_journal(path).broken_at is None  # the same lines in the same order
    path.write_bytes(b"".join([first_of_other[0], first_of_other[2]]))
    assert read_journal(path).broken_at == 2


def test_a_stick_that_is_gone_is_no_folder_in_its_place(till: Till, tmp_path: Path) -> None:
    safe = Safe.on(tmp_path / "stick", str(till.run(reads(find_identity)).business_id), SEALED)
    with pytest.raises(OSError, match="stick"):
        safe.journal(till.run(reads(find_identity)).device_id)
    assert not (tmp_path / "stick").exists()


def test_another_stick_gets_a_journal_of_its_own(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    till.new_customer()
    journal = followed(till, Journal.open(path))
    path.rename(tmp_path / "drawer.journal")
    till.new_customer()
    with pytest.raises(OSError, match="another journal"):
        followed(till, journal)
    followed(till, Journal.open(path))
    assert told(path) == written(till)


# --- An older file in the place of the later one ----------------------------------------------------------------------


def test_an_older_file_gets_back_what_was_done_after_it(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    rosa = till.new_customer("Rosa")
    older = till.replica.path.with_name("older.db")
    till.replica.copy_into(older)
    juana = till.new_customer("Juana")
    till.renames(rosa, "Rosa Quispe")
    abono = till.takes_abono(rosa)
    till.voids_abono(abono)
    before = till.queue()
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    opened = open_or_rescue(till.replica.path, [safe], clock=till.clock)
    till.replica = opened.replica
    assert (opened.came_back, opened.rescue) == (4, None)
    assert till.queue() == before
    assert (till.shown_name(rosa), till.shown_name(juana)) == ("Rosa Quispe", "Juana")
    assert till.sync_status("customers", juana) == till.sync_status("abonos", abono) == "pending"
    [row] = till.rows("SELECT voided_at, voided_by, amount, receipt_number FROM abonos")
    assert (row["voided_at"] is not None, row["voided_by"], row["amount"]) == (True, str(till.actor.member_id), 500)
    assert till.value("SELECT last_receipt FROM till_identity") == 1
    assert till.value("SELECT count(*) FROM abono_payments") == 1


def test_what_was_discarded_stays_so_in_an_older_file(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    till.replica.copy_into(older)
    till.new_customer("Rosa")
    [operation] = till.queue()
    journal = followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'parked'")
    till.does(discard_operation, DiscardOperation(operation["id"], "repetida"))
    followed(till, journal)
    put_in_place(till, older)
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert till.queue() == []


def test_what_was_sent_again_counts_once_in_an_older_file(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    till.applies(page(balance_row(MARKET_CUSTOMER, 2000, revision=5), head=5))
    till.voids_abono(till.takes_abono())
    till.takes_abono()
    park_all(till)
    till.replica.copy_into(older)
    for operation in till.queue():
        till.does(retry_operation, operation["id"])
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("15.00")
    assert [row["status"] for row in till.queue()] == ["acked"] * 3 + ["pending"] * 3
    assert till.value("SELECT count(*) FROM abonos WHERE sync_status = 'pending'") == 2


def test_what_was_sent_again_to_a_central_put_back_counts_once_in_a_file_of_before(till: Till) -> None:
    """There central has answered the first of the two, and its figure holds the act by that."""
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    till.run(writes(adopt_epoch, BUSINESS, "one"))
    till.takes_abono()
    send_all(till, revision=50)
    till.applies(page(balance_row(MARKET_CUSTOMER, 1500, revision=51), head=51))
    till.replica.copy_into(older)
    till.run(writes(adopt_epoch, BUSINESS, "another"))
    park_all(till)
    for operation in till.rows("SELECT id FROM sync_queue WHERE status = 'parked'"):
        till.does(retry_operation, operation["id"])
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("15.00")
    till.run(writes(adopt_epoch, BUSINESS, "another"))
    assert [row["status"] for row in till.queue()] == ["acked", "pending"]


def test_a_voiding_that_was_sent_again_counts_once_in_an_older_file(till: Till) -> None:
    """There the row shows the voiding that it goes in place of, and central knows of neither."""
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    abono = till.takes_abono()
    send_all(till, revision=50)
    [row] = till.rows("SELECT * FROM abonos")
    debt = balance_row(MARKET_CUSTOMER, 2000, revision=50)
    till.applies(page({**row, "collection": "abonos", "revision": 50}, debt, head=50))
    till.voids_abono(abono)
    till.replica.copy_into(older)
    park_all(till)
    till.does(retry_operation, only_parked(till))
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("25.00")


def test_what_is_sent_again_while_it_is_written_down_stands_in_it_by_one_of_its_ids(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    till.takes_abono()
    park_all(till)

    def send_again(statement: str) -> None:
        if DISCARDED in statement and till.value("SELECT count(*) FROM sync_queue WHERE status = 'parked'"):
            till.does(retry_operation, only_parked(till))

    with closing(till.replica.reader()) as reader:
        reader.set_trace_callback(send_again)
        Journal.open(path).follow(reader, till.run(reads(find_identity)))
    read = read_journal(path)
    assert {kept.operation.id for kept in read.operations} - read.discarded


def test_a_voiding_that_was_mended_from_it_and_is_discarded_lets_the_fact_stand(till: Till) -> None:
    """What shows it was voided here: that is no word of central's."""
    safe = Safe.beside(till.replica.path)
    abono = till.takes_abono()
    send_all(till)
    [row] = till.rows("SELECT * FROM abonos")
    till.applies(page({**row, "collection": "abonos", "revision": 50}, head=50))
    till.voids_abono(abono)
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    till.run(writes(lambda db: db.exec_driver_sql("UPDATE sync_queue SET data = '{' WHERE operation_type = 'delete'")))
    till.replica.close()
    opened = open_or_rescue(till.replica.path, [safe], clock=till.clock)
    till.replica = opened.replica
    assert (opened.came_back, opened.lost) == (1, 0)
    assert till.value("SELECT void_reason IS NOT NULL FROM abonos") == 1
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "sí pagó"))
    assert till.value("SELECT voided_at FROM abonos") is None


def test_of_two_pasts_of_one_file_nothing_is_lost(till: Till) -> None:
    """An older file was used while the stick was out; then the stick comes back with the other past."""
    device = till.run(reads(find_identity)).device_id
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    till.replica.copy_into(older)
    first = till.new_customer("Rosa")
    second = till.new_customer("Juana")
    followed(till, safe.journal(device))
    put_in_place(till, older)
    till.reopen()
    third, fourth = till.new_customer("María"), till.new_customer("Lucía")
    till.replica.close()
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert {row["entity_id"] for row in till.queue()} == {str(each) for each in (first, second, third, fourth)}
    followed(till, safe.journal(device))
    assert sorted(told(safe.journal_path(device))) == sorted(written(till))


@pytest.mark.parametrize("is_set_right", [True, False])
def test_what_was_done_while_the_clock_was_years_back_is_not_lost_with_another_past(
    till: Till, *, is_set_right: bool
) -> None:
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    central_time = till.clock()
    till.clock.advance(days=-4000)
    till.run(writes(note_contact, till.clock(), central_time))
    till.replica.copy_into(older)
    abono = till.takes_abono()
    rosa = till.new_customer("Rosa")
    till.renames(rosa, "Rosa Quispe")
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.reopen()
    if is_set_right:
        till.clock.now = central_time
        till.run(writes(note_contact, till.clock(), central_time))
    others = [till.takes_abono() for _ in range(4)]
    till.replica.close()
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert {row["entity_id"] for row in till.queue()} == {str(each) for each in (abono, rosa, *others)}


def test_what_was_voided_in_two_pasts_of_one_file_is_taken_back_once(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    till.applies(page(balance_row(MARKET_CUSTOMER, 2000, revision=5), head=5))
    abono = till.takes_abono()
    till.replica.copy_into(older)
    till.voids_abono(abono)
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.reopen()
    till.clock.now += timedelta(minutes=5)
    till.voids_abono(abono)
    till.replica.close()
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    assert [row["operation_type"] for row in till.queue()] == ["create", "delete", "delete"]
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("20.00")
    till.does(discard_operation, DiscardOperation(parked_last(till), "ya estaba anulado"))
    assert till.value("SELECT voided_at IS NOT NULL FROM abonos") == 1
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("20.00")


def test_of_a_birth_that_was_put_right_in_a_later_past_the_first_can_be_discarded(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    older = till.replica.path.with_name("older.db")
    rosa = till.new_customer("Rosa")
    park_all(till)
    till.renames(rosa, "Rosa Quispe")
    till.replica.copy_into(older)
    till.does(resend_operation, ResendOperation(only_parked(till), {"dni": "12345678"}))
    followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    put_in_place(till, older)
    till.replica = open_or_rescue(till.replica.path, [safe], clock=till.clock).replica
    till.does(discard_operation, DiscardOperation(only_parked(till), "sin DNI"))
    assert [row["operation_type"] for row in till.queue() if row["status"] == "pending"] == ["update", "create"]
    assert till.shown_name(rosa) == "Rosa Quispe"


def test_what_only_the_stick_knows_comes_back_though_later_things_came_back_before(till: Till, tmp_path: Path) -> None:
    device = till.run(reads(find_identity)).device_id
    own, stick = Safe.beside(till.replica.path), Safe.on(tmp_path, str(device), SEALED)
    older = till.replica.path.with_name("older.db")
    till.replica.copy_into(older)
    first = till.new_customer("Rosa")
    for safe in (own, stick):
        followed(till, safe.journal(device))
    second = till.new_customer("Juana")
    followed(till, own.journal(device))
    path = own.journal_path(device)
    begun, rotten, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(begun + rotten.replace(b"Rosa", b"Rata") + last)
    put_in_place(till, older)
    for safes, known in (((own,), {second}), ((own, stick), {first, second})):
        till.replica.close()
        till.replica = open_or_rescue(till.replica.path, safes, clock=till.clock).replica
        assert {row["entity_id"] for row in till.queue()} == {str(each) for each in known}


def test_what_central_answered_long_ago_does_not_come_back(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    till.new_customer("Rosa")
    journal = followed(till, safe.journal(till.run(reads(find_identity)).device_id))
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'acked', acked_at = created_at")
    till.new_customer("Juana")
    followed(till, journal)
    till.clock.advance(days=46)
    let_go(till)
    till.replica.close()
    opened = open_or_rescue(till.replica.path, [safe], clock=till.clock)
    till.replica = opened.replica
    assert (opened.came_back, len(till.queue())) == (0, 1)


@pytest.mark.parametrize("seal", [PLAIN, SEALED], ids=["plain", "sealed"])
def test_one_that_has_lost_a_line_is_written_anew_from_the_queue(till: Till, tmp_path: Path, seal: Seal) -> None:
    path = tmp_path / "a.journal"
    for name in ("Rosa", "Juana", "Inés"):
        till.new_customer(name)
    followed(till, Journal.open(path, seal))
    assert not renewed_by(till, path, seal)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((*lines[:2], lines[2][:-9] + b"\xff" * 8 + b"\n", *lines[3:])))
    assert renewed_by(till, path, seal)
    assert told(path, seal) == written(till)
    assert not renewed_by(till, path, seal)
    [aside] = tmp_path.glob("a.2*.journal")
    assert len(told(aside, seal)) == 2


def test_one_that_holds_far_more_than_the_queue_lets_it_go_but_what_was_discarded(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    for _ in range(520):
        till.new_customer()
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'parked'")
    till.does(discard_operation, DiscardOperation(till.queue()[0]["id"], "repetida"))
    followed(till, Journal.open(path))
    discarded = read_journal(path).discarded
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'acked', acked_at = created_at")
    assert not renewed_by(till, path), "the queue keeps all of them still"
    till.clock.advance(days=46)
    let_go(till)
    till.new_customer("Juana")
    followed(till, Journal.open(path))
    assert renewed_by(till, path)
    assert told(path) == written(till)
    assert read_journal(path).discarded == discarded
    assert len(list(tmp_path.glob("*.journal"))) == 1


def test_one_that_knows_more_than_the_queue_is_kept_however_long(till: Till, tmp_path: Path) -> None:
    path, older = tmp_path / "a.journal", tmp_path / "older.db"
    till.replica.copy_into(older)
    for _ in range(510):
        till.new_customer()
    followed(till, Journal.open(path))
    put_in_place(till, older)
    till.reopen()
    assert not renewed_by(till, path)
    assert len(told(path)) == 510


def renewed_by(till: Till, path: Path, seal: Seal = PLAIN) -> bool:
    with closing(till.replica.reader()) as reader:
        return renewed(path, seal, reader, till.run(reads(find_identity)), till.clock())


def parked_last(till: Till) -> UUID:
    last = "(SELECT max(seq) FROM sync_queue)"
    till.run(writes(lambda db: db.exec_driver_sql(f"UPDATE sync_queue SET status = 'parked' WHERE seq = {last}")))
    return UUID(till.value(f"SELECT id FROM sync_queue WHERE seq = {last}"))


def put_in_place(till: Till, older: Path) -> None:
    till.replica.close()
    for part in ("-wal", "-shm"):
        till.replica.path.with_name(till.replica.path.name + part).unlink(missing_ok=True)
    shutil.copy(older, till.replica.path)
