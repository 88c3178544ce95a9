"""A damaged file: what can still be read of its operations anywhere is saved, and the till goes on."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.handover.kept_operation import KeptOperation
from avileo_pos.replica import rescue
from avileo_pos.replica.carving import carve
from avileo_pos.replica.copies import make_copy
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import ReplicaDamaged
from avileo_pos.replica.identity import enrol, read_identity
from avileo_pos.replica.journal import set_aside
from avileo_pos.replica.kept_operations import as_kept
from avileo_pos.replica.rescue import Opened, open_or_rescue, rescue_file
from avileo_pos.replica.safe import Safe
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.tables.shared import customers
from avileo_pos.work import Work
from tests.replica.till import NOON, Clock, Till, open_till

PAGE = 4096
AT_RANDOM = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILLERS = st.sampled_from([b"\x00", b"\xff", b"\x5a", b"0", b"\x0d"])


@dataclass(frozen=True)
class Day:
    """What was left of a till after a day: its file, closed, with a copy of noon and a journal up to the evening."""

    file: Path
    safe: Safe
    operations: dict[str, KeptOperation]

    def again_in(self, folder: Path) -> Day:
        """The same in another folder, to be spoilt there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.file.parent, folder)
        file = folder / self.file.name
        return Day(file, Safe.beside(file), self.operations)

    def spoil(self, start: int, length: int, filler: bytes) -> None:
        content = bytearray(self.file.read_bytes())
        start %= len(content)
        end = min(start + length, len(content))
        content[start:end] = filler * (end - start)
        self.file.write_bytes(content)

    def open(self) -> Opened:
        return open_or_rescue(self.file, [self.safe], clock=Clock())


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    till = open_till(tmp_path_factory.mktemp("day"))
    safe = Safe.beside(till.replica.path)
    identity = till.run(reads(read_identity))
    work_on(till)
    make_copy(till.replica.path, safe, identity.device_id, NOON)
    till.clock.advance(hours=5)
    work_on(till)
    till.new_customer("Rosa " + "Quispe " * 30)
    till.does(with_long_notes)
    with closing(till.replica.reader()) as reader:
        safe.journal(identity.device_id).follow(reader, identity)
    kept = {row["id"]: as_kept(row, identity.device_id) for row in till.queue()}
    till.replica.close()
    return Day(till.replica.path, safe, kept)


def work_on(till: Till) -> None:
    for number in range(12):
        customer = till.new_customer(f"Cliente {number}")
        till.renames(customer, f"Casera {number}")
        till.takes_abono(customer)


def with_long_notes(work: Work) -> None:
    """More than a page of SQLite's holds."""
    known = {"id": work.new_id(), "name": "Restaurante", "opening_balance": Decimal(0), "is_active": True}
    unsaid = dict.fromkeys(("apodo", "dni", "phone", "address", "credit_limit"))
    stamps = {"created_at": work.now, "updated_at": work.now}
    work.create(customers, known | unsaid | stamps | {"notes": "Paga los lunes. " * 1_000})


def queue_of(opened: Opened) -> dict[str, KeptOperation]:
    with opened.replica as replica, replica.reading() as db:
        device = read_identity(db).device_id
        rows = db.exec_driver_sql("SELECT * FROM sync_queue").mappings().all()
        return {row["id"]: as_kept(row, device) for row in rows}


# --- Any damage whatever ----------------------------------------------------------------------------------------------


@given(st.integers(0), st.integers(1, 200_000), FILLERS)
@AT_RANDOM
def test_with_copy_and_journal_no_damage_loses_an_operation(
    day: Day, tmp_path: Path, start: int, length: int, filler: bytes
) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(start, length, filler)
    assert queue_of(spoilt.open()) == day.operations


