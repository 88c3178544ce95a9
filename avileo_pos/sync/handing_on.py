"""What a branch has taken is handed on to the central whose branch it is: the same operations, under the same ids.

Each push goes as its till would send it, so that central judges it alike and takes each operation once, whether the
till has sent it before, sends it meanwhile or never comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

import msgspec

from avileo_pos.protocol import OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.replica.database import Clock
from avileo_pos.sync.batches import may_be_for_content
from avileo_pos.sync.central import CentralTrouble, ResyncNeeded
from avileo_pos.tables.base import instant_text

_NOT_YET: Final = frozenset({OperationStatus.BLOCKED, OperationStatus.RETRY})


class Held(msgspec.Struct, frozen=True):
    """Operations of a push that central could not take yet."""

    number: int
    operation_ids: tuple[str, ...]


class HandedOn(msgspec.Struct, frozen=True):
    """Central has settled the branch's pushes up to `number`, except for what is held; `mark` is that of its answer."""

    number: int = 0
    held: tuple[Held, ...] = ()
    mark: str | None = None

    def and_up_to(self, left: Held, mark: str | None) -> HandedOn:
        """When all of the next push is settled but that."""
        return HandedOn(left.number, (*self.held, left) if left.operation_ids else self.held, mark)

    def with_less(self, left: Held, mark: str | None) -> HandedOn:
        """When of a push only that is held any more."""
        changed = (left if held.number == left.number else held for held in self.held)
        return HandedOn(self.number, tuple(held for held in changed if held.operation_ids), mark)


class _Named(msgspec.Struct):
    id: str


class Branch(Protocol):
    """Raises CentralTrouble of some kind."""

    def next_push(self, business_id: UUID, after: int) -> TakenPush | None: ...


class Trunk(Protocol):
    """Raises CentralTrouble of some kind."""

    def push(self, request: PushRequest) -> PushAnswer: ...


class Reached(Protocol):
    """Keeps how much of the branch central has settled, in one epoch of its own.

    In another epoch that is nothing: central has come back from a backup, and may lack what it had settled.
    """

    def handed_on(self, epoch: str) -> HandedOn: ...

    def note_handed_on(self, epoch: str, done: HandedOn) -> None: ...


def hand_on(
    branch: Branch, trunk: Trunk, business_id: UUID, epoch: str, reached: Reached, clock: Clock, *, ask: bool = False
) -> bool:
    """Hand on what central, which is in this epoch, has not settled yet. True when it has settled all of it.

    What central cannot take yet holds back nothing that follows, and goes again by itself. Where central has lost what
    it had settled, as it says to any push and to whoever may `ask` it, nothing is settled any more. Raises
    CentralTrouble.
    """
    done = reached.handed_on(epoch)
    giving = _Giving(trunk, business_id, epoch, clock, done.mark)
    held_before = done.held
    try:
        if settled := branch.next_push(business_id, done.number - 1) if ask and done.number else None:
            giving.greet(settled)
        while taken := branch.next_push(business_id, done.number):
            done = done.and_up_to(giving.give(taken), giving.mark)
            reached.note_handed_on(epoch, done)
        for held in held_before:
            taken = branch.next_push(business_id, held.number - 1)
            assert taken is not None
            done = done.with_less(giving.give(_only(taken, held.operation_ids)), giving.mark)
            reached.note_handed_on(epoch, done)
    except ResyncNeeded:
        reached.note_handed_on(epoch, HandedOn())
        raise
    return not done.held


@dataclass
class _Giving:
    """Pushes to central, in the name of the tills that have sent them; `mark` is that of its last answer."""

    trunk: Trunk
    business_id: UUID
    epoch: str
    clock: Clock
    mark: str | None

    def give(self, taken: TakenPush) -> Held:
        """What central cannot take yet of it. Raises CentralTrouble."""
        return Held(taken.number, tuple(self._left_of(taken)))

    def greet(self, taken: TakenPush) -> None:
        """Raises CentralTrouble, also when central is not well."""
        self._push(_with(taken, ()))

    def _left_of(self, taken: TakenPush) -> list[str]:
        """The branch may have taken more at once than comes through to central, and what central fails over: where it
        is well without that push, its halves go by themselves.
        """
        try:
            results = self._push(taken).results
        except CentralTrouble as trouble:
            if not may_be_for_content(trouble):
                raise
        else:
            return [result.id for result in results if result.status in _NOT_YET]
        self.greet(taken)
        middle = len(taken.operations) // 2
        if middle == 0:
            return _ids_of(taken)
        halves = (taken.operations[:middle], taken.operations[middle:])
        return [left for half in halves for left in self._left_of(_with(taken, half))]

    def _push(self, taken: TakenPush) -> PushAnswer:
        answer = self.trunk.push(
            PushRequest(
                device_id=taken.device_id,
                business_id=str(self.business_id),
                client_time=instant_text(self.clock()),
                operations=taken.operations,
                epoch=self.epoch,
                marks=(self.mark,) if self.mark else (),
            )
        )
        self.mark = answer.mark
        return answer


def _only(taken: TakenPush, ids: Collection[str]) -> TakenPush:
    return _with(taken, [raw for raw, each in zip(taken.operations, _ids_of(taken), strict=True) if each in ids])


def _ids_of(taken: TakenPush) -> list[str]:
    return [msgspec.json.decode(raw, type=_Named).id for raw in taken.operations]


def _with(taken: TakenPush, operations: Sequence[msgspec.Raw]) -> TakenPush:
    return msgspec.structs.replace(taken, operations=list(operations))
