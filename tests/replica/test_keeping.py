"""The care of a till's file while it is used: what is due is done, what cannot be done is told, nothing is stopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from avileo_pos.handover.sealing import SealBroken
from avileo_pos.replica.copies import copies_in
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.journal import read_journal
from avileo_pos.replica.keeping import Elsewhere, Keeping, Room, room_left
from avileo_pos.replica.key_chest import open_chest
from avileo_pos.replica.rescue import open_or_rescue
from avileo_pos.replica.safe import Safe, chest_of, safes_of
from avileo_pos.replica.transaction import reads
from tests.replica.till import Till

MEGABYTE = 2**20


class Kept:
    """A till and the care of it, with a stick that can be pulled out."""

    def __init__(self, till: Till, folder: Path) -> None:
        self.till = till
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.identity = till.run(reads(read_identity))
        self.chest = chest_of(till.replica.path)
        self.own, self.elsewhere = safes_of(till.replica.path, self.stick)
        self.care = Keeping(till.replica.path, self.stick, till.clock)

    def pull_out(self) -> None:
        self.stick.rename(self.stick.with_name("drawer"))

    def put_in(self) -> None:
        self.stick.with_name("drawer").rename(self.stick)

    def told(self, safe: Safe) -> list[str]:
        read = read_journal(safe.journal_path(self.identity.device_id), safe.seal)
        return [each.operation.id for each in read.operations]

    def done(self) -> list[str]:
        return [row["id"] for row in self.till.queue()]


@pytest.fixture
def kept(till: Till, tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(till, tmp_path)
    yield kept
    kept.care.end()


def test_what_was_done_stands_at_once_in_both_places(kept: Kept) -> None:
    kept.till.new_customer()
    assert kept.care.follow().elsewhere is Elsewhere.KEPT
    assert kept.told(kept.own) == kept.told(kept.elsewhere) == kept.done()


def test_a_copy_is_made_every_two_hours_and_taken_along(kept: Kept) -> None:
    for _ in range(5):
        state = kept.care.round()
        kept.till.clock.advance(hours=1)
    now = kept.till.clock()
    assert len(state.copies) == 3
    assert [each.made_at for each in copies_in(kept.elsewhere, now)] == [
        each.made_at for each in copies_in(kept.own, now)
    ]


def test_closing_copies_what_has_changed_and_nothing_else(kept: Kept) -> None:
    for is_changed in (False, True):
        care = Keeping(kept.till.replica.path, None, kept.till.clock)
        care.copy()
        kept.till.clock.advance(minutes=1)
        before = copies_in(kept.own, kept.till.clock())
        if is_changed:
            kept.till.new_customer()
        care.end()
        assert (len(copies_in(kept.own, kept.till.clock())) > len(before)) is is_changed
        kept.till.clock.advance(minutes=1)


def test_a_stick_that_is_pulled_out_stops_nothing_and_gets_all_of_it_later(kept: Kept) -> None:
    kept.care.round()
    kept.pull_out()
    kept.till.new_customer()
    state = kept.care.round()
    assert state.elsewhere is Elsewhere.GONE
    assert kept.told(kept.own) == kept.done()
    kept.put_in()
    kept.till.new_customer()
    assert kept.care.round().elsewhere is Elsewhere.KEPT
    assert kept.told(kept.elsewhere) == kept.done()


def test_a_full_stick_is_told_as_full(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def nearly_full(place: Path) -> object:
        usage = shutil._ntuple_diskusage(2**40, 0, 2**39)  # type: ignore[attr-defined]
        return usage._replace(free=1) if kept.stick in (Path(place), *Path(place).parents) else usage

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    assert kept.care.round().elsewhere is Elsewhere.FULL
    assert kept.told(kept.elsewhere) == kept.done()


def test_a_stick_of_other_keys_is_not_written_over(kept: Kept) -> None:
    kept.till.new_customer()
    kept.care.follow()
    before = kept.elsewhere.journal_path(kept.identity.device_id).read_bytes()
    kept.till.replica.path.with_suffix(".key").write_bytes(b"x" * 32)
    kept.till.new_customer()
    kept.care.keep_in(kept.stick)
    assert kept.care.round().elsewhere is Elsewhere.FOREIGN
    assert kept.elsewhere.journal_path(kept.identity.device_id).read_bytes() == before


def test_the_stick_opens_with_the_password_that_was_used_at_the_till(kept: Kept) -> None:
    kept.chest.lock_with("rosa@example.pe", "gallina-vieja")
    kept.chest.lock_with("pepa@example.pe", "otra-cosa-1")
    kept.chest.lock_with("rosa@example.pe", "gallina-nueva")
    kept.care.round()
    there = kept.elsewhere.chest_path(kept.identity.device_id)
    assert open_chest(there, "gallina-nueva").key == open_chest(there, "otra-cosa-1").key == kept.chest.seal().key
    with pytest.raises(SealBroken):
        open_chest(there, "gallina-vieja")
    assert kept.chest.seal().key not in there.read_bytes()


def test_the_file_is_checked_once_a_day_and_a_new_start_remembers(kept: Kept) -> None:
    first = kept.care.round().checked_at
    kept.till.clock.advance(hours=23)
    again = Keeping(kept.till.replica.path, None, kept.till.clock)
    assert again.round().checked_at == first
    kept.till.clock.advance(hours=1)
    assert again.round().checked_at == kept.till.clock()
    again.end()


def test_damage_that_only_the_whole_check_sees_is_mended_at_the_next_start(kept: Kept) -> None:
    for _ in range(3):
        kept.till.new_customer()
    kept.care.round()
    with kept.till.replica.writing() as db:
        db.exec_driver_sql("PRAGMA writable_schema = ON")
        db.exec_driver_sql(
            "UPDATE sqlite_master SET rootpage = other.rootpage FROM sqlite_master other"
            " WHERE sqlite_master.name = 'ix_sync_queue_status_seq' AND other.name = 'ix_sync_queue_entity_id'"
        )
    done = kept.done()
    kept.till.replica.close()
    spoilt = Keeping(kept.till.replica.path, None, kept.till.clock)
    kept.till.clock.advance(days=1)
    assert spoilt.round().is_damaged
    spoilt.end()
    opened = open_or_rescue(kept.till.replica.path, [kept.own], clock=kept.till.clock)
    kept.till.replica = opened.replica
    assert opened.rescue is not None
    assert kept.done() == done


def test_a_journal_that_loses_bytes_is_whole_again_after_a_day(kept: Kept) -> None:
    for _ in range(3):
        kept.till.new_customer()
    kept.care.round()
    for safe in (kept.own, kept.elsewhere):
        path = safe.journal_path(kept.identity.device_id)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert len(kept.told(safe)) == 2
    kept.till.clock.advance(days=1)
    assert kept.care.round().elsewhere is Elsewhere.KEPT
    kept.till.new_customer()
    kept.care.follow()
    assert kept.told(kept.own) == kept.told(kept.elsewhere) == kept.done()


def test_as_the_disk_fills_copies_stop_first_and_sales_never(kept: Kept) -> None:
    left = [room_left(megabytes * MEGABYTE) for megabytes in (10_000, 200, 199, 100, 99, 0)]
    assert left == [Room.ENOUGH, Room.ENOUGH, Room.SCARCE, Room.SCARCE, Room.SALES, Room.SALES]
