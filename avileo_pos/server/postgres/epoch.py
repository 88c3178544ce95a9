"""Which line of history this central is on: a restored backup must not be taken for what it was before."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from avileo_pos.protocol.branches import BranchPoint
from avileo_pos.protocol.words import KEPT_AFTER_ANSWER
from avileo_pos.server.postgres.database import Database
from avileo_pos.tables.base import instant_text

T = TypeVar("T")

_IDENTITY: Final = (
    "SELECT s.system_identifier::text, c.timeline_id FROM pg_control_system() AS s, pg_control_checkpoint() AS c"
)
_MAY_ASK: Final = """
    SELECT coalesce(bool_and(has_function_privilege(p.oid, 'EXECUTE')) AND count(*) = 2, false) FROM pg_proc p
    WHERE p.proname IN ('pg_control_system', 'pg_control_checkpoint')
"""


class History(NamedTuple):
    """What PostgreSQL says of itself: the cluster, and how often it was forked by going back in time."""

    system_identifier: str
    timeline: int


_UNTOLD: Final = "SELECT 'untold', 0"
"""For a role that may not ask: then only `restored` begins a new epoch."""


class HistoryChanged(Exception):  # noqa: N818 - the name says what happened
    """What runs is not what the stored epoch was minted for."""


def in_current_epoch(
    database: Database,
    work: Callable[[Connection, str], T],
    business_id: UUID,
    now: datetime,
    *,
    of_one_moment: bool = False,
) -> T:
    """What `work(connection, epoch)` returns, committed; a new epoch begins first, `now`, where history has changed.

    Raises CentralBusy.
    """

    def work_in_epoch(connection: Connection) -> T:
        return work(connection, epoch_of(connection))

    try:
        return database.in_transaction(work_in_epoch, business_id, of_one_moment=of_one_moment)
    except HistoryChanged:
        database.in_transaction(partial(_begin_where_history_changed, now=now))
        return database.in_transaction(work_in_epoch, business_id, of_one_moment=of_one_moment)


def epoch_of(connection: Connection) -> str:
    """Raises HistoryChanged where a new epoch has to begin."""
    found = connection.exec_driver_sql(
        "SELECT i.epoch FROM central_identity i WHERE i.id = 1"
        f" AND (i.system_identifier, i.timeline) = ({_history_told_to(connection)})"
    ).scalar_one_or_none()
    if found is None:
        raise HistoryChanged
    return str(found)


def history_of(connection: Connection) -> History:
    """What runs now, as far as our role may know it."""
    return History(*connection.exec_driver_sql(_history_told_to(connection)).one())


def restored(database: Database, now: datetime) -> str:
    """Begin a new epoch, as whoever has put a backup back must: tills then send again what it had lost."""
    return database.in_transaction(partial(_begin, now=now))


def begin_branch_epoch(connection: Connection, point: BranchPoint, now: datetime) -> str:
    """Begin this central's history where that of another one has come to."""
    return _begin(connection, now, point.named(secrets.token_hex(7)))


def hold_epoch(connection: Connection) -> None:
    """Let no other epoch begin before this transaction, which writes, ends.

    A row that is numbered in one epoch and committed in the next could be missed by a till that pulls meanwhile.
    """
    connection.exec_driver_sql("LOCK TABLE central_identity IN ROW SHARE MODE")


def note_that_more_may_come(connection: Connection, business_id: UUID, now: datetime) -> bool:
    """What others were answered, at a branch or here, this central may not have yet. Inside `locked_revisions`.

    Whether it was written down: once an hour is enough.
    """
    noted = connection.exec_driver_sql(
        "UPDATE sync_counters SET home_from_branch_at = %(now)s::timestamp WHERE business_id = %(business_id)s AND"
        " (home_from_branch_at IS NULL OR home_from_branch_at < %(now)s::timestamp - interval '1 hour')",
        {"business_id": business_id, "now": instant_text(now)},
    )
    return noted.rowcount > 0


def may_still_come(connection: Connection, business_id: UUID, moment: datetime) -> bool:
    """Whether a till may still send what this central has lost, or what a branch took."""
    oldest = instant_text(moment - KEPT_AFTER_ANSWER)
    question = """
        SELECT greatest(i.restored_at, c.home_from_branch_at) > %(oldest)s::timestamp
        FROM central_identity i LEFT JOIN sync_counters c ON c.business_id = %(business_id)s
    """
    return bool(connection.exec_driver_sql(question, {"business_id": business_id, "oldest": oldest}).scalar())


def own_secret(database: Database, now: datetime) -> str:
    """What signs session tokens where no other secret is set; made with the first epoch."""
    database.in_transaction(partial(_begin_where_history_changed, now=now))
    with database.transaction() as connection:
        return str(connection.exec_driver_sql("SELECT secret FROM central_identity").scalar_one())


def _begin_where_history_changed(connection: Connection, now: datetime) -> str:
    _lock(connection)
    try:
        return epoch_of(connection)
    except HistoryChanged:
        return _begin(connection, now)


def _begin(connection: Connection, now: datetime, epoch: str | None = None) -> str:
    """The counters follow by themselves: a number of an older epoch is raised by whoever locks it next."""
    _lock(connection)
    history = history_of(connection)
    epoch = epoch or secrets.token_hex(16)
    connection.exec_driver_sql(
        "INSERT INTO central_identity (id, epoch, system_identifier, timeline, secret) VALUES (1, %s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, system_identifier = excluded.system_identifier,"
        " timeline = excluded.timeline, restored_at = %s::timestamp",
        (epoch, *history, secrets.token_urlsafe(48), instant_text(now)),
    )
    return epoch


def _lock(connection: Connection) -> None:
    """Of several workers that notice the change at once, one begins the epoch, and no writer is under way meanwhile."""
    connection.exec_driver_sql("LOCK TABLE central_identity IN EXCLUSIVE MODE")


def _history_told_to(connection: Connection) -> str:
    """The question that gives a History. Asked for once by each database, as rights do not change under a central."""
    if connection.engine not in _QUESTIONS:
        may_ask = connection.exec_driver_sql(_MAY_ASK).scalar_one()
        _QUESTIONS[connection.engine] = _IDENTITY if may_ask else _UNTOLD
    return _QUESTIONS[connection.engine]


_QUESTIONS: Final[WeakKeyDictionary[Engine, str]] = WeakKeyDictionary()
