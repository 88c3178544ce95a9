"""The journal: every operation once more, in a file that only grows, in a second place.

The queue's commit is the truth; the journal follows it at once, on a thread of its own. What it missed (the stick was
out, the disk full, the power gone) it takes from the queue the next time, which keeps an operation for at least 45
days. Each line vouches for itself and for the line before, so that a torn or damaged one costs itself alone and a
changed one is noticed.

A line is `chain own payload`: `own` is the SHA-256 of the payload, `chain` that of the chain before and `own`.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

import msgspec

from avileo_pos.handover.kept_operation import KeptOperation
from avileo_pos.handover.sealing import PLAIN, Seal
from avileo_pos.protocol import KEPT_AFTER_ANSWER
from avileo_pos.replica.identity import TillIdentity
from avileo_pos.replica.kept_operations import Found, legible, queue_rows
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.till import DISCARDED

SUFFIX: Final = ".journal"
ORPHANS: Final = "orphans.rescued"
_BEGINNING: Final = "0" * 64
_TAIL: Final = 2**20  # bytes; a journal's last line is far shorter
_AT_ONCE: Final = 500  # operations
STAMP: Final = "%Y%m%dT%H%M%SZ"


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The first line: whose journal it is."""

    till: TillIdentity


class Queued(msgspec.Struct, frozen=True, tag="queued"):
    kept: KeptOperation


class Discarded(msgspec.Struct, frozen=True, tag="discarded"):
    """A person has taken this operation back."""

    operation_id: str


Entry = Begun | Queued | Discarded
_READ: Final = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class JournalRead(Found):
    """What could be read of a journal. `damaged` lines are lost; `broken_at` is the first one that does not follow."""

    till: TillIdentity | None
    damaged: int
    broken_at: int | None


class _Line(NamedTuple):
    chain: str
    own: str
    payload: bytes

    @property
    def is_whole(self) -> bool:
        return sha256(self.payload).hexdigest() == self.own

    def follows(self, chain: str) -> bool:
        return _chained(chain, self.own) == self.chain


class Journal:
    """One device's journal in one place, open for more. Raises OSError from every call: the place may be gone."""

    def __init__(self, path: Path, seal: Seal, chain: str, known: Sequence[Entry]) -> None:
        self.path = path
        self._size = path.stat().st_size if path.exists() else 0
        self._seal = seal
        self._chain = chain
        self._is_new = chain == _BEGINNING
        self._latest = [each.kept for each in known if isinstance(each, Queued)]
        self._last = self._latest[-1] if self._latest else None
        self._told = {each.operation_id for each in known if isinstance(each, Discarded)}

    @classmethod
    def open(cls, path: Path, seal: Seal = PLAIN) -> Self:
        """Raises SealBroken when its end was written under another seal."""
        if not path.exists():
            return cls(path, seal, _BEGINNING, ())
        _cut_what_was_torn(path)
        lines = [line for line in _lines(_tail(path)) if line is not None]
        return cls(path, seal, lines[-1].chain if lines else _BEGINNING, list(_entries(lines, seal)))

    @property
    def last_seq(self) -> int:
        """The place in the queue up to which it has come."""
        return self._last.operation.seq if self._last else 0

    def disagrees_with(self, db: sqlite3.Connection) -> bool:
        """Whether it knows of an operation that the queue of `db` should hold and does not, or has otherwise.

        Then the file is an older one, or the disk has changed what was written. The latest megabyte is looked at.
        """
        if self.last_seq > last_place(db):
            return True
        latest, since = {kept.operation.seq: kept for kept in self._latest}, kept_since(db)
        stand = {row["seq"]: row for row in queue_rows(db, "seq >= ?", min(latest, default=0))} if latest else {}
        return any(
            _differs(stand[seq], kept) if seq in stand else kept.operation.created_at >= since
            for seq, kept in latest.items()
        )

    def follow(self, db: sqlite3.Connection, till: TillIdentity) -> int:
        """Take from the queue what is not here yet; returns how much that was."""
        if self._is_new:
            self._append([Begun(till)])
        # Asked for first: what goes again in the place of one of these stands in the queue by then.
        discarded = _discarded(db)
        taken, reached = 0, self.last_seq
        while rows := list(islice(queue_rows(db, "seq > ?", reached), _AT_ONCE)):
            read = [legible(row, till.device_id) for row in rows]
            self._append([Queued(kept) for kept in read if kept is not None])
            reached, taken = rows[-1]["seq"], taken + len(rows)
        return taken + self._tell_discarded(discarded)

    def _tell_discarded(self, ids: Sequence[str]) -> int:
        news = [each for each in ids if each not in self._told]
        self._append([Discarded(each) for each in news])
        self._told.update(news)
        return len(news)

    def _append(self, entries: Sequence[Entry]) -> None:
        """All of it on the disk, or an error; what an error leaves half written is cut off at the next opening."""
        if not entries:
            return
        chain, lines = self._chain, []
        for entry in entries:
            payload = self._seal.close(msgspec.json.encode(entry))
            own = sha256(payload).hexdigest()
            chain = _chained(chain, own)
            lines.append(b"%s %s %s\n" % (chain.encode(), own.encode(), payload))
        with self.path.open("ab") as file:
            if file.tell() != self._size:
                raise OSError(errno.ESTALE, "another journal lies there now")
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
            self._size = file.tell()
        self._chain, self._is_new = chain, False
        self._last = next((each.kept for each in reversed(entries) if isinstance(each, Queued)), self._last)


