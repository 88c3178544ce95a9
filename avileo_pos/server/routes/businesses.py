"""A person's businesses: founding one, and its data, operation mode and flags."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.domain.permissions import Permission
from avileo_pos.server.auth.current_person import ThePerson
from avileo_pos.server.auth.exchange import begin_attempt
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.auth.throttle import new_businesses_subject
from avileo_pos.server.business.business_card import BusinessCard, change_business, found_business, read_business
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.central import TheCentral
from avileo_pos.server.http.bodies import Changes, Email, WebAddress, left_out, line
from avileo_pos.server.http.openapi import refuses

router = APIRouter(prefix="/api/businesses", tags=["businesses"], dependencies=[Depends(from_our_own_pages)])

Name = Annotated[str, line(100, shortest=1)]
Ruc = Annotated[str, Field(pattern="^[0-9]{11}$")]
Mode = Annotated[ModoOperacion, Field(strict=False)]
CutoffHour = Annotated[int, Field(ge=0, le=12)]


class BusinessChanges(Changes):
    """`day_cutoff_hour`: until then in the morning a sale belongs to the day before, by Lima's time."""

    name: Name = left_out()
    ruc: Ruc | None = left_out()
    address: Annotated[str, line(1000)] | None = left_out()
    phone: Annotated[str, line(20)] | None = left_out()
    email: Email | None = left_out()
    logo_url: WebAddress | None = left_out()
    modo_operacion: Mode = left_out()
    control_kilos: bool = left_out()
    usar_distribucion: bool = left_out()
    permitir_venta_sin_stock: bool = left_out()
    day_cutoff_hour: CutoffHour = left_out()


class NewBusiness(BusinessChanges):
    """What is left out is as central's operator has set it for new businesses."""

    name: Name


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=refuses(HTTPStatus.UNPROCESSABLE_ENTITY),
)
def found(body: NewBusiness, person: ThePerson, central: TheCentral) -> BusinessCard:
    """A new business, whose admin is the person who asks."""
    begin_attempt(central, central.now(), new_businesses_subject(person.user_id))
    return found_business(central, person.user, body.named())


@router.get("/{business_id}")
def read(business_id: UUID, person: ThePerson, central: TheCentral) -> BusinessCard:
    return at_the_desk(central, business_id, person.user_id, read_business)


@router.patch("/{business_id}", responses=refuses(HTTPStatus.UNPROCESSABLE_ENTITY))
def change(business_id: UUID, body: BusinessChanges, person: ThePerson, central: TheCentral) -> BusinessCard:
    work = partial(change_business, changes=body.named())
    return at_the_desk(central, business_id, person.user_id, work, Permission.BUSINESS_SETTINGS)
