"""Copies: whole, of one moment, made beside the selling, found sound, and as many as are wanted."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.domain.business_day import business_date
from avileo_pos.handover.sealing import KeySeal, SealBroken
from avileo_pos.replica.copies import KEPT, Copy, copies_in, make_copy, newest_sound, send_along, superfluous, take_out
from avileo_pos.replica.errors import DiskFull, ReplicaDamaged
from avileo_pos.replica.safe import Safe
from tests.replica.till import NOON, Till

DEVICE = uuid4()
MOMENTS = st.lists(
    st.integers(0, 60 * 24 * 40).map(lambda minutes: NOON - timedelta(minutes=minutes)), max_size=60, unique=True
)


def names_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return [row[0] for row in db.execute("SELECT name FROM customers ORDER BY name")]


@pytest.mark.parametrize("quickly", [False, True], ids=["vacuum", "page by page"])
def test_a_copy_holds_what_was_committed_and_not_what_is_being_done(
    till: Till, tmp_path: Path, *, quickly: bool
) -> None:
    safe = Safe.beside(till.replica.path)
    till.new_customer("Rosa")
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE customers SET name = 'a medias'")
        copy = make_copy(till.replica.path, safe, DEVICE, NOON, quickly=quickly)
    assert names_in(copy.path) == ["Puesto 14", "Rosa"]
    assert copies_in(safe, NOON) == (copy,)


def test_nothing_unfinished_is_left_where_the_copy_fails(till: Till) -> None:
    safe = Safe.beside(till.replica.path)
    with pytest.raises(ReplicaDamaged):
        make_copy(spoilt_copy_of(till), safe, DEVICE, NOON)
    assert list(safe.folder.iterdir()) == []


def spoilt_copy_of(till: Till) -> Path:
    file = till.replica.path.with_name("spoilt.db")
    till.replica.copy_into(file)
    content = bytearray(file.read_bytes())
    content[len(content) // 4 :] = b"\x5a" * (len(content) - len(content) // 4)
    file.write_bytes(content)
    return file


def test_selling_has_the_last_of_the_disk(till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    safe = Safe.beside(till.replica.path)
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=till.replica.path.stat().st_size + 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: nearly_full)
    with pytest.raises(DiskFull):
        make_copy(till.replica.path, safe, DEVICE, NOON)
    assert copies_in(safe, NOON) == ()


# --- In another place -------------------------------------------------------------------------------------------------


@pytest.fixture
def stick(tmp_path: Path) -> Safe:
    (tmp_path / "stick").mkdir()
    return Safe.on(tmp_path / "stick", str(uuid4()), KeySeal(b"k" * 32))


def test_a_copy_on_a_stick_is_the_same_to_who_has_the_key_and_nothing_to_others(
    till: Till, tmp_path: Path, stick: Safe
) -> None:
    till.new_customer("Rosa Quispe")
    copy = make_copy(till.replica.path, Safe.beside(till.replica.path), DEVICE, NOON)
    send_along(copy, stick, NOON)
    [sealed] = copies_in(stick, NOON)
    assert b"Rosa" not in sealed.path.read_bytes()
    take_out(sealed, stick, tmp_path / "opened.db")
    assert (tmp_path / "opened.db").read_bytes() == copy.path.read_bytes()
    with pytest.raises(SealBroken):
        take_out(sealed, Safe(stick.folder, KeySeal(b"x" * 32)), tmp_path / "opened.db")


@given(st.integers(1, 4096))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_copy_that_lacks_a_bit_of_its_end_is_noticed(till: Till, tmp_path: Path, lacking: int) -> None:
    safe = Safe.beside(till.replica.path)
    copy = make_copy(till.replica.path, safe, DEVICE, NOON)
    copy.path.write_bytes(copy.path.read_bytes()[:-lacking])
    assert newest_sound([safe], tmp_path / "opened.db", NOON) is None


def test_a_sealed_copy_that_lacks_its_end_is_noticed(till: Till, tmp_path: Path, stick: Safe) -> None:
    till.does(lambda work: work.db.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(3000000) AS b"))
    send_along(make_copy(till.replica.path, Safe.beside(till.replica.path), DEVICE, NOON), stick, NOON)
    [sealed] = copies_in(stick, NOON)
    content = sealed.path.read_bytes()
    piece = int.from_bytes(content[:4], "big") + 4
    sealed.path.write_bytes(content[: 2 * piece])
    with pytest.raises(SealBroken):
        take_out(sealed, stick, tmp_path / "opened.db")
    assert newest_sound([stick], tmp_path / "opened.db", NOON) is None


def test_a_stick_that_is_out_is_said(till: Till, tmp_path: Path) -> None:
    copy = make_copy(till.replica.path, Safe.beside(till.replica.path), DEVICE, NOON)
    with pytest.raises(OSError, match="stick"):
        send_along(copy, Safe.on(tmp_path / "stick", str(uuid4()), KeySeal(b"k" * 32)), NOON)
    assert not (tmp_path / "stick").exists()


# --- Which ones are kept ----------------------------------------------------------------------------------------------


def copies(moments: Iterable[datetime], device: UUID = DEVICE) -> list[Copy]:
    return [Copy(Path(f"{at}.copy"), device, at, 1) for at in moments]


@given(MOMENTS)
def test_at_most_fourteen_stay_and_the_newest_are_among_them(moments: list[datetime]) -> None:
    every = copies(moments)
    gone = superfluous(every, NOON)
    kept = sorted((each.made_at for each in every if each not in gone), reverse=True)
    assert len(kept) <= KEPT
    assert kept[:7] == sorted(moments, reverse=True)[:7]
    assert len(kept) == KEPT or len({business_date(at, 0) for at in moments if at not in kept[:7]}) <= KEPT - 7


@given(st.integers(8, 30))
def test_copied_every_two_hours_a_week_can_be_gone_back_to(days: int) -> None:
    kept: list[Copy] = []
    for hour in range(0, days * 24, 2):
        kept += copies([NOON + timedelta(hours=hour)])
        gone = superfluous(kept, kept[-1].made_at)
        kept = [each for each in kept if each not in gone]
    last = kept[-1].made_at
    reached = {business_date(each.made_at, 0) for each in kept}
    assert {business_date(last - timedelta(days=back), 0) for back in range(8)} <= reached


def test_copies_of_another_till_on_the_same_stick_stay(till: Till, stick: Safe) -> None:
    copy = make_copy(till.replica.path, Safe.beside(till.replica.path), DEVICE, NOON)
    other = Copy(copy.path, uuid4(), NOON, copy.size)
    stick.make()
    shutil.copy(copy.path, stick.folder / f"{other.device_id}.20200101T000000Z.copy")
    for hour in range(20):
        at = NOON + timedelta(hours=hour)
        send_along(make_copy(till.replica.path, Safe.beside(till.replica.path), DEVICE, at), stick, at)
    found = copies_in(stick, at)
    assert [each.device_id for each in found].count(other.device_id) == 1
    assert len(found) <= KEPT + 1
