"""The audit chain of a business: who did what from which device, each entry bound to the one before by its hash.

An act stands in the chain in the transaction that does it. What came in a push stands there as one entry, which
vouches for the receipts of its operations. Receipts that have had their time are forgotten, and that is an act too.
Central's own role can append to the chain and read it, nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert, select

from avileo_pos.server.postgres.revisions import AuditChain, Revisions
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.server import audit_entries
from avileo_pos.tables.shared import businesses

PUSH: Final = "push"
FORGOTTEN: Final = "receipts.forgotten"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did: `user_id` is absent for central's own commands, `device_id` where it was no till.

    `action` is a subject and a verb, such as `member.changed`; `details` what JSON can hold, and no secrets.
    """

    action: str
    details: Mapping[str, Any]
    user_id: str | None = None
    device_id: UUID | None = None


class ReceiptWords(msgspec.Struct, frozen=True, array_like=True, order=True):
    """What an entry vouches for of an operation: all that its receipt says and that never changes."""

    id: str
    seq: int
    operation_type: str
    collection: str
    entity_id: str
    actor_id: str
    sha256: str
    status: str
    revision: int | None
    code: str | None


VOUCHED_FOR: Final = ReceiptWords.__struct_fields__
_MARK: Final = re.compile("(?P<number>[1-9][0-9]{0,17}):(?P<hash>[0-9a-f]{64})")
_RECEIPTS: Final = f"""
    SELECT o.audit_number, o.id::text, {", ".join(f"o.{name}" for name in VOUCHED_FOR[1:])}
    FROM sync_operations o WHERE o.business_id = %s AND o.audit_number IS NOT NULL ORDER BY o.audit_number, o.id
"""


def record(connection: Connection, business_id: UUID, revisions: Revisions, act: Act, now: datetime) -> None:
    """Append an act to the business's chain, which `locked_revisions` has locked."""
    chain = revisions.chain
    entry = {
        "business_id": business_id,
        "number": chain.number + 1,
        "at": now,
        "user_id": act.user_id,
        "device_id": act.device_id,
        "action": act.action,
        "details": msgspec.json.encode(act.details, order="sorted").decode(),
        "previous": chain.hash,
    }
    chain.number, chain.hash = chain.number + 1, _hash_of(entry)
    connection.execute(insert(audit_entries).values(**entry, hash=chain.hash))


def head_of_chain(connection: Connection, business_id: UUID) -> AuditChain:
    """The end of a business's chain, as of now."""
    found = connection.exec_driver_sql(
        "SELECT audit_number, audit_hash FROM sync_counters WHERE business_id = %s", (business_id,)
    ).one_or_none()
    return AuditChain(*found) if found is not None else AuditChain()


def is_in_history(connection: Connection, business_id: UUID, marks: Iterable[str]) -> bool:
    """Whether the chain leads through all of these marks, and so to everything that was answered by then.

    A chain that has lost its end never comes to the same mark again, whatever is done after.
    """
    return all(_leads_through(connection, business_id, mark) for mark in set(marks))


def _leads_through(connection: Connection, business_id: UUID, mark: str) -> bool:
    if mark == AuditChain().mark:
        return True
    told = _MARK.fullmatch(mark)
    return told is not None and bool(
        connection.exec_driver_sql(
            "SELECT EXISTS (SELECT FROM audit_entries e WHERE e.business_id = %s AND e.number = %s AND e.hash = %s)",
            (business_id, int(told["number"]), told["hash"]),
        ).scalar_one()
    )


def details_of_push(receipts: Iterable[ReceiptWords]) -> Mapping[str, Any]:
    """The details of a push: how many operations were answered for good, and the hash of their receipts."""
    ordered = sorted(receipts)
    return {"operations": len(ordered), "sha256": sha256(msgspec.json.encode(ordered)).hexdigest()}


def details_of_forgetting(before: datetime, operations: int) -> Mapping[str, Any]:
    """The details of having forgotten so many receipts, all of pushes before a moment."""
    return {"before": instant_text(before), "operations": operations}


@dataclass(frozen=True, slots=True)
class Verified:
    """A business's chain as it was found; `hash` is that of its last entry, and worth keeping outside the database."""

    business_id: UUID
    business_name: str
    entries: int
    hash: str
    flaws: tuple[str, ...]


def verify(connection: Connection, business_id: UUID) -> Verified:
    """The chain of one business."""
    name = connection.scalar(select(businesses.c.name).where(businesses.c.id == business_id))
    head = head_of_chain(connection, business_id)
    flaws = tuple(flaws_of_chain(connection, business_id))
    return Verified(business_id, str(name), head.number, head.hash, flaws)


def flaws_of_chain(connection: Connection, business_id: UUID) -> Iterator[str]:
    """What is wrong with a business's chain, each flaw as a sentence; none where every entry stands as it was written.

    Without its receipts a push may only be where the chain itself says that those of its time were forgotten.
    """
    found = connection.execute(
        select(audit_entries).where(audit_entries.c.business_id == business_id).order_by(audit_entries.c.number)
    )
    entries = [dict(row) for row in found.mappings()]
    kept = _Kept(_receipts_by_entry(connection, business_id), _forgotten_before(entries))
    last = AuditChain()
    for entry in entries:
        yield from _flaws_of_entry(entry, last, kept)
        last = AuditChain(entry["number"], entry["hash"])
    if last != head_of_chain(connection, business_id):
        yield f"The chain ends with entry {last.number}, which is not the last one that was written."


@dataclass(frozen=True, slots=True)
class _Kept:
    """The receipts that are there, by the entry that vouches for them, and before when they need not be."""

    receipts: Mapping[int, Sequence[ReceiptWords]]
    forgotten_before: str


def _forgotten_before(entries: Iterable[Mapping[str, Any]]) -> str:
    told = (msgspec.json.decode(entry["details"]) for entry in entries if entry["action"] == FORGOTTEN)
    return max((str(details.get("before", "")) for details in told), default="")


def _flaws_of_entry(entry: Mapping[str, Any], last: AuditChain, kept: _Kept) -> Iterator[str]:
    number = entry["number"]
    if number != last.number + 1:
        yield f"Entry {last.number + 1} is missing."
    elif entry["previous"] != last.hash:
        yield f"Entry {number} does not follow from the one before it."
    if entry["hash"] != _hash_of(entry):
        yield f"Entry {number} was changed."
    if entry["action"] == PUSH:
        yield from _flaws_of_receipts(entry, kept)


def _flaws_of_receipts(push: Mapping[str, Any], kept: _Kept) -> Iterator[str]:
    number = push["number"]
    receipts = kept.receipts.get(number)
    if receipts is None:
        if instant_text(push["at"]) >= kept.forgotten_before:
            yield f"The receipts for which entry {number} vouches are gone."
    elif details_of_push(receipts) != msgspec.json.decode(push["details"]):
        yield f"The receipts for which entry {number} vouches were changed."


def _hash_of(entry: Mapping[str, Any]) -> str:
    said = [
        str(entry["business_id"]),
        entry["number"],
        instant_text(entry["at"]),
        entry["user_id"],
        None if entry["device_id"] is None else str(entry["device_id"]),
        entry["action"],
        entry["details"],
        entry["previous"],
    ]
    return sha256(msgspec.json.encode(said)).hexdigest()


def _receipts_by_entry(connection: Connection, business_id: UUID) -> Mapping[int, Sequence[ReceiptWords]]:
    found = connection.exec_driver_sql(_RECEIPTS, (business_id,)).all()
    return {
        number: [ReceiptWords(*words) for _, *words in rows] for number, rows in groupby(found, key=lambda row: row[0])
    }