def test_a_head_that_no_sqlite_has_written_is_damage_like_any_other(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(44, 4, b"\xff")  # the number of the schema's format
    assert queue_of(spoilt.open()) == day.operations


@given(st.integers(0), st.integers(1, 100_000), FILLERS)
@settings(AT_RANDOM, max_examples=6)
def test_of_the_file_alone_every_operation_on_an_undamaged_page_is_saved(
    day: Day, tmp_path: Path, start: int, length: int, filler: bytes
) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    shutil.rmtree(spoilt.safe.folder)
    before = spoilt.file.read_bytes()
    spoilt.spoil(start, length, filler)
    unharmed = undamaged(day, before, spoilt.file.read_bytes())
    rescue_file(spoilt.file, [spoilt.safe], clock=Clock())
    saved = saved_in(spoilt)
    assert saved >= unharmed
    assert saved <= day.operations.keys()


def undamaged(day: Day, before: bytes, after: bytes) -> set[str]:
    """Those whose page is as it was."""
    pages = {at // PAGE for at in range(0, len(before), PAGE) if before[at : at + PAGE] == after[at : at + PAGE]}
    return {
        operation_id
        for operation_id, kept in day.operations.items()
        if (at := before.find(bytes(kept.operation.data))) // PAGE in pages
        and at >= 0
        and (at + len(bytes(kept.operation.data))) // PAGE == at // PAGE
        and operation_id.encode() in before[at // PAGE * PAGE : (at // PAGE + 1) * PAGE]
    }


def saved_in(spoilt: Day) -> set[str]:
    """In the queue, or waiting for a file of which nothing told whose it was."""
    orphans = spoilt.safe.folder / "orphans.rescued"
    waiting = orphans.read_bytes() if orphans.exists() else b""
    with closing(sqlite3.connect(spoilt.file)) as db:
        queued = {row[0] for row in db.execute("SELECT id FROM sync_queue")}
    return queued | {operation_id for operation_id in spoilt.operations if operation_id.encode() in waiting}


@given(st.integers(0), st.integers(1, 50_000), FILLERS)
@AT_RANDOM
def test_a_damaged_journal_and_a_damaged_file_make_good_for_each_other(
    day: Day, tmp_path: Path, start: int, length: int, filler: bytes
) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    [journal] = spoilt.safe.journals()
    content = journal.read_bytes()
    at = start % len(content)
    journal.write_bytes(content[:at] + filler * min(length, len(content) - at) + content[at + length :])
    spoilt.spoil(0, PAGE, b"\x00")  # the head of the file, without which SQLite reads nothing
    assert queue_of(spoilt.open()) == day.operations


# --- What is left of it -----------------------------------------------------------------------------------------------


def test_the_till_goes_on_from_the_copy_with_all_its_rows_and_numbers(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(0, 10**7, b"\x00")
    opened = spoilt.open()
    assert opened.rescue is not None
    assert (opened.rescue.copy_of, opened.came_back) == (NOON, 0)
    assert opened.rescue.operations == len(day.operations) // 2 + 1
    till = Till(opened.replica, Clock())
    assert till.value("SELECT count(*) FROM customers") == 1 + 2 * 12 + 2
    assert till.value("SELECT count(*) FROM customers WHERE name LIKE 'Casera%'") == 2 * 12
    assert till.value("SELECT count(*) FROM abono_payments") == 2 * 12
    assert till.value("SELECT count(*) FROM sync_queue WHERE status = 'pending'") == len(day.operations)
    till.replica.close()


def test_the_damaged_file_is_kept_beside_and_the_next_start_knows_nothing_of_it(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(PAGE, 10**6, b"\x5a")
    damaged = spoilt.file.read_bytes()
    first = spoilt.open()
    first.replica.close()
    assert first.rescue is not None
    assert first.rescue.set_aside.read_bytes() == damaged
    again = spoilt.open()
    assert (again.rescue, again.came_back) == (None, 0)
    assert queue_of(again) == day.operations


def test_a_schema_that_is_no_text_any_more_is_damage_like_any_other(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    content = spoilt.file.read_bytes()
    assert b"CREATE TABLE till_identity" in content
    spoilt.file.write_bytes(content.replace(b"CREATE TABLE till_identity", b"CREATE \xff\xffBLE till_identity"))
    opened = spoilt.open()
    assert opened.rescue is not None
    assert queue_of(opened) == day.operations


def test_what_the_disk_changed_in_a_row_is_written_anew(day: Day, tmp_path: Path) -> None:
    """SQLite finds nothing wrong with such a file."""
    spoilt = day.again_in(tmp_path / "spoilt")
    content = spoilt.file.read_bytes().replace(b'"amount":500', b'"amount":900')
    spoilt.file.write_bytes(content)
    opened = spoilt.open()
    assert opened.rescue is None
    assert opened.came_back > 0
    assert queue_of(opened) == day.operations


def test_what_nothing_can_tell_any_more_does_not_hold_up_the_rest(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    shutil.rmtree(spoilt.safe.folder)
    spoilt.file.write_bytes(spoilt.file.read_bytes().replace(b'"Cliente 3"', b'"\xff\xff\xff\xff\xff\xff\xff\xff3"'))
    opened = spoilt.open()
    assert opened.lost == 4  # two such customers, born and renamed
    assert len(queue_of(opened)) == len(day.operations) - 4


def test_without_a_copy_a_new_file_is_the_same_till_with_the_same_receipts(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    for copy in spoilt.safe.files("*.copy"):
        copy.unlink()
    spoilt.spoil(PAGE * 3, 10**7, b"\x00")
    with Replica.open(day.again_in(tmp_path / "whole").file) as whole:
        identity = reads(read_identity)(whole)
    opened = spoilt.open()
    assert opened.rescue is not None
    assert opened.rescue.copy_of is None
    assert reads(read_identity)(opened.replica) == identity
    assert Till(opened.replica, Clock()).value("SELECT last_receipt FROM till_identity") == 1
    assert queue_of(opened) == day.operations


def test_of_an_unknown_till_they_wait_until_it_is_enrolled(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    shutil.rmtree(spoilt.safe.folder)
    forget_whose_it_is(spoilt.file)
    spoilt.spoil(0, PAGE, b"\x00")
    spoilt.open().replica.close()
    stranger = open_till(tmp_path)
    stranger.replica.close()
    shutil.copy(stranger.replica.path, spoilt.file)
    opened = spoilt.open()
    assert opened.came_back == len(day.operations)
    assert queue_of(opened).keys() == day.operations.keys()
    assert queue_of(spoilt.open()).keys() == day.operations.keys()


def test_what_was_done_here_as_another_till_comes_back_under_an_older_file(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    older = open_till(tmp_path)
    former = older.run(reads(read_identity))
    older.run(writes(enrol, replace(former, device_id=uuid4()), NOON))
    older.replica.close()
    shutil.copy(older.replica.path, spoilt.file)
    opened = spoilt.open()
    assert opened.came_back == len(day.operations)
    assert queue_of(opened).keys() == day.operations.keys()
    again = spoilt.open()
    assert again.came_back == 0
    assert queue_of(again).keys() == day.operations.keys()


def with_an_older_file(day: Day, folder: Path) -> Day:
    """In place of the file there is that of the same till as it was enrolled."""
    older = day.again_in(folder / "spoilt")
    till = open_till(folder)
    former = till.run(reads(read_identity))
    [journal] = older.safe.journals()
    till.run(writes(enrol, replace(former, device_id=UUID(journal.stem)), NOON))
    till.replica.close()
    shutil.copy(till.replica.path, older.file)
    return older


def test_what_only_a_journal_that_was_set_aside_knows_comes_back_under_an_older_file(day: Day, tmp_path: Path) -> None:
    older = with_an_older_file(day, tmp_path)
    [journal] = older.safe.journals()
    set_aside(journal, NOON)
    opened = older.open()
    assert opened.came_back == len(day.operations)
    assert queue_of(opened) == day.operations
    assert older.open().came_back == 0


def test_a_line_that_one_journal_lost_comes_back_from_the_other_also_by_a_clock_of_years_later(
    day: Day, tmp_path: Path
) -> None:
    older = with_an_older_file(day, tmp_path)
    second = Safe(tmp_path / "second")
    shutil.copytree(older.safe.folder, second.folder)
    [journal] = older.safe.journals()
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[5] = b"x" * (len(lines[5]) - 1) + b"\n"
    journal.write_bytes(b"".join(lines))
    clock = Clock()
    clock.advance(days=800)
    opened = open_or_rescue(older.file, [older.safe, second], clock=clock)
    assert queue_of(opened) == day.operations


def forget_whose_it_is(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("DELETE FROM till_identity")


@pytest.fixture
def crashed(till: Till, tmp_path: Path) -> Day:
    """What was done last stands in the log alone."""
    till.new_customer("Rosa")
    till.takes_abono()
    kept = {row["id"]: as_kept(row, uuid4()) for row in till.queue()}
    file = tmp_path / "crashed" / f"{uuid4()}.db"
    file.parent.mkdir()
    for part in ("", "-wal"):
        path = till.replica.path
        shutil.copy(path.with_name(path.name + part), file.with_name(file.name + part))
    return Day(file, Safe.beside(file), kept)


def test_what_stands_only_in_the_log_of_the_damaged_file_is_saved(crashed: Day) -> None:
    crashed.spoil(PAGE, 10**7, b"\x00")
    crashed.open().replica.close()
    assert saved_in(crashed) == crashed.operations.keys()


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["gone", "empty"])
def test_the_log_alone_tells_that_there_was_a_till_and_what_it_did(
    crashed: Day, lose: Callable[[Path], object]
) -> None:
    lose(crashed.file)
    opened = crashed.open()
    opened.replica.close()
    assert opened.rescue is not None
    assert saved_in(crashed) == crashed.operations.keys()


def test_what_another_version_of_the_program_has_queued_is_no_damage(till: Till) -> None:
    till.new_customer("Rosa")
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET collection = 'customers_of_tomorrow'")
    till.replica.close()
    opened = open_or_rescue(till.replica.path, [Safe.beside(till.replica.path)])
    assert opened.lost == 0
    assert len(queue_of(opened)) == 1


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["gone", "empty"])
def test_a_file_that_is_gone_is_made_good_as_a_damaged_one_is(
    day: Day, tmp_path: Path, lose: Callable[[Path], object]
) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    lose(spoilt.file)
    opened = spoilt.open()
    assert opened.rescue is not None
    assert queue_of(opened) == day.operations


def test_a_disk_that_gives_no_file_as_a_whole_gives_it_block_by_block(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = day.again_in(tmp_path / "failing")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    device = next(iter(day.operations.values())).device_id
    assert {kept.operation.id for kept in carve(failing.file, UUID(device)).operations} == day.operations.keys()


def refuse(_path: Path) -> bytes:
    raise OSError(errno.EIO, "the disk does not answer")


# --- In the midst of it -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["begun", "moved"])
def interrupted(request: pytest.FixtureRequest, day: Day, tmp_path: Path) -> Day:
    """The power went while the new file was being made, or after the damaged one was moved."""
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(0, 10**7, b"\x5a")
    damaged = spoilt.file.read_bytes()
    if request.param == "begun":
        spoilt.file.with_suffix(".rescued").write_bytes(damaged[:PAGE])
    else:
        rescue_file(spoilt.file, [spoilt.safe], clock=Clock())
        spoilt.file.replace(spoilt.file.with_suffix(".rescued"))
    return spoilt


def test_a_power_cut_in_the_midst_loses_nothing(interrupted: Day) -> None:
    assert queue_of(interrupted.open()) == interrupted.operations


def test_a_new_file_is_not_taken_for_finished_before_it_is(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is gone, and the program is killed while another is being made."""
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.file.unlink()
    monkeypatch.setattr(rescue, "put_back", interrupt)
    with pytest.raises(KeyboardInterrupt):
        spoilt.open()
    monkeypatch.undo()
    assert queue_of(spoilt.open()) == day.operations


def test_a_person_hears_of_a_rescue_also_if_the_program_was_killed_after_it(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(0, 10**7, b"\x5a")
    done = rescue_file(spoilt.file, [spoilt.safe], clock=Clock())
    opened = spoilt.open()
    opened.replica.close()
    assert opened.rescue == done
    assert queue_of(again := spoilt.open()) == day.operations
    assert again.rescue is None


def interrupt(*_given: object) -> int:
    raise KeyboardInterrupt


def test_a_sound_file_is_left_alone(day: Day, tmp_path: Path) -> None:
    sound = day.again_in(tmp_path / "sound")
    opened = sound.open()
    assert (opened.rescue, opened.came_back) == (None, 0)
    assert queue_of(opened) == day.operations


def test_damage_is_never_taken_for_an_empty_till(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    spoilt.spoil(0, PAGE, b"\x00")
    with pytest.raises(ReplicaDamaged):
        Replica.open(spoilt.file)


def test_a_copy_that_is_damaged_too_gives_way_to_an_older_one(day: Day, tmp_path: Path) -> None:
    spoilt = day.again_in(tmp_path / "spoilt")
    [copy] = spoilt.safe.files("*.copy")
    device = copy.name.split(".")[0]
    later = copy.with_name(f"{device}.{NOON + timedelta(hours=2):%Y%m%dT%H%M%SZ}.copy")
    later.write_bytes(copy.read_bytes()[:PAGE] + b"\x5a" * PAGE * 20)
    spoilt.spoil(0, 10**7, b"\x00")
    opened = spoilt.open()
    assert opened.rescue is not None
    assert opened.rescue.copy_of == NOON
    assert queue_of(opened) == day.operations
