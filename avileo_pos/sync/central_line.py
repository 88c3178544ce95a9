"""What a till calls: central, or a branch of it while the market has no internet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Final, Protocol
from uuid import UUID

import msgspec
import structlog

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import DigestAnswer, PullPage, PushAnswer, PushRequest
from avileo_pos.replica.database import Clock
from avileo_pos.sync.batches import may_be_for_content
from avileo_pos.sync.central import (
    Accounts,
    Central,
    CentralTrouble,
    CentralUnreachable,
    Enrolment,
    ResyncNeeded,
    SignedOut,
)
from avileo_pos.sync.handing_on import Branch, Reached, hand_on

ANSWERS_BEFORE_TURNING_HOME: Final = 3  # a line that comes and goes would have everything taken anew each time
log = structlog.get_logger(__name__)


class Home(Central, Accounts, Protocol):
    """The business's own central."""


class CentralLine:
    """The engine's central. Turned from one to the other between two calls, from any thread: every answer tells its
    epoch, so the engine follows whatever answers."""

    def __init__(self, home: Home, business_id: UUID, clock: Clock) -> None:
        self.home = home
        self.branch: Central | None = None
        self._shared: tuple[Branch, Reached] | None = None
        self._handing_on = Lock()
        self._business_id = business_id
        self._clock = clock
        self._answers_from_home = 0
        self._epoch_at_home: str | None = None
        self._greeted: Central | None = None
        self._may_have_lost = True  # what was handed on to it, as far as this program knows

    def turn_to(self, branch: Central) -> None:
        self._answers_from_home = 0
        self.branch = branch

    def turn_home(self) -> None:
        self.branch = None

    def share(self, branch: Branch, reached: Reached) -> None:
        """This till has started the branch: what that takes is handed on from now on."""
        self._shared = branch, reached

    def end_sharing(self) -> None:
        self._shared = None

    def look_home(self) -> bool:
        """While at a branch, ask whether central can be reached again. True when the till has turned home by it."""
        if self.branch is None:
            return False
        self._answers_from_home = self._answers_from_home + 1 if _answers(self.home) else 0
        if self._answers_from_home < ANSWERS_BEFORE_TURNING_HOME:
            return False
        log.info("turned_home")
        self.turn_home()
        return True

    def hand_on(self) -> bool:
        """At home, give central what other tills have sent to this till's branch. True when it has all of that.

        After a round, which tells in which epoch central is. Raises CentralTrouble, and then it is to be done again.
        """
        with self._handing_on:
            shared, epoch = self._shared, self._epoch_at_home
            if shared is None or epoch is None or self.branch is not None:
                return False
            branch, reached = shared
            ask = self._may_have_lost
            with self._heeding_a_loss(self.home):
                is_all = hand_on(branch, self.home, self._business_id, epoch, reached, self._clock, ask=ask)
            self._may_have_lost = False
            return is_all

    # --- Central, as the engine calls it -----------------------------------------------------------------------------

    def push(self, request: PushRequest) -> PushAnswer:
        """Whoever is called for the first time is asked for its epoch before it is sent anything.

        What was answered elsewhere goes first there: it would refuse the voiding of a sale of which it has not heard,
        and take an older edit for the newer one. Until the engine has followed, nothing of the request is answered.
        """
        central = self._now()
        if central is not self._greeted and request.operations:
            greeting = self._greet(central, request)
            self._greeted = central
            if greeting.epoch != request.epoch:
                return greeting
        return self._push(central, request)

    def pull(
        self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int, marks: Sequence[str] = ()
    ) -> PullPage:
        central = self._now()
        with self._heeding_a_loss(central):
            page = central.pull(business_id, device_id, cursor, limit, marks)
        self._note_epoch(central, page.epoch)
        return page

    def digest(self, business_id: UUID, device_id: UUID) -> DigestAnswer:
        return self._now().digest(business_id, device_id)

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment:
        return self._now().enrol(business_id, device_id, name)

    def _greet(self, central: Central, request: PushRequest) -> PushAnswer:
        try:
            return self._push(central, msgspec.structs.replace(request, operations=[]))
        except CentralTrouble as trouble:
            if not may_be_for_content(trouble):
                raise
            # It cannot be for what waits, of which nothing was sent: no operation may be blamed for it.
            raise CentralUnreachable("no_route", str(trouble)) from trouble

    def _push(self, central: Central, request: PushRequest) -> PushAnswer:
        with self._heeding_a_loss(central):
            answer = central.push(request)
        self._note_epoch(central, answer.epoch)
        return answer

    @contextmanager
    def _heeding_a_loss(self, central: Central) -> Iterator[None]:
        """Who is told to take everything anew asks about what was handed on too."""
        try:
            yield
        except ResyncNeeded:
            self._may_have_lost |= central is self.home
            raise

    def _now(self) -> Central:
        return self.branch or self.home

    def _note_epoch(self, central: Central, epoch: str) -> None:
        if central is self.home:
            self._epoch_at_home = epoch


def _answers(home: Accounts) -> bool:
    """Whether it is central that answers, whatever it says to this person."""
    try:
        home.memberships()
    except (SignedOut, BusinessRuleBroken):
        return True
    except CentralTrouble:
        return False
    return True
