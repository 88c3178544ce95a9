"""Who looks at a page: an admin of the business that the address names, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from avileo_pos.domain.permissions import Permission
from avileo_pos.server.admin.pages import HOME, GoTo, page
from avileo_pos.server.auth.current_person import SignedIn, cookie_name, find_signed_in
from avileo_pos.server.auth.exchange import set_cookie
from avileo_pos.server.business.desk import Desk, at_the_desk
from avileo_pos.server.central import Central, TheCentral

T = TypeVar("T")

Day: TypeAlias = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A day that a person may ask for."""

PageNumber: TypeAlias = Annotated[int, Query(ge=1, le=100_000)]

SIGN_IN = f"{HOME}/entrar"
NEW_PASSWORD = f"{HOME}/contrasena"


def signed_in_person(request: Request, central: TheCentral) -> SignedIn:
    """The person with a session. Raises GoTo where one must sign in first."""
    person = find_signed_in(request, central)
    if person is None:
        raise GoTo(SIGN_IN)
    return person


async def owner_to_be(person: Annotated[SignedIn, Depends(signed_in_person)]) -> SignedIn:
    """A person who came in by a password of their own. Raises GoTo where one must be set first."""
    if person.must_change_password:
        raise GoTo(NEW_PASSWORD)
    return person


SomebodySignedIn: TypeAlias = Annotated[SignedIn, Depends(signed_in_person)]
ThePerson: TypeAlias = Annotated[SignedIn, Depends(owner_to_be)]


@dataclass(frozen=True, slots=True)
class Visit:
    """One look of a person at a business, of which it is not known yet whether it is theirs."""

    request: Request
    central: Central
    person: SignedIn
    business_id: UUID

    @property
    def path(self) -> str:
        return f"{HOME}/{self.business_id}"

    def at_the_desk(self, work: Callable[[Desk], T], permission: Permission = Permission.REPORTS_SEE) -> T:
        """In one transaction of the business. Raises NotAMember, Forbidden, CentralBusy."""
        return at_the_desk(self.central, self.business_id, self.person.user_id, work, permission)

    def show(self, template: str, read: Callable[[Desk], Mapping[str, Any]]) -> HTMLResponse:
        """The page with what is read. Raises as `at_the_desk`."""
        shown = self.at_the_desk(lambda desk: {"desk": desk, **read(desk)})
        answer = page(template, path=self.path, **shown)
        if cookie_name(self.central.settings) in self.request.cookies:
            set_cookie(answer, self.central, self.person.session)
        return answer


async def visit_of(request: Request, central: TheCentral, person: ThePerson, business_id: UUID) -> Visit:
    return Visit(request, central, person, business_id)


TheVisit: TypeAlias = Annotated[Visit, Depends(visit_of)]
