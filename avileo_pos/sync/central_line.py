"""What a till calls: central, or a branch of it while the market has no internet."""

from __future__ import annotations

from threading import Lock
from typing import Final, Protocol
from uuid import UUID

import structlog

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import DigestAnswer, PullPage, PushAnswer, PushRequest
from avileo_pos.replica.database import Clock
from avileo_pos.sync.central import Accounts, Central, CentralTrouble, Enrolment, SignedOut
from avileo_pos.sync.handing_on import Branch, hand_on

ANSWERS_BEFORE_TURNING_HOME: Final = 3  # a line that comes and goes would have everything taken anew each time
log = structlog.get_logger(__name__)


class Home(Central, Accounts, Protocol):
    """The business's own central."""


class Reached(Protocol):
    """Keeps the number of the push up to which central has all that the shared branch took."""

    def handed_on(self) -> int: ...

    def note_handed_on(self, number: int) -> None: ...


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

        Raises CentralTrouble, and then it is to be done again.
        """
        with self._handing_on:
            shared = self._shared
            if shared is None or self.branch is not None:
                return False
            branch, reached = shared
            done = hand_on(branch, self.home, self._business_id, reached.handed_on(), self._clock)
            reached.note_handed_on(done.number)
            return done.is_all

    # --- Central, as the engine calls it -----------------------------------------------------------------------------

    def push(self, request: PushRequest) -> PushAnswer:
        return self._now().push(request)

    def pull(self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int) -> PullPage:
        return self._now().pull(business_id, device_id, cursor, limit)

    def digest(self, business_id: UUID, device_id: UUID) -> DigestAnswer:
        return self._now().digest(business_id, device_id)

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment:
        return self._now().enrol(business_id, device_id, name)

    def _now(self) -> Central:
        return self.branch or self.home


def _answers(home: Accounts) -> bool:
    """Whether it is central that answers, whatever it says to this person."""
    try:
        home.memberships()
    except (SignedOut, BusinessRuleBroken):
        return True
    except CentralTrouble:
        return False
    return True
