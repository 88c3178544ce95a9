"""Where a person who has just signed in finds their businesses, and a till gets its place in one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.auth.current_person import ThePerson
from avileo_pos.server.business.enrol_device import Enrolment, enrol_device
from avileo_pos.server.business.membership import workplaces_of
from avileo_pos.server.central import TheCentral
from avileo_pos.server.http.bodies import line

router = APIRouter(prefix="/api", tags=["me"])


class NewDevice(BaseModel):
    """A till as it introduces itself; it makes its own id."""

    business_id: UUID
    device_id: UUID
    name: Annotated[str, line(100, shortest=1)]


class EnrolledDevice(BaseModel):
    """The till's receipt series, and the highest number of it that central has seen."""

    model_config = ConfigDict(from_attributes=True)

    device_id: UUID
    receipt_series: str
    last_receipt: int


class BusinessOfMine(BaseModel):
    """A business in which the person works, and what they are there."""

    model_config = ConfigDict(from_attributes=True)

    business_id: UUID
    business_name: str
    member_id: UUID
    name: str
    role: BusinessUserRole


class Me(BaseModel):
    """The person who is signed in."""

    user_id: str
    name: str
    email: str
    businesses: list[BusinessOfMine]


@router.post("/devices")
def enrol(new: NewDevice, central: TheCentral, person: ThePerson) -> EnrolledDevice:
    def work(connection: Connection) -> Enrolment:
        return enrol_device(connection, new.business_id, new.device_id, new.name, person.user_id, central.now())

    enrolled = central.database.in_transaction(work, new.business_id)
    return EnrolledDevice.model_validate(enrolled)


@router.get("/me")
def me(central: TheCentral, person: ThePerson) -> Me:
    with central.database.transaction(user_id=person.user_id) as connection:
        found = workplaces_of(connection, person.user_id)
    businesses = [BusinessOfMine.model_validate(each) for each in found]
    return Me(user_id=person.user_id, name=person.name, email=person.email, businesses=businesses)
