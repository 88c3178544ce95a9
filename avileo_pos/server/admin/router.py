"""All addresses under /admin."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from avileo_pos.server.admin.pages import HOME, STATIC_FILES, PageRoute, problem, sent_on
from avileo_pos.server.admin.routes import debts, devices, distribuciones, entry, forgotten, review, today

_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

ROUTERS = (
    entry.router,
    forgotten.router,
    today.router,
    debts.router,
    distribuciones.router,
    review.router,
    devices.router,
)

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get(f"{HOME}/static/{{name}}")
def static_file(name: str) -> Response:
    """Asked for by a name with its version behind, so that a browser may keep it."""
    if name not in STATIC_FILES:
        return problem(HTTPStatus.NOT_FOUND)
    return Response(STATIC_FILES[name], media_type=_MEDIA_TYPES[name.rpartition(".")[2]], headers=_FOR_GOOD)


for each in ROUTERS:
    router.include_router(each)


@router.get("/")
def from_the_bare_address() -> Response:
    """An owner types what the tills were given."""
    return sent_on(HOME)


@router.get(f"{HOME}/{{elsewhere:path}}")
def anywhere_else(elsewhere: str) -> Response:
    """With a slash too many it may have been one of the pages."""
    if elsewhere.endswith("/") or not elsewhere:
        return sent_on(f"{HOME}/{elsewhere}".rstrip("/"))
    return problem(HTTPStatus.NOT_FOUND)
