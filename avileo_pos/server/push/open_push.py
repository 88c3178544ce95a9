"""A push while it is being stored: its transaction, its people, its moment and its revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Table

from avileo_pos.server.business.membership import Staff
from avileo_pos.server.postgres.revisions import Revisions
from avileo_pos.server.push.parse_push import Arrived
from avileo_pos.tables.base import instant_text

NewRow = dict[str, Any]


class Stated(NamedTuple):
    """A row that an operation wants to insert."""

    arrived: Arrived
    table: Table
    row: NewRow


@dataclass(frozen=True, slots=True)
class OpenPush:
    """What everyone who stores a part of one push needs.

    `moment` is central's; `clock_is_wrong` says that the till's clock differs from it by too much. `keeps_all` is for
    a branch, which hands on all that it takes. `put_aside` are sales under whose id another one is stored: what was
    done to them was not done to that.
    """

    connection: Connection
    business_id: UUID
    device_id: str
    staff: Staff
    revisions: Revisions
    moment: datetime
    clock_is_wrong: bool
    keeps_all: bool
    put_aside: set[str] = field(default_factory=set)

    @property
    def now(self) -> str:
        """Central's moment in the wire's form."""
        return instant_text(self.moment)
