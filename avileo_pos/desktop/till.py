"""What every screen is given: the lane to the replica, the news, who works, and how to speak to that person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from avileo_pos.desktop.live_changes import LiveChanges
from avileo_pos.desktop.market_desk import MarketDesk
from avileo_pos.desktop.safety_desk import SafetyDesk
from avileo_pos.desktop.theme import Tone
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.queue import QueuedOperation
from avileo_pos.work import Business, Work

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
Failed = Callable[[Exception], None]


class Lane(Protocol):
    """The one worker for SQLite. Both calls return at once; answers come later, in the GUI thread.

    `then` and `failed` are methods of the screen that asks, and are dropped if it is gone by then. `failed` is given
    the trouble that a person can understand (BusinessRuleBroken, ReplicaTrouble); any other goes to the crash window.
    """

    def write(
        self,
        usecase: Callable[[Work, RequestT], AnswerT],
        request: RequestT,
        *,
        then: Callable[[AnswerT], None],
        failed: Failed,
        actor: Actor | None = None,
    ) -> None:
        """Run a use case in a transaction of its own; `actor` when an admin's PIN lent the person a permission."""

    def read(
        self, query: Callable[[Work], AnswerT], *, then: Callable[[AnswerT], None], failed: Failed | None = None
    ) -> None:
        """Run a query; without `failed` a broken rule is shown by the window."""


class Host(Protocol):
    """The window around the screens."""

    @property
    def safety(self) -> SafetyDesk:
        """How it stands with the till's own safety, and what can be asked for it."""

    @property
    def market(self) -> MarketDesk:
        """With whom this till shares, and where to ask for another way."""

    def say(self, sentence: str, tone: Tone = Tone.GOOD) -> None:
        """Show a notice that stops nobody."""

    def show_problem(self, trouble: Exception) -> None:
        """Show the sentence for a trouble that a person can put right."""

    def ask_approval(self, permission: Permission, why: str, then: Callable[[Actor], None]) -> None:
        """Ask for an admin's PIN; `then` is given the person with that permission lent, for one action."""

    def review_operation(self, operation: QueuedOperation) -> None:
        """Let the person send again, put right or discard what central did not take."""

    def open_screen(self, key: str) -> None:
        """Go to another screen."""

    def send_now(self) -> None:
        """Have the sync thread run a round without waiting."""


@dataclass(frozen=True, slots=True)
class Till:
    """The till as one person has it open. `now` gives aware UTC."""

    lane: Lane
    news: LiveChanges
    host: Host
    person: Actor
    business: Business
    device_name: str
    now: Callable[[], datetime]
