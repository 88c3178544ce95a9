"""What refuses or fails a person with a browser says so on a page, wherever in central it happened."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avileo_pos.server.admin.pages import problem
from avileo_pos.server.http.request_log import REQUEST_ID
from avileo_pos.server.http.security_headers import is_a_page

_OF_THE_BODY: Final = frozenset({"content-type", "content-length"})


class TroubleOnAPage:
    """At the addresses of pages, a page takes the place of `{code, message}`; all headers else stay."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_a_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        is_told = False

        async def send_page(message: Message) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start" and _is_trouble_for_programs(message):
                is_told = True
                await _tell(message, scope, receive, send)
            elif not is_told:
                await send(message)

        await self._app(scope, receive, send_page)


def _is_trouble_for_programs(start: Message) -> bool:
    is_data = Headers(raw=start["headers"]).get("content-type", "").startswith("application/json")
    return is_data and start["status"] >= HTTPStatus.BAD_REQUEST


async def _tell(start: Message, scope: Scope, receive: Receive, send: Send) -> None:
    told = Headers(raw=start["headers"])
    page = problem(start["status"], wait=int(told.get("retry-after", "1")), number=told.get(REQUEST_ID, ""))
    for name, value in told.items():
        if name not in _OF_THE_BODY:
            page.headers[name] = value
    await page(scope, receive, send)
