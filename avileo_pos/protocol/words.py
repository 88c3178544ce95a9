"""The messages of push and pull, as frozen msgspec structs: both ends spend their time in them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

import msgspec

PROTOCOL_VERSION = 1
KEPT_AFTER_ANSWER = timedelta(days=45)
"""So long a till keeps what central has answered, to send it again to one that has come back from a backup."""
ALREADY_SO = "already_so"
"""The code of an answer by rows alone: they say so already, and whether of this operation no receipt here can tell."""
SOLD_OTHERWISE = "sold_otherwise"
"""The code of what is put aside: the same cart was sold before, with other goods or to somebody else."""

Uuid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
InstantText = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$")
]
Name = Annotated[str, msgspec.Meta(max_length=63)]
Mark = Annotated[str, msgspec.Meta(max_length=128)]
"""Where central's history ended when it answered. A till says it again, and 410 answers that it ends elsewhere now."""
MOST_MARKS = 3
Marks = Annotated[tuple[Mark, ...], msgspec.Meta(max_length=MOST_MARKS)]
"""Those of the last push and pull that were answered in an epoch, and one of before the till was at a branch of it."""
Epoch = Annotated[str, msgspec.Meta(max_length=64)]
Sequence = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's act on one aggregate. `data` stays the bytes that the till froze."""

    id: Uuid
    seq: Sequence
    operation_type: Name
    collection: Name
    entity_id: Uuid
    schema: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    actor_id: Uuid
    created_at: InstantText
    data: msgspec.Raw
    depends_on: tuple[Uuid, ...] = ()


class PushRequest(msgspec.Struct, frozen=True):
    """The body of `POST /api/sync/push`. Each operation is decoded on its own, so that one bad one spoils no other."""

    device_id: Uuid
    business_id: Uuid
    client_time: InstantText
    operations: list[msgspec.Raw]
    epoch: Epoch | None = None
    marks: Marks = ()


class OperationStatus(StrEnum):
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    BLOCKED = "blocked"
    RETRY = "retry"
    QUARANTINED = "quarantined"


class Conflict(msgspec.Struct, frozen=True):
    """A field that two people changed: `kept` stands now, `replaced` stood before."""

    field: str
    kept: Any
    replaced: Any


class OperationResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """Central's word on one operation; `revision` is that of the aggregate's root row."""

    id: str
    status: OperationStatus
    revision: int | None = None
    code: str | None = None
    message: str | None = None
    conflicts: tuple[Conflict, ...] = ()


class PushAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a push, sent only after COMMIT. `new_device` asks a cloned till to enrol anew."""

    epoch: str
    head: int
    server_time: str
    results: list[OperationResult]
    new_device: bool = False
    mark: Mark | None = None


class TablePage(msgspec.Struct, frozen=True):
    """Rows of one collection in the replica's own form; every row has the columns' values in their order."""

    collection: str
    columns: list[str]
    rows: list[list[Any]]


class PullPage(msgspec.Struct, frozen=True):
    """The answer of `GET /api/sync/pull`. `cursor` is opaque; `complete` says that nothing more waits up to `head`."""

    epoch: str
    head: int
    server_time: str
    cursor: str
    complete: bool
    snapshot: bool
    tables: list[TablePage]
    mark: Mark | None = None


class TableDigest(msgspec.Struct, frozen=True):
    """How many rows a person may see of a collection, and the sum of their revisions."""

    count: int
    revisions: int


class DigestAnswer(msgspec.Struct, frozen=True):
    """The answer of `GET /api/sync/digest`, computed at `head`."""

    epoch: str
    head: int
    collections: dict[str, TableDigest]


def data_hash(data: bytes) -> str:
    """What tells two operations under one id apart: SHA-256 of `data`, in hex."""
    return sha256(data).hexdigest()


def later_mark(*marks: Mark | None) -> Mark | None:
    """Of marks of one history that which has all others before it."""
    return max(filter(None, marks), key=_number_of, default=None)


def _number_of(mark: Mark) -> int:
    number = mark.partition(":")[0]
    return int(number) if number.isdecimal() else 0
