"""What waits at a till goes into a file, and comes into this one out of the file of another till of the business."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.at_central import not_at_central
from avileo_pos.handover.handover_file import Handover, read_handover, write_handover
from avileo_pos.handover.kept_operation import may_be_told_by_others
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import DiskFull
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.kept_operations import driver_of, legible, put_back, queue_rows
from avileo_pos.replica.sign_ins import people_here
from avileo_pos.replica.sync_state import read_place


@dataclass(frozen=True, slots=True)
class Carried:
    """How many operations went into a file or came out of it; `left_out` are those that wait for somebody's sign-in.

    `ids` are those that stand in the file.
    """

    operations: int
    left_out: int = 0
    ids: frozenset[str] = frozenset()


def waiting_operations(db: Connection, written_at: str) -> Handover:
    """Everything that central has not answered, also what waits for a person, or at a branch to be handed on."""
    place = read_place(db)
    till = place.till
    kept = [legible(row, till.device_id) for row in queue_rows(driver_of(db), not_at_central(db))]
    return Handover(
        str(till.business_id),
        str(till.device_id),
        till.device_name,
        written_at,
        [each for each in kept if each],
        place.epoch,
        place.marks,
    )


def hand_over(path: Path, handover: Handover, passphrase: str) -> Carried:
    """Into a file, which is read again: others may have to live by it.

    Raises BusinessRuleBroken: passphrase_too_short, handover_broken, place_unwritable (place); DiskFull.
    """
    try:
        write_handover(path, handover, passphrase)
    except OSError as trouble:
        if trouble.errno != errno.ENOSPC:
            raise BusinessRuleBroken("place_unwritable", place=str(path.parent)) from trouble
        raise DiskFull(str(path)) from trouble
    written = read_handover(path, passphrase).operations
    return Carried(len(written), ids=frozenset(each.operation.id for each in written))


def take_in(handover: Handover, replica: Replica) -> Carried:
    """Let the queue have what it lacks of it and may send. Raises BusinessRuleBroken("handover_of_another").

    A till speaks for those who have signed in at it; of anybody else central believes it a sale, but no edit. What
    central refuses once it refuses for good, from the till where it was done too: so that is not even tried.
    """
    with replica.writing_put_back_rows() as db:
        if read_identity(db).business_id != UUID(handover.business_id):
            raise BusinessRuleBroken("handover_of_another")
        people = {str(person.member_id) for person in people_here(db)}
        taken = [
            kept
            for kept in handover.operations
            if kept.operation.actor_id in people or may_be_told_by_others(kept.operation)
        ]
        return Carried(put_back(db, taken), len(handover.operations) - len(taken))
