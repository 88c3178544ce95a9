"""A till goes from this computer: its files are destroyed when central has everything, else only set aside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.at_central import not_at_central
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import ReplicaUnwritable
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import branch_folder

REMOVED: Final = "Cajas quitadas"
log = structlog.get_logger(__name__)


def unsent(db: Connection, exported: frozenset[str]) -> int:
    """How many operations central has not answered. Raises BusinessRuleBroken("not_exported") for others than those."""
    waiting = set(db.exec_driver_sql(f"SELECT id FROM sync_queue WHERE {not_at_central(db)}").scalars())
    if not waiting <= exported:
        raise BusinessRuleBroken("not_exported")
    return len(waiting)


@dataclass(frozen=True, slots=True)
class Removed:
    """`unsent` operations stand in an export only; `aside` is the folder of what was not destroyed, if any."""

    unsent: int
    aside: Path | None


def remove_till(path: Path, exported: frozenset[str], now: datetime) -> Removed:
    """Take away the file, which nobody has open, with its copies, journals and keys beside it.

    Nothing is touched where something is neither sent nor exported, or other tills have sent something here that
    central may lack. Raises BusinessRuleBroken: not_exported, still_sharing; ReplicaTrouble.
    """
    if branch_folder(path).exists():
        raise BusinessRuleBroken("still_sharing")
    with Replica.open(path) as replica:
        waiting = reads(unsent, exported)(replica)
    aside = path.parent / REMOVED / f"{path.stem} {now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    with _all_or_none(path, aside):
        aside.mkdir(parents=True)
        for each in _files_of(path):
            each.replace(aside / each.name)
    log.warning("till_removed", unsent=waiting)
    if not waiting:
        _destroy(aside)
    return Removed(waiting, aside if aside.exists() else None)


def _files_of(path: Path) -> list[Path]:
    """The file itself first, and all that was ever laid beside it under its name."""
    beside = sorted(each for each in path.parent.glob(f"{path.stem}.*") if each != path)
    return [path, *beside]


@contextmanager
def _all_or_none(path: Path, aside: Path) -> Iterator[None]:
    """Raises ReplicaUnwritable, when everything lies where it did before."""
    try:
        yield
    except OSError as trouble:
        for moved in aside.glob("*"):
            moved.replace(path.with_name(moved.name))
        _drop_if_empty(aside)
        raise ReplicaUnwritable(str(trouble)) from trouble


def _destroy(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _drop_if_empty(folder)


def _drop_if_empty(folder: Path) -> None:
    """And the one above, unless other tills were set aside there."""
    for each in (folder, folder.parent):
        with suppress(OSError):
            each.rmdir()
