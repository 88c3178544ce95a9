"""HTTP before there is a request: a head that is broken, too large or too slow is answered and cut here."""

from __future__ import annotations

from asyncio import TimerHandle
from http import HTTPStatus
from typing import Any, ClassVar, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LARGEST_URL: Final = 8 * 2**10  # bytes
LARGEST_HEAD: Final = 32 * 2**10  # bytes of names and values

Refusal = tuple[HTTPStatus, str, str]

_BROKEN: Final = (HTTPStatus.BAD_REQUEST, "INVALID_HTTP", "This is no HTTP request.")
_URL_TOO_LONG: Final = (HTTPStatus.REQUEST_URI_TOO_LONG, "URL_TOO_LONG", f"An URL has at most {LARGEST_URL} bytes.")
_HEAD_TOO_LARGE: Final = (
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "HEADERS_TOO_LARGE",
    f"Headers have at most {LARGEST_HEAD} bytes.",
)


class HeadRefused(Exception):  # noqa: N818 - the name says what happened
    """Thrown through the parser, which tells of it as of any other broken request."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with limits, which it has none of, for the size of a request's head and for its time."""

    longest_head: ClassVar[float] = 30.0  # seconds, from the first byte or, of a new connection, from its beginning

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head_timer: TimerHandle | None = None
        self._head_size = 0
        self._refusal: Refusal = _BROKEN

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._expect_a_head()
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LARGEST_URL:
            self._refuse(_URL_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._head_size > LARGEST_HEAD:
            self._refuse(_HEAD_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def send_400_response(self, _message: str) -> None:
        """Called by uvicorn for whatever it cannot parse."""
        status, code, message = self._refusal
        body = msgspec.json.encode({"code": code, "message": message})
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n" % len(body)
            + b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n\r\n"
            + body
        )
        self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise HeadRefused

    def _expect_a_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.longest_head, self.timeout_keep_alive_handler)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
