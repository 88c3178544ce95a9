"""The least that can serve a table's rows as JSON over HTTP: `python -m tests.benchmarks.raw_central URL PORT`."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
import psycopg
import uvicorn

from avileo_pos.server.business.sample import SAMPLE
from tests.benchmarks.customers import ROWS_OF_A_PAGE, TABLES

Message = MutableMapping[str, Any]
_START: Final = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}


class RawCentral:
    """Answers `GET /?table=NAME&after=ID` with the next rows, an array of arrays."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    async def __call__(
        self,
        scope: Message,
        _receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        asked = dict(parse_qsl(scope["query_string"].decode()))
        rows = self._rows(**asked) if asked else []
        await send(_START)
        await send({"type": "http.response.body", "body": msgspec.json.encode(rows)})

    def _rows(self, table: str, after: str) -> list[tuple[Any, ...]]:
        chosen = ", ".join(TABLES[table].values())
        question = (
            f"SELECT {chosen} FROM {table} t WHERE business_id = %s AND id > %s ORDER BY t.id LIMIT {ROWS_OF_A_PAGE}"
        )
        return self._connection.execute(question, [SAMPLE, after]).fetchall()


if __name__ == "__main__":
    uvicorn.run(RawCentral(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", lifespan="off")