def read_journal(path: Path, seal: Seal = PLAIN) -> JournalRead:
    """Everything that can be read, whatever has happened to the rest. Raises OSError, SealBroken for another seal."""
    lines = list(_lines(path.read_bytes()))
    entries = list(_entries([line for line in lines if line is not None], seal))
    kept = {each.kept.operation.id: each.kept for each in entries if isinstance(each, Queued)}
    discarded = frozenset(each.operation_id for each in entries if isinstance(each, Discarded))
    till = next((each.till for each in entries if isinstance(each, Begun)), None)
    return JournalRead(tuple(kept.values()), discarded, till, lines.count(None), _first_that_does_not_follow(lines))


def renewed(path: Path, seal: Seal, db: sqlite3.Connection, till: TillIdentity, now: datetime) -> bool:
    """Write the journal anew from the queue, where it has lost a line or holds far more than the queue does.

    One that has lost something is set aside. Returns whether there is a new one. Raises OSError, SealBroken.
    """
    if not path.exists():
        return False
    old = read_journal(path, seal)
    if old.broken_at is None and not _has_outgrown(old, Journal.open(path, seal), db):
        return False
    begun = path.with_suffix(".begun")
    begun.unlink(missing_ok=True)
    journal = Journal.open(begun, seal)
    journal.follow(db, till)
    journal._tell_discarded(sorted(old.discarded))
    if old.broken_at is not None:
        set_aside(path, now)
    begun.replace(path)
    return True


def _entries(lines: Sequence[_Line], seal: Seal) -> Iterator[Entry]:
    """What a newer program has written and this one does not know is left out."""
    for line in lines:
        with suppress(msgspec.DecodeError):
            yield _READ.decode(seal.open(line.payload))


def _first_that_does_not_follow(lines: Sequence[_Line | None]) -> int | None:
    chain = _BEGINNING
    for number, line in enumerate(lines, 1):
        if line is None or not line.follows(chain):
            return number
        chain = line.chain
    return None


def write_orphans(path: Path, operations: Sequence[KeptOperation]) -> None:
    """A journal of operations of which nobody knows in whose queue they stood."""
    Journal.open(path)._append([Queued(kept) for kept in operations])


def set_aside(path: Path, now: datetime) -> None:
    """Begin anew beside: what this one holds stays readable under a name of its own."""
    if path.exists():
        path.replace(path.with_name(f"{path.stem}.{stamp(now)}{SUFFIX}"))


def stamp(now: datetime) -> str:
    """The moment as it stands in the names of files."""
    return f"{now.astimezone(UTC):{STAMP}}"


def kept_since(db: sqlite3.Connection) -> str:
    """The queue holds every operation that was done since: it is let go so long after its answer.

    That is counted by central's clock, as the queue does: this PC's may be set to another year.
    """
    contact = db.execute("SELECT last_contact_at, clock_skew_seconds FROM sync_state").fetchone()
    if contact is None or contact[0] is None:
        return ""
    central_time = datetime.fromisoformat(contact[0]) - timedelta(seconds=contact[1])
    return instant_text(central_time - KEPT_AFTER_ANSWER)


def _has_outgrown(read: JournalRead, journal: Journal, db: sqlite3.Connection) -> bool:
    """Never where it knows of what the queue has not seen: that is taken from it at the next start."""
    return len(read.operations) > 2 * _rows_in_queue(db) + _AT_ONCE and not journal.disagrees_with(db)


def _differs(row: dict[str, Any], kept: KeptOperation) -> bool:
    return legible(row, UUID(kept.device_id)) != kept


# --- Lines -----------------------------------------------------------------------------------------------------------


def _chained(chain: str, own: str) -> str:
    return sha256(f"{chain}{own}".encode()).hexdigest()


def _lines(content: bytes) -> Iterator[_Line | None]:
    """None for one that is damaged; a torn last one has never been promised to anybody."""
    whole, _, _torn = content.rpartition(b"\n")
    for text in whole.split(b"\n") if whole else ():
        line = _parsed(text)
        yield line if line is not None and line.is_whole else None


def _parsed(text: bytes) -> _Line | None:
    parts = text.split(b" ", 2)
    if len(parts) != 3:
        return None
    return _Line(parts[0].decode("ascii", "replace"), parts[1].decode("ascii", "replace"), parts[2])


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        return file.read()


def _cut_what_was_torn(path: Path) -> None:
    """The rest of a line that a power cut or a full disk left behind."""
    tail = _tail(path)
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        with path.open("rb+") as file:
            file.truncate(path.stat().st_size - torn)


# --- The queue -------------------------------------------------------------------------------------------------------


def last_place(db: sqlite3.Connection) -> int:
    """The place of the last operation that ever stood in the queue; its row is never removed."""
    (reached,) = db.execute("SELECT coalesce(max(seq), 0) FROM sync_queue").fetchone()
    return int(reached)


def _rows_in_queue(db: sqlite3.Connection) -> int:
    (rows,) = db.execute("SELECT count(*) FROM sync_queue").fetchone()
    return int(rows)


def _discarded(db: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in queue_rows(db, "status = 'acked' AND last_code = ?", DISCARDED)]
