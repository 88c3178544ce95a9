"""What a row's `sync_status` and `sync_attempts` have to be, by the queue (protocol, «On the till»; invariant I11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from avileo_pos.protocol import COLLECTIONS


def said_by(operations: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """Status and attempts of the row that these operations of the queue are about."""
    still_open = [each for each in operations if each["status"] != "acked"]
    parked = any(each["status"] == "parked" for each in operations)
    status = "error" if parked else "pending" if still_open else "synced"
    return status, max((each["attempts"] for each in still_open), default=0)


def brought_by(name: str, row: Mapping[str, Any]) -> tuple[str, str]:
    """The aggregate by whose operations a row travels: its own, or the one that it came inside."""
    for parent, collection in COLLECTIONS.items():
        column = collection.parts.get(name)
        if column and row[column]:
            return parent, row[column]
    return name, row["id"]
