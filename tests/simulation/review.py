"""«Por revisar»: what a person does with operations that central did not take, and that there is always a way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from avileo_pos.domain.permissions import Actor
from avileo_pos.usecases.queue import (
    DiscardOperation,
    ResendOperation,
    discard_operation,
    resend_operation,
    retry_operation,
)
from avileo_pos.work import Work
from tests.simulation.checkers import Violation
from tests.simulation.ledger import NOTHING, Ledger, Meaning
from tests.simulation.tills import SimulatedTill

if TYPE_CHECKING:
    from tests.simulation.world import World

Act = Callable[[Work, Any], Any]
MOST_ROUNDS: Final = 25
_PARKED: Final = "SELECT id, collection, operation_type, entity_id FROM sync_queue WHERE status = 'parked' ORDER BY seq"
_WAITS_FOR_DISCARDED: Final = """
    SELECT q.id, q.collection, q.operation_type, q.last_code FROM sync_queue q JOIN sync_queue birth
    ON birth.entity_id = q.entity_id AND birth.operation_type = 'create' AND birth.last_code = 'discarded'
    WHERE q.status <> 'acked' AND q.last_code = 'blocked'
"""


class Review:
    def __init__(self, world: World) -> None:
        self._world = world
        self.was_called_for = False

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {"review": self.review, "rounds": self.rounds, "mend": self.mend}

    def review(self, till: int, which: int, what: str) -> str:
        """`what` is done with one of the parked operations: again, discard, correct."""
        self.was_called_for = True
        theirs = self._world.tills[till]
        parked = theirs.rows(_PARKED)
        return self._looked_after(theirs, parked[which % len(parked)], what) if parked else "nothing to review"

    def rounds(self, till: int, most: int) -> str:
        """One after the other as they fall due, with no faults, for as long as something waits."""
        theirs, said = self._world.tills[till], ["nothing waits"]
        for _ in range(most):
            if not theirs.value("SELECT count(*) FROM sync_queue WHERE status IN ('pending', 'inflight')"):
                break
            said.append(self._world.perform(["round", till, []]))
            self._world.now = max(self._world.now, theirs.due)
        return said[-1]

    def mend(self) -> str:
        """A new version of central fails no more over what it failed over."""
        self._world.checkers.looked_after |= self._world.cursed
        self._world.cursed.clear()
        return "mended"

    def clear(self) -> None:
        """Somebody discards all that waits for a person, the newest first: each of them can be, or will be soon.

        At a till into which nothing has come yet nobody can do anything.
        """
        for till in (each for each in self._world.tills if not self._world.checkers.memories[each.name].is_new):
            while parked := till.rows(_PARKED):
                said = [self._looked_after(till, each, "discard") for each in reversed(parked)]
                self._world._tell(f"cleared {till.name} -> {said}")
                if len(till.rows(_PARKED)) == len(parked):
                    raise Violation("way out", f"{till.name} can do nothing about {parked}: {said}")

    def require_that_all_is_cleared(self) -> None:
        """Nothing waits at a till for what a person has discarded there."""
        for till in self._world.tills:
            if waiting := till.rows(_WAITS_FOR_DISCARDED):
                raise Violation("way out", f"{till.name} waits for what was discarded: {waiting}")

    def _looked_after(self, till: SimulatedTill, operation: dict[str, Any], what: str) -> str:
        usecase, request, meaning = _as_asked(operation, what, self._world.checkers.ledger)
        said = self._world._done(till, lambda: till.do(usecase, request, meaning, by=_by_whom(till, what)))
        checkers = self._world.checkers
        checkers.looked_through(till)
        alike = till.rows("SELECT id FROM sync_queue WHERE entity_id = ? AND status <> 'acked'", operation["entity_id"])
        for told in (checkers.poisonous, checkers.memories[till.name].out_of_view):
            if operation["id"] in told:  # what is sent in its place says the same
                told |= {row["id"] for row in alike}
        return f"{what} {operation['collection']} {operation['operation_type']} {said}"


def _as_asked(operation: dict[str, Any], what: str, ledger: Ledger) -> tuple[Act, object, Meaning]:
    operation_id = UUID(operation["id"])
    match what:
        case "again":
            done = ledger.done.get(operation["id"])
            return retry_operation, operation_id, done.meaning if done else NOTHING
        case "discard":
            return discard_operation, DiscardOperation(operation_id, "no va"), NOTHING
    is_born = (operation["collection"], operation["operation_type"]) == ("customers", "create")
    meaning = Meaning(operation["entity_id"], 0) if is_born else NOTHING
    return resend_operation, ResendOperation(operation_id, {"name": "Corregida"}), meaning


def _by_whom(till: SimulatedTill, what: str) -> Actor:
    """Whoever stands there, or an admin's PIN lends the permission; what is put right is said in their name."""
    return till.actor if what == "correct" else till.somebody
