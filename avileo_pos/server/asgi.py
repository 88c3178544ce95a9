"""The application as a worker process of uvicorn makes it, from what the environment says."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from avileo_pos.server.app import build_app
from avileo_pos.server.central import Central, ServerSettings
from avileo_pos.server.database import Database
from avileo_pos.server.epoch import own_secret
from avileo_pos.server.mail import mail_server_of

OBJECTS_OF_A_PUSH: Final = 50_000


def app() -> FastAPI:
    """One worker's application; its connections are closed when it ends."""
    database = Database.connect(os.environ["DATABASE_URL"])
    application = build_app(database, _settings(database))
    application.router.lifespan_context = _closing(database, application.state.central)
    _collect_seldom()
    return application


def _collect_seldom() -> None:
    """A large push makes so many rows that the collector would go again and again through all that stands anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_OF_A_PUSH)


def _settings(database: Database) -> ServerSettings:
    """The secret of Better Auth where it serves the same database, else central's own."""
    secret = os.environ.get("BETTER_AUTH_SECRET") or own_secret(database)
    return ServerSettings(
        secret=secret, public_url=os.environ["AVILEO_PUBLIC_URL"], mail_server=mail_server_of(os.environ)
    )


def _closing(database: Database, central: Central):  # type: ignore[no-untyped-def]  # starlette's own type is private
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if central.mail is not None:
            central.mail.close()
        database.close()

    return lifespan
