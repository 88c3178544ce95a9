"""A business's own data and settings, as its members read them and its admin changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any, Final, Self
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, select

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion
from avileo_pos.domain.identity import is_ruc
from avileo_pos.server.auth.one_time_password import end_one_time_password
from avileo_pos.server.auth.users import User
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import new_business
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused
from avileo_pos.tables.shared import businesses

_LONGEST_MEMBER_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class BusinessCard:
    """What stands on it."""

    id: UUID
    name: str
    ruc: str | None
    address: str | None
    phone: str | None
    email: str | None
    logo_url: str | None
    modo_operacion: ModoOperacion
    control_kilos: bool
    usar_distribucion: bool
    permitir_venta_sin_stock: bool
    day_cutoff_hour: int

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        stored = {part.name: row._mapping[part.name] for part in fields(cls)}
        return cls(**stored | {"modo_operacion": ModoOperacion(row.modo_operacion)})


def found_business(central: Central, person: User, given: Mapping[str, Any]) -> BusinessCard:
    """A new business with the settings of `system_config`, whose admin is the person. Raises Refused 422."""
    _require_a_sound_ruc(given)
    business_id = uuid4()

    def found(connection: Connection) -> BusinessCard:
        now = central.now()
        with new_business(connection, business_id, now=now, **given) as writer:
            writer.add_member(user_id=person.id, name=member_name(person), role=BusinessUserRole.ADMIN_NEGOCIO)
            end_one_time_password(connection, person.id)
            record(connection, business_id, writer.revisions, Act("business.founded", given, person.id), now)
        return _card(connection, business_id)

    return central.database.in_transaction(found, business_id)


def read_business(desk: Desk) -> BusinessCard:
    return _card(desk.connection, desk.business_id)


def change_business(desk: Desk, changes: Mapping[str, Any]) -> BusinessCard:
    """Raises Refused 422."""
    _require_a_sound_ruc(changes)
    if changes:
        with desk.doing("business.changed", changes=changes) as writer:
            writer.change(businesses, desk.business_id, **changes)
    return read_business(desk)


def member_name(person: User) -> str:
    """How a person is called in a business, until its admin says otherwise: Better Auth takes empty and long names."""
    return (person.name.strip() or person.email)[:_LONGEST_MEMBER_NAME]


def _card(connection: Connection, business_id: UUID) -> BusinessCard:
    return BusinessCard.of(connection.execute(select(businesses).where(businesses.c.id == business_id)).one())


def _require_a_sound_ruc(values: Mapping[str, Any]) -> None:
    ruc = values.get("ruc")
    if ruc is not None and not is_ruc(ruc):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "not_a_ruc", "The RUC's 11 digits do not check.")
