"""The tills of a business, for its admin."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from avileo_pos.domain.permissions import Permission
from avileo_pos.server.auth.current_person import ThePerson
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.business.devices import DeviceCard, list_devices, rename_device, revoke_device
from avileo_pos.server.central import TheCentral
from avileo_pos.server.http.bodies import Body, line
from avileo_pos.server.http.openapi import refuses

router = APIRouter(
    prefix="/api/businesses/{business_id}/devices", tags=["devices"], dependencies=[Depends(from_our_own_pages)]
)


class NewName(Body):
    name: Annotated[str, line(100, shortest=1)]


@router.get("")
def list_all(business_id: UUID, person: ThePerson, central: TheCentral) -> list[DeviceCard]:
    return at_the_desk(central, business_id, person.user_id, list_devices, Permission.BUSINESS_SETTINGS)


@router.patch("/{device_id}", responses=refuses(HTTPStatus.NOT_FOUND))
def rename(business_id: UUID, device_id: UUID, body: NewName, person: ThePerson, central: TheCentral) -> DeviceCard:
    work = partial(rename_device, device_id=device_id, name=body.name)
    return at_the_desk(central, business_id, person.user_id, work, Permission.BUSINESS_SETTINGS)


@router.post("/{device_id}/revoke", responses=refuses(HTTPStatus.NOT_FOUND))
def revoke(business_id: UUID, device_id: UUID, person: ThePerson, central: TheCentral) -> DeviceCard:
    """What it had sold is still taken, and marked; it gets nothing more, and whoever signs in there is refused."""
    work = partial(revoke_device, device_id=device_id)
    return at_the_desk(central, business_id, person.user_id, work, Permission.BUSINESS_SETTINGS)
