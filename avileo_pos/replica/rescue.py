"""A damaged replica is set aside and another put in its place, with every operation that can still be read anywhere.

Three places may know of an operation: the damaged file, a copy of it, a journal. The till goes on with the newest
sound copy, or a new file where there is none; what that lacks of the operations is put back into its queue, and all
else comes from central as to any till. The new file is finished before the old one is moved, and has its name only
then, so that a power cut in the midst leaves one of the two to begin from.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import msgspec
import structlog

from avileo_pos.handover.at_central import OPEN
from avileo_pos.handover.kept_operation import KeptOperation
from avileo_pos.handover.sealing import Seal, SealBroken, write_whole
from avileo_pos.protocol import COLLECTIONS, Operation
from avileo_pos.replica.carving import carve, identity_in, is_filled
from avileo_pos.replica.copies import Copy, copies_in, newest_sound, take_out
from avileo_pos.replica.database import Clock, Replica, reader_of, trouble_told_by_driver, utc_now
from avileo_pos.replica.errors import ReplicaDamaged
from avileo_pos.replica.identity import TillIdentity, enrol, find_identity
from avileo_pos.replica.journal import (
    ORPHANS,
    Journal,
    JournalRead,
    kept_since,
    last_place,
    read_journal,
    set_aside,
    stamp,
    write_orphans,
)
from avileo_pos.replica.kept_operations import (
    Found,
    driver_of,
    illegible_places,
    legible,
    put_back,
    queue_rows,
)
from avileo_pos.replica.queue import show_state_of
from avileo_pos.replica.safe import Safe
from avileo_pos.replica.sync_state import begin_resync
from avileo_pos.tables.base import instant_text

log = structlog.get_logger(__name__)

SET_ASIDE: Final = "damaged"
FOUND_DAMAGED: Final = ".found-damaged"  # a mark beside the file, which the next start heeds
_NOBODY: Final = UUID(int=0)
_NO_PLACE: Final = 2**62  # what another till gave its places to says nothing of these


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done about a damaged file: where it lies now, of when the copy is on which the till goes on (None for a
    new file), and how many operations were put back that this one did not have.
    """

    set_aside: Path
    copy_of: datetime | None
    operations: int


@dataclass(frozen=True, slots=True)
class Opened:
    """`came_back` counts operations that the file lacked, as an older copy does that somebody put in its place, or that
    the disk had changed; `lost` those that stood in it illegibly, and nowhere else.
    """

    replica: Replica
    rescue: Rescue | None = None
    came_back: int = 0
    lost: int = 0


def open_or_rescue(
    path: Path, safes: Sequence[Safe], *, clock: Clock = utc_now, new_id: Callable[[], UUID] = uuid4
) -> Opened:
    """Open the replica as `Replica.open` does, whatever has become of its file since it was closed.

    The first of `safes` is the one beside the replica.

    Raises ReplicaInUse, ReplicaTooNew, ReplicaUnwritable, DiskFull, DiskFailing.
    """
    _finish_what_was_begun(path, clock())
    rescue = None
    try:
        opened = _opened(path, safes, clock, new_id)
    except ReplicaDamaged as trouble:
        log.error("replica_damaged", why=str(trouble))
        rescue = rescue_file(path, safes, clock=clock, new_id=new_id)
        opened = _opened(path, safes, clock, new_id)
    return replace(opened, rescue=take_untold(path) or rescue)


def _opened(path: Path, safes: Sequence[Safe], clock: Clock, new_id: Callable[[], UUID]) -> Opened:
    _require_that_it_is_well(path, safes[0], clock())
    try:
        replica = Replica.open(path, clock=clock, new_id=new_id)
        try:
            with trouble_told_by_driver():
                came_back, lost = _heed_journals(replica, safes)
        except BaseException:
            replica.close()
            raise
    except UnicodeDecodeError as trouble:
        raise ReplicaDamaged("illegible") from trouble  # what SQLite quotes Python may not be able to read either
    return Opened(replica, None, came_back, lost)


def _require_that_it_is_well(path: Path, own: Safe, now: datetime) -> None:
    """SQLite makes a new till where nothing is; what lies in the safe, or a log, tells that there was one.

    And the daily check sees more than the quick look at the start does.
    """
    was_there = copies_in(own, now) or any(own.journals()) or is_filled(path.with_name(f"{path.name}-wal"))
    if was_there and not is_filled(path):
        raise ReplicaDamaged("gone")
    if path.with_suffix(FOUND_DAMAGED).exists():
        raise ReplicaDamaged("found by the daily check")


