"""Who is signed in: the row of a session is the authority, and these are its rules of time.

A session lasts 7 days and starts them anew when it is used after its first one, up to 90 days in all. One that should
not be remembered lasts a day. The rules are Better Auth's, the 90 days are ours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from avileo_pos.server.auth.tokens import new_id
from avileo_pos.server.auth.users import User
from avileo_pos.tables.server.better_auth import session, user
from avileo_pos.tables.server.password_changes_due import password_changes_due as due

LASTS: Final = timedelta(days=7)
LASTS_UNREMEMBERED: Final = timedelta(days=1)
RENEWED_AFTER: Final = timedelta(hours=24)
LASTS_AT_MOST: Final = timedelta(days=90)
_SWEPT_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from, as far as one can tell."""

    ip_address: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one person on one device."""

    id: str
    token: str
    user_id: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    ip_address: str | None
    user_agent: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(**{part.name: row._mapping[session.c[part.name]] for part in fields(cls)})

    @property
    def is_remembered(self) -> bool:
        """Whether it may be renewed: what was given one day is meant to end with it."""
        return self.expires_at - self.updated_at > LASTS_UNREMEMBERED

    def is_over(self, now: datetime) -> bool:
        return now >= min(self.expires_at, self.created_at + LASTS_AT_MOST)

    def is_due_for_renewal(self, now: datetime) -> bool:
        return self.is_remembered and now >= self.expires_at - LASTS + RENEWED_AFTER

    def renewed(self, now: datetime) -> Session:
        return replace(self, expires_at=min(now + LASTS, self.created_at + LASTS_AT_MOST), updated_at=now)


def open_session(
    connection: Connection, user_id: str, caller: Caller, now: datetime, *, remember: bool = True
) -> Session:
    """Sign a person in."""
    expires_at = now + (LASTS if remember else LASTS_UNREMEMBERED)
    opened = Session(new_id(), new_id(), user_id, now, now, expires_at, caller.ip_address, caller.user_agent)
    connection.execute(insert(session).values(**asdict(opened)))
    return opened


class FoundSession(NamedTuple):
    """A living session. `must_change_password`: it was opened by a password that was handed over for one time."""

    session: Session
    person: User
    must_change_password: bool


def find_session(connection: Connection, token: str, now: datetime) -> FoundSession | None:
    """The living session of a raw token and its person; renews it when due, removes it when over."""
    row = connection.execute(
        select(session, user, due.c.session_id.is_not(None).label("must_change"))
        .join(user, user.c.id == session.c.user_id)
        .outerjoin(due, due.c.session_id == session.c.id)
        .where(session.c.token == token)
    ).first()
    if row is None:
        return None
    found = Session.of(row)
    if found.is_over(now):
        close_session(connection, token)
        return None
    if found.is_due_for_renewal(now):
        found = found.renewed(now)
        _store_renewal(connection, found)
    return FoundSession(found, User.of(row), row.must_change)


def _store_renewal(connection: Connection, renewed: Session) -> None:
    connection.execute(
        update(session)
        .where(session.c.id == renewed.id)
        .values(expires_at=renewed.expires_at, updated_at=renewed.updated_at)
    )


def sessions_of(connection: Connection, user_id: str, now: datetime) -> list[Session]:
    """A person's living sessions, the latest first."""
    rows = connection.execute(
        select(session).where(session.c.user_id == user_id).order_by(session.c.created_at.desc(), session.c.id)
    )
    return [found for found in map(Session.of, rows) if not found.is_over(now)]


def close_session(connection: Connection, token: str, user_id: str | None = None) -> None:
    """Sign one session out, of `user_id` only if given; harmless when it is gone."""
    mine = () if user_id is None else (session.c.user_id == user_id,)
    connection.execute(delete(session).where(session.c.token == token, *mine))


def close_sessions_of(connection: Connection, user_id: str, *, but: str | None = None) -> None:
    """Sign a person out everywhere, except in the session with the token `but`."""
    spared = () if but is None else (session.c.token != but,)
    connection.execute(delete(session).where(session.c.user_id == user_id, *spared))


def sweep_sessions(connection: Connection, now: datetime) -> int:
    """Some of the sessions that are over go; how many did."""
    is_over = or_(session.c.expires_at <= now, session.c.created_at <= now - LASTS_AT_MOST)
    over = select(session.c.id).where(is_over).limit(_SWEPT_AT_ONCE).with_for_update(skip_locked=True)
    return len(connection.scalars(delete(session).where(session.c.id.in_(over)).returning(session.c.id)).all())
