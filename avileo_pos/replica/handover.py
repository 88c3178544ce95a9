"""What waits at a till, in one sealed file that somebody carries to another till of the business.

It is for the till that will not come to central any more. The operations keep their ids and their bytes, so it harms
nobody when both tills send them: central takes each once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import OF_EVERY_SELLER
from avileo_pos.protocol import COLLECTIONS, Kind
from avileo_pos.protocol.words import InstantText, Uuid
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import HandoverBroken, HandoverOfAnother, ReplicaUnwritable, WrongPasswordForCopies
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.kept_operations import OPEN, KeptOperation, driver_of, legible, put_back, queue_rows
from avileo_pos.replica.sealing import KeySeal, Lock, SealBroken, new_key, write_whole
from avileo_pos.replica.sign_ins import people_here

SUFFIX: Final = ".avileo"
SHORTEST_PASSPHRASE: Final = 8
_MOST_BYTES: Final = 2**28


class Handover(msgspec.Struct, frozen=True):
    """What waited at a till when it was written."""

    business_id: Uuid
    device_id: Uuid
    device_name: str
    written_at: InstantText
    operations: list[KeptOperation]


class _File(msgspec.Struct, frozen=True, tag="avileo-handover-1"):
    lock: Lock
    sealed: str


def waiting_operations(db: Connection, written_at: str) -> Handover:
    """Everything that central has not answered, also what waits for a person."""
    till = read_identity(db)
    kept = [legible(row, till.device_id) for row in queue_rows(driver_of(db), OPEN)]
    return Handover(
        str(till.business_id), str(till.device_id), till.device_name, written_at, [each for each in kept if each]
    )


def write_handover(path: Path, handover: Handover, passphrase: str) -> None:
    """Raises BusinessRuleBroken("passphrase_too_short"), ReplicaUnwritable."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BusinessRuleBroken("passphrase_too_short", shortest=SHORTEST_PASSPHRASE)
    key = new_key()
    sealed = KeySeal(key).close(msgspec.json.encode(handover)).decode()
    try:
        write_whole(path, msgspec.json.encode(_File(Lock.of(key, passphrase), sealed)))
    except OSError as trouble:
        raise ReplicaUnwritable(str(path)) from trouble


def read_handover(path: Path, passphrase: str) -> Handover:
    """Raises HandoverBroken for any other file, WrongPasswordForCopies."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise HandoverBroken(str(path))
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        seal = KeySeal(file.lock.key(passphrase))
    except (msgspec.DecodeError, OSError) as trouble:
        raise HandoverBroken(str(path)) from trouble
    except SealBroken as trouble:
        raise WrongPasswordForCopies from trouble
    try:
        return msgspec.json.decode(seal.open(file.sealed.encode()), type=Handover)
    except (msgspec.DecodeError, SealBroken) as trouble:
        raise HandoverBroken(str(path)) from trouble


@dataclass(frozen=True, slots=True)
class Carried:
    """How many operations went into a file or came out of it; `left_out` are those that wait for somebody's sign-in."""

    operations: int
    left_out: int = 0


def take_in(handover: Handover, replica: Replica) -> Carried:
    """Let the queue have what it lacks of it and may send. Raises HandoverOfAnother.

    A till speaks for those who have signed in at it; of anybody else central believes it a sale, but no edit. What
    central refuses once it refuses for good, from the till where it was done too: so that is not even tried.
    """
    with replica.writing_put_back_rows() as db:
        if read_identity(db).business_id != UUID(handover.business_id):
            raise HandoverOfAnother
        people = {str(person.member_id) for person in people_here(db)}
        taken = [kept for kept in handover.operations if kept.operation.actor_id in people or _is_hearsay(kept)]
        return Carried(put_back(db, taken), len(handover.operations) - len(taken))


def _is_hearsay(kept: KeptOperation) -> bool:
    """What any seller may state is believed of a colleague: money or goods have changed hands."""
    collection = COLLECTIONS.get(kept.operation.collection)
    is_fact = collection is not None and collection.kind is Kind.FACT and collection.created_with in OF_EVERY_SELLER
    return is_fact and kept.operation.operation_type == "create"
