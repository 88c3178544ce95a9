"""The application as a worker process of uvicorn makes it, from what the environment says."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from avileo_pos.server.app import build_app
from avileo_pos.server.central import Central, ServerSettings, utc_now
from avileo_pos.server.http.logs import configure_logs
from avileo_pos.server.http.metrics import forget_dead_processes, observe_connections
from avileo_pos.server.mail.mail import mail_server_of
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.epoch import own_secret
from avileo_pos.server.settings import Serving

OBJECTS_OF_A_PUSH: Final = 50_000


def app() -> FastAPI:
    """One worker's application; its connections are closed when it ends."""
    serving = Serving.handed_over()
    configure_logs(serving.log_form, serving.log_output, serving.log_level)
    database = Database.connect(
        os.environ["DATABASE_URL"],
        pool_size=serving.pool_size,
        spare_connections=serving.spare_connections,
        patience=serving.pool_patience,
        prepares=serving.prepares,
    )
    forget_dead_processes()
    observe_connections(database.engine, serving.pool_size + serving.spare_connections)
    application = build_app(database, _settings(database, serving))
    application.router.lifespan_context = _closing(database, application.state.central)
    _collect_seldom()
    return application


def _collect_seldom() -> None:
    """A large push makes so many rows that the collector would go again and again through all that stands anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_OF_A_PUSH)


def _settings(database: Database, serving: Serving) -> ServerSettings:
    """The secret of Better Auth where it serves the same database, else central's own."""
    return ServerSettings(
        secret=os.environ.get("BETTER_AUTH_SECRET") or own_secret(database, utc_now()),
        public_url=serving.public_url,
        requests_per_session=serving.requests_per_session,
        requests_per_address=serving.requests_per_address,
        mail_server=mail_server_of(os.environ),
        metrics_token=os.environ.get("AVILEO_METRICS_TOKEN", ""),
    )


def _closing(database: Database, central: Central):  # type: ignore[no-untyped-def]  # starlette's own type is private
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if central.mail is not None:
            central.mail.close()
        database.close()

    return lifespan
