"""The people of a business, as its admin sees, takes on, changes and lets go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, exists, func, select

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.auth.one_time_password import OneTimePassword, make_one_time_password
from avileo_pos.server.auth.users import create_user
from avileo_pos.server.business.businesses import new_member_id
from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.database import show_workplaces_of
from avileo_pos.tables.server.better_auth import user
from avileo_pos.tables.shared import business_users as members


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One person in one business. `commission_rate` is in percent."""

    id: UUID
    name: str
    email: str
    role: BusinessUserRole
    sales_point: str | None
    commission_rate: Decimal
    has_pin: bool
    is_active: bool
    joined_at: datetime


def list_members(desk: Desk) -> list[MemberCard]:
    """Those who left too, by name."""
    return [_card(row) for row in desk.connection.execute(_cards(desk).order_by(members.c.name, members.c.id))]


def read_member(desk: Desk, member_id: UUID) -> MemberCard:
    """Raises NotHere."""
    row = desk.connection.execute(_cards(desk).where(members.c.id == member_id)).first()
    if row is None:
        raise NotHere
    return _card(row)


def take_on(desk: Desk, email: str, details: Mapping[str, Any], secret: str) -> tuple[MemberCard, OneTimePassword]:
    """A member who had no account, and the password to hand over. Raises Refused 409: email_has_account."""
    person = create_user(desk.connection, details["name"], email, None, desk.now)
    if person is None:
        raise Refused(
            HTTPStatus.CONFLICT, "email_has_account", "This person has an account: invite them, so that they agree."
        )
    member_id = new_member_id(desk.connection, desk.business_id, person.email)
    with desk.doing("member.taken_on", member_id=member_id, email=email, **_tellable(details)) as writer:
        writer.add_member(id=member_id, user_id=person.id, **details)
    handed = make_one_time_password(desk.connection, person.id, secret, desk.now)
    return read_member(desk, member_id), handed


def change_member(desk: Desk, member_id: UUID, changes: Mapping[str, Any]) -> MemberCard:
    """Raises NotHere, Refused 409: last_admin."""
    if not changes:
        return read_member(desk, member_id)
    with desk.doing("member.changed", member_id=member_id, changes=_tellable(changes)) as writer:
        before = read_member(desk, member_id)
        writer.change(members, member_id, **changes)
        after = read_member(desk, member_id)
        if _is_admin(before) and not _is_admin(after):
            _require_another_admin(desk)
    return after


def hand_out_password(desk: Desk, member_id: UUID, secret: str) -> tuple[MemberCard, OneTimePassword]:
    """A password for one time, for a member who lost theirs.

    Who hands it out could come in as that person, so it is refused for a person who works elsewhere too.
    Raises NotHere, Refused 409: not_for_yourself, works_elsewhere, member_inactive.
    """
    member = read_member(desk, member_id)
    if not member.is_active:
        raise Refused(HTTPStatus.CONFLICT, "member_inactive", "This person does not work here any more.")
    if member_id == desk.actor.member_id:
        raise Refused(HTTPStatus.CONFLICT, "not_for_yourself", "Change your own password by the one you have.")
    user_id = _locked_person(desk.connection, member.email)
    if _works_elsewhere(desk.connection, user_id, desk.business_id):
        raise Refused(
            HTTPStatus.CONFLICT, "works_elsewhere", "This person works in another business too: only mail can help."
        )
    with desk.doing("member.password_handed_over", member_id=member_id):
        return member, make_one_time_password(desk.connection, user_id, secret, desk.now)


def _tellable(details: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit may know: of a PIN, whether there is one now."""
    told = {name: value for name, value in details.items() if name != "pin_hash"}
    return told | {"has_pin": details["pin_hash"] is not None} if "pin_hash" in details else told


def _cards(desk: Desk) -> Select[Any]:
    return (
        select(members, user.c.email)
        .join(user, user.c.id == members.c.user_id)
        .where(members.c.business_id == desk.business_id)
    )


def _card(row: Row[Any]) -> MemberCard:
    return MemberCard(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        sales_point=row.sales_point,
        commission_rate=row.commission_rate,
        has_pin=row.pin_hash is not None,
        is_active=row.is_active,
        joined_at=row.joined_at,
    )


def _is_admin(member: MemberCard) -> bool:
    return member.is_active and member.role is BusinessUserRole.ADMIN_NEGOCIO


def _require_another_admin(desk: Desk) -> None:
    """Asked after the change, alone in the business: of two admins who demote each other one stays."""
    left = desk.connection.scalar(
        select(func.count())
        .select_from(members)
        .where(
            members.c.business_id == desk.business_id,
            members.c.is_active,
            members.c.role == BusinessUserRole.ADMIN_NEGOCIO,
        )
    )
    if not left:
        raise Refused(HTTPStatus.CONFLICT, "last_admin", "A business needs an active admin.")


def _locked_person(connection: Connection, email: str) -> str:
    """Nobody takes this person on elsewhere until the transaction ends, as a new membership refers to this row."""
    return str(connection.execute(select(user.c.id).where(user.c.email == email).with_for_update()).scalar_one())


def _works_elsewhere(connection: Connection, user_id: str, business_id: UUID) -> bool:
    show_workplaces_of(connection, user_id)
    elsewhere = exists().where(members.c.user_id == user_id, members.c.business_id != business_id)
    return bool(connection.scalar(select(elsewhere)))
