"""What every answer tells a browser: guess no types, tell nobody where you were, run and frame nothing of others."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_PAGES: Final = ("/admin", "/nueva-contrasena")
_FOR_PAGES: Final = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Without a referrer a browser would not tell either from where a form is sent, and that is asked of each one.
    "Referrer-Policy": "same-origin",
}
_FOR_DATA: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_OVER_HTTPS: Final = {"Strict-Transport-Security": "max-age=31536000"}


def is_a_page(path: str) -> bool:
    """Whether people look at this address with a browser; programs ask all others."""
    return path == "/" or any(path == page or path.startswith(f"{page}/") for page in _PAGES)


class SecurityHeaders:
    """Adds them where the route has not said otherwise."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._always = _ALWAYS | (_OVER_HTTPS if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (self._always | _of(scope["path"])).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _of(path: str) -> dict[str, str]:
    return _FOR_PAGES if is_a_page(path) else _FOR_DATA
