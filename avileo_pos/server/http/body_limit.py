"""No request may be larger than central is willing to hold in memory, nor take for ever to arrive."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avileo_pos.server.errors import refusal

LARGEST_BODY: Final = 8 * 2**20  # bytes on the wire
HEAD_START: Final = 30.0  # seconds
SLOWEST: Final = 500  # bytes a second beyond the head start; a till gives up at the same pace


class BodyCut(Exception):  # noqa: N818 - the name says what happened
    """The rest of the body is not waited for."""


class BodyLimit:
    """Answers 413 to a larger body, announced or not, and 408 to one that trickles."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._largest)
        with suppress(BodyCut):
            await self._app(scope, exchange.receive, exchange.send)
        if exchange.refusal is not None:
            await exchange.refusal(scope, receive, send)


class _Exchange:
    """One request whose bytes are counted; what the app answers to an interrupted body is dropped."""

    def __init__(self, receive: Receive, send: Send, largest: int) -> None:
        self._receive = receive
        self._send = send
        self._largest = largest
        self._arrived = 0
        self._deadline = monotonic() + HEAD_START
        self._is_complete = False
        self.refusal: Response | None = None

    async def receive(self) -> Message:
        message = await (self._receive() if self._is_complete else self._in_time())
        self._arrived += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._arrived > self._largest:
            self.refusal = refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE", f"Send at most {self._largest} bytes."
            )
            raise BodyCut
        return message

    async def _in_time(self) -> Message:
        patience = self._deadline + self._arrived / SLOWEST - monotonic()
        try:
            async with asyncio.timeout(patience):
                return await self._receive()
        except TimeoutError as trouble:
            self.refusal = refusal(
                HTTPStatus.REQUEST_TIMEOUT, "BODY_TOO_SLOW", "The body took too long.", {"Connection": "close"}
            )
            raise BodyCut from trouble

    async def send(self, message: Message) -> None:
        if self.refusal is None:
            await self._send(message)
