"""A load of requests over kept connections that costs little itself, as it shares the machine with what it measures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import Self
from urllib.parse import urlsplit

# Own code, as httpx costs a millisecond of the same two cores for each request.


class Refused(Exception):  # noqa: N818 - the name says what happened
    """Central answered with an error, which no measurement may count."""


class Connection:
    """One kept connection of HTTP/1.1; one request at a time."""

    def __init__(self, address: str) -> None:
        self._host, self._port = urlsplit(address).hostname, urlsplit(address).port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_trouble: object) -> None:
        self._writer.close()

    async def ask(self, method: str, path: str, token: str, body: bytes = b"") -> bytes:
        """The answer's body. Raises Refused."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: central\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.split("content-length: ", 1)[1].split("\r\n", 1)[0])
        content = await self._reader.readexactly(length)
        if not answer.startswith("http/1.1 200"):
            raise Refused(f"{answer.splitlines()[0]} {content[:300]!r}")
        return content


Errand = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ran:
    """How long each errand took, in seconds, and all of them together."""

    each: Sequence[float]
    in_all: float

    def percentile(self, percent: int) -> float:
        """Milliseconds."""
        ordered = sorted(self.each)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def as_fast_as_possible(address: str, errands: Sequence[Errand], connections: int) -> Ran:
    """Each connection takes the next errand as soon as it has done one."""
    return asyncio.run(_closed(address, errands, connections))


def at_a_rate(address: str, errands: Sequence[Errand], per_second: float, connections: int) -> Ran:
    """Errands begin at their own time, whatever became of those before; waiting for a connection counts too."""
    return asyncio.run(_open(address, errands, per_second, connections))


async def _closed(address: str, errands: Sequence[Errand], connections: int) -> Ran:
    waiting, took = iter(errands), []

    async def work(connection: Connection) -> None:
        for errand in waiting:
            began = perf_counter()
            await errand(connection)
            took.append(perf_counter() - began)

    async with AsyncExitStack() as doors:
        lines = [await doors.enter_async_context(Connection(address)) for _ in range(connections)]
        began = perf_counter()
        await asyncio.gather(*map(work, lines))
        return Ran(took, perf_counter() - began)


async def _open(address: str, errands: Sequence[Errand], per_second: float, connections: int) -> Ran:
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    took: list[float] = []
    began = perf_counter()

    async def run(errand: Errand, due: float) -> None:
        await asyncio.sleep(due - perf_counter())
        connection = await free.get()
        await errand(connection)
        free.put_nowait(connection)
        took.append(perf_counter() - due)

    async with AsyncExitStack() as doors:
        for _ in range(connections):
            free.put_nowait(await doors.enter_async_context(Connection(address)))
        began = perf_counter()
        await asyncio.gather(*(run(errand, began + place / per_second) for place, errand in enumerate(errands)))
        return Ran(took, perf_counter() - began)
