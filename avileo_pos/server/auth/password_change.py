"""Another password for who knows the one of now."""

from __future__ import annotations

from http import HTTPStatus

from avileo_pos.server.auth import passwords, throttle, users
from avileo_pos.server.auth.current_person import SignedIn
from avileo_pos.server.auth.exchange import begin_attempt
from avileo_pos.server.auth.one_time_password import end_one_time_password, opens_once
from avileo_pos.server.auth.requirements import require_a_good_length
from avileo_pos.server.auth.sessions import Caller, Session, close_sessions_of, open_session
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused


def change_password(
    central: Central, person: SignedIn, current: str, new: str, caller: Caller, *, sign_out_elsewhere: bool = False
) -> Session | None:
    """By the password of now, which may be one that was handed over: then every other session ends.

    With `sign_out_elsewhere` all of them end, and a new one is returned. Raises Refused 400, 429.
    """
    require_a_good_length(new)
    now = central.now()
    account = throttle.account_subject(person.email)
    begin_attempt(central, now, account)
    is_handed = _require_the_current(central, person, current)
    if is_handed and _opens_once(central, person, new):
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_NOT_NEW", "The new password must be another one")
    new_hash = passwords.hash_password(new)
    with central.database.transaction() as connection:
        throttle.attempt_succeeded(connection, now, account)
        users.set_password(connection, person.user_id, new_hash, now)
        if is_handed:
            close_sessions_of(connection, person.user_id, but=person.token)
        end_one_time_password(connection, person.user_id, person.session_id)
        if not sign_out_elsewhere:
            return None
        close_sessions_of(connection, person.user_id)
        return open_session(connection, person.user_id, caller, now)


def _require_the_current(central: Central, person: SignedIn, typed: str) -> bool:
    """Whether it is a one-time password; raises Refused 400 when it is none of this person's."""
    with central.database.transaction() as connection:
        current_hash = users.password_hash_of(connection, person.user_id)
    if passwords.verify_password(typed, current_hash):
        return False
    if not _opens_once(central, person, typed):
        raise Refused(HTTPStatus.BAD_REQUEST, "INVALID_PASSWORD", "Invalid password")
    return True


def _opens_once(central: Central, person: SignedIn, typed: str) -> bool:
    with central.database.transaction() as connection:
        return opens_once(connection, person.user_id, typed, central.settings.secret, central.now())
