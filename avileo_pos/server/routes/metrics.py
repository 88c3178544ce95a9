"""The figures for Prometheus, which are nobody's business but the operator's."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response

from avileo_pos.server.central import TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.metrics import CONTENT_TYPE, all_figures
from avileo_pos.server.http.openapi import refuses

router = APIRouter(tags=["health"])

_FORWARDED = ("x-forwarded-for", "forwarded", "via")


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        HTTPStatus.OK: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **refuses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
    },
)
def metrics(request: Request, central: TheCentral) -> Response:
    """With a token set only for who shows it; else for this machine alone, and not through its proxy."""
    if token := central.settings.metrics_token:
        _require_bearer(request, token)
    elif not _comes_from_this_machine(request):
        raise Refused(HTTPStatus.FORBIDDEN, "NOT_FOR_YOU", "Only central's own machine may read this.")
    return Response(all_figures(), media_type=CONTENT_TYPE)


def _require_bearer(request: Request, token: str) -> None:
    shown = request.headers.get("authorization", "")
    if not secrets.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise Refused(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "Show the token.", {"WWW-Authenticate": "Bearer"})


def _comes_from_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
