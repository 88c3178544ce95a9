"""An operation outside the queue in which it was born, with its id, its bytes and its place there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from typing import Final

import msgspec

from avileo_pos.protocol import COLLECTIONS, Operation, PushRequest
from avileo_pos.protocol.words import Uuid

_KINDS: Final = frozenset({"create", "update", "delete"})
_AT_ONCE: Final = 500  # operations, as many as a till sends at once
_BYTES_AT_ONCE: Final = 1_000_000


class KeptOperation(msgspec.Struct, frozen=True):
    """An operation, and the device in whose queue it stands at `operation.seq`."""

    device_id: Uuid
    operation: Operation


def is_sound(operation: Operation) -> bool:
    """Whether this program could have made it, or a later one of what this one does not know."""
    with suppress(msgspec.DecodeError):
        data = msgspec.json.decode(operation.data)
        return operation.operation_type in _KINDS and isinstance(data, dict)
    return False


def may_be_told_by_others(operation: Operation) -> bool:
    """Whether central believes it of somebody who never signed in at the till that tells it."""
    collection = COLLECTIONS.get(operation.collection)
    return collection is not None and collection.is_sellers_fact and operation.operation_type == "create"


def push_requests(
    kept: Iterable[KeptOperation],
    business_id: str,
    client_time: str,
    epoch: str | None = None,
    marks: tuple[str, ...] = (),
) -> Iterator[PushRequest]:
    """What each device would send itself: its own operations in its own order, no more at once than a till sends.

    `client_time` is the sender's; what central answers `blocked` may depend on another device's and goes again.
    """
    ordered = sorted(kept, key=lambda each: (each.device_id, each.operation.seq))
    for device_id, of_device in groupby(ordered, key=lambda each: each.device_id):
        for batch in _batches(msgspec.json.encode(each.operation) for each in of_device):
            yield PushRequest(device_id, business_id, client_time, [msgspec.Raw(each) for each in batch], epoch, marks)


def _batches(operations: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for each in operations:
        if batch and (len(batch) == _AT_ONCE or size + len(each) > _BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each)
    if batch:
        yield batch
