"""How far this till has come with central: the cursor, the epoch, and whether it is taking everything anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, case, select, update

from avileo_pos.cards import forget_base_revisions
from avileo_pos.figures import fold_own_facts
from avileo_pos.protocol import later_mark
from avileo_pos.protocol.branches import common_head, is_branch, is_same_root, surely_held
from avileo_pos.replica.identity import TillIdentity, read_identity
from avileo_pos.replica.queue import send_everything_again
from avileo_pos.replica.rows_again import show_what_waits_unseen
from avileo_pos.tables.till import sync_state

# What answers in an epoch that is no branch's was told the mark of before the till was at one.
_ROOT_WAS_TOLD: Final = {"root_mark": case((sync_state.c.epoch.contains("@"), sync_state.c.root_mark), else_=None)}


@dataclass(frozen=True, slots=True)
class SyncPlace:
    """What sync needs to know of the till before it calls central.

    `cursor` is None before the first pull and at the start of a resync; each mark is until central has answered in this
    epoch. `catalog_ready` says that selling can begin.
    """

    till: TillIdentity
    cursor: str | None
    epoch: str | None
    head: int
    push_mark: str | None
    pull_mark: str | None
    root_mark: str | None
    resyncing: bool
    catalog_ready: bool
    last_contact_at: datetime | None
    last_digest_at: datetime | None
    clock_skew: timedelta

    @property
    def central_time(self) -> datetime | None:
        """When central last answered, by its own clock: this PC's may have been set to another year since."""
        return None if self.last_contact_at is None else self.last_contact_at - self.clock_skew

    @property
    def marks(self) -> tuple[str, ...]:
        """By which central can tell whether it still has everything that it has answered here."""
        known_here = (self.push_mark, self.pull_mark, None if self.at_branch else self.root_mark)
        return tuple(mark for mark in known_here if mark is not None)

    def without_marks(self) -> SyncPlace:
        return replace(self, push_mark=None, pull_mark=None, root_mark=None)

    @property
    def at_branch(self) -> bool:
        """Whether a branch answers in central's place."""
        return self.epoch is not None and is_branch(self.epoch)


def read_place(db: Connection) -> SyncPlace:
    """Raises BusinessRuleBroken("till_not_enrolled")."""
    till = read_identity(db)
    # Asked for many times in each round: not by way of compiled queries.
    row = db.exec_driver_sql("SELECT * FROM sync_state").one()
    return SyncPlace(
        till=till,
        cursor=row.cursor,
        epoch=row.epoch,
        head=row.last_seen_head,
        push_mark=row.push_mark,
        pull_mark=row.pull_mark,
        root_mark=row.root_mark,
        resyncing=bool(row.resyncing),
        catalog_ready=bool(row.catalog_ready),
        last_contact_at=_instant(row.last_contact_at),
        last_digest_at=_instant(row.last_digest_at),
        clock_skew=timedelta(seconds=row.clock_skew_seconds),
    )


def _instant(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)


def note_push(db: Connection, mark: str | None, *, is_followed: bool = False) -> None:
    """Central has answered a push, and its history went as far as this mark by then.

    When `is_followed` into its epoch by this, it was not told the marks of that epoch yet.
    """
    told = {} if is_followed else _ROOT_WAS_TOLD
    db.execute(update(sync_state).values(push_mark=mark, **told))


def note_page(db: Connection, mark: str | None) -> None:
    """Central has sent a page, and its history went as far as this mark by then."""
    db.execute(update(sync_state).values(pull_mark=mark, **_ROOT_WAS_TOLD))


def note_contact(db: Connection, now: datetime, server_time: datetime) -> None:
    """Central has answered, at its own time `server_time`."""
    db.execute(
        update(sync_state).values(last_contact_at=now, clock_skew_seconds=round((now - server_time).total_seconds()))
    )


def note_digest(db: Connection, now: datetime) -> None:
    db.execute(update(sync_state).values(last_digest_at=now))


def adopt_epoch(db: Connection, business_id: UUID, epoch: str) -> bool:
    """Follow central into its epoch; True when there was another before.

    Then central has come back from a backup, or it is another one that takes its place for a while: everything kept
    that it may lack is sent again, and after that everything is taken anew.
    """
    before = db.execute(select(sync_state)).one()
    if before.epoch == epoch:
        return False
    db.execute(update(sync_state).values(epoch=epoch))
    if before.epoch is None:
        return False
    _start_over(db, business_id, common_head(before.epoch, epoch))
    root_mark = _mark_of_root(before) if is_same_root(before.epoch, epoch) else None
    db.execute(update(sync_state).values(last_seen_head=0, root_mark=root_mark))
    return True


def _mark_of_root(place: Row[Any]) -> str | None:
    """A branch does not know the history of its root: by this the root itself tells, once the till is home, whether it
    still has what it had answered before.
    """
    kept: str | None = place.root_mark
    if kept is not None or is_branch(place.epoch):
        return kept
    return later_mark(place.push_mark, place.pull_mark)


def start_over(db: Connection, business_id: UUID) -> None:
    """Central has lost, in the epoch in which it was, some of what it had answered: it has gone back without telling.

    A copy of its disk may have been put back, or a crash have cost it what it had answered. So here, too, everything
    kept that it may lack is sent again before everything is taken anew.
    """
    epoch = db.execute(select(sync_state.c.epoch)).scalar_one()
    _start_over(db, business_id, surely_held(epoch))
    db.execute(update(sync_state).values(_ROOT_WAS_TOLD))


def _start_over(db: Connection, business_id: UUID, held: int) -> None:
    begin_resync(db)
    send_everything_again(db, business_id, held)
    show_what_waits_unseen(db, business_id)
    db.execute(update(sync_state).values(pulled_head=0, push_mark=None, pull_mark=None))


def begin_resync(db: Connection) -> None:
    """From now on, and across any crash, the till is taking a snapshot into place until `end_resync`."""
    db.execute(update(sync_state).values(cursor=None, resyncing=True))  # first: what is folded counts as in a resync
    fold_own_facts(db)
    forget_base_revisions(db)


def end_resync(db: Connection) -> None:
    """Everything that central shows to this till has been brought anew."""
    db.execute(update(sync_state).values(resyncing=False))
