"""Asking somebody to work in a business: by a short code, told or sent by mail, that serves one person once.

Better Auth's `verification` leads from the sealed code to the business, so that nobody has to look through all
businesses for it; whether the invitation still stands is said by its row there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final, Self
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, select, update

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.auth.codes import new_code, sealed
from avileo_pos.server.auth.one_time_password import end_one_time_password
from avileo_pos.server.auth.users import User
from avileo_pos.server.auth.verification import drop_proofs_for, find_proof, keep_proof, use_proof
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.business_card import member_name
from avileo_pos.server.business.businesses import BusinessWriter, new_member_id
from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.tables.server.better_auth import user
from avileo_pos.tables.server.invitation import invitations
from avileo_pos.tables.shared import business_users, businesses

_KIND: Final = "invitation:"


@dataclass(frozen=True, slots=True)
class InvitationCard:
    """As the admin sees it. `email` is the only account that may accept, if one is named."""

    id: UUID
    email: str | None
    role: BusinessUserRole
    sales_point: str | None
    commission_rate: Decimal
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(**{part.name: row._mapping[part.name] for part in fields(cls)})


@dataclass(frozen=True, slots=True)
class InvitedTo:
    """As whoever has the code sees it."""

    business_name: str
    role: BusinessUserRole
    sales_point: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """Where somebody works from now on."""

    business_id: UUID
    business_name: str
    member_id: UUID
    role: BusinessUserRole


class NoSuchInvitation(Refused):
    """The code opens nothing: it never did, or it was used, revoked or is over. Which one is not said."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "invitation_not_found", "This code opens no invitation.")


def invite(desk: Desk, details: Mapping[str, Any], lasts: timedelta, secret: str) -> tuple[InvitationCard, str]:
    """An invitation and its code. Raises Refused 409: already_member."""
    known = _membership(desk.connection, desk.business_id, user.c.email == details["email"])
    if known is not None:
        _require_left(known)
    invitation_id, code = uuid4(), new_code()
    expires_at = desk.now + lasts
    with desk.doing("member.invited", invitation_id=invitation_id, **details):
        desk.connection.execute(
            insert(invitations).values(
                business_id=desk.business_id,
                id=invitation_id,
                **details,
                invited_by=desk.actor.member_id,
                created_at=desk.now,
                expires_at=expires_at,
            )
        )
        leads_to = _pointer(desk.business_id, invitation_id)
        keep_proof(desk.connection, f"{_KIND}{sealed(code, secret)}", leads_to, desk.now, expires_at)
    return InvitationCard.of(_open_row(desk.connection, desk.business_id, invitation_id, desk.now)), code


def open_invitations(desk: Desk) -> list[InvitationCard]:
    """Those that somebody can still accept, the newest first."""
    found = desk.connection.execute(
        select(invitations)
        .where(invitations.c.business_id == desk.business_id, _is_open(desk.now))
        .order_by(invitations.c.created_at.desc(), invitations.c.id)
    )
    return [InvitationCard.of(row) for row in found]


def revoke_invitation(desk: Desk, invitation_id: UUID) -> InvitationCard:
    """Its code opens nothing any more; harmless where it did not anyway. Raises NotHere."""
    row = _find(desk.connection, desk.business_id, invitation_id)
    if row is None:
        raise NotHere
    with desk.doing("invitation.revoked", invitation_id=invitation_id):
        _note(desk.connection, row, revoked_at=desk.now)
        drop_proofs_for(desk.connection, _KIND, _pointer(desk.business_id, invitation_id))
    return InvitationCard.of(row)


def look_at_invitation(central: Central, code: str) -> InvitedTo:
    """Raises NoSuchInvitation, CentralBusy."""
    business_id, invitation_id = _led_to(central, code)
    with central.database.transaction(business_id) as connection:
        row = _open_row(connection, business_id, invitation_id, central.now())
        return InvitedTo(_name_of(connection, business_id), row.role, row.sales_point, row.expires_at)


