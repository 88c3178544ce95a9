"""The thread that looks after the replica's safety: the journal after each write, the rest every minute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final

import structlog
from PySide6.QtCore import QObject, QThread, Signal

from avileo_pos.replica.database import Clock
from avileo_pos.replica.keeping import Keeping, SafetyState

log = structlog.get_logger(__name__)

ROUND_EVERY: Final = 60.0  # seconds; the first comes as late, when whoever opens the till has come in
_CLOSING_TAKES_AT_MOST: Final = 60_000  # milliseconds, for a copy at closing
Act = Callable[[Keeping], SafetyState]


class Keeper(QThread):
    """Lives in the GUI thread, works in its own."""

    told = Signal(object)  # SafetyState

    def __init__(self, file: Path, second_place: Path | None, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._second_place = second_place
        self._clock = clock
        self._asked: SimpleQueue[Act | None] = SimpleQueue()

    def follow(self) -> None:
        """Somebody has done something."""
        self._asked.put(Keeping.follow)

    def copy(self) -> None:
        self._asked.put(Keeping.copy)

    def keep_in(self, second_place: Path | None) -> None:
        self._asked.put(lambda keeping: keeping.keep_in(second_place))

    def end(self) -> None:
        """Write down and copy what is new, unless a disk does not answer: that must not keep the window open."""
        self._asked.put(None)
        if not self.wait(_CLOSING_TAKES_AT_MOST):
            log.error("keeper_does_not_end")
            self.terminate()
            self.wait()

    def run(self) -> None:
        keeping = Keeping(self._file, self._second_place, self._clock)
        self._do(Keeping.follow, keeping)
        self._do(Keeping.look, keeping)
        next_round = monotonic() + ROUND_EVERY
        while True:
            try:
                act = self._asked.get(timeout=max(next_round - monotonic(), 0))
            except Empty:
                act, next_round = Keeping.round, monotonic() + ROUND_EVERY
            if act is None:
                break
            self._do(act, keeping)
        keeping.end()

    def _do(self, act: Act, keeping: Keeping) -> None:
        """A defect costs one round, never the thread."""
        try:
            self.told.emit(act(keeping))
        except Exception:
            log.exception("keeping_failed")
