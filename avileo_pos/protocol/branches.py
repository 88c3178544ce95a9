"""The name of an epoch tells where its history leaves another one's, so that no till sends what stands in both.

A central that is started for a market without internet begins with what another one had at some head: it is a branch
of that one's epoch. Its epoch is named `<own>@<root epoch>:<head in hex>`; any other epoch is a root by itself.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, NamedTuple

import msgspec

from avileo_pos.protocol.words import Mark, Uuid

_BRANCH: Final = re.compile(r"[^@]+@(?P<root>[^@:]+):(?P<head>[0-9a-f]{1,16})")
_WHOLE_HISTORY: Final = 2**62


class History(NamedTuple):
    """All that was numbered up to `head` in the epoch `root`, and then something of its own."""

    root: str
    head: int


class BranchPoint(msgspec.Struct, frozen=True):
    """Where a branch of a business's history begins: after the revision `head` of `epoch`, whose `mark` it had then."""

    business_id: Uuid
    epoch: Annotated[str, msgspec.Meta(max_length=32)]
    head: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    mark: Mark | None = None

    def named(self, own: str) -> str:
        """The name of the branch's epoch; `own` has at most 14 characters, and no two branches share it."""
        return f"{own}@{self.epoch}:{self.head:x}"


class TakenPush(msgspec.Struct, frozen=True):
    """The operations of one push that a branch has taken, as its till sent them. `number` rises with each push."""

    number: int
    device_id: Uuid
    operations: list[msgspec.Raw]


class NextPush(msgspec.Struct, frozen=True):
    """The answer of `GET /api/sync/pushes`: nothing once all has been handed on."""

    push: TakenPush | None = None


def member_email(member_id: str) -> str:
    """By which a member signs in at a branch, whose code is the password: no till knows the address of another's."""
    return f"{member_id}@caja.invalid"


def is_branch(epoch: str) -> bool:
    return _BRANCH.fullmatch(epoch) is not None


def history_of(epoch: str) -> History:
    found = _BRANCH.fullmatch(epoch)
    return History(found["root"], int(found["head"], 16)) if found else History(epoch, _WHOLE_HISTORY)


def common_head(one: str, other: str) -> int:
    """The revision up to which both epochs hold the same; 0 where nothing is known to be the same."""
    return min(history_of(one).head, history_of(other).head) if is_same_root(one, other) else 0


def is_same_root(one: str, other: str) -> bool:
    """Whether they are branches of the same epoch, or one of them that epoch itself."""
    return history_of(one).root == history_of(other).root


def surely_held(epoch: str) -> int:
    """Up to which revision whoever is in this epoch holds everything, also if it has gone back since.

    A branch begins with that much; of any other nothing is sure.
    """
    return history_of(epoch).head if is_branch(epoch) else 0
