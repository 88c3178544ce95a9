"""What a branch has taken is handed on to the central whose branch it is: the same operations, under the same ids.

Each push goes as its till would send it, so that central judges it alike and takes each operation once, whether the
till has sent it before, sends it meanwhile or never comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from avileo_pos.protocol import OperationResult, OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.replica.database import Clock
from avileo_pos.tables.base import instant_text

_NOT_YET: Final = frozenset({OperationStatus.BLOCKED, OperationStatus.RETRY})


class Branch(Protocol):
    """Raises CentralTrouble of some kind."""

    def next_push(self, business_id: UUID, after: int) -> TakenPush | None: ...


class Trunk(Protocol):
    """Raises CentralTrouble of some kind."""

    def push(self, request: PushRequest) -> PushAnswer: ...


class HandedOn(NamedTuple):
    """Up to push `number` of the branch central has settled everything; `is_all` when no later one is left."""

    number: int
    is_all: bool


def hand_on(branch: Branch, trunk: Trunk, business_id: UUID, after: int, clock: Clock) -> HandedOn:
    """Hand on what the branch took after its push number `after`.

    What central cannot take yet holds back the number, but not what follows. Raises CentralTrouble.
    """
    settled, all_settled = after, True
    while taken := branch.next_push(business_id, after):
        answer = trunk.push(_as_sent_by_its_till(taken, business_id, clock))
        after = taken.number
        all_settled = all_settled and _is_settled(answer.results)
        if all_settled:
            settled = after
    return HandedOn(settled, all_settled)


def _as_sent_by_its_till(taken: TakenPush, business_id: UUID, clock: Clock) -> PushRequest:
    return PushRequest(
        device_id=taken.device_id,
        business_id=str(business_id),
        client_time=instant_text(clock()),
        operations=taken.operations,
    )


def _is_settled(results: Sequence[OperationResult]) -> bool:
    return not any(result.status in _NOT_YET for result in results)
