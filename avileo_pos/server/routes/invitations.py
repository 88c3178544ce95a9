"""Invitations: the admin gives them out, whoever has the code looks at one and accepts it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.permissions import Permission
from avileo_pos.server.auth import throttle
from avileo_pos.server.auth.current_person import SignedIn, ThePerson
from avileo_pos.server.auth.exchange import address_of, begin_attempt
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.business.business_card import read_business
from avileo_pos.server.business.desk import Desk, at_the_desk
from avileo_pos.server.business.invitations import (
    InvitationCard,
    InvitedTo,
    Joined,
    accept_invitation,
    invite,
    look_at_invitation,
    open_invitations,
    revoke_invitation,
)
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.http.bodies import Body, Email, Percent, Role, SalesPoint, line
from avileo_pos.server.http.openapi import refuses
from avileo_pos.server.mail.letters import about_an_invitation

router = APIRouter(
    prefix="/api/businesses/{business_id}/invitations",
    tags=["invitations"],
    dependencies=[Depends(from_our_own_pages)],
)
codes = APIRouter(prefix="/api/invitations", tags=["invitations"], dependencies=[Depends(from_our_own_pages)])


class NewInvitation(Body):
    """With an email it serves that account only, and is sent there where central has a mail server."""

    email: Email | None = None
    role: Role = BusinessUserRole.VENDEDOR
    sales_point: SalesPoint = None
    commission_rate: Percent = Decimal(0)
    days: Annotated[int, Field(ge=1, le=30)] = 7


class GivenOut(BaseModel):
    """The code is shown this once: `7K3QM-0XWZB`. `is_sent`: a letter with it is on its way."""

    invitation: InvitationCard
    code: str
    is_sent: bool


class Code(Body):
    """As it was read and typed: small letters, blanks and an O for a 0 are understood."""

    code: Annotated[str, line(40)]


@router.get("")
def list_open(business_id: UUID, person: ThePerson, central: TheCentral) -> list[InvitationCard]:
    return at_the_desk(central, business_id, person.user_id, open_invitations, Permission.MEMBERS_MANAGE)


@router.post("", status_code=HTTPStatus.CREATED, responses=refuses(HTTPStatus.CONFLICT))
def give_out(business_id: UUID, body: NewInvitation, person: ThePerson, central: TheCentral) -> GivenOut:
    begin_attempt(central, central.now(), throttle.new_people_subject(person.user_id))

    def work(desk: Desk) -> tuple[InvitationCard, str, str]:
        details, lasts = body.model_dump(exclude={"days"}), timedelta(days=body.days)
        return *invite(desk, details, lasts, central.settings.secret), read_business(desk).name

    card, code, business_name = at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE)
    is_sent = _send(central, card, code, business_name, person)
    return GivenOut(invitation=card, code=code, is_sent=is_sent)


@router.post("/{invitation_id}/revoke", responses=refuses(HTTPStatus.NOT_FOUND))
def revoke(business_id: UUID, invitation_id: UUID, person: ThePerson, central: TheCentral) -> InvitationCard:
    work = partial(revoke_invitation, invitation_id=invitation_id)
    return at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE)


@codes.post("/look", responses=refuses(HTTPStatus.NOT_FOUND))
def look(body: Code, request: Request, central: TheCentral) -> InvitedTo:
    """What a code is for, also for who has no account yet."""
    begin_attempt(central, central.now(), throttle.codes_from_subject(address_of(request)))
    return look_at_invitation(central, body.code)


@codes.post("/accept", responses=refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
def accept(body: Code, person: ThePerson, request: Request, central: TheCentral) -> Joined:
    """To work there from now on. Who has no account signs up first."""
    tries = throttle.codes_of_subject(person.user_id), throttle.codes_from_subject(address_of(request))
    begin_attempt(central, central.now(), *tries)
    return accept_invitation(central, person.user, body.code)


def _send(central: Central, card: InvitationCard, code: str, business_name: str, person: SignedIn) -> bool:
    if central.mail is None or card.email is None:
        return False
    letter = about_an_invitation(card.email, business_name, person.name, code, card.expires_at)
    central.mail.post(lambda: letter)
    return True
