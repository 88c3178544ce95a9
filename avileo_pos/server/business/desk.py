"""What a member does at central in one business: in one transaction of that business, with the rights of their role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import BusinessWriter
from avileo_pos.server.business.membership import staff_of
from avileo_pos.server.central import Central
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.revisions import locked_revisions

T = TypeVar("T")


class Forbidden(Refused):
    """A member whose role does not allow it."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, "forbidden", "The role of this person does not allow it.")


class NotHere(Refused):
    """The business has no such thing; whether another one has is not said."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "not_found", "This business has no such thing.")


@dataclass(frozen=True, slots=True)
class Desk:
    """One open transaction of a business, and the member who acts in it."""

    connection: Connection
    business_id: UUID
    business_name: str
    day_cutoff_hour: int
    actor: Actor
    user_id: str
    now: datetime

    @property
    def today(self) -> date:
        """The business's running day."""
        return business_date(self.now, self.day_cutoff_hour)

    @contextmanager
    def doing(self, action: str, **details: Any) -> Iterator[BusinessWriter]:
        """An act, such as `member.changed`, alone in the business until the transaction ends; it is recorded.

        `details` are what JSON can hold, and no secrets.
        """
        with locked_revisions(self.connection, self.business_id) as revisions:
            yield BusinessWriter(self.connection, self.business_id, revisions, self.now)
            act = Act(action, details, self.user_id)
            record(self.connection, self.business_id, revisions, act, self.now)


def require_a_place(central: Central, business_id: UUID, user_id: str, permission: Permission) -> None:
    """Before work that takes long. Raises NotAMember, Forbidden, CentralBusy."""
    at_the_desk(central, business_id, user_id, lambda _desk: None, permission)


def at_the_desk(
    central: Central, business_id: UUID, user_id: str, work: Callable[[Desk], T], permission: Permission | None = None
) -> T:
    """What `work` returns, committed, for a member of the business who has the permission, if one is asked for.

    Raises NotAMember, Forbidden, CentralBusy.
    """

    def sit_down(connection: Connection) -> T:
        staff = staff_of(connection, business_id, user_id)
        actor = staff.caller.actor
        if permission is not None and not actor.may(permission):
            raise Forbidden
        place = (business_id, staff.business_name, staff.day_cutoff_hour)
        return work(Desk(connection, *place, actor, user_id, central.now()))

    return central.database.in_transaction(sit_down, business_id)
