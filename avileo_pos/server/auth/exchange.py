"""What passes between central and whoever signs in: where the request comes from, the cookie, the delay of guesses."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from math import ceil
from urllib.parse import quote

from fastapi import Request, Response

from avileo_pos.server.auth import throttle
from avileo_pos.server.auth.current_person import cookie_name
from avileo_pos.server.auth.sessions import LASTS, Caller, Session
from avileo_pos.server.auth.tokens import signed
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused


def begin_attempt(central: Central, now: datetime, *subjects: throttle.Subject) -> None:
    """Count an attempt before it is looked at, so that those at the same time count each other. Raises Refused 429."""
    try:
        central.database.in_transaction(lambda connection: throttle.begin_attempt(connection, now, *subjects))
    except throttle.TooManyAttempts as trouble:
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "TOO_MANY_ATTEMPTS",
            "Too many attempts. Try again later.",
            {"Retry-After": str(ceil(trouble.wait.total_seconds()))},
        ) from trouble


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def caller_of(request: Request) -> Caller:
    return Caller(address_of(request), request.headers.get("user-agent"))


def hand_over(response: Response, central: Central, opened: Session) -> None:
    """Give the token to a browser as a cookie and to a till as a header."""
    response.headers["set-auth-token"] = signed(opened.token, central.settings.secret)
    set_cookie(response, central, opened)


def set_cookie(response: Response, central: Central, current: Session) -> None:
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


def take_cookie_back(response: Response, central: Central) -> None:
    response.delete_cookie(
        cookie_name(central.settings), path="/", secure=central.settings.is_https, httponly=True, samesite="lax"
    )
