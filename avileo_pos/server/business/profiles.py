"""Personal data beside the account: the person's own, whatever businesses they work in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from avileo_pos.tables.server.person import user_profiles


@dataclass(frozen=True, slots=True)
class Profile:
    """`birth_date` is a day in Lima's calendar."""

    dni: str | None
    phone: str | None
    birth_date: date | None
    avatar_url: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(**{part.name: row._mapping[part.name] for part in fields(cls)})


def make_profile(connection: Connection, user_id: str, now: datetime) -> None:
    """An empty one, unless the person has one: who signed up at another backend may have none."""
    new = insert(user_profiles).values(id=uuid4(), user_id=user_id, is_active=True, created_at=now, updated_at=now)
    connection.execute(new.on_conflict_do_nothing(index_elements=["user_id"]))


def change_profile(connection: Connection, user_id: str, changes: Mapping[str, Any], now: datetime) -> Profile:
    """The profile with these changes, which may be none."""
    make_profile(connection, user_id, now)
    own = user_profiles.c.user_id == user_id
    if changes:
        connection.execute(update(user_profiles).where(own).values(**changes, updated_at=now))
    return Profile.of(connection.execute(select(user_profiles).where(own)).one())
