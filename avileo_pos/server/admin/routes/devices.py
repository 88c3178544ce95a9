"""Equipos: the tills of the business, what they are called, and the one that was lost."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from avileo_pos.domain.permissions import Permission
from avileo_pos.server.admin.forms import Typed
from avileo_pos.server.admin.pages import HOME, PageRoute, sent_on
from avileo_pos.server.admin.visit import TheVisit
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.business.devices import list_devices, read_device, rename_device, revoke_device
from avileo_pos.server.errors import Refused

router = APIRouter(prefix=f"{HOME}/{{business_id}}/equipos", route_class=PageRoute)

LONGEST_NAME = 100


@router.get("")
def show_all(visit: TheVisit) -> Response:
    return visit.show("devices.html", lambda desk: {"devices": list_devices(desk)})


@router.get("/{device_id}")
def show_one(visit: TheVisit, device_id: UUID) -> Response:
    longest = {"longest_name": LONGEST_NAME}
    return visit.show("device.html", lambda desk: {"device": read_device(desk, device_id), **longest})


@router.post("/{device_id}/nombre", dependencies=[Depends(from_our_own_pages)])
def rename(visit: TheVisit, device_id: UUID, typed: Typed) -> Response:
    name = typed.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(HTTPStatus.BAD_REQUEST, "bad_name", "A device has a name of up to 100 characters.")
    visit.at_the_desk(partial(rename_device, device_id=device_id, name=name), Permission.BUSINESS_SETTINGS)
    return sent_on(f"{visit.path}/equipos")


@router.get("/{device_id}/retirar")
def ask_before_revoking(visit: TheVisit, device_id: UUID) -> Response:
    return visit.show("revoke_device.html", lambda desk: {"device": read_device(desk, device_id)})


@router.post("/{device_id}/retirar", dependencies=[Depends(from_our_own_pages)])
def revoke(visit: TheVisit, device_id: UUID) -> Response:
    visit.at_the_desk(partial(revoke_device, device_id=device_id), Permission.BUSINESS_SETTINGS)
    return sent_on(f"{visit.path}/equipos")
