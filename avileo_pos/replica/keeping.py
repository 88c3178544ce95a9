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

from avileo_pos.replica.copies import Copy, copies_in, make_copy, send_along
from avileo_pos.replica.database import Clock, reader_of, trouble_told_by_driver
from avileo_pos.replica.errors import DiskFull, ReplicaDamaged, ReplicaTrouble
from avileo_pos.replica.identity import TillIdentity
from avileo_pos.replica.journal import Journal
from avileo_pos.replica.rescue import FOUND_DAMAGED
from avileo_pos.replica.safe import LEFT_FOR_SALES, Safe
from avileo_pos.replica.sealing import SealBroken
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

    def __init__(self, file: Path, own: Safe, elsewhere: Safe | None, locks: Path, clock: Clock) -> None:
        """`locks` is the chest that goes along to the second place."""
        self.state = SafetyState(elsewhere=Elsewhere.NONE if elsewhere is None else Elsewhere.GONE)
        self._file = file
        self._own = own
        self._elsewhere = elsewhere
        self._locks = locks
        self._clock = clock
        self._reader = reader_of(file)
        self._journals: dict[Path, Journal] = {}
        self._copied_version: int | None = None

    def round(self) -> SafetyState:
        """All that is due."""
        self._guarded(self._follow)
        self.look_at_the_room()
        copies = copies_in(self._own)
        if not copies or self._clock() - copies[0].made_at >= COPY_EVERY:
            self.copy()
        if self._is_check_due():
            self._guarded(self._check)
        self._guarded(self._keep_elsewhere)
        self._show_copies()
        return self.state

    def follow(self) -> SafetyState:
        """Somebody has done something: the journals know it at once."""
        self._guarded(self._follow)
        self._guarded(self._keep_elsewhere)
        return self.state

    def copy(self, *, quickly: bool = False) -> SafetyState:
        """A copy of this moment, here and in the second place."""
        self._guarded(lambda: self._copy(quickly=quickly))
        self._guarded(self._keep_elsewhere)
        self._show_copies()
        return self.state

    def end(self) -> None:
        """The last operations go into the journals, and what has changed since the last copy into a new one."""
        self._guarded(self._follow)
        if self._version() != self._copied_version:
            self.copy(quickly=True)
        self._reader.close()

    def look_at_the_room(self) -> SafetyState:
        free = shutil.disk_usage(self._file.parent).free
        self.state = replace(self.state, free=free, room=room_left(free))
        return self.state

    # --- Each of them ------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        till = self._till()
        if till is not None:
            self._journal(self._own, till.device_id).follow(self._reader, till)

    def _copy(self, *, quickly: bool) -> None:
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

    def _keep_elsewhere(self) -> None:
        safe, till = self._elsewhere, self._till()
        if safe is None or till is None:
            return
        try:
            self._journal(safe, till.device_id).follow(self._reader, till)
            self._take_along(safe)
        except SealBroken:
            self._stands(Elsewhere.FOREIGN)
        except (DiskFull, OSError) as trouble:
            self._journals.pop(safe.folder, None)
            self._stands(Elsewhere.GONE if not safe.is_there() else Elsewhere.FULL)
            log.info("second_place_missed", why=type(trouble).__name__)
        else:
            self.state = replace(self.state, elsewhere=Elsewhere.KEPT, elsewhere_at=self._clock())

    def _take_along(self, safe: Safe) -> None:
        """The newest copy, and the chest that opens it."""
        there = {copy.path.name for copy in copies_in(safe)}
        for copy in copies_in(self._own)[:1]:
            if copy.path.name not in there:
                send_along(copy, safe)
        target = safe.folder / self._locks.name
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

    def _show_copies(self) -> None:
        copies = copies_in(self._own)
        self.state = replace(self.state, copies=copies, copied_at=copies[0].made_at if copies else None)

    def _is_check_due(self) -> bool:
        if self.state.checked_at is None:
            with suppress(OSError, ValueError):
                self.state = replace(
                    self.state, checked_at=datetime.fromisoformat(self._checked.read_text(encoding="utf-8"))
                )
        last = self.state.checked_at
        return last is None or self._clock() - last >= CHECK_EVERY

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
