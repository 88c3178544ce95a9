"""Making a business: its row, its people, and the one way in which central itself writes a business's rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection, Table, exists, insert, select, true, update

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion, SyncStatus
from avileo_pos.domain.identity import is_ruc
from avileo_pos.domain.password import LONGEST, SHORTEST
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.auth.requirements import is_an_email
from avileo_pos.server.auth.users import create_user
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.central import utc_now
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.revisions import Revisions, allow_revisions_above, locked_revisions
from avileo_pos.tables.server import system_config
from avileo_pos.tables.shared import business_users, businesses

_WITHOUT_CONFIG = {
    "modo_operacion": ModoOperacion.MIXTO,
    "control_kilos": True,
    "usar_distribucion": True,
    "permitir_venta_sin_stock": True,
}


class CannotCreate(Exception):  # noqa: N818 - the name says what happened
    """The business cannot be made as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class BusinessWriter:
    """Adds rows to one business, each with its own revision."""

    connection: Connection
    business_id: UUID
    revisions: Revisions
    now: datetime

    def add(self, table: Table, **row: Any) -> None:
        """Store a row; what every row has (whose, when, which revision) is filled in."""
        common = {
            "business_id": self.business_id,
            "revision": self.revisions.next(),
            "is_active": True,
            "sync_status": SyncStatus.SYNCED,
            "created_at": self.now,
            "updated_at": self.now,
        }
        filled = {name: value for name, value in common.items() if name in table.columns}
        self.connection.execute(insert(table).values(filled | row))

    def change(self, table: Table, row_id: UUID, **values: Any) -> None:
        """Change a row of this business, which gets a revision by it."""
        own = table.c.business_id == self.business_id if "business_id" in table.columns else true()
        common = {"revision": self.revisions.next(), "updated_at": self.now}
        filled = {name: value for name, value in common.items() if name in table.columns}
        self.connection.execute(update(table).where(table.c.id == row_id, own).values(filled | values))

    def add_member(self, *, user_id: str, name: str, role: BusinessUserRole, **details: Any) -> None:
        """Let a person work in the business; `details` may hold the id, sales_point, commission_rate, pin_hash."""
        self.add(
            business_users,
            **{"id": uuid4(), "user_id": user_id, "name": name, "role": role, "joined_at": self.now, **details},
        )


def new_member_id(connection: Connection, business_id: UUID, email: str) -> UUID:
    """Who is taken on again after a backup was put back is who they were in what their tills still bring."""
    named = uuid5(business_id, email)
    is_taken = connection.scalar(select(exists().where(business_users.c.id == named)))
    return uuid4() if is_taken else named


@contextmanager
def new_business(
    connection: Connection, business_id: UUID, name: str, now: datetime, ruc: str | None = None, **details: Any
) -> Iterator[BusinessWriter]:
    """A business with the settings of `system_config` where `details` say nothing else, open for its first rows."""
    # The counter's row belongs to the business, so the business comes first and is numbered at once.
    allow_revisions_above(connection, 0)
    connection.execute(
        insert(businesses).values(
            id=business_id,
            name=name,
            ruc=ruc,
            **_settings_of_a_new_business(connection) | details,
            is_active=True,
            sync_status=SyncStatus.SYNCED,
            created_at=now,
            updated_at=now,
            revision=1,
        )
    )
    with locked_revisions(connection, business_id) as revisions:
        revisions.take()
        yield BusinessWriter(connection, business_id, revisions, now)


def create_admin(database: Database, *, email: str, name: str, business: str, password: str, ruc: str = "") -> UUID:
    """A new business with a new person as its admin; returns the business's id. Raises CannotCreate."""
    name, business = name.strip(), business.strip()
    _require_sound(email, name, business, password, ruc)
    password_hash, business_id = hash_password(password), uuid4()

    def create(connection: Connection) -> UUID:
        now = utc_now()
        user = create_user(connection, name, email, password_hash, now)
        if user is None:
            raise CannotCreate(f"{email} has an account already.")
        with new_business(connection, business_id, business, now, ruc or None) as writer:
            writer.add_member(user_id=user.id, name=name, role=BusinessUserRole.ADMIN_NEGOCIO)
            founded = Act("business.founded", {"name": business, "ruc": ruc or None, "admin": user.id})
            record(connection, business_id, writer.revisions, founded, now)
        return business_id

    return database.in_transaction(create, business_id)


def _require_sound(email: str, name: str, business: str, password: str, ruc: str) -> None:
    if not is_an_email(email):
        raise CannotCreate(f"«{email}» is no email address, by which the person could sign in.")
    for whose, said, longest in (("person", name, 255), ("business", business, 100)):  # as wide as their columns
        if not 1 <= len(said) <= longest:
            raise CannotCreate(f"The {whose}'s name must have 1 to {longest} characters.")
    if not SHORTEST <= len(password) <= LONGEST:
        raise CannotCreate(f"The password must have {SHORTEST} to {LONGEST} characters.")
    if ruc and not is_ruc(ruc):
        raise CannotCreate(f"{ruc} is no RUC: its 11 digits do not check.")


def _settings_of_a_new_business(connection: Connection) -> dict[str, Any]:
    found = connection.execute(select(*(system_config.c[name] for name in _WITHOUT_CONFIG))).mappings().one_or_none()
    return dict(found) if found is not None else _WITHOUT_CONFIG
