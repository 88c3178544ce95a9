"""Every request has an id and one line in the log, which tells what happened and nothing about people."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avileo_pos.server.errors import refusal
from avileo_pos.server.http.metrics import observe_request

REQUEST_ID: Final = "X-Request-Id"
UNKNOWN_ROUTE: Final = "unknown"

_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ABOUT: Final = "avileo.about"
_ASKED_ALL_THE_TIME: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_TOLD_BY_PATH: Final = ("business_id", "device_id")

log = structlog.get_logger(__name__)


def tell_the_log(scope: Scope, **about: object) -> None:
    """Write these ids into the request's line, and into every line until it is answered; what is no UUID, nowhere."""
    told = _ids(about)
    structlog.contextvars.bind_contextvars(**told)
    scope.setdefault(_ABOUT, {}).update(told)


class RequestLog:
    """Gives each request its id, writes its line, and answers 500 where nobody else could; the traceback is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        with structlog.contextvars.bound_contextvars(request_id=exchange.request_id):
            try:
                await self._app(scope, receive, exchange.send)
            except Exception:
                log.exception("request_failed")
                await exchange.answer_for_us(receive)
            finally:
                exchange.write_its_line()


class _Exchange:
    """One request and what is sent for it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.request_id = _request_id(scope)
        self._scope = scope
        self._send = send
        self._began = perf_counter()
        self._status: int | None = None
        self._bytes = 0
        scope[_ABOUT] = {}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = int(message["status"])
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        self._bytes += len(message.get("body", b""))
        await self._send(message)

    async def answer_for_us(self, receive: Receive) -> None:
        """Of an answer that has begun the rest is owed: then the server cuts the connection."""
        if self._status is None:
            answer = refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong at central.")
            await answer(self._scope, receive, self.send)

    def write_its_line(self) -> None:
        """A request whose sender went away has no status."""
        method, route, lasted = self._scope["method"], self._route, perf_counter() - self._began
        observe_request(method, route, self._status, lasted)
        log.log(
            logging.DEBUG if route in _ASKED_ALL_THE_TIME and self._status == HTTPStatus.OK else logging.INFO,
            "request",
            method=method,
            route=route,
            status=self._status,
            milliseconds=round(lasted * 1000, 1),
            bytes=self._bytes,
            **self._about,
        )

    @property
    def _route(self) -> str:
        """The template, such as `/api/devices/{device_id}`; a path that nobody serves could say anything.

        Made from what was matched, as a route knows only its own part of the path.
        """
        if "endpoint" not in self._scope:
            return UNKNOWN_ROUTE
        names = {str(value): f"{{{name}}}" for name, value in self._scope.get("path_params", {}).items()}
        return "/".join(names.get(part, part) for part in self._scope["path"].split("/"))

    @property
    def _about(self) -> dict[str, Any]:
        by_path = self._scope.get("path_params", {})
        return _ids({name: by_path[name] for name in _TOLD_BY_PATH if name in by_path}) | dict(self._scope[_ABOUT])


def _ids(about: Mapping[str, object]) -> dict[str, str]:
    """Those that are UUIDs: where one is expected somebody may write anything, and the log tells nothing of people."""
    return {name: str(found) for name, value in about.items() if (found := _as_uuid(str(value))) is not None}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _request_id(scope: Scope) -> str:
    """The caller's, so that one id follows a request through a proxy, unless it could harm the log."""
    told = Headers(scope=scope).get(REQUEST_ID, "")
    return told if _SANE_ID.fullmatch(told) else uuid4().hex
