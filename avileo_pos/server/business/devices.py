"""The tills of a business, as its admin sees, names and withdraws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, update

from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.tables.server.device import device_members, devices
from avileo_pos.tables.shared import business_users


@dataclass(frozen=True, slots=True)
class WhoSignedIn:
    """A member who has signed in on a device by password, so that it may send what they did."""

    member_id: UUID
    name: str
    first_signed_in_at: datetime


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """`last_seen_at` is when it last sent something or asked for news; `revoked_at` is set once it was withdrawn."""

    id: UUID
    name: str
    receipt_series: str
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    members: Sequence[WhoSignedIn]


def list_devices(desk: Desk) -> list[DeviceCard]:
    """Withdrawn ones too, in the order in which they were enrolled."""
    return _cards(desk)


def read_device(desk: Desk, device_id: UUID) -> DeviceCard:
    """One of them, withdrawn or not. Raises NotHere."""
    found = _cards(desk, devices.c.id == device_id)
    if not found:
        raise NotHere
    return found[0]


def rename_device(desk: Desk, device_id: UUID, name: str) -> DeviceCard:
    """Raises NotHere."""
    return _change(desk, "device.renamed", device_id, name=name)


def revoke_device(desk: Desk, device_id: UUID) -> DeviceCard:
    """The till gets nothing more from central. For good, and harmless where it was done. Raises NotHere."""
    device = read_device(desk, device_id)
    return device if device.revoked_at else _change(desk, "device.revoked", device_id, revoked_at=desk.now)


def _change(desk: Desk, action: str, device_id: UUID, **values: Any) -> DeviceCard:
    read_device(desk, device_id)
    with desk.doing(action, device_id=device_id, **values):
        own = (devices.c.business_id == desk.business_id, devices.c.id == device_id)
        desk.connection.execute(update(devices).where(*own).values(**values))
    return read_device(desk, device_id)


def _cards(desk: Desk, *conditions: ColumnElement[bool]) -> list[DeviceCard]:
    found = desk.connection.execute(
        select(devices)
        .where(devices.c.business_id == desk.business_id, *conditions)
        .order_by(devices.c.created_at, devices.c.id)
    )
    people = _people(desk)
    return [_card(row, people.get(row.id, [])) for row in found]


def _people(desk: Desk) -> dict[UUID, list[WhoSignedIn]]:
    """By device, whoever came first first."""
    signed_in, member = device_members.c, business_users.c
    found = desk.connection.execute(
        select(signed_in.device_id, member.id, member.name, signed_in.first_signed_in_at)
        .join(business_users, (member.business_id == signed_in.business_id) & (member.id == signed_in.member_id))
        .where(signed_in.business_id == desk.business_id)
        .order_by(signed_in.first_signed_in_at, member.name)
    )
    people: dict[UUID, list[WhoSignedIn]] = {}
    for device_id, *who in found:
        people.setdefault(device_id, []).append(WhoSignedIn(*who))
    return people


def _card(row: Row[Any], people: Sequence[WhoSignedIn]) -> DeviceCard:
    return DeviceCard(row.id, row.name, row.receipt_series, row.created_at, row.last_seen_at, row.revoked_at, people)
