"""Coming in and going out: by an email with a password of one's own, or one that was handed over for one time."""

from __future__ import annotations

from http import HTTPStatus

from avileo_pos.server.auth import passwords, throttle, users
from avileo_pos.server.auth.exchange import begin_attempt
from avileo_pos.server.auth.one_time_password import opens_once, require_a_change
from avileo_pos.server.auth.requirements import require_an_email
from avileo_pos.server.auth.sessions import Caller, Session, close_session, open_session
from avileo_pos.server.auth.users import User
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused


def come_in(
    central: Central, caller: Caller, email: str, password: str, *, remember: bool = True
) -> tuple[User, Session]:
    """The person and their new session. Raises Refused 400, 401, 429."""
    require_an_email(email)
    now = central.now()
    account, address = throttle.account_subject(email), throttle.address_subject(caller.ip_address)
    begin_attempt(central, now, account, address)
    with central.database.transaction() as connection:
        person, password_hash = users.find_user(connection, email)
    is_own = passwords.verify_password(password, password_hash)
    with central.database.transaction() as connection:
        if person is None or not (is_own or opens_once(connection, person.id, password, central.settings.secret, now)):
            raise Refused(HTTPStatus.UNAUTHORIZED, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password")
        throttle.attempt_succeeded(connection, now, account, address)
        opened = open_session(connection, person.id, caller, now, remember=remember)
        if not is_own:
            require_a_change(connection, opened.id)
    return person, opened


def go_out(central: Central, token: str | None) -> None:
    """The session of this raw token is over; harmless where there is none."""
    if token is not None:
        with central.database.transaction() as connection:
            close_session(connection, token)
