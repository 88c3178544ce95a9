"""Who works in a business, as central sees it when one of them calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.permissions import Actor
from avileo_pos.tables.base import instant_text


class NotAMember(Exception):  # noqa: N818 - the name says what happened
    """The person does not work in this business, or there is no such business."""


class DeviceRevoked(Exception):  # noqa: N818 - the name says what happened
    """The owner has withdrawn this till."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the business. `is_trusted`: the caller, or somebody who has signed in on the caller's device."""

    actor: Actor
    is_active: bool
    is_caller: bool
    is_trusted: bool

    @property
    def id(self) -> str:
        return str(self.actor.member_id)

    @property
    def sees_all(self) -> bool:
        return self.actor.role is BusinessUserRole.ADMIN_NEGOCIO


@dataclass(frozen=True, slots=True)
class Staff:
    """All members of a business by id, and which of them calls."""

    caller: Member
    members: Mapping[str, Member]
    day_cutoff_hour: int


def staff_of(connection: Connection, business_id: UUID, user_id: str, device_id: UUID | None = None) -> Staff:
    """Raises NotAMember unless the user is an active member of a living business."""
    found = connection.exec_driver_sql(_STAFF, {"business": business_id, "user": user_id, "device": device_id})
    rows = found.mappings().all()
    members = {row["id"]: _member(row) for row in rows}
    caller = next((member for member in members.values() if member.is_caller and member.is_active), None)
    if caller is None:
        raise NotAMember
    return Staff(caller, members, rows[0]["day_cutoff_hour"])


def greet_device(connection: Connection, business_id: UUID, device_id: UUID, now: datetime) -> bool:
    """Note that the device was seen, and say whether central knows it. Raises DeviceRevoked."""
    revoked = connection.exec_driver_sql(
        "UPDATE devices SET last_seen_at = %s::timestamp WHERE business_id = %s AND id = %s"
        " RETURNING revoked_at IS NOT NULL",
        (instant_text(now), business_id, device_id),
    ).scalar_one_or_none()
    if revoked:
        raise DeviceRevoked
    return revoked is not None


def _member(row: Mapping[Any, Any]) -> Member:
    return Member(
        actor=Actor(UUID(row["id"]), row["name"], BusinessUserRole(row["role"])),
        is_active=row["is_active"],
        is_caller=row["is_caller"],
        is_trusted=row["is_caller"] or row["signed_in_here"],
    )


_STAFF = """
    SELECT u.id::text, u.name, u.role::text, u.is_active, u.user_id = %(user)s AS is_caller, b.day_cutoff_hour,
      EXISTS (SELECT 1 FROM device_members d WHERE d.business_id = u.business_id AND d.device_id = %(device)s
        AND d.member_id = u.id) AS signed_in_here
    FROM business_users u JOIN businesses b ON b.id = u.business_id
    WHERE u.business_id = %(business)s AND b.is_active
"""
