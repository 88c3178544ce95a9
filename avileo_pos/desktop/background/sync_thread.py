"""The one thread for synchronisation: a round after every write, else every half minute, for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Final

import structlog
from PySide6.QtCore import QObject, QThread, Signal

from avileo_pos.desktop.background.asking_ahead import AskingAhead
from avileo_pos.desktop.background.replica_lane import LaneClosed, ReplicaLane
from avileo_pos.replica.database import Clock
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.sync.central_line import CentralLine
from avileo_pos.sync.engine import ROUND_EVERY, SyncEngine
from avileo_pos.sync.state import SyncState

log = structlog.get_logger(__name__)

_CLOSING_TAKES_AT_MOST: Final = 5_000  # milliseconds, for a call to central that is under way


class SyncThread(QThread):
    """Lives in the GUI thread, runs rounds in its own. Its signals carry SyncState, and what central applied over."""

    state_changed = Signal(object)  # SyncState
    conflicts_found = Signal(object)  # tuple[AppliedOver, ...]
    turned_home = Signal()  # from a branch, by itself: central answers again
    all_handed_on = Signal()  # central has what other tills have sent to the branch that this till shares

    def __init__(
        self,
        lane: ReplicaLane,
        line: CentralLine,
        clock: Clock,
        hang_up: Callable[[], None],
        may_pull: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """`hang_up` breaks off a call to central that is under way; `may_pull` is asked before each."""
        super().__init__(parent)
        self._ahead = AskingAhead()
        self._engine = SyncEngine(
            lane.run, line, clock, told=self.state_changed.emit, may_pull=may_pull, ahead=self._ahead
        )
        self._line = line
        self._hang_up = hang_up
        self._woken = Event()
        self._is_ending = False

    def state(self) -> SyncState:
        """How synchronisation stood when it last said so."""
        return self._engine.state

    def wake(self) -> None:
        """Have the next round at once."""
        self._woken.set()

    def end(self) -> None:
        """Finish, breaking off a call that takes too long. What was not sent waits in the replica."""
        self._is_ending = True
        self._woken.set()
        if not self.wait(_CLOSING_TAKES_AT_MOST):
            self._hang_up()
            self.wait()

    def run(self) -> None:
        with self._ahead, suppress(LaneClosed):
            while not self._is_ending:
                wait = self._round()
                self._woken.wait(wait.total_seconds())
                # Before the question whether to end: cleared after it, the call to end would be slept through.
                self._woken.clear()

    def _round(self) -> timedelta:
        """A defect costs one round, never the thread: what waits must be sent sooner or later."""
        try:
            if self._line.look_home():
                self.turned_home.emit()
            outcome = self._engine.run_round()
            self._hand_on()
        except LaneClosed:
            raise
        except ReplicaTrouble as trouble:
            log.warning("round_broken_off", why=trouble.code)
            return ROUND_EVERY
        except Exception:
            log.exception("round_failed")
            return ROUND_EVERY
        if outcome.conflicts:
            self.conflicts_found.emit(outcome.conflicts)
        return outcome.wait

    def _hand_on(self) -> None:
        """What cannot go now goes after a later round."""
        try:
            if self._line.hand_on():
                self.all_handed_on.emit()
        except CentralTrouble as trouble:
            log.info("not_handed_on", why=trouble.code)
