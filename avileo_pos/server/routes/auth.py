"""Better Auth's addresses under /api/auth, so that its clients and ours sign in here in the same way."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from avileo_pos.server.auth import passwords, throttle, users
from avileo_pos.server.auth.coming_in import come_in, go_out
from avileo_pos.server.auth.current_person import ThePerson, cookie_name, find_signed_in, session_token
from avileo_pos.server.auth.exchange import (
    address_of,
    begin_attempt,
    caller_of,
    hand_over,
    set_cookie,
    take_cookie_back,
)
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.auth.requirements import require_a_good_length, require_an_email
from avileo_pos.server.auth.sessions import close_session, close_sessions_of, open_session, sessions_of
from avileo_pos.server.central import TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.openapi import refuses
from avileo_pos.server.routes.auth_words import (
    CurrentSession,
    Done,
    Ok,
    RevokeSession,
    SessionAnswer,
    SignedInAnswer,
    SignedUp,
    SignIn,
    SignUp,
    Success,
    UpdateUser,
    UserAnswer,
)

router = APIRouter(prefix="/api/auth", tags=["auth"])
changes = APIRouter(dependencies=[Depends(from_our_own_pages)], responses=refuses(HTTPStatus.FORBIDDEN))


@router.get("/ok")
def ok() -> Ok:
    return Ok()


@changes.post("/sign-up/email", responses=refuses(HTTPStatus.UNPROCESSABLE_ENTITY))
def sign_up(body: SignUp, request: Request, response: Response, central: TheCentral) -> SignedUp:
    require_an_email(body.email)
    require_a_good_length(body.password)
    now = central.now()
    begin_attempt(central, now, throttle.new_accounts_subject(address_of(request)))
    password_hash = passwords.hash_password(body.password)
    with central.database.transaction() as connection:
        person = users.create_user(connection, body.name, body.email, password_hash, now)
        if person is None:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
                "User already exists. Use another email.",
            )
        opened = open_session(connection, person.id, caller_of(request), now, remember=body.remember_me)
    hand_over(response, central, opened)
    return SignedUp(token=opened.token, user=UserAnswer.of(person))


@changes.post("/sign-in/email", responses=refuses(HTTPStatus.UNAUTHORIZED))
def sign_in(body: SignIn, request: Request, response: Response, central: TheCentral) -> SignedInAnswer:
    person, opened = come_in(central, caller_of(request), body.email, body.password, remember=body.remember_me)
    hand_over(response, central, opened)
    return SignedInAnswer(token=opened.token, user=UserAnswer.of(person))


@changes.post("/sign-out")
def sign_out(request: Request, response: Response, central: TheCentral) -> Success:
    go_out(central, session_token(request, central.settings))
    take_cookie_back(response, central)
    return Success()


@router.get("/get-session")
def get_session(request: Request, response: Response, central: TheCentral) -> CurrentSession | None:
    person = find_signed_in(request, central)
    by_cookie = cookie_name(central.settings) in request.cookies
    if person is None:
        if by_cookie:
            take_cookie_back(response, central)
        return None
    if by_cookie:
        set_cookie(response, central, person.session)
    return CurrentSession(session=SessionAnswer.of(person.session), user=UserAnswer.of(person.user))


@router.get("/list-sessions")
def list_sessions(person: ThePerson, central: TheCentral) -> list[SessionAnswer]:
    with central.database.transaction() as connection:
        return [SessionAnswer.of(each) for each in sessions_of(connection, person.user_id, central.now())]


@changes.post("/revoke-session")
def revoke_session(body: RevokeSession, person: ThePerson, central: TheCentral) -> Done:
    with central.database.transaction() as connection:
        close_session(connection, body.token, person.user_id)
    return Done()


@changes.post("/revoke-sessions")
def revoke_sessions(person: ThePerson, central: TheCentral) -> Done:
    with central.database.transaction() as connection:
        close_sessions_of(connection, person.user_id)
    return Done()


@changes.post("/revoke-other-sessions")
def revoke_other_sessions(person: ThePerson, central: TheCentral) -> Done:
    with central.database.transaction() as connection:
        close_sessions_of(connection, person.user_id, but=person.token)
    return Done()


@changes.post("/update-user")
def update_user(body: UpdateUser, person: ThePerson, central: TheCentral) -> Done:
    if body.email is not None:
        raise Refused(HTTPStatus.BAD_REQUEST, "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated")
    new = body.model_dump(include={"name", "image"}, exclude_unset=True)
    if not new or new.get("name", "") is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "NO_FIELDS_TO_UPDATE", "No fields to update")
    with central.database.transaction() as connection:
        users.change_user(connection, person.user_id, new, central.now())
    return Done()


router.include_router(changes)
