"""A till's line to central, which breaks when it is told to."""

from __future__ import annotations

from collections.abc import Callable

import httpx


class Cable(httpx.BaseTransport):
    """`is_cut`: nothing gets through. `answers_to_lose`: so many requests arrive, but not their answers.

    `before_sending` is told the path of each request.
    """

    def __init__(self) -> None:
        self.is_cut = False
        self.answers_to_lose = 0
        self.before_sending: Callable[[str], None] = _nothing
        self._line = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.before_sending(request.url.path)
        if self.is_cut:
            raise httpx.ConnectError("the cable is cut", request=request)
        answer = self._line.handle_request(request)
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            answer.read()
            answer.close()
            raise httpx.ReadError("the cable broke", request=request)
        return answer

    def close(self) -> None:
        self._line.close()


def _nothing(_path: str) -> None:
    """Nobody wants to know."""
