"""What a branch has taken is handed on to the central whose branch it is: the same operations, under the same ids.

Each push goes as its till would send it, so that central judges it alike and takes each operation once, whether the
till has sent it before, sends it meanwhile or never comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

from avileo_pos.protocol import OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.replica.database import Clock
from avileo_pos.sync.batches import may_be_for_content
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.tables.base import instant_text

_NOT_YET: Final = frozenset({OperationStatus.BLOCKED, OperationStatus.RETRY})


class Held(msgspec.Struct, frozen=True):
    """Operations of a push that central could not take yet."""

    number: int
    operation_ids: tuple[str, ...]


class HandedOn(msgspec.Struct, frozen=True):
    """Central has settled the branch's pushes up to `number`, except for what is held."""

    number: int = 0
    held: tuple[Held, ...] = ()

    def and_up_to(self, left: Held) -> HandedOn:
        """When all of the next push is settled but that."""
        return HandedOn(left.number, (*self.held, left) if left.operation_ids else self.held)

    def with_less(self, left: Held) -> HandedOn:
        """When of a push only that is held any more."""
        changed = (left if held.number == left.number else held for held in self.held)
        return HandedOn(self.number, tuple(held for held in changed if held.operation_ids))


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


def hand_on(branch: Branch, trunk: Trunk, business_id: UUID, epoch: str, reached: Reached, clock: Clock) -> bool:
    """Hand on what central, which is in this epoch, has not settled yet. True when it has settled all of it.

    What central cannot take yet holds back nothing that follows, and goes again by itself. Raises CentralTrouble.
    """

    def give(taken: TakenPush) -> Held:
        return Held(taken.number, tuple(_left_of(trunk, taken, business_id, clock)))

    done = reached.handed_on(epoch)
    held_before = done.held
    while taken := branch.next_push(business_id, done.number):
        done = done.and_up_to(give(taken))
        reached.note_handed_on(epoch, done)
    for held in held_before:
        taken = branch.next_push(business_id, held.number - 1)
        assert taken is not None
        done = done.with_less(give(_only(taken, held.operation_ids)))
        reached.note_handed_on(epoch, done)
    return not done.held


def _left_of(trunk: Trunk, taken: TakenPush, business_id: UUID, clock: Clock) -> list[str]:
    """Give central a push: the ids of the operations that it cannot take yet.

    The branch may have taken more at once than comes through to central, and what central fails over: where it is well
    without that push, its halves go by themselves. Raises CentralTrouble.
    """
    try:
        results = trunk.push(_as_sent_by_its_till(taken, business_id, clock)).results
    except CentralTrouble as trouble:
        if not may_be_for_content(trouble):
            raise
    else:
        return [result.id for result in results if result.status in _NOT_YET]
    trunk.push(_as_sent_by_its_till(_with(taken, ()), business_id, clock))  # raises when central is not well
    middle = len(taken.operations) // 2
    if middle == 0:
        return _ids_of(taken)
    halves = (taken.operations[:middle], taken.operations[middle:])
    return [left for half in halves for left in _left_of(trunk, _with(taken, half), business_id, clock)]


def _only(taken: TakenPush, ids: Collection[str]) -> TakenPush:
    return _with(taken, [raw for raw, each in zip(taken.operations, _ids_of(taken), strict=True) if each in ids])


def _ids_of(taken: TakenPush) -> list[str]:
    return [msgspec.json.decode(raw, type=_Named).id for raw in taken.operations]


def _with(taken: TakenPush, operations: Sequence[msgspec.Raw]) -> TakenPush:
    return msgspec.structs.replace(taken, operations=list(operations))


def _as_sent_by_its_till(taken: TakenPush, business_id: UUID, clock: Clock) -> PushRequest:
    return PushRequest(
        device_id=taken.device_id,
        business_id=str(business_id),
        client_time=instant_text(clock()),
        operations=taken.operations,
    )