def rescue_file(
    path: Path, safes: Sequence[Safe], *, clock: Clock = utc_now, new_id: Callable[[], UUID] = uuid4
) -> Rescue:
    """Put another file in the place of the damaged one, which nobody has open. Raises ReplicaTrouble, OSError.

    It is noted beside until `take_untold`, so that a person hears of it also if the program is killed before.
    """
    now, begun = clock(), _begun(path)
    _remove(begun)
    copy = newest_sound(safes, begun, now)
    till = _who_it_was(path, safes) or (identity_in(begun) if copy else None)
    kept = _everything_known(path, safes, copy, till.device_id if till else _NOBODY, now)
    with Replica.open(begun, clock=clock, new_id=new_id) as replica:
        operations = _fill(replica, till, kept, safes, now)
    rescue = Rescue(_aside(path, now), copy.made_at if copy else None, operations)
    with suppress(OSError):
        write_whole(_untold(path), msgspec.json.encode(rescue, enc_hook=str))
    begun.replace(_finished(path))
    _put_in_place(path, now)
    _begin_journals_anew(safes, till, now)
    log.error("replica_rescued", copy_of=copy and instant_text(copy.made_at), operations=operations)
    return rescue


def take_untold(path: Path) -> Rescue | None:
    """What was done about a damaged file and nobody was told of yet; the next to ask is not told again."""
    with suppress(OSError, msgspec.DecodeError):
        said = _untold(path).read_bytes()
        _untold(path).unlink()
        return msgspec.json.decode(said, type=Rescue, dec_hook=lambda kind, text: kind(text))
    return None


def go_back(path: Path, copy: Copy, own: Safe, *, clock: Clock = utc_now, new_id: Callable[[], UUID] = uuid4) -> Opened:
    """Put the copy in the place of the file, which nobody has open, and open it; what was done since is put back.

    The file of now is set aside. Raises as `open_or_rescue`, and OSError, ReplicaDamaged for the copy.
    """
    take_out(copy, own, _begun(path))
    _begun(path).replace(_finished(path))
    _put_in_place(path, clock())
    return open_or_rescue(path, [own], clock=clock, new_id=new_id)


def _heed_journals(replica: Replica, safes: Sequence[Safe]) -> tuple[int, int]:
    """Put back what the journals know and the file has never seen: it is an older one, put in the later one's place.

    Returns how many came back, and how many are lost.
    """
    with replica.reading() as db:
        till = find_identity(db)
    if till is None:
        return 0, 0
    came_back = _take_in_orphans(replica, safes[0])
    with closing(replica.reader()) as reader:
        reached = last_place(reader)
    for safe in safes:
        try:
            came_back += _heed_journal(replica, safe, till, reached)
        except (OSError, SealBroken) as trouble:
            log.warning("journal_unreadable", why=type(trouble).__name__)
    came_back += _take_in_what_another_did_here(replica, safes[0], till)
    mended, lost = _mend_what_is_illegible(replica, safes, till)
    _begin_missing_journals(replica, safes, till)
    return came_back + mended, lost


def _begin_missing_journals(replica: Replica, safes: Sequence[Safe], till: TillIdentity) -> None:
    """Before anything else is done, as the one that was set aside is not asked again."""
    for safe in safes:
        with suppress(OSError, SealBroken), closing(replica.reader()) as reader:
            if not safe.journal_path(till.device_id).exists():
                safe.journal(till.device_id).follow(reader, till)


def _mend_what_is_illegible(replica: Replica, safes: Sequence[Safe], till: TillIdentity) -> tuple[int, int]:
    """What waits in the queue and was changed by the disk is written anew from the journals and the newest copy.

    What nothing can tell any more is taken out: it could not be sent, and what cannot be read holds up all the rest.
    A card shows an edit no more that is lost so.
    """
    illegible = _illegible(replica, till)
    if not illegible:
        return 0, 0
    log.error("operations_illegible", count=len(illegible))
    in_journals = [kept for read in _journals(safes) for kept in read.operations]
    with replica.writing_put_back_rows() as db:
        mended = put_back(db, [*_from_newest_copy(replica, safes, till), *in_journals])
    lost = _illegible(replica, till)
    with replica.writing() as db:
        db.exec_driver_sql("DELETE FROM sync_queue WHERE seq IN (SELECT value FROM json_each(?))", (json.dumps(lost),))
        edited = db.exec_driver_sql("SELECT collection, entity_id FROM sync_bases").all()
        show_state_of(db, till.business_id, edited)
    return mended, len(lost)


def _illegible(replica: Replica, till: TillIdentity) -> list[int]:
    with closing(replica.reader()) as reader:
        return illegible_places(reader, till.device_id)


