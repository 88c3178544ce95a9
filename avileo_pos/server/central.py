"""What every route of central needs: the database, the settings and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from avileo_pos.server.mail.mail import Mail, MailServer
from avileo_pos.server.postgres.database import Database

SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How this central is reached, and the secret that signs its session tokens (32 characters or more).

    Without a mail server an admin hands over by word of mouth what a letter would bring.
    Requests per minute are counted in each process, and 0 is no limit. Without `metrics_token` only this machine may
    read the metrics.
    """

    secret: str = field(repr=False)
    public_url: str
    trusted_origins: frozenset[str] = frozenset()
    mail_server: MailServer | None = None
    requests_per_session: int = 0
    requests_per_address: int = 0
    metrics_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise ValueError(f"the secret needs at least {SHORTEST_SECRET} characters")

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


def utc_now() -> datetime:
    """This moment, to the millisecond, as JavaScript and so Better Auth keep it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class Central:
    """One running central."""

    database: Database
    settings: ServerSettings
    now: Callable[[], datetime] = utc_now
    mail: Mail | None = None


async def central_of(request: Request) -> Central:
    """The central that answers this request."""
    # As all that a request needs and that does not wait: FastAPI gives a plain function a turn on another thread.
    central: Central = request.app.state.central
    return central


TheCentral = Annotated[Central, Depends(central_of)]
