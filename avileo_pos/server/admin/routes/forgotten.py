"""The way back in for who has forgotten the password: a letter is asked for, and its link leads to a new password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.password import require_new_password
from avileo_pos.server.admin.forms import Typed
from avileo_pos.server.admin.pages import HOME, PageRoute, page
from avileo_pos.server.admin.words import LINK_IS_OVER, refused_in_words
from avileo_pos.server.auth.exchange import address_of
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.auth.password_reset import PAGE, opens_a_reset, send_reset_letter, set_forgotten_password
from avileo_pos.server.central import TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.bodies import Token

router = APIRouter(route_class=PageRoute)

_LONGEST_EMAIL: Final = 254
_KEEP_THE_ADDRESS: Final = {"Referrer-Policy": "no-referrer"}  # it holds the token


@router.get(f"{HOME}/olvido")
def ask_for_the_email() -> Response:
    return page("forgotten.html")


@router.post(f"{HOME}/olvido", dependencies=[Depends(from_our_own_pages)])
def send_a_letter(typed: Typed, request: Request, central: TheCentral) -> Response:
    """The same is said whether or not there is such a person."""
    email = typed.get("email", "").strip()[:_LONGEST_EMAIL]
    try:
        send_reset_letter(central, email, address_of(request))
    except Refused as refused:
        return page("forgotten.html", refused.status, email=email, problem=refused_in_words(refused))
    return page("forgotten.html", email=email, sent=True)


@router.get(f"{PAGE}/{{token}}")
def ask_for_a_new_one(token: Annotated[Token, Path()], central: TheCentral) -> Response:
    with central.database.transaction() as connection:
        is_good = opens_a_reset(connection, token, central.now())
    return _new_password_page() if is_good else _new_password_page(HTTPStatus.BAD_REQUEST, over=LINK_IS_OVER)


@router.post(f"{PAGE}/{{token}}")
def take_the_new_one(token: Annotated[Token, Path()], central: TheCentral, typed: Typed) -> Response:
    """Whoever has the token may, from wherever the form was sent."""
    try:
        new = require_new_password(typed.get("new", ""), typed.get("again", ""))
        set_forgotten_password(central, token, new)
    except BusinessRuleBroken as broken:
        return _new_password_page(HTTPStatus.BAD_REQUEST, problem=refused_in_words(broken))
    except Refused as refused:
        return _new_password_page(refused.status, over=refused_in_words(refused))
    return _new_password_page(done=True)


def _new_password_page(status: int = HTTPStatus.OK, **told: Any) -> Response:
    answer = page("forgotten_password.html", status, **told)
    answer.headers.update(_KEEP_THE_ADDRESS)
    return answer
