"""Giving a till its place in a business: who may speak through it, and the receipt series that is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from string import ascii_uppercase
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.membership import DeviceRevoked, staff_of
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.tables.base import instant_text


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a till must know of itself. `last_receipt` is the highest number of its series that central has seen."""

    device_id: UUID
    receipt_series: str
    last_receipt: int


def enrol_device(
    connection: Connection, business_id: UUID, device_id: UUID, name: str, user_id: str, now: datetime
) -> Enrolment:
    """Enrol a device, or find it enrolled, and let it speak for the person who signed in on it.

    Raises NotAMember, DeviceRevoked.
    """
    member = staff_of(connection, business_id, user_id).caller
    with locked_revisions(connection, business_id) as revisions:  # two tills that come at once must not get one series
        series = _series_of(connection, business_id, device_id) or _new_device(
            connection, business_id, device_id, name, now
        )
        if _is_new_there(connection, business_id, device_id, member.id, now):
            act = Act("device.signed_in", {"member_id": member.id, "receipt_series": series}, user_id, device_id)
            record(connection, business_id, revisions, act, now)
    return Enrolment(device_id, series, _last_receipt(connection, business_id, series))


def receipt_series() -> Iterator[str]:
    """A1 to A9, B1 to Z9, then AA1 and so on, which is more than a business has tills."""
    for length in (1, 2, 3):
        for letters in product(ascii_uppercase, repeat=length):
            for digit in range(1, 10):
                yield f"{''.join(letters)}{digit}"


def _series_of(connection: Connection, business_id: UUID, device_id: UUID) -> str | None:
    found = connection.exec_driver_sql(
        "SELECT receipt_series, revoked_at IS NOT NULL FROM devices WHERE business_id = %s AND id = %s",
        (business_id, device_id),
    ).one_or_none()
    if found is None:
        return None
    series, is_revoked = found
    if is_revoked:
        raise DeviceRevoked
    return str(series)


def _new_device(connection: Connection, business_id: UUID, device_id: UUID, name: str, now: datetime) -> str:
    taken = set(
        connection.exec_driver_sql("SELECT receipt_series FROM devices WHERE business_id = %s", (business_id,))
        .scalars()
        .all()
    )
    # A central that was restored may have the receipts of a till that it no longer knows.
    free = (series for series in receipt_series() if series not in taken)
    series = next(each for each in free if not _last_receipt(connection, business_id, each))
    connection.exec_driver_sql(
        "INSERT INTO devices (business_id, id, name, receipt_series, created_at)"
        " VALUES (%s, %s, %s, %s, %s::timestamp)",
        (business_id, device_id, name, series, instant_text(now)),
    )
    return series


def _is_new_there(connection: Connection, business_id: UUID, device_id: UUID, member_id: str, now: datetime) -> bool:
    """Let the device speak for the member from now on, and say whether it could not before."""
    added = connection.exec_driver_sql(
        "INSERT INTO device_members (business_id, device_id, member_id, first_signed_in_at)"
        " VALUES (%s, %s, %s, %s::timestamp) ON CONFLICT (business_id, device_id, member_id) DO NOTHING RETURNING 1",
        (business_id, device_id, member_id, instant_text(now)),
    )
    return added.one_or_none() is not None


def _last_receipt(connection: Connection, business_id: UUID, series: str) -> int:
    found = connection.exec_driver_sql(
        "SELECT coalesce(max(split_part(receipt_number, '-', 2)::bigint), 0) FROM ("
        " SELECT receipt_number FROM sales WHERE business_id = %(business_id)s"
        " UNION ALL SELECT receipt_number FROM abonos WHERE business_id = %(business_id)s) AS issued"
        " WHERE receipt_number ~ %(pattern)s",
        {"business_id": business_id, "pattern": f"^{series}-[0-9]{{6,12}}$"},
    )
    return int(found.scalar_one())
