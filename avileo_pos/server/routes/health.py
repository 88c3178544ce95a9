"""Whether central lives, and whether it can serve: for the load balancer and the person on duty."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from avileo_pos.migrations import is_at_head
from avileo_pos.server.central import TheCentral
from avileo_pos.server.errors import Refused

router = APIRouter(tags=["health"])


@router.get("/healthz")
def is_alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
def is_ready(central: TheCentral) -> dict[str, str]:
    """Says no while the database is away, or has another shape than this version needs."""
    if not central.database.is_alive():
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "DATABASE_UNAVAILABLE", "Central has no database now.")
    with central.database.transaction() as connection:
        if not is_at_head(connection, "server"):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "WRONG_SCHEMA", "The database does not fit this version.")
    return {"status": "ready"}
