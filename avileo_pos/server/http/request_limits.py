"""Nobody takes central's time from the others: so many requests in a minute from one session, and from one address.

A till makes one round in 30 seconds and one for each sale, so the limits are far above what people do. Every worker
process counts for itself. Own code, as the library `limits` walks through all callers a hundred times a second: with
a thousand tills that cost 0.7 ms of each request.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from math import ceil
from time import monotonic
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from avileo_pos.server.auth.throttle import address_subject
from avileo_pos.server.errors import refusal

MOST_CALLERS: Final = 50_000
UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})

_MINUTE: Final = 60.0


class Pace:
    """At most so many at once, and as many again in each minute; what was not used is not saved up further.

    For each caller it keeps the moment at which all that they have asked is paid off (GCRA).
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = monotonic) -> None:
        self._each = _MINUTE / per_minute
        self._now = now
        self._paid_off: dict[str, float] = {}

    def wait(self, caller: str) -> float:
        """0 and counted, or after how many seconds it is worth asking again."""
        now = self._now()
        paid_off = max(self._paid_off.get(caller, now), now) + self._each
        too_early = paid_off - now - _MINUTE
        if too_early > 0:
            return too_early
        if caller not in self._paid_off and len(self._paid_off) >= MOST_CALLERS:
            self._make_room(now)
        self._paid_off[caller] = paid_off
        return 0.0

    def _make_room(self, now: float) -> None:
        """Forget who owes nothing; of a crowd that fills the memory, everybody."""
        owing = {caller: paid_off for caller, paid_off in self._paid_off.items() if paid_off > now}
        self._paid_off = owing if len(owing) < MOST_CALLERS // 2 else {}


class RequestLimits:
    """Answers 429 with `Retry-After` to whoever asks too often. A limit of 0 is none."""

    def __init__(self, app: ASGIApp, *, per_session: int, per_address: int) -> None:
        self._app = app
        self._paces = [
            (caller_of, Pace(limit))
            for caller_of, limit in ((_session, per_session), (_address, per_address))
            if limit > 0
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = 0.0 if scope["type"] != "http" or scope["path"] in UNLIMITED else self._wait(scope)
        if wait == 0:
            await self._app(scope, receive, send)
            return
        answer = refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            "TOO_MANY_REQUESTS",
            "Too many requests; try again in a moment.",
            {"Retry-After": str(ceil(wait))},
        )
        await answer(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        callers = ((caller_of(scope), pace) for caller_of, pace in self._paces)
        return max((pace.wait(caller) for caller, pace in callers if caller), default=0.0)


def _session(scope: Scope) -> str:
    """Stands for the token, which must not lie around; whether it is a good one is not asked here."""
    headers = Headers(scope=scope)
    shown = headers.get("authorization") or headers.get("cookie")
    return blake2b(shown.encode(), digest_size=16).hexdigest() if shown else ""


def _address(scope: Scope) -> str:
    return address_subject(scope["client"][0]).name if scope.get("client") else ""
