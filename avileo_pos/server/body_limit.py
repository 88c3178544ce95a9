"""No request may be larger than central is willing to hold in memory."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avileo_pos.server.errors import refusal

LARGEST_BODY: Final = 8 * 2**20  # bytes on the wire


class BodyTooLarge(Exception):  # noqa: N818 - the name says what happened
    """More arrived than was announced or allowed."""


class BodyLimit:
    """Answers 413 to a larger body, announced or not."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._largest)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BodyTooLarge:
            exchange.too_large = True
        if exchange.too_large:
            answer = refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE", f"Send at most {self._largest} bytes."
            )
            await answer(scope, receive, send)


class _Exchange:
    """One request whose bytes are counted; what the app answers to an interrupted body is dropped."""

    def __init__(self, receive: Receive, send: Send, left: int) -> None:
        self._receive = receive
        self._send = send
        self._left = left
        self.too_large = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.too_large = True
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if not self.too_large:
            await self._send(message)
