"""What can be wrong with the replica's file, each with the code of a sentence for the person at the till."""

from __future__ import annotations

import sqlite3
from typing import ClassVar


class ReplicaTrouble(Exception):  # noqa: N818 - the names below say what happened
    """The file cannot be used now; `code` chooses the Spanish sentence."""

    code: ClassVar[str] = "replica_trouble"

    def __init__(self, said: str = "") -> None:
        super().__init__(said or self.code)


class ReplicaInUse(ReplicaTrouble):
    """Another program has the file open."""

    code = "replica_in_use"


class ReplicaDamaged(ReplicaTrouble):
    """The file is no sound SQLite database."""

    code = "replica_damaged"


class ReplicaTooNew(ReplicaTrouble):
    """A newer version of this program has changed the file's shape."""

    code = "replica_too_new"


class ReplicaUnwritable(ReplicaTrouble):
    """The file or its folder may not be written by this person."""

    code = "replica_unwritable"


class DiskFull(ReplicaTrouble):
    """There is no room left for what was to be kept; nothing of it was."""

    code = "disk_full"


class DiskFailing(ReplicaTrouble):
    """The disk did not read or write what it was told."""

    code = "disk_failing"


class NothingToBring(ReplicaTrouble):
    """No till's copies or journal lie in that folder."""

    code = "nothing_to_bring"


class WrongPasswordForCopies(ReplicaTrouble):
    """Nobody with that password had signed in at the till whose copies these are."""

    code = "wrong_password_for_copies"


class TillAlreadyHere(ReplicaTrouble):
    """This computer has a till of that business already."""

    code = "till_already_here"


_BY_SQLITE_CODE: dict[int, type[ReplicaTrouble]] = {
    sqlite3.SQLITE_BUSY: ReplicaInUse,
    sqlite3.SQLITE_LOCKED: ReplicaInUse,
    sqlite3.SQLITE_CORRUPT: ReplicaDamaged,
    sqlite3.SQLITE_NOTADB: ReplicaDamaged,
    sqlite3.SQLITE_READONLY: ReplicaUnwritable,
    sqlite3.SQLITE_CANTOPEN: ReplicaUnwritable,
    sqlite3.SQLITE_PERM: ReplicaUnwritable,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_IOERR: DiskFailing,
}
# A full disk shows itself in this way too, when the write-ahead log's index cannot grow.
_NO_ROOM = {sqlite3.SQLITE_IOERR_SHMSIZE}


# What has no code of its own: a text whose bytes are none, an operation that does not read as one, a head of the file
# that no SQLite has written.
_ILLEGIBLE = ("Could not decode to UTF-8", "malformed JSON", "unsupported file format")


def trouble_behind(error: BaseException | None) -> ReplicaTrouble | None:
    """The trouble with file or disk that an error of the driver tells of; None for an error of ours."""
    if any(words in str(error) for words in _ILLEGIBLE):
        return ReplicaDamaged("illegible")  # SQLite quotes what it cannot read
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return None
    kind = DiskFull if extended in _NO_ROOM else _BY_SQLITE_CODE.get(extended & 0xFF)
    return kind(str(error)) if kind else None
