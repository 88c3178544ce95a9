"""A round with central: send what waits, then take what is new; and what follows from each way of failing.

No Qt, no threads, no sleeping. The engine runs on a thread of its own while the replica belongs to the lane, so every
piece of work on the file goes through `run`, which waits until the lane has done it behind the cashier's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import random as chance
from time import perf_counter
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

import msgspec
import structlog
from sqlalchemy import Connection

from avileo_pos.domain.clock import is_past
from avileo_pos.protocol import Operation, OperationResult, OperationStatus, PullPage, PushAnswer, PushRequest
from avileo_pos.replica import queue
from avileo_pos.replica.apply_pull import PagePieces, differing_collections, forget_revisions, remove_unbrought_rows
from avileo_pos.replica.database import Clock, Replica
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.queue import AppliedOver, Settled
from avileo_pos.replica.sync_state import (
    SyncPlace,
    adopt_epoch,
    begin_resync,
    end_resync,
    note_contact,
    note_digest,
    note_push,
    read_place,
    start_over,
)
from avileo_pos.replica.transaction import reads, writes, writes_pulled_rows, writes_put_back_rows
from avileo_pos.sync.backoff import Random, wait_after
from avileo_pos.sync.batches import (
    FIRST_OPERATIONS,
    FIRST_ROWS,
    MOST_BYTES,
    MOST_OPERATIONS,
    MOST_ROWS,
    Amount,
    PoisonSearch,
    may_be_for_content,
)
from avileo_pos.sync.central import (
    Central,
    CentralBusy,
    CentralTrouble,
    CentralUnreachable,
    RequestRefused,
    ResyncNeeded,
    SignedOut,
    TooOld,
)
from avileo_pos.sync.state import CLOCK_MAY_DIFFER, RoundOutcome, SyncKind, SyncState
from avileo_pos.tables.base import instant_text

ROUND_EVERY: Final = timedelta(seconds=30)
LOOK_AFTER_EVERY: Final = timedelta(hours=24)
LONG_SILENCE: Final = timedelta(days=1)
MOST_RESYNCS_A_ROUND: Final = 2

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Run(Protocol):
    """Has the lane do a piece on the replica, and waits for it."""

    def __call__(self, piece: Callable[[Replica], T], /) -> T: ...


class Ahead(Protocol):
    """Begins a call to central, and gives what waits for its answer."""

    def __call__(self, call: Callable[[], T], /) -> Callable[[], T]: ...


def _when_needed(call: Callable[[], T], /) -> Callable[[], T]:
    return call


class EpochChanged(Exception):  # noqa: N818 - the name says what happened
    """Central is in another epoch than this till; it has been followed, and everything has to be sent first."""


class _TimedPage(NamedTuple):
    """What central brought, and how long that took."""

    page: PullPage
    seconds: float


class _TimedAnswer(NamedTuple):
    """What central said to a batch, and how long that took."""

    answer: PushAnswer
    seconds: float


class SyncEngine:
    """Keeps one replica and central alike, one round at a time. `told` hears of each new state.

    `ahead` may call central on another thread: for the next page while one is written, and with the next batch while
    the answer to one is; without it nothing is asked before its answer is needed. `may_pull` says no while the disk has
    room for nothing but sales.
    """

    def __init__(
        self,
        run: Run,
        central: Central,
        clock: Clock,
        *,
        told: Callable[[SyncState], None] = lambda _state: None,
        may_pull: Callable[[], bool] = lambda: True,
        random: Random = chance,
        timer: Callable[[], float] = perf_counter,
        new_id: Callable[[], UUID] = uuid4,
        ahead: Ahead = _when_needed,
    ) -> None:
        self.state = SyncState(SyncKind.OFFLINE)
        self._run = run
        self._central = central
        self._clock = clock
        self._told = told
        self._may_pull = may_pull
        self._random = random
        self._timer = timer
        self._new_id = new_id
        self._ahead = ahead
        self._operations = Amount(FIRST_OPERATIONS, MOST_OPERATIONS)
        self._rows = Amount(FIRST_ROWS, MOST_ROWS)
        self._pieces = PagePieces(timer)
        self._search = PoisonSearch()
        self._failures = 0
        self._put_off: dict[str, int] = {}
        self._conflicts: list[AppliedOver] = []
        self._is_too_old = False
        self._looked_after_at: datetime | None = None
        self._digest_differed_at: datetime | None = None

    def run_round(self) -> RoundOutcome:
        """Push, then pull, as far as central lets us; never raises for central's sake."""
        self._conflicts.clear()
        self._is_too_old = False
        try:
            self._look_after_the_queue()
            self._exchange()
        except CentralTrouble as trouble:
            self._failures += 1
            return self._outcome(trouble, self._wait_after(trouble))
        self._failures = 0
        return self._outcome(TooOld() if self._is_too_old else None, self._until_next_round())

    # --- A round -----------------------------------------------------------------------------------------------------

    def _exchange(self) -> None:
        """Everything is sent before anything is taken anew, or a resync would miss what central has to recover."""
        for _ in range(MOST_RESYNCS_A_ROUND + 1):
            try:
                place = self._settled_place()
                self._push_all(greet=self._is_to_greet(place))
                self._pull_all()
                return
            except EpochChanged:
                continue
            except ResyncNeeded:
                self._take_anew()
            except TooOld:
                self._is_too_old = True
                return

    def _take_anew(self) -> None:
        """And where central has lost what it had answered, in the epoch in which it says to be, send all of that first.

        In another epoch it is followed there, and that is all.
        """
        place = self._place()
        with suppress(EpochChanged):
            if self._still_has(place):
                self._run(writes(begin_resync))
            else:
                self._start_over(place)

    def _start_over(self, place: SyncPlace) -> None:
        """Central has lost something if it takes without marks what it refused with them; else that was no word of its.

        The mark in this answer is not kept: a till killed before the loss is noted would not hear of it again.
        """
        answer = self._central.push(self._request(place.without_marks(), ()))
        if not self._follow_epoch(place, answer.epoch):
            self._run(writes_put_back_rows(start_over, place.till.business_id))

    def _still_has(self, place: SyncPlace) -> bool:
        """Whether central's history holds what it has answered here; without a mark of a push nobody knows."""
        if place.push_mark is None:
            return False
        try:
            self._greet(place)
        except ResyncNeeded:
            log.error("central_has_gone_back", epoch=place.epoch)
            return False
        return True

    def _settled_place(self) -> SyncPlace:
        """Where the till stands; a resync that has begun has forgotten all revisions before anything else happens."""
        place = self._place()
        if place.resyncing and place.cursor is None:
            while self._run(writes_pulled_rows(forget_revisions)):
                pass
        return place

    def _place(self) -> SyncPlace:
        return self._run(reads(read_place))

    def _is_to_greet(self, place: SyncPlace) -> bool:
        """Whether to hear of central's epoch before anything is sent. A withdrawn till hears of it by a push alone.

        After a long silence central may have come back from a backup so long ago that it waits for nothing any more:
        what it lost goes first then, and what was done to that since after it.
        """
        is_begun_anew = place.resyncing and place.cursor is None
        was_silent = place.last_contact_at is not None and is_past(place.last_contact_at, LONG_SILENCE, self._clock())
        return self.state.is_withdrawn or is_begun_anew or was_silent

    # --- Push --------------------------------------------------------------------------------------------------------

    def _push_all(self, *, greet: bool = False) -> None:
        """`greet` calls central also with nothing to send, to learn in which epoch it is."""
        if greet:
            self._greet(self._place())
        while batch := self._next_batch():
            self._push_in_a_row(self._place(), batch)
        self._search.end()

    def _greet(self, place: SyncPlace) -> None:
        self._heed(place, self._central.push(self._request(place, ())))

    def _next_batch(self) -> tuple[Operation, ...]:
        return self._run(
            writes_pulled_rows(
                queue.next_batch, self._operations.now, MOST_BYTES, self._clock(), facts_only=self._is_too_old
            )
        )

    def _push_in_a_row(self, place: SyncPlace, batch: tuple[Operation, ...]) -> None:
        """Batch after batch, for as long as central takes them without more ado.

        The next one is chosen while central has this one, and goes before the answer to this one is written. It leaves
        out what depends on this one, so no answer can turn it wrong; and only one is ever with central.
        """
        sent = self._send(place, batch)
        while batch:
            following = self._next_batch()
            try:
                came = sent()
            except BaseException as trouble:
                self._give_back((*batch, *following))
                if not isinstance(trouble, CentralTrouble):
                    raise
                self._consider(trouble, place, batch)
                return
            self._operations.took(came.seconds)
            if came.answer.epoch != place.epoch or came.answer.new_device:
                self._give_back(following)
                following = ()
            if following:
                sent = self._send(replace(place, push_mark=came.answer.mark), following)
            self._heed(place, came.answer, batch)
            batch = following

    def _send(self, place: SyncPlace, batch: Sequence[Operation]) -> Callable[[], _TimedAnswer]:
        self._tell_sending()
        request = self._request(place, batch)

        def call() -> _TimedAnswer:
            started = self._timer()
            answer = self._central.push(request)
            return _TimedAnswer(answer, self._timer() - started)

        return self._ahead(call)

    def _give_back(self, batch: Sequence[Operation]) -> None:
        self._run(writes(queue.give_back, [operation.id for operation in batch]))

    def _request(self, place: SyncPlace, batch: Sequence[Operation]) -> PushRequest:
        return PushRequest(
            device_id=str(place.till.device_id),
            business_id=str(place.till.business_id),
            epoch=place.epoch,
            client_time=instant_text(self._clock()),
            operations=[msgspec.Raw(msgspec.json.encode(operation)) for operation in batch],
            marks=place.marks,
        )

    def _heed(self, place: SyncPlace, answer: PushAnswer, batch: Sequence[Operation] = ()) -> None:
        """Take an answer's epoch, time and results. Raises EpochChanged after all of it is kept."""
        business_id = place.till.business_id
        epoch_changed = self._follow_epoch(place, answer.epoch)
        if epoch_changed and not answer.results:  # nothing was taken yet: it goes again in its order, and not later
            self._give_back(batch)
            batch = ()
        results = _complete(answer.results, batch)
        settled = self._run(writes_pulled_rows(self._settle, business_id, results, answer, is_followed=epoch_changed))
        self._conflicts += settled.conflicts
        if answer.new_device:
            self._enrol_anew(place.till)
        if epoch_changed:
            raise EpochChanged

    def _settle(
        self,
        db: Connection,
        business_id: UUID,
        results: Sequence[OperationResult],
        answer: PushAnswer,
        *,
        is_followed: bool,
    ) -> Settled:
        server_time = datetime.fromisoformat(answer.server_time)
        note_contact(db, self._clock(), server_time)
        note_push(db, answer.mark, is_followed=is_followed)
        return queue.settle(db, business_id, results, server_time, self._try_again_at)

    def _try_again_at(self, result: OperationResult) -> datetime:
        times = self._put_off[result.id] = self._put_off.get(result.id, 0) + 1
        return self._clock() + wait_after(times, self._random)

    def _enrol_anew(self, till: TillIdentity) -> None:
        """This file is a copy that is used beside the original: from now on it is a till of its own."""
        device_id = self._new_id()
        given = self._central.enrol(till.business_id, device_id, till.device_name)
        renewed = replace(till, device_id=device_id, receipt_series=given.receipt_series)
        self._run(writes(enrol, renewed, self._clock(), given.last_receipt))
        log.warning("till_enrolled_anew", series=given.receipt_series)

    # --- A push that failed ------------------------------------------------------------------------------------------

    def _consider(self, trouble: CentralTrouble, place: SyncPlace, batch: Sequence[Operation]) -> None:
        """Raise what the line or central is to blame for; otherwise narrow down which operation it is."""
        if isinstance(trouble, TooOld) and not self._is_too_old:
            self._is_too_old = True
            return
        if trouble.code == "timeout":
            self._operations.halve(len(batch))
        if not may_be_for_content(trouble):
            raise trouble
        self._central.push(self._request(place, ()))  # raises when central is not well: then nobody is suspected
        if self._search.failed([operation.id for operation in batch], certain=isinstance(trouble, RequestRefused)):
            self._halve_or_blame(place, batch, trouble)
        elif not self._search.is_on:
            raise trouble

    def _halve_or_blame(self, place: SyncPlace, batch: Sequence[Operation], trouble: CentralTrouble) -> None:
        if len(batch) > 1:
            self._operations.halve(len(batch))
        else:
            self._blame(place, batch[0], trouble)

    def _blame(self, place: SyncPlace, operation: Operation, trouble: CentralTrouble) -> None:
        times = self._put_off[operation.id] = self._put_off.get(operation.id, 0) + 1
        again_at = self._clock() + wait_after(times, self._random)
        log.warning("operation_failed_alone", operation=operation.id, collection=operation.collection, why=str(trouble))
        self._run(writes(queue.blame, place.till.business_id, operation.id, trouble.code, again_at))

    # --- Pull --------------------------------------------------------------------------------------------------------

    def _pull_all(self) -> None:
        """Page by page up to central's head; what is sold meanwhile is sent between two pages."""
        if self._is_too_old or not self._may_pull():
            return
        place = self._place()
        asked = self._ask_for_page(place)
        while True:
            page = self._take_page(place, asked)
            if not page.complete:
                asked = self._ask_for_page(replace(place, cursor=page.cursor, pull_mark=page.mark))
            for piece in self._pieces.of(page):
                self._run(piece)
            self._note_contact(page.server_time)
            if page.complete:
                break
            self._push_all()
            if not self._may_pull():
                return
            place = self._place()
        self._finish_resync(page)
        self._compare_digests(after_snapshot=place.resyncing)

    def _ask_for_page(self, place: SyncPlace) -> Callable[[], _TimedPage]:
        limit = self._rows.now

        def call() -> _TimedPage:
            started = self._timer()
            till = place.till
            page = self._central.pull(till.business_id, till.device_id, place.cursor, limit, place.marks)
            return _TimedPage(page, self._timer() - started)

        return self._ahead(call)

    def _take_page(self, place: SyncPlace, asked: Callable[[], _TimedPage]) -> PullPage:
        """Raises EpochChanged, as rows of another epoch's revisions must not be mixed with ours; ResyncNeeded."""
        try:
            came = asked()
        except CentralUnreachable as trouble:
            if trouble.code == "timeout":
                self._rows.halve(self._rows.now)
            raise
        self._rows.took(came.seconds)
        if self._follow_epoch(place, came.page.epoch):
            raise EpochChanged
        return came.page

    def _finish_resync(self, page: PullPage) -> None:
        if self._place().resyncing:
            while self._run(writes_pulled_rows(remove_unbrought_rows, page.head)):
                pass
            self._run(writes(end_resync))

    def _follow_epoch(self, place: SyncPlace, epoch: str) -> bool:
        """Whether central is in another epoch than it was when this till last spoke with it."""
        if place.epoch == epoch or not self._run(writes_put_back_rows(adopt_epoch, place.till.business_id, epoch)):
            return False
        log.warning("central_in_new_epoch", before=place.epoch, now=epoch)
        return True

    def _note_contact(self, server_time: str) -> None:
        self._run(writes_pulled_rows(note_contact, self._clock(), datetime.fromisoformat(server_time)))

    # --- Now and then ------------------------------------------------------------------------------------------------

    def _look_after_the_queue(self) -> None:
        # A round that could not write down its answers, on a full disk, has left them on their way.
        self._run(writes_pulled_rows(queue.take_back_what_was_on_its_way))
        now, place = self._clock(), self._place()
        is_due = is_past(self._looked_after_at, LOOK_AFTER_EVERY, now)
        # What a branch has answered central may lack for long.
        if is_due and place.central_time is not None and not place.at_branch:
            self._run(writes(queue.purge_answered, place.central_time))
            self._looked_after_at = now

    def _compare_digests(self, *, after_snapshot: bool) -> None:
        """Every 24 hours and after a snapshot: where this till differs from central it takes everything anew.

        Once a day at most, as a difference that stays would otherwise keep the line busy for ever.
        """
        now, place = self._clock(), self._place()
        is_due = is_past(place.last_digest_at, LOOK_AFTER_EVERY, now)
        if not (is_due or after_snapshot):
            return
        answer = self._central.digest(place.till.business_id, place.till.device_id)
        if answer.epoch != place.epoch or answer.head != place.head:
            return  # somebody has sold meanwhile; the next round asks again
        differing = self._run(reads(differing_collections, answer))
        self._run(writes(note_digest, now))
        if differing:
            log.error("digest_differs", collections=differing, head=answer.head)
            last, self._digest_differed_at = self._digest_differed_at, now
            if is_past(last, LOOK_AFTER_EVERY, now):
                raise ResyncNeeded

    # --- What the person is told -------------------------------------------------------------------------------------

    def _tell_sending(self) -> None:
        if self._failures == 0:
            waiting = self._run(reads(queue.counts)).waiting
            self._tell(replace(self.state, kind=SyncKind.SENDING, waiting=waiting, next_round_at=None))

    def _until_next_round(self) -> timedelta:
        """Sooner than the next round when an operation's own wait is over before."""
        now = self._clock()
        next_at = self._run(reads(queue.next_try_at, now))
        if next_at is None:
            return ROUND_EVERY
        return min(ROUND_EVERY, max(next_at - now, timedelta(seconds=1)))

    def _wait_after(self, trouble: CentralTrouble) -> timedelta:
        asked = trouble.retry_after if isinstance(trouble, CentralBusy) else None
        return wait_after(self._failures, self._random, asked)

    def _outcome(self, trouble: CentralTrouble | None, wait: timedelta) -> RoundOutcome:
        place, counts = self._place(), self._run(reads(queue.counts))
        self._tell(
            SyncState(
                kind=_kind(trouble, place.clock_skew, counts),
                waiting=counts.waiting,
                to_review=counts.to_review,
                code=trouble.code if trouble else None,
                last_contact_at=place.last_contact_at,
                next_round_at=self._clock() + wait,
                clock_skew=place.clock_skew,
                catalog_ready=place.catalog_ready,
                at_branch=place.at_branch,
            )
        )
        return RoundOutcome(self.state, wait, tuple(self._conflicts))

    def _tell(self, state: SyncState) -> None:
        self.state = state
        self._told(state)


def _complete(results: Sequence[OperationResult], batch: Sequence[Operation]) -> list[OperationResult]:
    """Central's results for this batch; what it left out waits and goes again."""
    by_id = {result.id: result for result in results}
    left_out = OperationStatus.RETRY
    return [by_id.get(sent.id) or OperationResult(sent.id, left_out, code="not_answered") for sent in batch]


def _kind(trouble: CentralTrouble | None, clock_skew: timedelta, counts: queue.QueueCounts) -> SyncKind:
    if isinstance(trouble, SignedOut):
        return SyncKind.SIGNED_OUT
    if isinstance(trouble, TooOld):
        return SyncKind.TOO_OLD
    if trouble is not None:
        return SyncKind.OFFLINE
    if abs(clock_skew) > CLOCK_MAY_DIFFER:
        return SyncKind.CLOCK_WRONG
    if counts.to_review:
        return SyncKind.TO_REVIEW
    return SyncKind.SENDING if counts.waiting else SyncKind.ONLINE
