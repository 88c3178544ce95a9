"""Who works in a business, as central sees it when one of them calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.permissions import Actor
from avileo_pos.server.errors import Refused
from avileo_pos.tables.base import instant_text

SEEN_LATELY: Final = timedelta(minutes=1)


class NotAMember(Refused):
    """The person does not work in this business; whether there is one is not said."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, "not_a_member", "This person has no such business.")


class DeviceRevoked(Refused):
    """The owner has withdrawn this till."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, "device_revoked", "This device was withdrawn.")


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the business. `is_trusted`: the caller, or somebody who has signed in on the device."""

    actor: Actor
    is_active: bool
    is_caller: bool
    signed_in_here: bool
    is_trusted: bool

    @property
    def id(self) -> str:
        return str(self.actor.member_id)

    @property
    def sees_all(self) -> bool:
        return self.actor.role is BusinessUserRole.ADMIN_NEGOCIO


@dataclass(frozen=True, slots=True)
class Staff:
    """All members of a business by id, which of them calls, as which user, and what was known of the calling device."""

    caller: Member
    user_id: str
    members: Mapping[str, Member]
    business_name: str
    day_cutoff_hour: int
    device_is_known: bool
    device_is_revoked: bool
    device_seen_at: datetime | None

    @property
    def sellers_here(self) -> list[str]:
        """Whose own rows this device is sent, when a seller calls: of all sellers who work at it, in one file."""
        if not self.caller.signed_in_here:
            return [self.caller.id]
        here = (each for each in self.members.values() if each.signed_in_here and each.is_active)
        return sorted(each.id for each in here if not each.sees_all)

    def by_the_devices_word(self) -> Staff:
        """When the caller only brings what the device says: trusted is who has signed in on it, and nobody else."""
        members = {key: replace(member, is_trusted=member.signed_in_here) for key, member in self.members.items()}
        return replace(self, members=members)

    def require_a_device_in_use(self) -> None:
        """Raises DeviceRevoked."""
        if self.device_is_revoked:
            raise DeviceRevoked


def staff_of(connection: Connection, business_id: UUID, user_id: str, device_id: UUID | None = None) -> Staff:
    """Who works there, for a person who does too. Raises NotAMember unless active in a living business."""
    found = connection.exec_driver_sql(_STAFF, {"business": business_id, "user": user_id, "device": device_id})
    rows = found.mappings().all()
    members = {row["id"]: _member(row) for row in rows}
    caller = next((member for member in members.values() if member.is_caller and member.is_active), None)
    if caller is None:
        raise NotAMember
    first = rows[0]
    return Staff(caller, user_id, members, **{name: first[name] for name in _OF_BUSINESS_AND_DEVICE})


@dataclass(frozen=True, slots=True)
class Workplace:
    """A business in which a person works, and what they are there."""

    business_id: UUID
    business_name: str
    member_id: UUID
    name: str
    role: BusinessUserRole


def workplaces_of(connection: Connection, user_id: str) -> list[Workplace]:
    """The living businesses of which the user is an active member."""
    found = connection.exec_driver_sql(
        "SELECT b.id, b.name, u.id, u.name, u.role::text"
        " FROM business_users u JOIN businesses b ON b.id = u.business_id"
        " WHERE u.user_id = %s AND u.is_active AND b.is_active ORDER BY b.name, b.id",
        (user_id,),
    )
    return [
        Workplace(business_id, business_name, member_id, name, BusinessUserRole(role))
        for business_id, business_name, member_id, name, role in found
    ]


def hear_of_device(
    connection: Connection, business_id: UUID, device_id: UUID, now: datetime, seen_at: datetime | None
) -> None:
    """Note that the device was seen, to the minute: one with nothing to send asks for news twice in each."""
    if seen_at is None or not timedelta() <= now.replace(tzinfo=None) - seen_at < SEEN_LATELY:
        connection.exec_driver_sql(
            "UPDATE devices SET last_seen_at = %s::timestamp WHERE business_id = %s AND id = %s",
            (instant_text(now), business_id, device_id),
        )


def _member(row: Mapping[Any, Any]) -> Member:
    return Member(
        actor=Actor(UUID(row["id"]), row["name"], BusinessUserRole(row["role"])),
        is_active=row["is_active"],
        is_caller=row["is_caller"],
        signed_in_here=row["signed_in_here"],
        is_trusted=row["is_caller"] or row["signed_in_here"],
    )


_OF_BUSINESS_AND_DEVICE: Final = (
    "business_name",
    "day_cutoff_hour",
    "device_is_known",
    "device_is_revoked",
    "device_seen_at",
)
_STAFF = """
    SELECT u.id::text, u.name, u.role::text, u.is_active, u.user_id = %(user)s AS is_caller,
      b.name AS business_name, b.day_cutoff_hour,
      EXISTS (SELECT 1 FROM device_members d WHERE d.business_id = u.business_id AND d.device_id = %(device)s
        AND d.member_id = u.id) AS signed_in_here,
      v.id IS NOT NULL AS device_is_known, v.revoked_at IS NOT NULL AS device_is_revoked,
      v.last_seen_at AS device_seen_at
    FROM business_users u JOIN businesses b ON b.id = u.business_id
      LEFT JOIN devices v ON v.business_id = u.business_id AND v.id = %(device)s
    WHERE u.business_id = %(business)s AND b.is_active
"""
