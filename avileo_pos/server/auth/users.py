"""People who may sign in, as Better Auth keeps them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from avileo_pos.server.auth.tokens import new_id
from avileo_pos.server.business.profiles import make_profile
from avileo_pos.tables.server.better_auth import account, user

CREDENTIAL = "credential"


@dataclass(frozen=True, slots=True)
class User:
    """A person, without the password."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(**{part.name: row._mapping[user.c[part.name]] for part in fields(cls)})


def create_user(
    connection: Connection, name: str, email: str, password_hash: str | None, now: datetime, user_id: str | None = None
) -> User | None:
    """A new person, with a password unless it is still to be set; None when the email is taken.

    `user_id` is for one who is known elsewhere already.
    """
    person = User(user_id or new_id(), name, email.lower(), False, None, now, now)
    added = connection.execute(
        insert(user).values(**asdict(person)).on_conflict_do_nothing(index_elements=[user.c.email]).returning(user.c.id)
    )
    if added.first() is None:
        return None
    _add_credential(connection, person.id, password_hash, now)
    make_profile(connection, person.id, now)
    return person


def find_user(connection: Connection, email: str) -> tuple[User | None, str | None]:
    """The person with this email and the hash of their password, each None when there is none."""
    row = connection.execute(
        select(user, account.c.password)
        .outerjoin(account, (account.c.user_id == user.c.id) & (account.c.provider_id == CREDENTIAL))
        .where(user.c.email == email.lower())
    ).first()
    return (None, None) if row is None else (User.of(row), row.password)


def password_hash_of(connection: Connection, user_id: str) -> str | None:
    """The hash of a person's password; None for one who never had one."""
    return connection.scalar(
        select(account.c.password).where(account.c.user_id == user_id, account.c.provider_id == CREDENTIAL)
    )


def set_password(connection: Connection, user_id: str, password_hash: str, now: datetime) -> None:
    """Put a new hash in place of the old one, or the first one for who never had a password."""
    changed = connection.execute(
        update(account)
        .where(account.c.user_id == user_id, account.c.provider_id == CREDENTIAL)
        .values(password=password_hash, updated_at=now)
        .returning(account.c.id)
    )
    if changed.first() is None:
        _add_credential(connection, user_id, password_hash, now)


def change_user(connection: Connection, user_id: str, changes: dict[str, str | None], now: datetime) -> None:
    """Change a person's `name` or `image`."""
    connection.execute(update(user).where(user.c.id == user_id).values(**changes, updated_at=now))


def _add_credential(connection: Connection, user_id: str, password_hash: str | None, now: datetime) -> None:
    connection.execute(
        insert(account).values(
            id=new_id(),
            account_id=user_id,
            provider_id=CREDENTIAL,
            user_id=user_id,
            password=password_hash,
            created_at=now,
            updated_at=now,
        )
    )
