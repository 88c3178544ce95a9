"""Better Auth's addresses under /api/auth, so that its clients and ours sign in here in the same way."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from avileo_pos.server.auth import passwords, throttle, users
from avileo_pos.server.auth.current_person import ThePerson, cookie_name, find_signed_in, session_token
from avileo_pos.server.auth.sessions import (
    LASTS,
    Caller,
    Session,
    close_session,
    close_sessions_of,
    open_session,
    sessions_of,
)
from avileo_pos.server.auth.tokens import signed
from avileo_pos.server.auth.users import User
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.errors import Refused

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL: Final = 254


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be stored")
    return text


Line = Annotated[str, Field(max_length=1000), AfterValidator(_without_nul)]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True)


class SignUp(_Body):
    name: Line
    email: Line
    password: Line
    remember_me: bool = True


class SignIn(_Body):
    email: Line
    password: Line
    remember_me: bool = True


class ChangePassword(_Body):
    current_password: Line
    new_password: Line
    revoke_other_sessions: bool = False


class RevokeSession(_Body):
    token: Line


class UpdateUser(_Body):
    name: Line | None = None
    image: Line | None = None
    email: object = None


def _from_our_own_pages(request: Request, central: TheCentral) -> None:
    """Another site's page may not use the cookie of a person who visits it. Raises Refused 403."""
    origin = request.headers.get("origin")
    if origin is None or "cookie" not in request.headers or "authorization" in request.headers:
        return
    ours = {_origin_of(central.settings.public_url), *map(_origin_of, central.settings.trusted_origins)}
    if _origin_of(origin) not in ours:
        raise Refused(HTTPStatus.FORBIDDEN, "INVALID_ORIGIN", "Invalid origin.")


def _origin_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


router = APIRouter(prefix="/api/auth", tags=["auth"])
changes = APIRouter(dependencies=[Depends(_from_our_own_pages)])


@router.get("/ok")
def ok() -> dict[str, bool]:
    return {"ok": True}


@changes.post("/sign-up/email")
def sign_up(body: SignUp, request: Request, response: Response, central: TheCentral) -> dict[str, object]:
    _require_an_email(body.email)
    _require_a_good_length(body.password)
    now = central.now()
    _begin_attempt(central, now, throttle.new_accounts_subject(_address_of(request)))
    password_hash = passwords.hash_password(body.password)
    with central.database.transaction() as connection:
        person = users.create_user(connection, body.name, body.email, password_hash, now)
        if person is None:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
                "User already exists. Use another email.",
            )
        opened = open_session(connection, person.id, _caller_of(request), now, remember=body.remember_me)
    _hand_over(response, central, opened)
    return {"token": opened.token, "user": _user(person)}


@changes.post("/sign-in/email")
def sign_in(body: SignIn, request: Request, response: Response, central: TheCentral) -> dict[str, object]:
    _require_an_email(body.email)
    now = central.now()
    account, address = throttle.account_subject(body.email), throttle.address_subject(_address_of(request))
    _begin_attempt(central, now, account, address)
    with central.database.transaction() as connection:
        person, password_hash = users.find_user(connection, body.email)
    if not passwords.verify_password(body.password, password_hash) or person is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password")
    with central.database.transaction() as connection:
        throttle.attempt_succeeded(connection, now, account, address)
        opened = open_session(connection, person.id, _caller_of(request), now, remember=body.remember_me)
    _hand_over(response, central, opened)
    return {"redirect": False, "token": opened.token, "user": _user(person)}


@changes.post("/sign-out")
def sign_out(request: Request, response: Response, central: TheCentral) -> dict[str, bool]:
    token = session_token(request, central.settings)
    if token is not None:
        with central.database.transaction() as connection:
            close_session(connection, token)
    _take_cookie_back(response, central)
    return {"success": True}


@router.get("/get-session")
def get_session(request: Request, response: Response, central: TheCentral) -> dict[str, object] | None:
    person = find_signed_in(request, central)
    by_cookie = cookie_name(central.settings) in request.cookies
    if person is None:
        if by_cookie:
            _take_cookie_back(response, central)
        return None
    if by_cookie:
        _set_cookie(response, central, person.session)
    return {"session": _session(person.session), "user": _user(person.user)}


@router.get("/list-sessions")
def list_sessions(person: ThePerson, central: TheCentral) -> list[dict[str, object]]:
    with central.database.transaction() as connection:
        return [_session(each) for each in sessions_of(connection, person.user_id, central.now())]


@changes.post("/revoke-session")
def revoke_session(body: RevokeSession, person: ThePerson, central: TheCentral) -> dict[str, bool]:
    with central.database.transaction() as connection:
        close_session(connection, body.token, person.user_id)
    return {"status": True}


