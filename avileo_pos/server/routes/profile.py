"""A person's own data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import Connection

from avileo_pos.domain.business_day import lima
from avileo_pos.domain.identity import normal_dni, normal_mobile
from avileo_pos.server.auth.current_person import SignedIn, ThePerson
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.business.profiles import Profile, change_profile
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.bodies import Changes, WebAddress, left_out, line
from avileo_pos.server.http.openapi import refuses

router = APIRouter(prefix="/api/me/profile", tags=["me"], dependencies=[Depends(from_our_own_pages)])

_EARLIEST_BIRTH: Final = date(1900, 1, 1)
_NORMAL: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({"dni": normal_dni, "phone": normal_mobile})


class ProfileChanges(Changes):
    """A DNI has 8 digits, a phone is a Peruvian mobile; blanks and +51 are taken off. Null empties a field."""

    dni: Annotated[str, line(20)] | None = left_out()
    phone: Annotated[str, line(50)] | None = left_out()
    birth_date: Annotated[date, Field(strict=False, ge=_EARLIEST_BIRTH)] | None = left_out()
    avatar_url: WebAddress | None = left_out()


@router.get("")
def read(person: ThePerson, central: TheCentral) -> Profile:
    return _answer(central, person, {})


@router.patch("", responses=refuses(HTTPStatus.UNPROCESSABLE_ENTITY))
def change(body: ProfileChanges, person: ThePerson, central: TheCentral) -> Profile:
    changes = {name: _normal(name, value) for name, value in body.named().items()}
    born = changes.get("birth_date")
    if born is not None and born > lima(central.now()).date():
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "not_born_yet", "The date of birth is in the future.")
    return _answer(central, person, changes)


def _answer(central: Central, person: SignedIn, changes: Mapping[str, Any]) -> Profile:
    def work(connection: Connection) -> Profile:
        return change_profile(connection, person.user_id, changes, central.now())

    return central.database.in_transaction(work)


def _normal(name: str, value: Any) -> Any:
    """Raises BusinessRuleBroken: not_a_dni, not_a_mobile."""
    return _NORMAL[name](value) if name in _NORMAL and value is not None else value