def _from_newest_copy(replica: Replica, safes: Sequence[Safe], till: TillIdentity) -> list[KeptOperation]:
    opened = replica.path.with_suffix(".opened")
    if newest_sound(safes, opened, replica.clock()) is None:
        return []
    try:
        with closing(reader_of(opened, nobody_writes=True)) as reader:
            read = [legible(row, till.device_id) for row in queue_rows(reader, OPEN)]
            return [kept for kept in read if kept is not None]
    finally:
        opened.unlink(missing_ok=True)


def _heed_journal(replica: Replica, safe: Safe, till: TillIdentity, reached: int) -> int:
    """Put back what one safe knows and the file has not, which ended at the place `reached` before any was asked.

    What was set aside is asked too: the journal that took its place may be gone, or have lost its end. And each is
    asked though another has filled the queue up to its end: a line in the midst of that one may have been spoilt.
    """
    path, now = safe.journal_path(till.device_id), replica.clock()
    of_before = safe.journals_set_aside(till.device_id)
    with closing(replica.reader()) as reader:
        is_older = path.exists() and safe.journal(till.device_id).disagrees_with(reader)
        since = kept_since(reader)
    if not is_older and not any(_last_seq(each, safe.seal) > reached for each in (path, *of_before)):
        return 0
    known = list(_readable(of_before, safe.seal))
    if path.exists():
        known.append(read_journal(path, safe.seal))  # it is not set aside unread
    with replica.writing_put_back_rows() as db:
        came_back = put_back(db, _unseen(driver_of(db), known, reached, since))
    if is_older or came_back:
        set_aside(path, now)  # it may tell another past of the same places; the next one tells both
        log.warning("file_was_older_than_its_journal", operations=came_back)
    return came_back


def _last_seq(path: Path, seal: Seal) -> int:
    try:
        return Journal.open(path, seal).last_seq
    except (OSError, SealBroken):
        return 0  # it stays as it was when another took its place


def _take_in_what_another_did_here(replica: Replica, own: Safe, till: TillIdentity) -> int:
    """The file stood here as another till for a while, enrolled anew where nothing told whose it was."""
    came_back = 0
    with closing(replica.reader()) as reader:
        since = kept_since(reader)
    for path in own.journals_of_others(till.device_id):
        try:
            read = read_journal(path)
            if read.till is not None and read.till.business_id == till.business_id:
                with replica.writing_put_back_rows() as db:
                    came_back += put_back(db, _unseen(driver_of(db), [read], _NO_PLACE, since))
                set_aside(path, replica.clock())
        except OSError as trouble:
            log.warning("journal_unreadable", why=type(trouble).__name__)
    return came_back


def _take_in_orphans(replica: Replica, own: Safe) -> int:
    """What was rescued when nothing told whose it was waits for the till to be enrolled.

    It stays only if central shows it to whoever has signed in, as all else in the new file.
    """
    file = own.folder / ORPHANS
    if not file.exists():
        return 0
    with replica.writing_put_back_rows() as db:
        begin_resync(db)
        came_back = put_back(db, read_journal(file).operations)
    file.unlink()
    return came_back


def _unseen(db: sqlite3.Connection, known: Sequence[JournalRead], reached: int, since: str) -> list[KeptOperation]:
    discarded = frozenset[str]().union(*(read.discarded for read in known))
    unseen = (kept for read in known for kept in read.operations if kept.operation.id not in discarded)
    return [kept for kept in unseen if _may_be_unknown(db, kept.operation, reached, since)]


def _may_be_unknown(db: sqlite3.Connection, operation: Operation, reached: int, since: str) -> bool:
    """To a file that lacks it: what is older than what its queue keeps was answered and let go.

    An edit of then would be laid over what others have said since, and at central too once it keeps no receipt. Of what
    was born or voided the clock is not believed, which may have been years back: it counts once however late it comes.
    """
    if operation.seq > reached or operation.created_at >= since:
        return True
    return operation.operation_type != "update" and not _has_come_back(db, operation)


def _has_come_back(db: sqlite3.Connection, operation: Operation) -> bool:
    """Whether central has sent the row as this operation left it."""
    collection, is_void = COLLECTIONS.get(operation.collection), operation.operation_type == "delete"
    if collection is None or (is_void and not collection.voidable):
        return False
    is_done = "voided_at IS NOT NULL" if is_void else "TRUE"
    stored = f"SELECT 1 FROM {operation.collection} WHERE id = ? AND revision > 0 AND {is_done}"
    return db.execute(stored, (operation.entity_id,)).fetchone() is not None


