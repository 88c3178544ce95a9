"""Coming in and going out, the password that must be changed first, and which business to look at."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.password import require_new_password
from avileo_pos.server.admin.forms import Typed
from avileo_pos.server.admin.pages import HOME, PageRoute, page, sent_on
from avileo_pos.server.admin.visit import SIGN_IN, SomebodySignedIn, ThePerson
from avileo_pos.server.admin.words import refused_in_words
from avileo_pos.server.auth.coming_in import come_in, go_out
from avileo_pos.server.auth.current_person import SignedIn, find_signed_in, session_token
from avileo_pos.server.auth.exchange import caller_of, set_cookie, take_cookie_back
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.auth.password_change import change_password
from avileo_pos.server.business.membership import Workplace, workplaces_of
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.errors import Refused

router = APIRouter(prefix=HOME, route_class=PageRoute)

_BUSINESSES = "/negocios"


@router.get("")
def begin(person: ThePerson, central: TheCentral) -> Response:
    """To the business, where there is one to look at; else to the choice among several, or to none."""
    owned = _owned_by(person, central)
    return sent_on(f"{HOME}/{owned[0].business_id}" if len(owned) == 1 else HOME + _BUSINESSES)


@router.get(_BUSINESSES)
def choose(person: ThePerson, central: TheCentral) -> Response:
    owned = _owned_by(person, central)
    if not owned:
        return page("owners_only.html", HTTPStatus.FORBIDDEN)
    return page("businesses.html", owned=owned, name=person.name)


@router.get("/entrar")
def ask_who_it_is(request: Request, central: TheCentral) -> Response:
    return _sign_in_page(central) if find_signed_in(request, central) is None else sent_on(HOME)


@router.post("/entrar", dependencies=[Depends(from_our_own_pages)])
def sign_in(typed: Typed, request: Request, central: TheCentral) -> Response:
    email = typed.get("email", "").strip()
    answer = sent_on(HOME)
    try:
        _, opened = come_in(central, caller_of(request), email, typed.get("password", ""))
    except Refused as refused:
        return _sign_in_page(central, refused.status, email=email, problem=refused_in_words(refused))
    set_cookie(answer, central, opened)
    return answer


@router.post("/salir", dependencies=[Depends(from_our_own_pages)])
def sign_out(request: Request, central: TheCentral) -> Response:
    answer = sent_on(SIGN_IN)
    go_out(central, session_token(request, central.settings))
    take_cookie_back(answer, central)
    return answer


@router.get("/contrasena")
def ask_for_a_password(person: SomebodySignedIn) -> Response:
    return page("new_password.html", person=person)


@router.post("/contrasena", dependencies=[Depends(from_our_own_pages)])
def take_the_new_one(person: SomebodySignedIn, typed: Typed, request: Request, central: TheCentral) -> Response:
    try:
        new = require_new_password(typed.get("new", ""), typed.get("again", ""))
        change_password(central, person, typed.get("current", ""), new, caller_of(request))
    except (Refused, BusinessRuleBroken) as trouble:
        said = refused_in_words(trouble)
        return page("new_password.html", HTTPStatus.BAD_REQUEST, problem=said, person=person)
    return sent_on(HOME)


def _owned_by(person: SignedIn, central: Central) -> list[Workplace]:
    with central.database.transaction(user_id=person.user_id) as connection:
        found = workplaces_of(connection, person.user_id)
    return [place for place in found if place.role is BusinessUserRole.ADMIN_NEGOCIO]


def _sign_in_page(central: Central, status: int = HTTPStatus.OK, **typed: str) -> Response:
    return page("sign_in.html", status, sends_letters=central.mail is not None, **typed)
