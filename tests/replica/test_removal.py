"""A till goes from a computer: with everything when central has it, aside when not, and never against the rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.replica import removal
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import ReplicaUnwritable
from avileo_pos.replica.keeping import Keeping
from avileo_pos.replica.removal import REMOVED, Removed, remove_till
from avileo_pos.replica.safe import chest_of
from avileo_pos.settings import branch_folder
from tests.replica.till import NOON, Till

NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def left(till: Till) -> Path:
    """The file of a till at which a customer was written down, closed, with copy, journal, key and chest beside it.

    The folder also holds another till, and what belongs to the program.
    """
    path = till.replica.path
    till.new_customer()
    chest_of(path).lock_with("ana@example.com", "secreto")
    care = Keeping(path, None, till.clock)
    care.copy()
    care.end()
    till.replica.close()
    for other in ("settings.json", "avileo.log", "0b000000-0000-4000-8000-00000000000f.db"):
        path.with_name(other).write_text("another's", encoding="utf-8")
    return path


def waiting(path: Path) -> frozenset[str]:
    with Replica.open(path) as replica, replica.reading() as db:
        return frozenset(db.exec_driver_sql("SELECT id FROM sync_queue WHERE status <> 'acked'").scalars())


def all_is_sent(path: Path) -> None:
    def answer(db: Connection) -> None:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'acked', acked_at = created_at, acked_revision = 1")

    with Replica.open(path) as replica, replica.writing() as db:
        answer(db)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and not each.name.endswith((".lock", "-shm", "-wal"))
    }


def test_a_till_that_has_sent_everything_leaves_nothing_behind(left: Path) -> None:
    all_is_sent(left)
    assert remove_till(left, NOTHING, NOON) == Removed(0, None)
    assert sorted(everything(left.parent)) == ["0b000000-0000-4000-8000-00000000000f.db", "avileo.log", "settings.json"]
    assert not list(left.parent.glob(f"*{left.stem}*"))


def test_what_was_not_sent_is_set_aside_with_all_that_could_bring_it_back(left: Path) -> None:
    open_here, before = waiting(left), everything(left.parent)
    removed = remove_till(left, open_here | {"another"}, NOON)
    assert (removed.unsent, len(open_here)) == (1, 1)
    assert removed.aside is not None
    assert removed.aside.parent == left.parent / REMOVED
    own = {name: content for name, content in before.items() if name.startswith(left.stem)}
    assert {"locks", "key", "db"} <= {name.rpartition(".")[2] for name in own}
    assert everything(removed.aside) == own
    assert waiting(removed.aside / left.name) == open_here
    assert not left.exists()


def test_nothing_is_touched_while_something_is_neither_sent_nor_exported(left: Path) -> None:
    before = everything(left.parent)
    with pytest.raises(BusinessRuleBroken, match="not_exported"):
        remove_till(left, frozenset({"another"}), NOON)
    assert everything(left.parent) == before


@pytest.mark.parametrize("failing", range(1, 5))
def test_a_file_that_cannot_be_moved_leaves_the_till_as_it_was(
    left: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """As on Windows, where another program holds it."""
    all_is_sent(left)
    before, move, moved = everything(left.parent), Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal moved
        moved += 1
        if moved == failing:
            raise PermissionError(str(self))
        return move(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(ReplicaUnwritable):
        remove_till(left, NOTHING, NOON)
    assert everything(left.parent) == before
    assert not (left.parent / REMOVED).exists()


def test_what_cannot_be_destroyed_is_told(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_is_sent(left)
    monkeypatch.setattr(removal.shutil, "rmtree", lambda *_args, **_named: None)
    removed = remove_till(left, NOTHING, NOON)
    assert (removed.unsent, removed.aside and removed.aside.is_dir()) == (0, True)


def test_what_other_tills_sent_here_is_not_taken_away(left: Path) -> None:
    all_is_sent(left)
    branch_folder(left).mkdir()
    (branch_folder(left) / "branch.json").write_text("{}", encoding="utf-8")
    before = everything(left.parent)
    with pytest.raises(BusinessRuleBroken, match="still_sharing"):
        remove_till(left, NOTHING, NOON)
    assert everything(left.parent) == before
