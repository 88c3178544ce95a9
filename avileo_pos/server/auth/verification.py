"""Proofs that wait in Better Auth's table: whoever knows an identifier may use its value, once, for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from avileo_pos.server.auth.tokens import new_id
from avileo_pos.tables.server.better_auth import verification

_SWEPT_AT_ONCE: Final = 100


def keep_proof(connection: Connection, identifier: str, value: str, now: datetime, expires_at: datetime) -> None:
    """Store a proof; some of those that are over go."""
    sweep_proofs(connection, now)
    connection.execute(
        insert(verification).values(
            id=new_id(), identifier=identifier, value=value, expires_at=expires_at, created_at=now, updated_at=now
        )
    )


def find_proof(connection: Connection, identifier: str, now: datetime) -> str | None:
    """The value of a living proof, which stays."""
    proof = verification.c
    return connection.scalar(
        select(proof.value)
        .where(proof.identifier == identifier, proof.expires_at > now)
        .order_by(proof.created_at.desc())
        .limit(1)
    )


def use_proof(connection: Connection, identifier: str, now: datetime) -> str | None:
    """The value of a living proof, which is gone from now on; of two who come at once only one gets it."""
    proof = verification.c
    used = connection.execute(
        delete(verification).where(proof.identifier == identifier).returning(proof.value, proof.expires_at)
    )
    return next((value for value, expires_at in used if expires_at > now), None)


def drop_proof(connection: Connection, identifier: str) -> None:
    connection.execute(delete(verification).where(verification.c.identifier == identifier))


def drop_proofs_for(connection: Connection, prefix: str, value: str) -> None:
    """All proofs of one kind that lead to this value are gone."""
    proof = verification.c
    connection.execute(
        delete(verification).where(proof.value == value, proof.identifier.startswith(prefix, autoescape=True))
    )


def sweep_proofs(connection: Connection, now: datetime) -> int:
    """Some of the proofs that are over go; how many did."""
    proof = verification.c
    over = select(proof.id).where(proof.expires_at < now).limit(_SWEPT_AT_ONCE).with_for_update(skip_locked=True)
    return len(connection.scalars(delete(verification).where(proof.id.in_(over)).returning(proof.id)).all())
