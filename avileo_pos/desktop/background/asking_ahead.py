"""Central is asked here while the sync thread writes what it said before: line and disk work side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

T = TypeVar("T")


class AskingAhead:
    """One call to central at a time, on a thread that is made with the first one."""

    def __init__(self) -> None:
        self._calls = ThreadPoolExecutor(1, "asking-ahead")

    def __call__(self, call: Callable[[], T], /) -> Callable[[], T]:
        """Begin the call; what is returned waits for its answer, or raises what the call raised."""
        return self._calls.submit(call).result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        """Wait for a call that is under way."""
        self._calls.shutdown()