@changes.post("/revoke-sessions")
def revoke_sessions(person: ThePerson, central: TheCentral) -> dict[str, bool]:
    with central.database.transaction() as connection:
        close_sessions_of(connection, person.user_id)
    return {"status": True}


@changes.post("/revoke-other-sessions")
def revoke_other_sessions(person: ThePerson, central: TheCentral) -> dict[str, bool]:
    with central.database.transaction() as connection:
        close_sessions_of(connection, person.user_id, but=person.token)
    return {"status": True}


@changes.post("/change-password")
def change_password(
    body: ChangePassword, person: ThePerson, request: Request, response: Response, central: TheCentral
) -> dict[str, object]:
    _require_a_good_length(body.new_password)
    now = central.now()
    account = throttle.account_subject(person.email)
    _begin_attempt(central, now, account)
    with central.database.transaction() as connection:
        current_hash = users.password_hash_of(connection, person.user_id)
    if not passwords.verify_password(body.current_password, current_hash):
        raise Refused(HTTPStatus.BAD_REQUEST, "INVALID_PASSWORD", "Invalid password")
    new_hash = passwords.hash_password(body.new_password)
    with central.database.transaction() as connection:
        throttle.attempt_succeeded(connection, now, account)
        users.change_password(connection, person.user_id, new_hash, now)
        if not body.revoke_other_sessions:
            return {"token": None, "user": _user(person.user)}
        close_sessions_of(connection, person.user_id)
        opened = open_session(connection, person.user_id, _caller_of(request), now)
    _hand_over(response, central, opened)
    return {"token": opened.token, "user": _user(person.user)}


@changes.post("/update-user")
def update_user(body: UpdateUser, person: ThePerson, central: TheCentral) -> dict[str, bool]:
    if body.email is not None:
        raise Refused(HTTPStatus.BAD_REQUEST, "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated")
    new = body.model_dump(include={"name", "image"}, exclude_unset=True)
    if not new or new.get("name", "") is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "NO_FIELDS_TO_UPDATE", "No fields to update")
    with central.database.transaction() as connection:
        users.change_user(connection, person.user_id, new, central.now())
    return {"status": True}


router.include_router(changes)


def _require_an_email(text: str) -> None:
    if len(text) > _LONGEST_EMAIL or _EMAIL.fullmatch(text) is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "INVALID_EMAIL", "Invalid email")


def _require_a_good_length(password: str) -> None:
    if len(password) < passwords.SHORTEST:
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_TOO_SHORT", "Password too short")
    if len(password) > passwords.LONGEST:
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_TOO_LONG", "Password too long")


def _begin_attempt(central: Central, now: datetime, *subjects: throttle.Subject) -> None:
    """Committed before the password is looked at, so that attempts at the same time count each other."""
    try:
        central.database.in_transaction(lambda connection: throttle.begin_attempt(connection, now, *subjects))
    except throttle.TooManyAttempts as trouble:
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "TOO_MANY_ATTEMPTS",
            "Too many attempts. Try again later.",
            {"Retry-After": str(ceil(trouble.wait.total_seconds()))},
        ) from trouble


def _address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _caller_of(request: Request) -> Caller:
    return Caller(_address_of(request), request.headers.get("user-agent"))


def _hand_over(response: Response, central: Central, opened: Session) -> None:
    """Give the token to a browser as a cookie and to a till as a header."""
    response.headers["set-auth-token"] = signed(opened.token, central.settings.secret)
    _set_cookie(response, central, opened)


def _set_cookie(response: Response, central: Central, current: Session) -> None:
    """A session that is not remembered ends with the browser too."""
    response.set_cookie(
        cookie_name(central.settings),
        quote(signed(current.token, central.settings.secret), safe=""),
        max_age=int(LASTS.total_seconds()) if current.is_remembered else None,
        path="/",
        secure=central.settings.is_https,
        httponly=True,
        samesite="lax",
    )


def _take_cookie_back(response: Response, central: Central) -> None:
    response.delete_cookie(
        cookie_name(central.settings), path="/", secure=central.settings.is_https, httponly=True, samesite="lax"
    )


def _user(person: User) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "emailVerified": person.email_verified,
        "image": person.image,
        "createdAt": _instant(person.created_at),
        "updatedAt": _instant(person.updated_at),
    }


def _session(current: Session) -> dict[str, object]:
    return {
        "id": current.id,
        "token": current.token,
        "userId": current.user_id,
        "expiresAt": _instant(current.expires_at),
        "createdAt": _instant(current.created_at),
        "updatedAt": _instant(current.updated_at),
        "ipAddress": current.ip_address,
        "userAgent": current.user_agent,
    }


def _instant(moment: datetime) -> str:
    """As JavaScript writes it: `2026-11-22T15:42:07.123Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
