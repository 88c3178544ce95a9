"""A new password for who forgot the old one: by a token that came by mail, as Better Auth keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sqlalchemy import Connection

from avileo_pos.server.auth import throttle, users
from avileo_pos.server.auth.exchange import begin_attempt
from avileo_pos.server.auth.one_time_password import end_one_time_password
from avileo_pos.server.auth.origin import require_own_address
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.auth.requirements import require_a_good_length, require_an_email
from avileo_pos.server.auth.sessions import close_sessions_of
from avileo_pos.server.auth.tokens import new_id
from avileo_pos.server.auth.verification import drop_proofs_for, find_proof, keep_proof, use_proof
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused
from avileo_pos.server.mail.letters import about_a_new_password
from avileo_pos.server.mail.mail import Letter

LASTS: Final = timedelta(hours=1)
PAGE: Final = "/nueva-contrasena"
"""Central's own page for a new password, as a person sees it in the link."""

_KIND: Final = "reset-password:"


def promise_reset(connection: Connection, user_id: str, now: datetime) -> str:
    """A token with which the person may set a new password within the hour."""
    token = new_id()
    keep_proof(connection, _KIND + token, user_id, now, now + LASTS)
    return token


def send_reset_letter(central: Central, email: str, address: str, leads_to: str = "") -> None:
    """To whoever has this email, asked for from an address; the same happens, in the same time, where nobody has it.

    The link leads on to `leads_to`, or to central's own page. Raises Refused 400, 403, 429.
    """
    require_an_email(email)
    if leads_to:
        require_own_address(leads_to, central.settings)
    if central.mail is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "RESET_PASSWORD_DISABLED", "Reset password isn't enabled")
    mailbox = throttle.password_mails_subject(email)
    begin_attempt(central, central.now(), mailbox, throttle.password_mails_from_subject(address))
    central.mail.post(lambda: _letter_for(central, email, leads_to))


def opens_a_reset(connection: Connection, token: str, now: datetime) -> bool:
    return find_proof(connection, _KIND + token, now) is not None


def set_forgotten_password(central: Central, token: str, new_password: str) -> None:
    """Give the token's person this password and sign them out everywhere. Raises Refused 400, CentralBusy."""
    require_a_good_length(new_password)
    now = central.now()
    with central.database.transaction() as connection:
        _require(opens_a_reset(connection, token, now))
    password_hash = hash_password(new_password)
    with central.database.transaction() as connection:
        _require(_set_by_token(connection, token, password_hash, now))


def _reset_link(public_url: str, token: str, leads_to: str) -> str:
    """Where the letter sends a person: on to `leads_to`, or to central's own page when that is empty."""
    here = public_url.rstrip("/")
    if not leads_to:
        return f"{here}{PAGE}/{token}"
    return f"{here}/api/auth/reset-password/{token}?callbackURL={quote(leads_to, safe='')}"


def onward(leads_to: str, **told: str) -> str:
    """The address `leads_to` with what it is told in its query."""
    parts = urlsplit(leads_to)
    return parts._replace(query=urlencode([*parse_qsl(parts.query), *told.items()])).geturl()


def _set_by_token(connection: Connection, token: str, password_hash: str, now: datetime) -> bool:
    user_id = use_proof(connection, _KIND + token, now)
    if user_id is None:
        return False
    users.set_password(connection, user_id, password_hash, now)
    drop_proofs_for(connection, _KIND, user_id)
    end_one_time_password(connection, user_id)
    close_sessions_of(connection, user_id)
    return True


def _require(is_good: bool) -> None:
    if not is_good:
        raise Refused(HTTPStatus.BAD_REQUEST, "INVALID_TOKEN", "Invalid token")


def _letter_for(central: Central, email: str, leads_to: str) -> Letter | None:
    with central.database.transaction() as connection:
        person, _ = users.find_user(connection, email)
        if person is None:
            return None
        token = promise_reset(connection, person.id, central.now())
    return about_a_new_password(person.email, person.name, _reset_link(central.settings.public_url, token, leads_to))
