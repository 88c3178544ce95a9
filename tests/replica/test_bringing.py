"""A till goes on at another computer, from the stick on which its copies and its journal lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avileo_pos.replica.bringing import bring_till
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import NothingToBring, TillAlreadyHere, WrongPasswordForCopies
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.journal import read_journal
from avileo_pos.replica.keeping import Elsewhere, Keeping
from avileo_pos.replica.rescue import open_or_rescue
from avileo_pos.replica.safe import chest_of, safes_of
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import replica_path
from tests.replica.till import BUSINESS, Clock, Till, open_till

PASSWORD = "gallina-clueca"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def burnt(tmp_path: Path, stick: Path) -> Iterator[Till]:
    """It sold after the last copy, and the journal on the stick knows."""
    till = at_home(tmp_path / "burnt")
    care = kept(till, stick, PASSWORD)
    till.new_customer("Rosa")
    care.round()
    till.renames(till.new_customer("Juana"), "Juana Mamani")
    care.follow()
    care._reader.close()
    yield till
    till.replica.close()


def at_home(folder: Path) -> Till:
    """Where a till's file has the name of its business."""
    folder.mkdir()
    till = open_till(folder)
    till.replica.close()
    till.replica.path.rename(replica_path(folder, BUSINESS))
    till.replica = opened_in(folder, till.clock)
    return till


def opened_in(folder: Path, clock: Clock) -> Replica:
    path = replica_path(folder, BUSINESS)
    return open_or_rescue(path, safes_of(path, None), clock=clock).replica


def kept(till: Till, stick: Path, password: str) -> Keeping:
    chest_of(till.replica.path).lock_with("ana@example.pe", password)
    return Keeping(till.replica.path, stick, till.clock)


@pytest.mark.parametrize("pointed_at", [".", "Avileo", f"Avileo/{BUSINESS}"])
def test_all_of_it_is_there_with_its_name_and_its_numbers(
    burnt: Till, stick: Path, tmp_path: Path, pointed_at: str
) -> None:
    (tmp_path / "new").mkdir()
    brought = bring_till(stick / pointed_at, PASSWORD, tmp_path / "new", clock=burnt.clock)
    assert (brought.business_id, brought.place, brought.rescue.copy_of) == (BUSINESS, stick, burnt.clock())
    till = Till(opened_in(tmp_path / "new", burnt.clock), burnt.clock)
    assert till.queue() == burnt.queue()
    assert till.run(reads(read_identity)) == burnt.run(reads(read_identity))
    assert till.value("SELECT count(*) FROM customers WHERE name = 'Juana Mamani'") == 1
    till.replica.close()


def test_the_stick_is_kept_on_under_the_same_key(burnt: Till, stick: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    bring_till(stick, PASSWORD, tmp_path / "new", clock=burnt.clock)
    path = replica_path(tmp_path / "new", BUSINESS)
    till = Till(open_or_rescue(path, safes_of(path, stick)).replica, burnt.clock)
    till.new_customer("María")
    care = Keeping(path, stick, till.clock)
    assert care.round().elsewhere is Elsewhere.KEPT
    care.end()
    _, safe = safes_of(path, stick)
    told = read_journal(safe.journal_path(till.run(reads(read_identity)).device_id), safe.seal)
    assert [each.operation.id for each in told.operations] == [row["id"] for row in till.queue()]
    till.replica.close()


def test_of_several_tills_on_a_stick_the_password_tells_which(burnt: Till, stick: Path, tmp_path: Path) -> None:
    other = at_home(tmp_path / "other")
    other.new_customer("De otra caja")
    kept(other, stick, "otra-contraseña").end()
    other.replica.close()
    (tmp_path / "new").mkdir()
    bring_till(stick, PASSWORD, tmp_path / "new", clock=burnt.clock)
    with opened_in(tmp_path / "new", burnt.clock) as replica:
        assert reads(read_identity)(replica) == burnt.run(reads(read_identity))
        assert Till(replica, burnt.clock).queue() == burnt.queue()


def test_nothing_is_brought_without_the_password(burnt: Till, stick: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(WrongPasswordForCopies):
        bring_till(stick, "no es esta", tmp_path / "new")
    with pytest.raises(NothingToBring):
        bring_till(tmp_path / "new", PASSWORD, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_till_that_is_here_is_never_written_over(burnt: Till, stick: Path) -> None:
    before = burnt.queue()
    with pytest.raises(TillAlreadyHere):
        bring_till(stick, PASSWORD, burnt.replica.path.parent)
    assert burnt.queue() == before
