"""A password that an admin hands over to a member: it opens once more what was lost, and only to set a new one.

The person's own password goes on opening meanwhile. A session that was opened by the handed one may do nothing but
change the password, and is marked so in a table of ours: Better Auth's stay as they are.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from avileo_pos.server.auth.codes import new_code, sealed
from avileo_pos.server.auth.verification import drop_proof, find_proof, keep_proof
from avileo_pos.tables.server.better_auth import session
from avileo_pos.tables.server.password_changes_due import password_changes_due

LASTS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """As it is shown to the admin, once."""

    password: str
    expires_at: datetime


def make_one_time_password(connection: Connection, user_id: str, secret: str, now: datetime) -> OneTimePassword:
    """A new one, in place of any older one."""
    made = OneTimePassword(new_code(), now + LASTS)
    drop_proof(connection, _identifier(user_id))
    keep_proof(connection, _identifier(user_id), str(sealed(made.password, secret)), now, made.expires_at)
    return made


def opens_once(connection: Connection, user_id: str, typed: str, secret: str, now: datetime) -> bool:
    """Whether what was typed is the one-time password that this person was given."""
    kept, given = find_proof(connection, _identifier(user_id), now), sealed(typed, secret)
    return kept is not None and given is not None and hmac.compare_digest(kept, given)


def require_a_change(connection: Connection, session_id: str) -> None:
    """This session was opened by a one-time password."""
    connection.execute(insert(password_changes_due).values(session_id=session_id))


def end_one_time_password(connection: Connection, user_id: str, but_session_id: str | None = None) -> None:
    """The handed password opens nothing any more, and every session that it opened is over but this one.

    So it is once the person has a new password, or works in another business, whose data were not the admin's to open.
    """
    drop_proof(connection, _identifier(user_id))
    connection.execute(delete(password_changes_due).where(password_changes_due.c.session_id == but_session_id))
    opened_by_it = select(password_changes_due.c.session_id)
    connection.execute(delete(session).where(session.c.user_id == user_id, session.c.id.in_(opened_by_it)))


def _identifier(user_id: str) -> str:
    return f"one-time-password:{user_id}"
