"""PosSync/1: the words that a till and central exchange, and how each table travels."""

from avileo_pos.protocol.collections import COLLECTIONS, Collection, Kind, Sight
from avileo_pos.protocol.words import (
    ALREADY_SO,
    KEPT_AFTER_ANSWER,
    PROTOCOL_VERSION,
    SOLD_OTHERWISE,
    Conflict,
    DigestAnswer,
    Operation,
    OperationResult,
    OperationStatus,
    PullPage,
    PushAnswer,
    PushRequest,
    TableDigest,
    TablePage,
    data_hash,
    later_mark,
)

__all__ = [
    "ALREADY_SO",
    "COLLECTIONS",
    "KEPT_AFTER_ANSWER",
    "PROTOCOL_VERSION",
    "SOLD_OTHERWISE",
    "Collection",
    "Conflict",
    "DigestAnswer",
    "Kind",
    "Operation",
    "OperationResult",
    "OperationStatus",
    "PullPage",
    "PushAnswer",
    "PushRequest",
    "Sight",
    "TableDigest",
    "TablePage",
    "data_hash",
    "later_mark",
]
