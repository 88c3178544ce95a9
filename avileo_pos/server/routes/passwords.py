"""Better Auth's addresses for a new password: by the old one, or by a link that comes by mail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from avileo_pos.server.auth import passwords, throttle, users
from avileo_pos.server.auth.current_person import PersonOfAnyPassword, SignedIn
from avileo_pos.server.auth.exchange import address_of, begin_attempt, caller_of, hand_over
from avileo_pos.server.auth.one_time_password import end_one_time_password, opens_once
from avileo_pos.server.auth.origin import require_own_address
from avileo_pos.server.auth.password_reset import (
    onward,
    opens_a_reset,
    promise_reset,
    reset_link,
    set_forgotten_password,
)
from avileo_pos.server.auth.requirements import require_a_good_length, require_an_email
from avileo_pos.server.auth.sessions import close_sessions_of, open_session
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.openapi import refuses
from avileo_pos.server.mail.letters import about_a_new_password
from avileo_pos.server.mail.mail import Letter
from avileo_pos.server.routes.auth_words import (
    ChangePassword,
    Done,
    DoneWithMessage,
    PasswordChanged,
    RequestPasswordReset,
    ResetPassword,
    UserAnswer,
)
from avileo_pos.server.routes.bodies import Token

router = APIRouter()

_IF_IT_EXISTS: Final = "If this email exists in our system, check your email for the reset link"


@router.post("/change-password")
def change_password(
    body: ChangePassword, person: PersonOfAnyPassword, request: Request, response: Response, central: TheCentral
) -> PasswordChanged:
    """By the password of now, which may be one that was handed over: then every other session ends."""
    require_a_good_length(body.new_password)
    now = central.now()
    account = throttle.account_subject(person.email)
    begin_attempt(central, now, account)
    is_handed = _require_the_current(central, person, body.current_password)
    if is_handed and _opens_once(central, person, body.new_password):
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_NOT_NEW", "The new password must be another one")
    new_hash = passwords.hash_password(body.new_password)
    with central.database.transaction() as connection:
        throttle.attempt_succeeded(connection, now, account)
        users.set_password(connection, person.user_id, new_hash, now)
        if is_handed:
            close_sessions_of(connection, person.user_id, but=person.token)
        end_one_time_password(connection, person.user_id, person.session_id)
        if not body.revoke_other_sessions:
            return PasswordChanged(token=None, user=UserAnswer.of(person.user))
        close_sessions_of(connection, person.user_id)
        opened = open_session(connection, person.user_id, caller_of(request), now)
    hand_over(response, central, opened)
    return PasswordChanged(token=opened.token, user=UserAnswer.of(person.user))


@router.post("/request-password-reset")
def request_password_reset(body: RequestPasswordReset, request: Request, central: TheCentral) -> DoneWithMessage:
    """The same answer after the same time, whether or not there is such a person."""
    require_an_email(body.email)
    if body.redirect_to:
        require_own_address(body.redirect_to, central.settings)
    if central.mail is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "RESET_PASSWORD_DISABLED", "Reset password isn't enabled")
    mailbox = throttle.password_mails_subject(body.email)
    begin_attempt(central, central.now(), mailbox, throttle.password_mails_from_subject(address_of(request)))
    central.mail.post(lambda: _letter_for(central, body))
    return DoneWithMessage(message=_IF_IT_EXISTS)


@router.post("/reset-password")
def reset_password(
    body: ResetPassword,
    central: TheCentral,
    token: Annotated[Token, Query()] = "",
) -> Done:
    set_forgotten_password(central, body.token or token, body.new_password)
    return Done()


@router.get(
    "/reset-password/{token}",
    status_code=HTTPStatus.FOUND,
    response_class=RedirectResponse,
    responses=refuses(HTTPStatus.FORBIDDEN),
)
def follow_the_letter(
    token: Annotated[Token, Path()],
    central: TheCentral,
    callback_url: Annotated[str, Query(alias="callbackURL", max_length=1000)],
) -> RedirectResponse:
    """On to the page that asks for the new password, which learns whether the token is still good."""
    require_own_address(callback_url, central.settings)
    with central.database.transaction() as connection:
        is_good = opens_a_reset(connection, token, central.now())
    told = {"token": token} if is_good else {"error": "INVALID_TOKEN"}
    return RedirectResponse(onward(callback_url, **told), HTTPStatus.FOUND)


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


def _letter_for(central: Central, asked: RequestPasswordReset) -> Letter | None:
    with central.database.transaction() as connection:
        person, _ = users.find_user(connection, asked.email)
        if person is None:
            return None
        token = promise_reset(connection, person.id, central.now())
    return about_a_new_password(
        person.email, person.name, reset_link(central.settings.public_url, token, asked.redirect_to)
    )
