"""What this till is to central, and who of the business stands at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.tables.shared import business_users
from avileo_pos.tables.till import former_devices, sync_state, till_identity

THE_ONE_ROW = 1


@dataclass(frozen=True, slots=True)
class TillIdentity:
    """`receipt_series` is this device's alone, `A1` of `A1-000123`."""

    business_id: UUID
    device_id: UUID
    device_name: str
    receipt_series: str


def enrol(db: Connection, identity: TillIdentity, now: datetime, last_receipt: int = 0) -> None:
    """Keep what central gave to this till at enrolment. The numbers of a new series begin after `last_receipt`.

    Enrolling again under the same series goes on with the numbers that this till has reached; as another device it
    keeps what it did as the former one.
    """
    columns = till_identity.c
    known = db.execute(select(columns.device_id, columns.receipt_series, columns.last_receipt)).one_or_none()
    if known is not None and known.device_id != identity.device_id:
        _keep_as_former(db, known.device_id, now)
    if known is not None and known.receipt_series == identity.receipt_series:
        last_receipt = max(last_receipt, known.last_receipt)
    row = {
        "id": THE_ONE_ROW,
        "business_id": identity.business_id,
        "device_id": identity.device_id,
        "device_name": identity.device_name,
        "receipt_series": identity.receipt_series,
        "last_receipt": last_receipt,
        "enrolled_at": now,
    }
    db.execute(insert(till_identity).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
    db.execute(insert(sync_state).values(id=THE_ONE_ROW).on_conflict_do_nothing())


def _keep_as_former(db: Connection, device_id: UUID, now: datetime) -> None:
    """It may have been that before: a file that came back from a copy can bring a former device as its own."""
    left = insert(former_devices).values(device_id=device_id, left_at=now)
    db.execute(left.on_conflict_do_update(index_elements=["device_id"], set_={"left_at": now}))


def find_identity(db: Connection) -> TillIdentity | None:
    """None for a file that has not been enrolled yet."""
    # Every sale moves the receipt number in this row, so it is read again for each: not by way of compiled queries.
    row = db.exec_driver_sql("SELECT business_id, device_id, device_name, receipt_series FROM till_identity").first()
    if row is None:
        return None
    return TillIdentity(UUID(row.business_id), UUID(row.device_id), row.device_name, row.receipt_series)


def read_identity(db: Connection) -> TillIdentity:
    """Raises BusinessRuleBroken("till_not_enrolled")."""
    found = find_identity(db)
    if found is None:
        raise BusinessRuleBroken("till_not_enrolled")
    return found


def read_actor(db: Connection, member_id: UUID) -> Actor:
    """The person as the last pull knows them. Raises BusinessRuleBroken: catalog_not_here, member_inactive."""
    row = db.execute(select(business_users).where(business_users.c.id == member_id)).mappings().one_or_none()
    if row is None:
        raise BusinessRuleBroken("catalog_not_here")
    if not row["is_active"]:
        raise BusinessRuleBroken("member_inactive")
    return Actor(member_id=row["id"], name=row["name"], role=BusinessUserRole(row["role"]))
