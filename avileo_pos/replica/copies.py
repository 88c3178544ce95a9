"""Copies of the replica in a safe: made beside the selling, checked, kept by age, and put back.

A copy is of one moment, whole, and stands under its final name only when SQLite has found it sound.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from avileo_pos.domain.business_day import business_date
from avileo_pos.handover.sealing import KeySeal, SealBroken
from avileo_pos.replica.database import reader_of, require_sound, trouble_told_by_driver
from avileo_pos.replica.errors import ReplicaDamaged, ReplicaTrouble
from avileo_pos.replica.journal import STAMP, stamp
from avileo_pos.replica.safe import Safe

log = structlog.get_logger(__name__)

KEPT: Final = 14
_NEWEST: Final = 7  # whatever their day; the others are the last of each day before
_NAME: Final = re.compile(r"(?P<device>[0-9a-f-]{36})\.(?P<at>[0-9]{8}T[0-9]{6}Z)\.copy")


@dataclass(frozen=True, slots=True)
class Copy:
    """`device_id` is the till that made it, `made_at` the moment that it is of."""

    path: Path
    device_id: UUID
    made_at: datetime
    size: int


def copies_in(safe: Safe, now: datetime) -> tuple[Copy, ...]:
    """The newest first; none where the place is gone."""
    return tuple(_newest_first([copy for path in safe.files("*.copy") if (copy := _as_copy(path)) is not None], now))


def make_copy(file: Path, safe: Safe, device_id: UUID, now: datetime, *, quickly: bool = False) -> Copy:
    """Copy the replica at `file` as it stands now, check the copy, and let the oldest go.

    `VACUUM INTO` reads every row and leaves no gaps; `quickly` copies page by page, in an eighth of the time.
    Raises DiskFull, ReplicaDamaged and the other troubles of a file; OSError when the place is gone.
    """
    safe.make()
    safe.require_room_for(_size_with_log(file))
    target = safe.folder / f"{device_id}.{stamp(now)}.copy"
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with trouble_told_by_driver(), closing(reader_of(file)) as reader:
            (_page_by_page if quickly else _vacuum)(reader, unfinished)
        require_sound_file(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    let_old_ones_go(safe, device_id, now)
    return Copy(target, device_id, now, target.stat().st_size)


def send_along(copy: Copy, safe: Safe, now: datetime) -> None:
    """Keep the copy in another safe too, sealed. Raises OSError when the place is gone, DiskFull."""
    assert isinstance(safe.seal, KeySeal)
    safe.make()
    safe.require_room_for(copy.size)
    unfinished = safe.folder / f"{copy.path.stem}.unfinished"
    try:
        with copy.path.open("rb") as source, unfinished.open("wb") as target:
            safe.seal.close_file(source, target)
        unfinished.replace(safe.folder / copy.path.name)
    finally:
        unfinished.unlink(missing_ok=True)
    let_old_ones_go(safe, copy.device_id, now)


def take_out(copy: Copy, safe: Safe, target: Path) -> None:
    """Write the copy to `target`, opened and found sound. Raises OSError, SealBroken, ReplicaDamaged."""
    target.unlink(missing_ok=True)
    with copy.path.open("rb") as source, target.open("wb") as opened:
        if isinstance(safe.seal, KeySeal):
            safe.seal.open_file(source, opened)
        else:
            while piece := source.read(2**20):
                opened.write(piece)
    require_sound_file(target)


def newest_sound(safes: Sequence[Safe], target: Path, now: datetime) -> Copy | None:
    """The newest copy of all that can still be opened, written to `target`."""
    lie_in = {copy: safe for safe in safes for copy in copies_in(safe, now)}
    for copy in _newest_first(lie_in, now):
        try:
            take_out(copy, lie_in[copy], target)
        except (OSError, SealBroken, ReplicaTrouble) as trouble:
            log.warning("copy_unusable", made_at=copy.made_at, why=type(trouble).__name__)
        else:
            return copy
    target.unlink(missing_ok=True)
    return None


def let_old_ones_go(safe: Safe, device_id: UUID, now: datetime) -> None:
    for copy in superfluous([each for each in copies_in(safe, now) if each.device_id == device_id], now):
        copy.path.unlink(missing_ok=True)


def superfluous(copies: Sequence[Copy], now: datetime) -> list[Copy]:
    """All but 14: the newest seven, and of each day before them the last, for seven days."""
    by_age = _newest_first(copies, now)
    last_of_day: dict[object, Copy] = {}
    for copy in by_age[_NEWEST:]:
        last_of_day.setdefault(business_date(copy.made_at, 0), copy)
    kept = [*by_age[:_NEWEST], *list(last_of_day.values())[: KEPT - _NEWEST]]
    return [copy for copy in by_age if copy not in kept]


def _newest_first(copies: Iterable[Copy], now: datetime) -> list[Copy]:
    """Those of later than now come last: the clock was ahead when they were made, and they are of before all others."""
    return sorted(copies, key=lambda copy: (copy.made_at <= now, copy.made_at), reverse=True)


def require_sound_file(path: Path) -> None:
    """Raises ReplicaDamaged, also for one that lacks a bit of its end, which SQLite may read as nothing."""
    with trouble_told_by_driver(), closing(reader_of(path, nobody_writes=True)) as reader:
        ((pages,), (page_size,)) = (reader.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        if pages * page_size != path.stat().st_size:
            raise ReplicaDamaged("cut")
        require_sound(reader)


def _as_copy(path: Path) -> Copy | None:
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    made_at = datetime.strptime(name["at"], STAMP).replace(tzinfo=UTC)
    return Copy(path, UUID(name["device"]), made_at, path.stat().st_size)


def _vacuum(reader: sqlite3.Connection, target: Path) -> None:
    reader.execute("PRAGMA cache_size = -64000")
    reader.execute("VACUUM INTO ?", (str(target),))


def _page_by_page(reader: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        reader.backup(copy, pages=-1)  # at once: it begins anew whenever somebody sells between two steps


def _size_with_log(file: Path) -> int:
    log = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (log.stat().st_size if log.exists() else 0)
