"""Who sends this request: by `Authorization: Bearer` or by Better Auth's cookie."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from avileo_pos.server.auth.sessions import Session, find_session
from avileo_pos.server.auth.tokens import token_of_bearer, token_of_cookie
from avileo_pos.server.auth.users import User
from avileo_pos.server.central import Central, ServerSettings, TheCentral
from avileo_pos.server.errors import Refused

_COOKIE: Final = "better-auth.session_token"


# Both only tell the specification how a request is signed; what it carries is read by `session_token`.
_Bearer = Annotated[object, Depends(HTTPBearer(scheme_name="bearer", auto_error=False))]
_Cookie = Annotated[object, Depends(APIKeyCookie(name=_COOKIE, scheme_name="cookie", auto_error=False))]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a living session."""

    user: User
    session: Session
    must_change_password: bool

    @property
    def user_id(self) -> str:
        return self.user.id

    @property
    def email(self) -> str:
        return self.user.email

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def session_id(self) -> str:
        return self.session.id

    @property
    def token(self) -> str:
        return self.session.token


def cookie_name(settings: ServerSettings) -> str:
    return f"__Secure-{_COOKIE}" if settings.is_https else _COOKIE


def session_token(request: Request, settings: ServerSettings) -> str | None:
    """The raw token that the request carries; a bearer wins over a cookie."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token_of_bearer(bearer.strip(), settings.secret)
    cookie = request.cookies.get(cookie_name(settings))
    return None if cookie is None else token_of_cookie(cookie, settings.secret)


def find_signed_in(request: Request, central: Central) -> SignedIn | None:
    """The person who sends the request, None when nobody is signed in."""
    token = session_token(request, central.settings)
    if token is None:
        return None
    with central.database.transaction() as connection:
        found = find_session(connection, token, central.now())
    return None if found is None else SignedIn(found.person, found.session, found.must_change_password)


def signed_in_somehow(request: Request, central: TheCentral, _bearer: _Bearer, _cookie: _Cookie) -> SignedIn:
    """The person who sends the request, by whatever password they came in. Raises Refused 401."""
    person = find_signed_in(request, central)
    if person is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "Sign in first.", {"WWW-Authenticate": "Bearer"})
    return person


PersonOfAnyPassword = Annotated[SignedIn, Depends(signed_in_somehow)]


async def signed_in(person: PersonOfAnyPassword) -> SignedIn:
    """The person who sends the request, by a password of their own. Raises Refused 401, 403."""
    if person.must_change_password:
        raise Refused(HTTPStatus.FORBIDDEN, "password_must_change", "Set a new password first.")
    return person


ThePerson = Annotated[SignedIn, Depends(signed_in)]
