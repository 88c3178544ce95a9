"""A till's line to central in memory: it keeps the bytes of the wire, and breaks in every way that a schedule asks for.

The till's end is the product's own `HttpCentral`, so each fault becomes the trouble that it would be in a shop.
"""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import msgspec

from tests.simulation.central import JSON, SimulatedCentral, refusal
from tests.simulation.moments import CentralCrashed

Fault = list[Any]
"""Its name and its figures, as they stand in a schedule."""

USUAL_SECONDS: Final = 0.1
CODES: Final = {
    400: "broken_request",
    401: "UNAUTHORIZED",
    403: "device_revoked",
    404: "NOT_FOUND",
    410: "resync",
    413: "too_large",
    426: "too_old",
}


@dataclass
class Exchange:
    """A request and what became of it, for the checkers. `answer` is what the till was given; None where it broke."""

    till: str
    path: str
    request: bytes
    status: int | None = None
    answer: bytes = b""
    fault: str = ""


@dataclass
class Line(httpx.BaseTransport):
    """One till's. `faults` are for its next requests, one each; `is_cut` is until somebody mends it."""

    till: str
    central: SimulatedCentral
    pass_time: Callable[[float], None]
    log: list[Exchange]
    late: list[httpx.Request]
    plan_at_central: Callable[[Fault], None]
    cursed: set[str] = field(default_factory=set)
    faults: deque[Fault | None] = field(default_factory=deque)
    is_cut: bool = False
    most_operations: int = 10_000
    most_rows: int = 10_000

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        exchange = Exchange(self.till, request.url.path, request.content)
        self.log.append(exchange)
        self.pass_time(USUAL_SECONDS)
        if self.is_cut:
            exchange.fault = "cut"
            raise httpx.ConnectError("the line is cut")
        fault = self.faults.popleft() if self.faults else None
        exchange.fault = str(fault[0]) if fault else ""
        answer = self._way(request, fault) if fault else self._arrived(request)
        exchange.status, exchange.answer = answer.status_code, answer.content
        return answer

    def _way(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        match fault:
            case ["lost"]:
                raise httpx.ConnectError("no route")
            case ["lost_sending"]:
                raise httpx.WriteError("the line broke while sending")
            case ["lost_answer"]:
                self._arrived(request)
                raise httpx.ReadError("the line broke")
            case ["cut_answer"]:
                self._arrived(request)
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
            case ["timeout"]:
                self.pass_time(30)
                raise httpx.ReadTimeout("no answer")
            case ["late_answer"]:
                self._arrived(request)
                self.pass_time(30)
                raise httpx.ReadTimeout("no answer in time")
            case ["delayed"]:
                self.late.append(request)
                self.pass_time(30)
                raise httpx.ReadTimeout("still on its way")
            case ["twice"]:
                self._arrived(request)
                return self._arrived(request)
            case ["again_later"]:
                self.late.append(request)
                return self._arrived(request)
            case ["slow", seconds]:
                self.pass_time(seconds)
                return self._arrived(request)
            case ["status", status]:
                return refusal(status, CODES.get(status, "trouble"))
            case ["wait", status, seconds]:
                return refusal(status, "busy", {"retry-after": str(seconds)})
            case ["portal"]:
                return httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>WiFi gratis</html>")
            case ["redirect"]:
                return httpx.Response(302, headers={"location": "https://wifi.example/"})
            case ["garbage"]:
                return httpx.Response(200, headers=JSON, content=b"\x00\xff{not json")
            case ["other_words"]:
                return httpx.Response(200, headers=JSON, content=b'{"hello": "world"}')
            case ["garbled"]:
                return self._at_central(_garbled(request))
        self.plan_at_central(fault)
        return self._arrived(request)

    def _arrived(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/sync/push" and (refused := self._not_let_through(request)):
            return refused
        if "limit" in request.url.params and int(request.url.params["limit"]) > self.most_rows:
            fewer = request.url.copy_set_param("limit", str(self.most_rows))
            request = httpx.Request(request.method, fewer, headers=request.headers)
        return self._at_central(request)

    def _at_central(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.central.answer(request)
        except CentralCrashed as crash:
            raise httpx.ReadError("central died") from crash

    def _not_let_through(self, request: httpx.Request) -> httpx.Response | None:
        """A proxy that takes few at once, and a central that fails over some operations, whatever comes with them."""
        if not self.cursed and self.most_operations >= 10_000:
            return None
        ids = operation_ids(plain(request))
        if len(ids) > self.most_operations:
            return httpx.Response(413, content=b"too large")
        if self.cursed.intersection(ids):
            return refusal(500, "INTERNAL")
        return None


def plain(request: httpx.Request) -> bytes:
    """The body as it was before gzip."""
    return plain_body(request.content)


def plain_body(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def operations_in(body: bytes) -> list[dict[str, Any]]:
    """The operations of a push's plain body."""
    return list(msgspec.json.decode(body)["operations"]) if body else []


def operation_ids(body: bytes) -> list[str]:
    return [operation["id"] for operation in operations_in(body)]


def _garbled(request: httpx.Request) -> httpx.Request:
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(
        request.method, request.url, headers=headers, content=request.content[: len(request.content) // 2]
    )
