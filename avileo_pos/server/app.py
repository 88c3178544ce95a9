"""Central's web application, put together from its routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import FastAPI

from avileo_pos.server.admin.router import router as admin_pages
from avileo_pos.server.admin.trouble import TroubleOnAPage
from avileo_pos.server.central import Central, ServerSettings, utc_now
from avileo_pos.server.errors import answer_errors_plainly
from avileo_pos.server.http.body_limit import BodyLimit
from avileo_pos.server.http.openapi import describe_errors, refuses
from avileo_pos.server.http.request_limits import RequestLimits
from avileo_pos.server.http.request_log import RequestLog
from avileo_pos.server.http.security_headers import SecurityHeaders
from avileo_pos.server.mail.mail import Mail
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.routes import (
    auth,
    business_devices,
    businesses,
    devices,
    health,
    invitations,
    members,
    metrics,
    passwords,
    profile,
    sync,
)
from avileo_pos.server.routes.sync_words import sync_schemas

ROUTERS = (
    health.router,
    metrics.router,
    auth.router,
    passwords.router,
    businesses.router,
    members.router,
    invitations.router,
    invitations.codes,
    business_devices.router,
    profile.router,
    devices.router,
    sync.router,
    admin_pages,
)

ANY_REQUEST_MAY_GET = (
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def build_app(database: Database, settings: ServerSettings, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The application on a migrated database, which stays the caller's to close."""
    app = FastAPI(
        title="Avileo POS central",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=refuses(*ANY_REQUEST_MAY_GET),
    )
    mail = None if settings.mail_server is None else Mail(settings.mail_server)
    app.state.central = Central(database, settings, now, mail)
    app.add_middleware(BodyLimit)
    app.add_middleware(
        RequestLimits, per_session=settings.requests_per_session, per_address=settings.requests_per_address
    )
    app.add_middleware(RequestLog)
    app.add_middleware(TroubleOnAPage)
    app.add_middleware(SecurityHeaders, is_https=settings.is_https)  # the outermost, so that every answer has them
    answer_errors_plainly(app)
    for router in ROUTERS:
        app.include_router(router)
    describe_errors(app, sync_schemas())
    return app
