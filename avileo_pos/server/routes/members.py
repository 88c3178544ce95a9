"""The people of a business, for its admin."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.permissions import Permission
from avileo_pos.server.auth.current_person import ThePerson
from avileo_pos.server.auth.exchange import begin_attempt
from avileo_pos.server.auth.one_time_password import OneTimePassword
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.auth.pins import hash_pin
from avileo_pos.server.auth.throttle import new_people_subject
from avileo_pos.server.business.business_card import read_business
from avileo_pos.server.business.desk import Desk, at_the_desk, require_a_place
from avileo_pos.server.business.members import (
    MemberCard,
    change_member,
    hand_out_password,
    list_members,
    read_member,
    take_on,
)
from avileo_pos.server.central import TheCentral
from avileo_pos.server.http.bodies import Body, Changes, Email, Percent, Role, SalesPoint, left_out, line
from avileo_pos.server.http.openapi import refuses
from avileo_pos.server.mail.letters import about_a_handed_password

router = APIRouter(
    prefix="/api/businesses/{business_id}/members", tags=["members"], dependencies=[Depends(from_our_own_pages)]
)

Name = Annotated[str, line(255, shortest=1)]
Pin = Annotated[str, Field(pattern="^[0-9]{4,6}$")] | None


class MemberChanges(Changes):
    """`commission_rate` is in percent. `pin`: 4 to 6 digits, stored as a hash; null takes it away."""

    name: Name = left_out()
    role: Role = left_out()
    sales_point: SalesPoint = left_out()
    commission_rate: Percent = left_out()
    pin: Pin = left_out()
    is_active: bool = left_out()


class NewMember(Body):
    """Somebody without an account. Who has one is invited instead, and decides."""

    email: Email
    name: Name
    role: Role = BusinessUserRole.VENDEDOR
    sales_point: SalesPoint = None
    commission_rate: Percent = Decimal(0)
    pin: Pin = None


class HandedPassword(BaseModel):
    """Shown this once, to be handed over. Whoever comes in by it must set a password of their own."""

    member: MemberCard
    one_time_password: str
    expires_at: datetime

    @classmethod
    def of(cls, made: tuple[MemberCard, OneTimePassword]) -> Self:
        member, handed = made
        return cls(
            member=member,
            one_time_password=handed.password,
            expires_at=handed.expires_at,
        )


@router.get("")
def list_all(business_id: UUID, person: ThePerson, central: TheCentral) -> list[MemberCard]:
    return at_the_desk(central, business_id, person.user_id, list_members, Permission.MEMBERS_MANAGE)


@router.post("", status_code=HTTPStatus.CREATED, responses=refuses(HTTPStatus.CONFLICT))
def take_on_somebody(business_id: UUID, body: NewMember, person: ThePerson, central: TheCentral) -> HandedPassword:
    require_a_place(central, business_id, person.user_id, Permission.MEMBERS_MANAGE)
    details = _with_pin_hash(body.model_dump(exclude={"email"}))
    begin_attempt(central, central.now(), new_people_subject(person.user_id))
    work = partial(take_on, email=body.email, details=details, secret=central.settings.secret)
    return HandedPassword.of(at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE))


@router.get("/{member_id}", responses=refuses(HTTPStatus.NOT_FOUND))
def read_one(business_id: UUID, member_id: UUID, person: ThePerson, central: TheCentral) -> MemberCard:
    work = partial(read_member, member_id=member_id)
    return at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE)


@router.patch("/{member_id}", responses=refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
def change_one(
    business_id: UUID, member_id: UUID, body: MemberChanges, person: ThePerson, central: TheCentral
) -> MemberCard:
    require_a_place(central, business_id, person.user_id, Permission.MEMBERS_MANAGE)
    work = partial(change_member, member_id=member_id, changes=_with_pin_hash(body.named()))
    return at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE)


@router.post("/{member_id}/one-time-password", responses=refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
def hand_out(business_id: UUID, member_id: UUID, person: ThePerson, central: TheCentral) -> HandedPassword:
    def work(desk: Desk) -> tuple[MemberCard, OneTimePassword, str]:
        return *hand_out_password(desk, member_id, central.settings.secret), read_business(desk).name

    member, handed, business_name = at_the_desk(central, business_id, person.user_id, work, Permission.MEMBERS_MANAGE)
    if central.mail is not None:
        letter = about_a_handed_password(member.email, member.name, business_name)
        central.mail.post(lambda: letter)
    return HandedPassword.of((member, handed))


def _with_pin_hash(details: dict[str, Any]) -> dict[str, Any]:
    """What is stored of a PIN in its place; made before the business is locked. Raises CentralBusy."""
    if "pin" not in details:
        return details
    pin = details.pop("pin")
    return details | {"pin_hash": None if pin is None else hash_pin(pin)}
