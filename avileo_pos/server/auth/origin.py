"""Whose pages may use a person's cookie, and where a link of ours may lead."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from avileo_pos.server.central import ServerSettings, TheCentral
from avileo_pos.server.errors import Refused

# A path of our own host: what a browser takes for another host (`//`, `/\`) is none. The rule is Better Auth's.
_OWN_PATH: Final = re.compile(r"/(?![/\\]|%2f|%5c)[\w\-.+/@]*(?:\?[\w\-.+/=&%@]*)?", re.IGNORECASE | re.ASCII)


async def from_our_own_pages(request: Request, central: TheCentral) -> None:
    """Another site's page may not use the cookie of a person who visits it. Raises Refused 403."""
    origin = request.headers.get("origin")
    if origin is None or "cookie" not in request.headers or "authorization" in request.headers:
        return
    if not (_is_ours(origin, central.settings) or _is_where_it_was_sent(origin, request)):
        raise Refused(HTTPStatus.FORBIDDEN, "INVALID_ORIGIN", "Invalid origin.")


def require_own_address(url: str, settings: ServerSettings) -> None:
    """A link in a letter of ours leads to our own pages only. Raises Refused 403."""
    if _OWN_PATH.fullmatch(url) is None and not _is_ours(url, settings):
        raise Refused(HTTPStatus.FORBIDDEN, "INVALID_CALLBACK_URL", "Invalid callbackURL")


def _is_where_it_was_sent(origin: str, request: Request) -> bool:
    """A page of the very host that is asked, whose name a browser lets no page choose: another name of ours."""
    _, asking = _origin_of(origin)
    return asking != "" and asking == request.headers.get("host", "").lower()


def _is_ours(url: str, settings: ServerSettings) -> bool:
    ours = {_origin_of(settings.public_url), *map(_origin_of, settings.trusted_origins)}
    return _origin_of(url) in ours


def _origin_of(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme.lower(), parts.netloc.lower()
