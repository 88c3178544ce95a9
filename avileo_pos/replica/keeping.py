"""What keeps a till's file safe while it is used: the journal at once, copies every two hours, the check every day.

It reads by a connection of its own, on a thread of its own, and never stops a sale: a place that is gone or full is
told and tried again the next time.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from avileo_pos.domain.clock import is_past
from avileo_pos.handover.sealing import SealBroken
from avileo_pos.replica.copies import Copy, copies_in, make_copy, send_along
from avileo_pos.replica.database import Clock, reader_of, trouble_told_by_driver
from avileo_pos.replica.errors import DiskFull, ReplicaDamaged, ReplicaTrouble
from avileo_pos.replica.identity import TillIdentity
from avileo_pos.replica.journal import Journal, renewed
from avileo_pos.replica.rescue import FOUND_DAMAGED
from avileo_pos.replica.safe import LEFT_FOR_SALES, Safe, chest_of, safes_of
from avileo_pos.tables.base import instant_text

log = structlog.get_logger(__name__)

COPY_EVERY: Final = timedelta(hours=2)
CHECK_EVERY: Final = timedelta(hours=24)
LEFT_BY_PULLS: Final = 100 * 2**20  # bytes; copies stop before, sales never


class Room(StrEnum):
    """How much of the disk is left: ENOUGH for everything, SCARCE for copies, or for SALES alone."""

    ENOUGH = auto()
    SCARCE = auto()
    SALES = auto()


class Elsewhere(StrEnum):
    """How it stands with the second place."""

    NONE = auto()
    KEPT = auto()
    GONE = auto()
    FULL = auto()
    FOREIGN = auto()


@dataclass(frozen=True, slots=True)
class SafetyState:
    """For the person: when the last copy was made and the file last found sound, and what stands in the way.

    `elsewhere_at` is when the second place last had everything.
    """

    copied_at: datetime | None = None
    checked_at: datetime | None = None
    is_damaged: bool = False
    room: Room = Room.ENOUGH
    free: int = 0
    elsewhere: Elsewhere = Elsewhere.NONE
    elsewhere_at: datetime | None = None
    copies: tuple[Copy, ...] = ()


class Keeping:
    """The care of one replica. To be used from one thread; `end` closes it."""

    def __init__(self, file: Path, second_place: Path | None, clock: Clock) -> None:
        self.state = SafetyState()
        self._file = file
        self._own = Safe.beside(file)
        self._locks = chest_of(file).locks
        self._clock = clock
        self._elsewhere: Safe | None = None
        self._reader = reader_of(file)
        self._journals: dict[Path, Journal] = {}
        self._copied_version: int | None = None
        self.keep_in(second_place)

    def keep_in(self, second_place: Path | None) -> SafetyState:
        """From now on in this second place, or in none."""
        self._elsewhere = None
        self._journals.clear()
        self.state = replace(self.state, elsewhere=Elsewhere.NONE, elsewhere_at=None)
        if second_place is not None:
            self._stands(Elsewhere.GONE)
            self._guarded(lambda: self._begin_in(second_place))
            self._guarded(self._keep_elsewhere)
        return self.state

    def round(self) -> SafetyState:
        """All that is due."""
        self._guarded(self._follow)
        state = self.look()
        if self._is_due(state.copied_at, COPY_EVERY):
            self._guarded(self._copy)
        if self._is_due(state.checked_at, CHECK_EVERY):
            self._guarded(self._check)
            self._guarded(self._look_through_journals)
        self._guarded(self._keep_elsewhere)
        return self.look()

    def follow(self) -> SafetyState:
        """Somebody has done something: the journals know it at once."""
        self._guarded(self._follow)
        self._guarded(self._keep_elsewhere)
        return self.state

    def copy(self) -> SafetyState:
        """A copy of this moment, here and in the second place."""
        self._guarded(self._copy)
        self._guarded(self._keep_elsewhere)
        return self.look()

    def end(self) -> None:
        """The last operations go into the journals, and what has changed since the last copy into a new one."""
        self._guarded(self._follow)
        if self._version() != self._copied_version:
            self._guarded(self._copy_quickly)
        self._guarded(self._keep_elsewhere)
        self._reader.close()

    def look(self) -> SafetyState:
        """How much room there is, and which copies; nothing is done about it."""
        free = shutil.disk_usage(self._file.parent).free
        copies = copies_in(self._own, self._clock())
        self.state = replace(
            self.state,
            free=free,
            room=room_left(free),
            copies=copies,
            copied_at=copies[0].made_at if copies else None,
            checked_at=self.state.checked_at or self._last_check(),
        )
        return self.state

    # --- Each of them ------------------------------------------------------------------------------------------------

    def _begin_in(self, second_place: Path) -> None:
        _, self._elsewhere = safes_of(self._file, second_place)

    def _follow(self) -> None:
        till = self._till()
        if till is not None:
            self._journal(self._own, till.device_id).follow(self._reader, till)

    def _copy_quickly(self) -> None:
        self._copy(quickly=True)

    def _copy(self, *, quickly: bool = False) -> None:
        till = self._till()
        if till is not None:
            version = self._version()
            make_copy(self._file, self._own, till.device_id, self._clock(), quickly=quickly)
            self._copied_version = version

    def _check(self) -> None:
        """The whole file, its indices too, as against the quick look at each start."""
        (said,) = self._reader.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            raise ReplicaDamaged(said)
        self._own.make()
        self._checked.write_text(instant_text(self._clock()), encoding="utf-8")
        self.state = replace(self.state, checked_at=self._clock())

    def _look_through_journals(self) -> None:
        """Disks lose bytes, and what is read when all else is gone must be whole by then."""
        till, now = self._till(), self._clock()
        for safe in (self._own, self._elsewhere):
            if till is None or safe is None:
                continue
            if renewed(safe.journal_path(till.device_id), safe.seal, self._reader, till, now):
                log.warning("journal_begun_anew", elsewhere=safe is self._elsewhere)
                self._journals.pop(safe.folder, None)

    def _keep_elsewhere(self) -> None:
        safe, till = self._elsewhere, self._till()
        if safe is None or till is None:
            return
        try:
            self._journal(safe, till.device_id).follow(self._reader, till)
            self._take_along(safe, till)
        except SealBroken:
            self._stands(Elsewhere.FOREIGN)
        except (DiskFull, OSError) as trouble:
            self._journals.pop(safe.folder, None)
            self._stands(Elsewhere.GONE if not safe.is_there() else Elsewhere.FULL)
            log.info("second_place_missed", why=type(trouble).__name__)
        else:
            self.state = replace(self.state, elsewhere=Elsewhere.KEPT, elsewhere_at=self._clock())

    def _take_along(self, safe: Safe, till: TillIdentity) -> None:
        """The newest copy, and the chest that opens it: other tills on the same stick have chests of their own."""
        now = self._clock()
        there = {copy.path.name for copy in copies_in(safe, now)}
        for copy in copies_in(self._own, now)[:1]:
            if copy.path.name not in there:
                send_along(copy, safe, now)
        target = safe.chest_path(till.device_id)
        with suppress(FileNotFoundError):
            content = self._locks.read_bytes()
            if not target.exists() or target.read_bytes() != content:
                target.write_bytes(content)

    # --- What they stand on ------------------------------------------------------------------------------------------

    def _guarded(self, act: Callable[[], None]) -> None:
        """What fails here is told by the state, and costs nobody a sale."""
        try:
            with trouble_told_by_driver():
                act()
        except ReplicaDamaged as trouble:
            log.error("replica_found_damaged", why=str(trouble))
            self.state = replace(self.state, is_damaged=True)
            with suppress(OSError):
                self._file.with_suffix(FOUND_DAMAGED).touch()
        except (ReplicaTrouble, OSError, SealBroken) as trouble:
            self._journals.clear()
            log.warning("not_kept", act=getattr(act, "__name__", ""), why=type(trouble).__name__)

    def _till(self) -> TillIdentity | None:
        """None for a file that has not been enrolled yet."""
        row = self._reader.execute(
            "SELECT business_id, device_id, device_name, receipt_series FROM till_identity"
        ).fetchone()
        return None if row is None else TillIdentity(UUID(row[0]), UUID(row[1]), row[2], row[3])

    def _journal(self, safe: Safe, device_id: UUID) -> Journal:
        known = self._journals.get(safe.folder)
        if known is None or known.path != safe.journal_path(device_id):
            known = self._journals[safe.folder] = safe.journal(device_id)
        return known

    def _version(self) -> int:
        """Changes with every commit of the lane's."""
        with suppress(sqlite3.Error):
            return int(self._reader.execute("PRAGMA data_version").fetchone()[0])
        return -1

    def _stands(self, elsewhere: Elsewhere) -> None:
        self.state = replace(self.state, elsewhere=elsewhere)

    def _is_due(self, last: datetime | None, every: timedelta) -> bool:
        return is_past(last, every, self._clock())

    def _last_check(self) -> datetime | None:
        with suppress(OSError, ValueError):
            return datetime.fromisoformat(self._checked.read_text(encoding="utf-8"))
        return None

    @property
    def _checked(self) -> Path:
        return self._own.folder / "checked"


def room_left(free: int) -> Room:
    """Copies stop first, then pulls; sales go on to the last byte."""
    if free < LEFT_BY_PULLS:
        return Room.SALES
    return Room.SCARCE if free < LEFT_FOR_SALES else Room.ENOUGH


def has_room_for_pulls(file: Path) -> bool:
    return room_left(shutil.disk_usage(file.parent).free) is not Room.SALES