# --- Rescue ----------------------------------------------------------------------------------------------------------


def _who_it_was(path: Path, safes: Sequence[Safe]) -> TillIdentity | None:
    found = identity_in(path)
    if found is not None:
        return found
    journals = (read.till for read in _journals(safes))
    return next((till for till in journals if till is not None), None)


def _everything_known(
    path: Path, safes: Sequence[Safe], copy: Copy | None, device_id: UUID, now: datetime
) -> tuple[KeptOperation, ...]:
    """All that was not discarded, from the damaged file, the journals, and copies that SQLite cannot open either."""
    found: list[Found] = list(_journals(safes))
    damaged = [each.path for each in copies_in(safes[0], now) if copy is None or each.made_at > copy.made_at]
    found += [carve(file, device_id) for file in (path, *damaged)]
    discarded = frozenset[str]().union(*(each.discarded for each in found))
    # The journals' lines prove themselves as a whole, so their word comes last and stands.
    known = {kept.operation.id: kept for each in reversed(found) for kept in each.operations}
    by_content = {_content(kept): kept.operation.id for each in reversed(found) for kept in each.operations}
    return tuple(
        kept
        for kept in known.values()
        if kept.operation.id not in discarded and by_content[_content(kept)] == kept.operation.id
    )


def _content(kept: KeptOperation) -> tuple[int, bytes]:
    """Two of the same content in the same place are one: the disk has changed the id of the other."""
    return kept.operation.seq, bytes(kept.operation.data)


def _journals(safes: Sequence[Safe]) -> Iterator[JournalRead]:
    """This till's: those of others on the same stick are sealed by other keys."""
    for safe in safes:
        yield from _readable(safe.journals(), safe.seal)


def _readable(files: Iterable[Path], seal: Seal) -> Iterator[JournalRead]:
    for file in files:
        try:
            yield read_journal(file, seal)
        except (OSError, SealBroken) as trouble:
            log.warning("journal_unreadable", why=type(trouble).__name__)


def _fill(
    replica: Replica, till: TillIdentity | None, kept: Sequence[KeptOperation], safes: Sequence[Safe], now: datetime
) -> int:
    lost = _lost_by(replica, till, kept)
    with replica.writing_put_back_rows() as db:
        known = find_identity(db)
        if till is not None and till != known:
            enrol(db, till, now)
        if known is None and till is not None:
            begin_resync(db)  # as `_take_in_orphans`
        if till is not None or known is not None:
            return put_back(db, lost)
    safes[0].make()
    write_orphans(safes[0].folder / ORPHANS, kept)
    return len(kept)


def _lost_by(replica: Replica, till: TillIdentity | None, kept: Sequence[KeptOperation]) -> list[KeptOperation]:
    """Another till's places say nothing of what this file has had."""
    with closing(replica.reader()) as reader:
        reached, since = last_place(reader), kept_since(reader)
        own = None if till is None else str(till.device_id)
        return [
            each for each in kept if each.device_id != own or _may_be_unknown(reader, each.operation, reached, since)
        ]


def _put_in_place(path: Path, now: datetime) -> None:
    """The file goes before its log, and the new one comes last: `_finish_what_was_begun` goes on from any of these."""
    aside = _aside(path, now)
    for part in ("", "-wal"):
        old = path.with_name(path.name + part)
        if old.exists():
            old.replace(aside.with_name(aside.name + part))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    path.with_suffix(FOUND_DAMAGED).unlink(missing_ok=True)
    _finished(path).replace(path)


def _finish_what_was_begun(path: Path, now: datetime) -> None:
    """The power went between the moving of the old file and that of the new one; before that all is begun anew."""
    if path.exists():
        _finished(path).unlink(missing_ok=True)
    elif _finished(path).exists():
        _put_in_place(path, now)


def _begin_journals_anew(safes: Sequence[Safe], till: TillIdentity | None, now: datetime) -> None:
    """What was put back stands in the queue in places of its own, which the old journals would pass over."""
    for safe in safes:
        if till is not None:
            with suppress(OSError):
                set_aside(safe.journal_path(till.device_id), now)


def _aside(path: Path, now: datetime) -> Path:
    return path.with_name(f"{path.stem}.{SET_ASIDE}-{stamp(now)}")


def _untold(path: Path) -> Path:
    return path.with_suffix(".untold")


def _begun(path: Path) -> Path:
    return path.with_suffix(".begun")


def _finished(path: Path) -> Path:
    return path.with_suffix(".rescued")


def _remove(path: Path) -> None:
    for part in ("", "-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
