"""The one worker that touches SQLite: the cashier's writes first, then what screens read, then synchronisation."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from avileo_pos.desktop.background.receivers import is_there
from avileo_pos.desktop.live_changes import LiveChanges
from avileo_pos.desktop.till import Failed, RequestT
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.replica.transaction import read, write
from avileo_pos.work import Work

AnswerT = TypeVar("AnswerT")


class Turn(IntEnum):
    """Whose job is done first."""

    CASHIER = 0
    SCREEN = 1
    SYNC = 2
    LAST = 3


class LaneClosed(Exception):  # noqa: N818 - the name says what happened
    """The program is closing; nothing more is done on the replica."""


@dataclass(order=True, slots=True)
class _Job:
    turn: Turn
    place: int
    run: Callable[[], Any] = field(compare=False)
    then: Callable[[Any], None] | None = field(compare=False, default=None)
    failed: Failed | None = field(compare=False, default=None)
    answer: Any = field(compare=False, default=None)
    trouble: Exception | None = field(compare=False, default=None)


class ReplicaLane(QObject):
    """Lives in the GUI thread, works in its own. `person` is who acts unless a call says otherwise.

    Until somebody has entered there is no person, and only `run` may be called.
    """

    operation_waits = Signal()  # a person did something that central has to be told

    _finished = Signal(object)
    _written = Signal(object)

    def __init__(
        self,
        replica: Replica,
        person: Actor | None,
        news: LiveChanges,
        show_problem: Failed,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.person = person
        self._replica = replica
        self._news = news
        self._show_problem = show_problem
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._places = itertools.count()
        self._door, self._is_closed = threading.Lock(), False
        self._finished.connect(self._hand_over)
        self._written.connect(self._news.tell)
        self._thread = threading.Thread(target=self._work, name="replica-lane", daemon=True)
        self._thread.start()

    def write(
        self,
        usecase: Callable[[Work, RequestT], AnswerT],
        request: RequestT,
        *,
        then: Callable[[AnswerT], None],
        failed: Failed,
        actor: Actor | None = None,
    ) -> None:
        """Run a use case in a transaction of its own and tell the news of what it wrote."""
        who = actor or self.person
        if who is None:
            raise RuntimeError("nobody has entered")
        self._put(Turn.CASHIER, lambda: write(self._replica, who, usecase, request), then, failed)

    def read(
        self, query: Callable[[Work], AnswerT], *, then: Callable[[AnswerT], None], failed: Failed | None = None
    ) -> None:
        """Run a query on the rows as they stand when its turn comes."""
        who = self.person
        if who is None:
            return  # the screens of whoever has just left may hear of one more change before they go
        self._put(Turn.SCREEN, lambda: read(self._replica, who, query), then, failed or self._show_problem)

    def run(self, piece: Callable[[Replica], AnswerT]) -> AnswerT:
        """Run a piece of synchronisation behind everybody else, and wait for it. For the sync thread only.

        Raises LaneClosed, or whatever the piece raises.
        """
        answer: Future[AnswerT] = Future()

        def work() -> None:
            try:
                answer.set_result(piece(self._replica))
            except BaseException as trouble:
                answer.set_exception(trouble)

        with self._door:
            if self._is_closed:
                raise LaneClosed  # nobody would answer
            self._put(Turn.SYNC, work)
        return answer.result()

    def close(self) -> None:
        """Finish what was asked for, then close the replica and end the thread."""
        with self._door:
            self._is_closed = True
            self._put(Turn.LAST, self._replica.close)
        self._thread.join()

    def _put(
        self,
        turn: Turn,
        run: Callable[[], Any],
        then: Callable[[Any], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        self._jobs.put(_Job(turn, next(self._places), run, then, failed))

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job.answer = job.run()
            except Exception as trouble:
                job.trouble = trouble
            if job.then or job.trouble:
                self._finished.emit(job)
            self._tell_changes(job)
            if job.turn is Turn.LAST:
                return

    def _tell_changes(self, job: _Job) -> None:
        changed = self._replica.take_changed()
        self._written.emit(changed)
        if job.turn is Turn.CASHIER and "sync_queue" in changed:
            self.operation_waits.emit()

    def _hand_over(self, job: _Job) -> None:
        """In the GUI thread, as this is a method of an object that lives there."""
        if job.trouble is not None:
            self._hand_over_trouble(job)
        elif job.then is not None and is_there(job.then):
            job.then(job.answer)

    def _hand_over_trouble(self, job: _Job) -> None:
        assert job.trouble is not None
        if job.failed is None or not isinstance(job.trouble, BusinessRuleBroken | ReplicaTrouble):
            raise job.trouble
        if is_there(job.failed):
            job.failed(job.trouble)