def accept_invitation(central: Central, person: User, code: str) -> Joined:
    """The person works there from now on, or again. Raises NoSuchInvitation, Refused 409, CentralBusy."""
    business_id, invitation_id = _led_to(central, code)

    def accept(connection: Connection) -> Joined:
        now = central.now()
        with locked_revisions(connection, business_id) as revisions:
            row = _open_row(connection, business_id, invitation_id, now)
            _require_addressee(row, person)
            writer = BusinessWriter(connection, business_id, revisions, now)
            member_id = _join(writer, person, row)
            end_one_time_password(connection, person.id)
            _use_up(writer, _identifier(central, code), row, member_id)
            details = {"invitation_id": invitation_id, "member_id": member_id}
            record(connection, business_id, revisions, Act("member.joined", details, person.id), now)
            return Joined(business_id, _name_of(connection, business_id), member_id, row.role)

    return central.database.in_transaction(accept, business_id)


def _led_to(central: Central, code: str) -> tuple[UUID, UUID]:
    """The business and the invitation to which a code leads."""
    with central.database.transaction() as connection:
        pointer = find_proof(connection, _identifier(central, code), central.now())
    if pointer is None:
        raise NoSuchInvitation
    business_id, _, invitation_id = pointer.partition("/")
    return UUID(business_id), UUID(invitation_id)


def _identifier(central: Central, code: str) -> str:
    seal = sealed(code, central.settings.secret)
    if seal is None:
        raise NoSuchInvitation
    return _KIND + seal


def _pointer(business_id: UUID, invitation_id: UUID) -> str:
    return f"{business_id}/{invitation_id}"


def _is_open(now: datetime) -> ColumnElement[bool]:
    """Nobody has used it, nobody revoked it, and whoever gave it out may still do so."""
    row, inviter = invitations.c, business_users.c
    may_invite = exists().where(
        inviter.business_id == row.business_id,
        inviter.id == row.invited_by,
        inviter.is_active,
        inviter.role == BusinessUserRole.ADMIN_NEGOCIO,
    )
    return and_(row.accepted_at.is_(None), row.revoked_at.is_(None), row.expires_at > now, may_invite)


def _find(
    connection: Connection, business_id: UUID, invitation_id: UUID, *conditions: ColumnElement[bool]
) -> Row[Any] | None:
    own = (invitations.c.business_id == business_id, invitations.c.id == invitation_id)
    return connection.execute(select(invitations).where(*own, *conditions)).first()


def _open_row(connection: Connection, business_id: UUID, invitation_id: UUID, now: datetime) -> Row[Any]:
    row = _find(connection, business_id, invitation_id, _is_open(now))
    if row is None:
        raise NoSuchInvitation
    return row


def _name_of(connection: Connection, business_id: UUID) -> str:
    name: str | None = connection.scalar(
        select(businesses.c.name).where(businesses.c.id == business_id, businesses.c.is_active)
    )
    if name is None:
        raise NoSuchInvitation
    return name


def _require_addressee(row: Row[Any], person: User) -> None:
    if row.email not in (None, person.email):
        raise Refused(
            HTTPStatus.CONFLICT, "invitation_for_another", "Sign in with the email to which the invitation was sent."
        )


def _join(writer: BusinessWriter, person: User, row: Row[Any]) -> UUID:
    """The member's id. Raises Refused 409: already_member."""
    place = {"role": row.role, "sales_point": row.sales_point, "commission_rate": row.commission_rate}
    before = _membership(writer.connection, writer.business_id, business_users.c.user_id == person.id)
    if before is None:
        member_id = new_member_id(writer.connection, writer.business_id, person.email)
        writer.add_member(id=member_id, user_id=person.id, name=member_name(person), **place)
        return member_id
    _require_left(before)
    writer.change(business_users, before.id, is_active=True, **place)
    rejoined: UUID = before.id
    return rejoined


def _membership(connection: Connection, business_id: UUID, condition: ColumnElement[bool]) -> Row[Any] | None:
    """Of a person who works here, or did."""
    return connection.execute(
        select(business_users)
        .join(user, user.c.id == business_users.c.user_id)
        .where(business_users.c.business_id == business_id, condition)
    ).first()


def _require_left(member: Row[Any]) -> None:
    if member.is_active:
        raise Refused(HTTPStatus.CONFLICT, "already_member", "This person works here already.")


def _use_up(writer: BusinessWriter, identifier: str, row: Row[Any], member_id: UUID) -> None:
    """Of two who come with the same code, whoever has locked the business first."""
    use_proof(writer.connection, identifier, writer.now)
    _note(writer.connection, row, accepted_by=member_id, accepted_at=writer.now)


def _note(connection: Connection, row: Row[Any], **values: Any) -> None:
    own = (invitations.c.business_id == row.business_id, invitations.c.id == row.id)
    connection.execute(update(invitations).where(*own).values(**values))
