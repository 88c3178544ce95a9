"""What a branch has taken is handed on to the central whose branch it is: the same operations, under the same ids.

Each push goes as its till would send it, so that central judges it alike and takes each operation once, whether the
till has sent it before, sends it meanwhile or never comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

from avileo_pos.protocol import OperationResult, OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.replica.database import Clock
from avileo_pos.sync.batches import may_be_for_content
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.tables.base import instant_text

_NOT_YET: Final = frozenset({OperationStatus.BLOCKED, OperationStatus.RETRY})


class Branch(Protocol):
    """Raises CentralTrouble of some kind."""

    def next_push(self, business_id: UUID, after: int) -> TakenPush | None: ...


class Trunk(Protocol):
    """Raises CentralTrouble of some kind."""

    def push(self, request: PushRequest) -> PushAnswer: ...


class Reached(Protocol):
    """Keeps the number of the branch's push up to which central has settled everything, in one epoch of its own.

    In another epoch that is nothing: central has come back from a backup, and may lack what it had settled.
    """

    def handed_on(self, epoch: str) -> int: ...

    def note_handed_on(self, epoch: str, number: int) -> None: ...


def hand_on(branch: Branch, trunk: Trunk, business_id: UUID, epoch: str, reached: Reached, clock: Clock) -> bool:
    """Hand on what central, which is in this epoch, has not settled yet. True when it has settled all of it.

    What central cannot take yet holds back the number, but not what follows. Raises CentralTrouble.
    """
    after, all_settled = reached.handed_on(epoch), True
    while taken := branch.next_push(business_id, after):
        all_settled = _give(trunk, taken, business_id, clock) and all_settled
        after = taken.number
        if all_settled:
            reached.note_handed_on(epoch, after)
    return all_settled


def _give(trunk: Trunk, taken: TakenPush, business_id: UUID, clock: Clock) -> bool:
    """Whether central has settled all of a push.

    The branch may have taken more at once than comes through to central, and what central fails over: where it is well
    without that push, its halves go by themselves. Raises CentralTrouble.
    """
    try:
        return _is_settled(trunk.push(_as_sent_by_its_till(taken, business_id, clock)).results)
    except CentralTrouble as trouble:
        if not may_be_for_content(trouble):
            raise
    trunk.push(_as_sent_by_its_till(_with(taken, ()), business_id, clock))  # raises when central is not well
    middle = len(taken.operations) // 2
    if middle == 0:
        return False
    halves = (taken.operations[:middle], taken.operations[middle:])
    settled = [_give(trunk, _with(taken, half), business_id, clock) for half in halves]
    return all(settled)


def _with(taken: TakenPush, operations: Sequence[msgspec.Raw]) -> TakenPush:
    return msgspec.structs.replace(taken, operations=list(operations))


def _as_sent_by_its_till(taken: TakenPush, business_id: UUID, clock: Clock) -> PushRequest:
    return PushRequest(
        device_id=taken.device_id,
        business_id=str(business_id),
        client_time=instant_text(clock()),
        operations=taken.operations,
    )


def _is_settled(results: Sequence[OperationResult]) -> bool:
    return not any(result.status in _NOT_YET for result in results)
